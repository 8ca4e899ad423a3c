// Looking ahead and sideways: a month on every plan, the month's end, and the usage at which another plan is cheaper.
#include "invoice/account_what_if.h"

#include "api/catalogue_view.h"
#include "api/resources.h"
#include "api/services.h"
#include "api/views.h"
#include "rating/break_even.h"

namespace postage::api {
namespace {

using auth::Permission;

/// `month` of the query: "2026-01"; the running one when it is absent.
std::optional<MonthKey> read_month(Query& query) {
  const auto text = query.text("month", 7);
  if (!text) return std::nullopt;
  const auto month = parse_month(*text);
  if (month) return *month;
  query.refuse("month", month.error().detail);
  return std::nullopt;
}

Outcome what_if(Call& call) {
  const auto month = read_month(call.query);
  const auto name = call.query.text("catalogue", 64);
  if (auto mistake = call.query.mistake()) return *mistake;
  const invoice::Billing& billing = call.services.billing;
  TRY(rated, billing.month(call.account, month, call.now));
  TRY(answer, invoice::what_if_of(billing, rated, name));
  return what_if_json(rated, answer, call.now);
}

Json maybe_instant(const std::optional<Instant>& at) { return at ? Json(instant_text_utc(*at)) : Json(nullptr); }

Outcome forecast(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(found, call.services.billing.forecast_of(call.account, call.now));
  const Currency& currency = found.expected.currency;
  Json meters = Json::object();
  for (const invoice::MeterForecast& each : found.meters) {
    meters[each.meter] = {{"used", each.used.to_plain()},
                          {"expected", each.expected.to_plain()},
                          {"low", each.low.to_plain()},
                          {"high", each.high.to_plain()},
                          {"quota", each.quota ? Json(each.quota->to_plain()) : Json(nullptr)},
                          {"reached", each.reached},
                          {"crosses_at", maybe_instant(each.crosses_at)}};
  }
  Json budget = nullptr;
  if (found.budget) {
    budget = {{"amount", money_text(*found.budget, currency)},
              {"reached", found.budget_reached},
              {"crosses_at", maybe_instant(found.budget_crosses_at)}};
  }
  return Json{{"account", id_text(call.account)},
              {"month", found.month.text()},
              {"as_of", instant_text_utc(found.as_of)},
              {"covered_minutes", std::to_string(found.covered_minutes)},
              {"firm", found.firm()},
              {"meters", std::move(meters)},
              {"bill", bill_members(found.expected)},
              {"low", money_text(found.low.total, currency)},
              {"high", money_text(found.high.total, currency)},
              {"budget", std::move(budget)}};
}

Outcome break_even(Call& call) {
  const auto month = read_month(call.query);
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(rated, call.services.billing.month(call.account, month, call.now));
  Json out = {{"account", id_text(call.account)},
              {"month", rated.month.text()},
              {"catalogue", rated.bill.catalogue},
              {"plan", rated.bill.plan},
              {"items", Json::array()}};
  for (const rating::BreakEven& each : rating::break_evens(rated.input)) {
    Json row = {{"meter", each.meter}, {"plan", each.to->name}, {"cheaper_from", nullptr}};
    if (each.cheaper_from) {
      row["cheaper_from"] = each.quantity.to_plain();
      if (each.meter == "storage_gb") row["byte_hours"] = each.cheaper_from->str();
      row["equal_before"] = each.equal_before;
      row["total_here"] = each.here.to_plain();
      row["total_there"] = each.there.to_plain();
    }
    out["items"].push_back(std::move(row));
  }
  return out;
}

const Parameter kMonthParameter{"month", R"({"type":"string","pattern":"^[0-9]{4}-[0-9]{2}$"})", "default: the running one"};
const Parameter kWhatIfQuery[] = {
    kMonthParameter, {"catalogue", R"({"type":"string"})", "only this one; default: all in the account's currency"}};
const Parameter kMonthQuery[] = {kMonthParameter};

const Route kRoutes[] = {
    {Method::get, "/accounts/{account}/what-if", "getWhatIf",
     "A month's own usage, contract and tax rated on every plan, as full invoices, cheapest first", Permission::bill_read,
     what_if, "", "WhatIf", 200, false, kWhatIfQuery},
    {Method::get, "/accounts/{account}/forecast", "getForecast",
     "Usage and bill expected at the month's end, and when quotas and the budget will be crossed", Permission::bill_read,
     forecast, "", "Forecast"},
    {Method::get, "/accounts/{account}/break-even", "getBreakEven",
     "From which usage of each meter on a larger plan is cheaper, the rest of the month as it is", Permission::bill_read,
     break_even, "", "BreakEvenList", 200, false, kMonthQuery},
};

}  // namespace

std::span<const Route> what_if_routes() { return kRoutes; }

}  // namespace postage::api
