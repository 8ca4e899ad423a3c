#pragma once
// Showing one line's amount by project or day, so that the parts always add up to the line.
#include <vector>

#include "base/money.h"

namespace postage::rating {

/// Splits `amount` (whole minor units, any sign) by `weights` (none negative): each part is cut to the minor unit and the
/// missing units go to the largest remainders, of equals to the first. All weights 0: everything goes to the first part.
/// No weights: no parts.
std::vector<Rational> split(const Rational& amount, const std::vector<Rational>& weights, const Currency& currency);

}  // namespace postage::rating
