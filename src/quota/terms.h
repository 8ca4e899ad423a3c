#pragma once
// What a gate enforces (terms) and what it starts from (usage).
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/month.h"
#include "catalog/catalog.h"
#include "rating/rating.h"

namespace postage::quota {

/// The rules of one account, as of now. Set again at each change of plan, contract, tax or budget.
struct GateTerms {
  catalog::CataloguePtr catalogue;
  catalog::PlanPtr plan;       ///< in force: its quotas admit
  catalog::PlanPtr rated_by;   ///< rates the running month (a budget looks at that bill); null = `plan`
  catalog::PlanPtr next_plan;  ///< in force from the next month's first instant; null = `plan` stays
  rating::Contract contract;
  rating::Tax tax;
  /// Pro-rata catalogues only: the plans of the running month and their days, as rating::MonthInput wants them.
  std::vector<rating::Segment> segments;
  /// The running month; none = the calendar's. The first month after a change of zone begins where the last one ended.
  std::optional<InstantRange> month{};
  std::optional<Rational> budget;  ///< the customer's own cap on the month's bill
  std::optional<std::int64_t> unit_cap{};  ///< the customer's own cap on the month's message units, all projects
  /// What a prepaid account may spend in all, this month's bill included; none = not prepaid. The bill is held to the
  /// smaller of this and `budget`; at the month's end this falls by the month's bill.
  std::optional<Rational> prepaid = {};
  /// Count also where no plan quota or budget asks for it, so that the ends at 2^63-1 are exact. The live server leaves
  /// this off: a soft account then costs one branch.
  bool count_always = false;
};

/// One project's connections when a gate starts.
struct ProjectConnections {
  ProjectId project;
  std::int64_t open = 0;
  std::int64_t peak = 0;  ///< of the running month
};

/// What an account has used of the running month (and day) when its gate starts or is armed.
struct GateUsage {
  std::int64_t messages = 0;
  std::int64_t messages_today = 0;
  std::int64_t simultaneous_peak = 0;
  std::vector<ProjectConnections> projects;
  std::int64_t stored_bytes = 0;
  UInt128 byte_hours = 0;  ///< sum of the samples taken so far
};

}  // namespace postage::quota
