#include "invoice/what_if.h"

#include <algorithm>

#include "rating/own_plans.h"

namespace postage::invoice {
namespace {

/// The most bytes that all projects kept at one hourly sample.
Int128 highest_stored(const meter::MonthUsage& usage) {
  std::vector<Int128> hours;
  for (const meter::ProjectUsage& project : usage.projects) {
    std::size_t hour = 0;
    for (const meter::StorageRun& run : project.storage) {
      const auto end = hour + static_cast<std::size_t>(run.samples);
      if (hours.size() < end) hours.resize(end);
      for (; hour < end; ++hour) hours[hour] += run.bytes;
    }
  }
  return hours.empty() ? Int128{0} : *std::ranges::max_element(hours);
}

std::vector<PassedQuota> passed_quotas(const RatedMonth& month, const catalog::Catalogue& catalogue, const catalog::Plan& plan,
                                       const std::optional<std::int64_t>& busiest_day) {
  std::vector<PassedQuota> passed;
  if (!plan.hard()) return passed;
  const auto compare = [&](const char* meter, Rational used, Rational quota) {
    if (used > quota) passed.push_back({meter, std::move(used), std::move(quota)});
  };
  compare("pcu", Rational(month.usage.simultaneous_peak), Rational(plan.quotas.pcu));
  compare("messages", Rational(month.usage.message_units()), Rational(plan.quotas.messages));
  compare("storage_gb", Rational(highest_stored(month.usage)) / Rational(catalogue.gigabyte), plan.quotas.storage_gb);
  if (plan.daily_messages && busiest_day) {
    compare("messages_a_day", Rational(*busiest_day), Rational(*plan.daily_messages));
  }
  return passed;
}

/// The month's own input on another plan, as if that had been in force all month.
rating::MonthInput input_on(const RatedMonth& month, const catalog::CataloguePtr& catalogue, const catalog::PlanPtr& plan,
                            const rating::Contract& contract) {
  rating::MonthInput input = month.input;
  input.contract = contract;
  input.catalogue = catalogue;
  input.plan = plan;
  input.minimum_plan = plan;
  input.segments.clear();
  // The measured uptime stays; what it earns is the other plan's promise.
  const std::optional<Uptime>& measured = month.sla.measured;
  input.sla_credit_percent = measured && plan->has("uptime_sla") ? catalogue->sla_credit_percent(measured->percent()) : Rational();
  input.usage = rating::quantities(*catalogue, rating::usage_of(month.usage));
  return input;
}

WhatIfRow row_of(const RatedMonth& month, const catalog::CataloguePtr& catalogue, const catalog::PlanPtr& plan,
                 const rating::Contract& contract, const std::optional<std::int64_t>& busiest_day) {
  WhatIfRow row;
  row.catalogue = catalogue;
  row.plan = plan;
  row.current = catalogue->name == month.input.catalogue->name && plan->name == month.input.plan->name;
  row.bill = row.current ? month.bill : rating::rate(input_on(month, catalogue, plan, contract));
  if (row.bill.currency.code == month.bill.currency.code) row.difference = row.bill.total - month.bill.total;
  if (!row.current) row.passed = passed_quotas(month, *catalogue, *plan, busiest_day);
  return row;
}

int group_of(const WhatIfRow& row) { return !row.passed.empty() ? 2 : !row.difference ? 1 : 0; }

}  // namespace

WhatIf what_if(const RatedMonth& month, std::span<const catalog::CataloguePtr> catalogues,
               std::optional<std::int64_t> busiest_day) {
  WhatIf answer;
  for (const catalog::CataloguePtr& listed : catalogues) {
    if (listed->kilobyte != month.input.catalogue->kilobyte) {
      answer.left_out.push_back(listed->name);
      continue;
    }
    const bool same_money = listed->currency.code == month.input.catalogue->currency.code;
    const rating::Contract contract = same_money ? month.input.contract : rating::without_amounts(month.input.contract);
    const catalog::CataloguePtr catalogue = rating::with_contract(listed, contract);
    for (const catalog::PlanPtr& plan : catalogue->plans) {
      answer.rows.push_back(row_of(month, catalogue, plan, contract, busiest_day));
    }
  }
  std::ranges::stable_sort(answer.rows, [](const WhatIfRow& a, const WhatIfRow& b) {
    if (group_of(a) != group_of(b)) return group_of(a) < group_of(b);
    if (a.bill.currency.code != b.bill.currency.code) return a.bill.currency.code < b.bill.currency.code;
    return a.bill.exact_total < b.bill.exact_total;
  });
  return answer;
}

}  // namespace postage::invoice
