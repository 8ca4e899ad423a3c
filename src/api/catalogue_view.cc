#include "api/catalogue_view.h"

#include "api/views.h"

namespace postage::api {

Json findings_json(const std::vector<catalog::Finding>& findings) {
  Json rows = Json::array();
  for (const catalog::Finding& each : findings) {
    rows.push_back({{"severity", std::string(catalog::severity_name(each.severity))},
                    {"pointer", each.pointer},
                    {"code", each.code},
                    {"text", each.text}});
  }
  return rows;
}

Json publication_json(const catalog::Publication& each) {
  const auto maybe = [](const std::optional<Instant>& at) { return at ? Json(instant_text_utc(*at)) : Json(nullptr); };
  return {{"name", each.name},
          {"version", std::to_string(each.version)},
          {"state", std::string(catalog::state_name(each.state))},
          {"effective_from", each.catalogue->effective_from},
          {"currency", std::string(each.catalogue->currency.code)},
          {"zone", each.catalogue->zone.name()},
          {"replaces", each.succession.replaces.empty() ? Json(nullptr) : Json(each.succession.replaces)},
          {"grandfather", each.succession.grandfather},
          {"plans", each.succession.plans},
          {"sha256", each.sha256},
          {"drafted_at", instant_text_utc(each.drafted_at)},
          {"published_at", maybe(each.published_at)},
          {"withdrawn_at", maybe(each.withdrawn_at)},
          {"by", each.by},
          {"why", each.why}};
}

namespace {

Json preview_row(const invoice::AccountPreview& each) {
  Json months = Json::array();
  for (const invoice::PreviewMonth& month : each.months) {
    months.push_back({{"month", month.month.text()},
                      {"running", month.running},
                      {"difference", month.difference ? Json(money_text(*month.difference, month.after.currency)) : Json(nullptr)},
                      {"before", bill_members(month.before)},
                      {"after", bill_members(month.after)}});
  }
  return {{"account", id_text(each.facts.id)}, {"name", each.facts.name},   {"plan_before", each.plan_before},
          {"plan_after", each.plan_after},     {"months", std::move(months)}, {"gained", each.gained},
          {"lost", each.lost}};
}

Json row_json(const invoice::WhatIfRow& row) {
  Json out = bill_members(row.bill);
  out["current"] = row.current;
  out["possible"] = row.passed.empty();
  out["difference"] = row.difference ? Json(money_text(*row.difference, row.bill.currency)) : Json(nullptr);
  if (row.passed.empty()) return out;
  out["passed"] = Json::array();
  for (const invoice::PassedQuota& each : row.passed) {
    out["passed"].push_back({{"meter", each.meter}, {"used", each.used.to_plain()}, {"quota", each.quota.to_plain()}});
  }
  return out;
}

}  // namespace

Result<Json> preview_json(invoice::CataloguePreview& preview, std::size_t first, std::size_t count) {
  const invoice::PreviewTotals totals = preview.totals();
  const Currency& currency = preview.publication().catalogue->currency;
  const auto sums = [&](const Rational& before, const Rational& after) {
    return Json{{"before", money_text(before, currency)},
                {"after", money_text(after, currency)},
                {"difference", money_text(after - before, currency)}};
  };
  const bool done = totals.read == totals.accounts;
  Json out = {{"catalogue", preview.name()},
              {"as_of", instant_text_utc(preview.as_of())},
              {"done", done},
              {"accounts", std::to_string(totals.accounts)},
              {"read", std::to_string(totals.read)},
              {"pay_more", std::to_string(totals.pay_more)},
              {"pay_less", std::to_string(totals.pay_less)},
              {"pay_the_same", std::to_string(totals.pay_the_same)},
              {"other_currency", std::to_string(totals.other_currency)},
              {"cannot_move", std::to_string(totals.cannot_move)},
              {"lose_features", std::to_string(totals.lose_features)},
              {"currency", std::string(currency.code)},
              {"closed_month", sums(totals.closed_before, totals.closed_after)},
              {"running_month", sums(totals.running_before, totals.running_after)},
              {"items", Json::array()}};
  if (!done) return out;
  TRY(rows, preview.page(first, count));
  for (const invoice::AccountPreview& each : rows) out["items"].push_back(preview_row(each));
  if (rows.size() == count) out["next"] = std::to_string(first + count);
  return out;
}

Json what_if_json(const invoice::RatedMonth& month, const invoice::WhatIf& answer, Instant now) {
  Json out = {{"account", id_text(month.facts.id)},
              {"month", month.month.text()},
              {"running", month.period.holds(now)},
              {"plan", month.bill.plan},
              {"catalogue", month.bill.catalogue},
              {"currency", std::string(month.bill.currency.code)},
              {"total", money_text(month.bill.total, month.bill.currency)},
              {"invoices", Json::array()},
              {"left_out", answer.left_out}};
  for (const invoice::WhatIfRow& row : answer.rows) out["invoices"].push_back(row_json(row));
  return out;
}

}  // namespace postage::api
