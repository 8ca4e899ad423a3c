#pragma once
// What is wrong with a catalogue's prices, found by rating with them. Pure; thread: any.
#include <string_view>
#include <vector>

#include "catalog/lint.h"

namespace postage::rating {

/// Rates each plan at and around its quotas, one meter growing at a time. `price_falls` where a larger usage makes a
/// smaller bill: an error; a warning where that takes a contract with a discount (a minimum that is compared before it).
std::vector<catalog::Finding> lint_prices(const catalog::CataloguePtr& catalogue);

/// All findings of a catalogue's JSON text: catalog::lint_text and, when it can be read, lint_prices.
std::vector<catalog::Finding> lint(std::string_view json);

/// True when no finding is an error.
bool may_publish(const std::vector<catalog::Finding>& findings);
/// The same as an error: invalid_catalogue with the place and text of the first one.
Result<void> check_publishable(const std::string& json);

}  // namespace postage::rating
