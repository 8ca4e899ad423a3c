#include "catalog/check.h"

#include <limits>
#include <set>

namespace postage::catalog {
namespace {
Error wrong(const std::string& pointer, const std::string& what) {
  return {Errc::invalid_catalogue, pointer + ": " + what};
}

/// The meter counts in UTC hours, so a month must be a set of whole ones. Looked at from 2000 to 2060.
Result<void> check_zone(const Catalogue& catalogue, const std::string& prefix) {
  for (MonthKey month{2000, 1}; month.year < 2060; month = month.next()) {
    if (month_range(month, catalogue.zone).start.time_since_epoch().count() % 3'600'000 != 0) {
      return wrong(prefix + "/zone", "months of " + catalogue.zone.name() + " do not begin on a whole hour of UTC");
    }
  }
  return {};
}

Result<void> check_steps(const Catalogue& catalogue, const std::string& prefix) {
  for (std::size_t i = 1; i < catalogue.thresholds.size(); ++i) {
    if (catalogue.thresholds[i] <= catalogue.thresholds[i - 1]) {
      return wrong(prefix + "/thresholds/" + std::to_string(i), "must be larger than the one before it");
    }
  }
  for (std::size_t i = 0; i < catalogue.sla.size(); ++i) {
    const std::string pointer = prefix + "/sla/" + std::to_string(i);
    const SlaStep& step = catalogue.sla[i];
    if (step.below > Rational(100)) return wrong(pointer + "/below", "must be at most 100");
    if (step.percent > Rational(100)) return wrong(pointer + "/percent", "must be at most 100");
    if (i == 0) continue;
    if (step.below <= catalogue.sla[i - 1].below) return wrong(pointer + "/below", "must be larger than the one before it");
    if (step.percent > catalogue.sla[i - 1].percent) {
      return wrong(pointer + "/percent", "a better uptime must not earn a larger credit");
    }
  }
  return {};
}

Result<void> check_pair(const Plan& smaller, const Plan& larger, const std::string& pointer) {
  if (larger.kind == PlanKind::payg || smaller.kind == PlanKind::payg) return {};
  if (larger.quotas.pcu < smaller.quotas.pcu) {
    return wrong(pointer + "/quota/pcu", "is less than that of the smaller plan '" + smaller.name + "'");
  }
  if (larger.quotas.messages < smaller.quotas.messages) {
    return wrong(pointer + "/quota/messages", "is less than that of the smaller plan '" + smaller.name + "'");
  }
  if (larger.quotas.storage_gb < smaller.quotas.storage_gb) {
    return wrong(pointer + "/quota/storage_gb", "is less than that of the smaller plan '" + smaller.name + "'");
  }
  return {};
}

Result<void> check_plans(const Catalogue& catalogue, const std::string& prefix) {
  std::set<std::string> names, titles;
  const Plan* before = nullptr;
  for (std::size_t i = 0; i < catalogue.plans.size(); ++i) {
    const Plan& plan = *catalogue.plans[i];
    const std::string pointer = prefix + "/plans/" + std::to_string(i);
    if (!names.insert(plan.name).second) return wrong(pointer + "/name", "plan '" + plan.name + "' is there twice");
    if (!titles.insert(plan.title.en).second || !titles.insert("zh:" + plan.title.zh).second) {
      return wrong(pointer + "/title", "two plans have the same title");
    }
    if (plan.kind == PlanKind::payg) continue;
    if (before != nullptr) TRY_VOID(check_pair(*before, plan, pointer));
    before = &plan;
    const Rational bytes = plan.quotas.storage_gb * Rational(catalogue.gigabyte);
    if (bytes > Rational(std::numeric_limits<std::int64_t>::max())) {
      return wrong(pointer + "/quota/storage_gb", "is more than 2^63-1 bytes");
    }
  }
  return {};
}
}  // namespace

Result<void> check(const Catalogue& catalogue, const std::string& prefix) {
  TRY_VOID(check_zone(catalogue, prefix));
  TRY_VOID(check_steps(catalogue, prefix));
  return check_plans(catalogue, prefix);
}

}  // namespace postage::catalog
