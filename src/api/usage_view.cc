#include "api/usage_view.h"

#include <set>

#include "api/services.h"
#include "base/log.h"

namespace postage::api {
namespace {

/// Whole percent of a quota, rounded down; of a quota of 0 it is null.
Json percent_of(const Rational& used, const Rational& quota) {
  if (quota.is_zero()) return nullptr;
  return Rational((used * Rational(100) / quota).floor()).to_plain(0);
}

Json meter_json(const Rational& used, const Rational& quota, bool payg) {
  Json out = {{"used", used.to_plain()}, {"quota", nullptr}, {"percent", nullptr}};
  if (payg) return out;
  out["quota"] = quota.to_plain();
  out["percent"] = percent_of(used, quota);
  return out;
}

}  // namespace

Json meters_json(const invoice::RatedMonth& rated, std::int64_t open) {
  const catalog::Plan& plan = *rated.input.plan;
  const bool payg = plan.kind == catalog::PlanKind::payg;
  const rating::Quantities& used = rated.input.usage;
  Json out = {{"pcu", meter_json(used.pcu, Rational(plan.quotas.pcu), payg)},
              {"messages", meter_json(used.messages, Rational(plan.quotas.messages), payg)},
              {"storage_gb", meter_json(used.storage_gb, plan.quotas.storage_gb, payg)}};
  out["pcu"]["open"] = std::to_string(open);
  return out;
}

Json projects_usage_json(const invoice::RatedMonth& rated) {
  std::multiset<std::string> names;
  for (const meter::ProjectUsage& each : rated.usage.projects) names.insert(each.name);
  Json out = Json::object();
  for (const meter::ProjectUsage& each : rated.usage.projects) {
    std::string name = each.name;
    if (names.count(name) > 1) name += " (" + std::to_string(each.project.value) + ")";
    const Rational gb = rating::storage_gb(*rated.input.catalogue, each.byte_hours(), rated.usage.month_hours());
    out[name] = {{"id", std::to_string(each.project.value)},
                 {"pcu", std::to_string(each.peak)},
                 {"messages", std::to_string(each.units)},
                 {"storage_gb", gb.to_plain()}};
  }
  return out;
}

std::int64_t open_connections(const Call& call, const invoice::RatedMonth& rated) {
  std::int64_t open = 0;
  for (const meter::ProjectUsage& each : rated.usage.projects)
    open += call.services.usage.open_connections(each.project);
  return open;
}

void add_usage_summary(Json& account, const Call& call, AccountId id, bool with_bill) {
  account["meters"] = nullptr;
  account["bill"] = nullptr;
  account["next_catalogue"] = nullptr;
  const auto rated = call.services.billing.running(id, call.now);
  if (!rated) {
    log(Level::warn, "account_usage_unreadable",
        {{"request_id", call.request_id}, {"account", id.value}, {"error", rated.error().to_string()}});
    return;
  }
  account["meters"] = meters_json(*rated, open_connections(call, *rated));
  if (const auto& move = rated->terms.subscription.move()) {
    account["next_catalogue"] = {{"catalogue", move->catalogue->name}, {"from", move->from.text()}};
  }
  if (!with_bill) return;
  account["bill"] = {{"currency", std::string(rated->bill.currency.code)},
                     {"total", money_text(rated->bill.total, rated->bill.currency)}};
}

}  // namespace postage::api
