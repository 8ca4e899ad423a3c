#pragma once
// The usage at which another plan becomes the cheaper one: exact, found with rate() and nothing else. Pure; thread: any.
#include <optional>
#include <string>
#include <vector>

#include "rating/rating.h"

namespace postage::rating {

/// From which usage of one meter on another plan is cheaper than the month's own, everything else as it is.
struct BreakEven {
  std::string meter;  ///< "pcu", "messages", "storage_gb"
  catalog::PlanPtr to;
  std::optional<BigInt> cheaper_from;  ///< connections, units, or byte-hours of storage; none: never
  Rational quantity;                   ///< the same as it is billed (GB for storage)
  bool equal_before = false;           ///< one less, and both plans cost exactly the same
  Rational here, there;                ///< exact totals at `cheaper_from`
};

/// The break-evens of `input.plan`, as if it had been in force all month, with each larger plan of its catalogue, by meter.
/// Bisection over whole numbers, looking from none upward, so that the first one is told.
std::vector<BreakEven> break_evens(const MonthInput& input);

}  // namespace postage::rating
