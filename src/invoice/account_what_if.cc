#include "invoice/account_what_if.h"

#include <algorithm>

namespace postage::invoice {
namespace {

bool has_daily_cap(const catalog::CataloguePtr& catalogue) {
  return std::ranges::any_of(catalogue->plans, [](const catalog::PlanPtr& plan) { return plan->daily_messages.has_value(); });
}

}  // namespace

Result<WhatIf> what_if_of(const Billing& billing, const RatedMonth& month, const std::optional<std::string>& name) {
  std::vector<catalog::CataloguePtr> chosen;
  if (name) {
    const auto found = billing.catalogues().find(*name);
    if (!found) return Error(Errc::not_found, "there is no catalogue " + *name);
    chosen.push_back(found->catalogue);
  } else {
    for (const std::string& each : billing.catalogues().names()) {
      const auto found = billing.catalogues().find(each);
      if (found && found->catalogue->currency.code == month.bill.currency.code) chosen.push_back(found->catalogue);
    }
  }
  std::optional<std::int64_t> busiest;
  if (month.input.contract.overrides.daily_messages || std::ranges::any_of(chosen, has_daily_cap)) {
    TRY(most, billing.busiest_day(month.facts.id, month));
    busiest = most;
  }
  return what_if(month, chosen, busiest);
}

}  // namespace postage::invoice
