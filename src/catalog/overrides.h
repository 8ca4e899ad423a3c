#pragma once
// What a contract changes of plans: one pure function makes the plans that the account really has, so that gate, rating,
// thresholds, pages and what-if all use the same PlanPtr.
#include <string>
#include <vector>

#include "base/project_limits.h"
#include "catalog/catalog.h"

namespace postage::catalog {

/// A named package with its own fee. What it includes is added to a plan's quotas; on a pay-as-you-go plan it is taken
/// from the billed quantity.
struct Bundle {
  std::string name;  ///< 1 to 200 bytes, as printed on the invoice
  Rational fee;      ///< per month, whole minor units
  Quotas included;
};

/// Members that are none leave the plan as it is.
struct PlanOverrides {
  std::string plan;  ///< only this plan; empty: every plan of the catalogue
  std::optional<PlanKind> kind;
  std::optional<Rational> base_fee;
  std::optional<std::int64_t> pcu;
  std::optional<std::int64_t> messages;
  std::optional<Rational> storage_gb;
  std::optional<std::int64_t> daily_messages;  ///< hard plans only
  std::optional<Rational> pcu_rate;
  std::optional<Rational> message_rate;        ///< per unit
  std::optional<Rational> storage_rate;
  std::vector<Feature> features;  ///< rows that differ
  /// Technical limits of every project of the account, by name, within the rows of spec/project_limits.def. They are no
  /// part of a plan: whoever runs the projects takes them (limits_on).
  LimitValues limits;

  /// True when a plan is another one by it; limits are none of a plan's.
  [[nodiscard]] bool changes_plans() const;
  /// The limits that hold while the account is on that plan.
  [[nodiscard]] LimitValues limits_on(std::string_view plan_name) const {
    return plan.empty() || plan == plan_name ? limits : LimitValues{};
  }
};

/// The catalogue as the account has it: every plan that the overrides name, and all of them with the bundles. The same
/// pointer when nothing changes. Never fails: what makes no sense on a plan (a quota on a pay-as-you-go plan, a plan that
/// the catalogue does not have) has no effect there; check_overrides() tells it to whoever writes a contract.
CataloguePtr with_contract(const CataloguePtr& catalogue, const PlanOverrides& overrides,
                           const std::vector<Bundle>& bundles);

/// Refuses overrides and bundles that a plan of `catalogue` cannot have. The error is bad_request and begins with a JSON
/// pointer into the contract: "/overrides/quota/pcu: ...".
Result<void> check_overrides(const Catalogue& catalogue, const PlanOverrides& overrides,
                             const std::vector<Bundle>& bundles);

}  // namespace postage::catalog
