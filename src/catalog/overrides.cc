#include "catalog/overrides.h"

#include <algorithm>
#include <limits>

namespace postage::catalog {
namespace {
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

std::int64_t added(std::int64_t a, std::int64_t b) { return a > kMax - b ? kMax : a + b; }

Quotas sum_of(const std::vector<Bundle>& bundles) {
  Quotas sum;
  for (const Bundle& bundle : bundles) {
    sum.pcu = added(sum.pcu, bundle.included.pcu);
    sum.messages = added(sum.messages, bundle.included.messages);
    sum.storage_gb += bundle.included.storage_gb;
  }
  return sum;
}

/// A plan that gets quotas for the first time must get all of them.
bool has_all_quotas(const PlanOverrides& overrides) {
  return overrides.pcu && overrides.messages && overrides.storage_gb;
}

void override_quotas(Plan& plan, const PlanOverrides& overrides) {
  const PlanKind wanted = overrides.kind.value_or(plan.kind);
  if (plan.kind == PlanKind::payg && wanted != PlanKind::payg && !has_all_quotas(overrides)) return;
  plan.kind = wanted;
  if (plan.kind == PlanKind::payg) {
    plan.quotas = {};
  } else {
    if (overrides.pcu) plan.quotas.pcu = *overrides.pcu;
    if (overrides.messages) plan.quotas.messages = *overrides.messages;
    if (overrides.storage_gb) plan.quotas.storage_gb = *overrides.storage_gb;
  }
  if (overrides.daily_messages) plan.daily_messages = overrides.daily_messages;
  if (!plan.hard()) plan.daily_messages.reset();
}

void override_plan(Plan& plan, const PlanOverrides& overrides) {
  override_quotas(plan, overrides);
  if (overrides.base_fee) plan.base_fee = *overrides.base_fee;
  if (overrides.pcu_rate) plan.rates.pcu = *overrides.pcu_rate;
  if (overrides.message_rate) plan.rates.message = *overrides.message_rate;
  if (overrides.storage_rate) plan.rates.storage_gb = *overrides.storage_rate;
  for (const Feature& wanted : overrides.features) {
    const auto row = std::ranges::find(plan.features, wanted.name, &Feature::name);
    if (row != plan.features.end()) row->value = wanted.value;
  }
}

void add_bundles(Plan& plan, const Quotas& bundled) {
  plan.bundled = bundled;
  if (plan.kind == PlanKind::payg) return;
  plan.quotas.pcu = added(plan.quotas.pcu, bundled.pcu);
  plan.quotas.messages = added(plan.quotas.messages, bundled.messages);
  plan.quotas.storage_gb += bundled.storage_gb;
}

Error wrong(const std::string& pointer, const std::string& what) { return {Errc::bad_request, pointer + ": " + what}; }

Result<void> check_plan(const Plan& plan, const PlanOverrides& overrides) {
  const PlanKind wanted = overrides.kind.value_or(plan.kind);
  const bool quotas = overrides.pcu || overrides.messages || overrides.storage_gb;
  if (wanted == PlanKind::payg && quotas) {
    return wrong("/overrides/quota", "the plan '" + plan.name + "' is pay as you go and has no quota");
  }
  if (plan.kind == PlanKind::payg && wanted != PlanKind::payg && !has_all_quotas(overrides)) {
    return wrong("/overrides/quota", "the plan '" + plan.name + "' has none: pcu, messages and storage_gb are needed");
  }
  if (wanted != PlanKind::hard && overrides.daily_messages) {
    return wrong("/overrides/daily_messages", "only a plan with hard quotas has a daily cap, '" + plan.name + "' is " +
                                                  std::string(plan_kind_name(wanted)));
  }
  return {};
}

Result<void> check_sums(const Catalogue& catalogue, const std::vector<Bundle>& bundles) {
  const Quotas sum = sum_of(bundles);
  if (sum.pcu == kMax) return wrong("/bundles", "include more than 2^63-1 connections");
  if (sum.messages == kMax) return wrong("/bundles", "include more than 2^63-1 messages");
  for (const PlanPtr& plan : catalogue.plans) {
    const Rational bytes = plan->quotas.storage_gb * Rational(catalogue.gigabyte);
    if (bytes > Rational(kMax)) {
      return wrong("/overrides/quota/storage_gb", "with the bundles is more than 2^63-1 bytes");
    }
  }
  return {};
}
}  // namespace

bool PlanOverrides::changes_plans() const {
  return kind || base_fee || pcu || messages || storage_gb || daily_messages || pcu_rate || message_rate ||
         storage_rate || !features.empty();
}

CataloguePtr with_contract(const CataloguePtr& catalogue, const PlanOverrides& overrides,
                           const std::vector<Bundle>& bundles) {
  if (!overrides.changes_plans() && bundles.empty()) return catalogue;
  auto own = std::make_shared<Catalogue>(*catalogue);
  const Quotas bundled = sum_of(bundles);
  for (PlanPtr& row : own->plans) {
    auto plan = std::make_shared<Plan>(*row);
    if (overrides.plan.empty() || overrides.plan == plan->name) override_plan(*plan, overrides);
    add_bundles(*plan, bundled);
    row = std::move(plan);
  }
  return own;
}

Result<void> check_overrides(const Catalogue& catalogue, const PlanOverrides& overrides,
                             const std::vector<Bundle>& bundles) {
  if (!overrides.plan.empty() && !catalogue.find(overrides.plan)) {
    return wrong("/overrides/plan", "the catalogue '" + catalogue.name + "' has no plan '" + overrides.plan + "'");
  }
  for (const PlanPtr& plan : catalogue.plans) {
    if (overrides.plan.empty() || overrides.plan == plan->name) TRY_VOID(check_plan(*plan, overrides));
  }
  const auto copy = std::make_shared<Catalogue>(catalogue);
  return check_sums(*with_contract(copy, overrides, bundles), bundles);
}

}  // namespace postage::catalog
