#pragma once
// What-if: a real month rated on other plans and catalogues, as full invoices (mission, list 2 point 4): rate() on the
// month's own usage, nothing else. Pure; thread: any.
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "invoice/rated_month.h"

namespace postage::invoice {

/// A quota of a hard plan that the month's usage passes: the plan would have refused the rest.
struct PassedQuota {
  std::string meter;  ///< "pcu", "messages", "storage_gb"; "messages_a_day" for a daily cap
  Rational used;      ///< what the plan acts on: connections at once, units, stored GB
  Rational quota;
};

/// The month on one plan.
struct WhatIfRow {
  catalog::CataloguePtr catalogue;
  catalog::PlanPtr plan;
  bool current = false;  ///< the plan that rates the month: `bill` is its bill, to the cent
  rating::Bill bill;
  std::optional<Rational> difference;  ///< printed total less the real one; none in another currency
  std::vector<PassedQuota> passed;     ///< not empty: not possible on this plan
};

struct WhatIf {
  /// First those that are possible, cheapest first by the exact total, of equals in the order of catalogues and plans;
  /// then those in another currency; last those that are not possible.
  std::vector<WhatIfRow> rows;
  /// Catalogues that count messages by another unit: what was counted cannot be rated there.
  std::vector<std::string> left_out;
};

/// Rates `month` on every plan of `catalogues` (as listed), under its own contract and tax: overrides and bundles change the
/// other plans as they would if the account were on them. Amounts of the contract are left out in another currency. `busiest_day` = most units of one day, for plans with a daily cap; none = not looked at.
WhatIf what_if(const RatedMonth& month, std::span<const catalog::CataloguePtr> catalogues,
               std::optional<std::int64_t> busiest_day = std::nullopt);

}  // namespace postage::invoice
