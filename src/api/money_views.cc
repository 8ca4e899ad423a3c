#include "api/money_views.h"

namespace postage::api {
namespace {

Json maybe_instant(const std::optional<Instant>& at) { return at ? Json(instant_text_utc(*at)) : Json(nullptr); }

}  // namespace

Result<invoice::Payments*> payments_of(const Call& call) {
  if (call.services.payments == nullptr) return Error(Errc::unavailable, "payments are not served here");
  return call.services.payments;
}

std::string minor_amount(const BigInt& minor, std::string_view currency) {
  const Currency* known = find_currency(currency);
  return known ? invoice::minor_text(minor, *known) : minor.str();
}

Rational amount_member(Body& body, const std::string& name) {
  const std::string text = body.text(name, {1, kDecimalCharsMax});
  const auto value = parse_decimal(text);
  if (value && value->value > Rational(0)) return value->value;
  body.refuse(name, "must be a decimal string above 0", Reason::above_zero);
  return Rational(0);
}

Json payment_json(const invoice::StoredPayment& payment) {
  return {{"payment", std::to_string(payment.id)},
          {"provider", payment.provider},
          {"id", payment.external_id},
          {"account", payment.account ? Json(id_text(*payment.account)) : Json(nullptr)},
          {"date", payment.date},
          {"amount", minor_amount(payment.minor, payment.currency)},
          {"currency", payment.currency},
          {"reference", payment.reference},
          {"payer", payment.payer},
          {"recorded_at", instant_text_utc(payment.recorded_at)},
          {"by", payment.by},
          {"why", payment.why},
          {"reversed", payment.reversed}};
}

Json booked_json(const invoice::BookedLine& line) {
  const std::string where = pointed(Error(Errc::bad_request, line.problem)).pointer;
  return {{"line", line.line},
          {"result", std::string(invoice::booking_name(line.result))},
          {"payment", line.payment != 0 ? Json(std::to_string(line.payment)) : Json(nullptr)},
          {"account", line.account ? Json(id_text(*line.account)) : Json(nullptr)},
          {"problem", line.problem.empty() ? Json(nullptr) : Json(line.problem)},
          {"pointer", where.empty() ? Json(nullptr) : Json(where)}};
}

Json adjustment_json(const invoice::Adjustment& adjustment) {
  return {{"id", std::to_string(adjustment.id)},
          {"kind", adjustment.kind},
          {"reference", adjustment.reference},
          {"amount", minor_amount(adjustment.minor, adjustment.currency)},
          {"currency", adjustment.currency},
          {"at", instant_text_utc(adjustment.at)},
          {"by", adjustment.by},
          {"why", adjustment.why}};
}

Json statement_json(const invoice::AccountStatement& statement) {
  const Currency& currency = *statement.currency;
  const auto text = [&](const BigInt& minor) { return invoice::minor_text(minor, currency); };
  Json out = {{"account", id_text(statement.account)},
              {"currency", std::string(currency.code)},
              {"zone", statement.zone.name()},
              {"balance", text(statement.money.balance())},
              {"owed", text(statement.money.owed)},
              {"credit", text(statement.money.credit)},
              {"reserved", text(statement.money.reserved)},
              {"prepaid", text(statement.money.prepaid)},
              {"months", Json::array()}};
  for (const invoice::StatementMonth& month : statement.months) {
    Json shown = {{"month", month.month.text()}, {"opening", text(month.opening)}, {"entries", Json::array()}};
    for (const invoice::StatementLine& line : month.lines) {
      shown["entries"].push_back({{"id", std::to_string(line.transaction)},
                                  {"at", instant_text_utc(line.at)},
                                  {"source", line.source},
                                  {"text", line.text},
                                  {"amount", text(line.minor)},
                                  {"balance", text(line.balance)}});
    }
    shown["closing"] = text(month.closing);
    out["months"].push_back(std::move(shown));
  }
  return out;
}

Json prepaid_json(const invoice::PrepaidView& view, Instant now) {
  const auto text = [&](const BigInt& minor) { return invoice::minor_text(minor, view.currency); };
  const BigInt left = view.available > view.used ? BigInt(view.available - view.used) : BigInt(0);
  Json out = {{"prepaid", view.prepaid},      {"currency", std::string(view.currency.code)},
              {"available", text(view.available)}, {"used", text(view.used)},
              {"left", text(left)},           {"grants", Json::array()}};
  for (const invoice::StoredGrant& each : view.grants) {
    const auto& end = each.grant.expires_at;
    out["grants"].push_back({{"id", std::to_string(each.grant.id)},
                             {"kind", std::string(invoice::grant_kind_name(each.grant.kind))},
                             {"reference", each.reference},
                             {"amount", text(each.grant.amount)},
                             {"left", text(each.grant.left)},
                             {"consumed", text(each.consumed)},
                             {"expired", text(each.expired)},
                             {"at", instant_text_utc(each.grant.at)},
                             {"expires_at", maybe_instant(end)},
                             {"ended", end && *end <= now},
                             {"by", each.by},
                             {"why", each.why}});
  }
  return out;
}

Json arrears_json(const invoice::ArrearsView& view, Instant now) {
  const bool clear = view.row.state == invoice::ArrearsState::clear;
  const bool suspended = view.row.state == invoice::ArrearsState::suspended;
  Json events = Json::array();
  for (const invoice::ArrearsEvent& each : view.events) {
    events.push_back({{"at", instant_text_utc(each.at)},
                      {"before", std::string(invoice::arrears_state_name(each.before))},
                      {"after", std::string(invoice::arrears_state_name(each.after))},
                      {"balance", each.balance},
                      {"currency", each.currency},
                      {"cause", each.cause}});
  }
  return {{"state", std::string(invoice::arrears_state_name(view.row.state))},
          {"since", clear ? Json(nullptr) : Json(instant_text_utc(view.row.since))},
          {"suspends_at", suspended ? Json(nullptr) : maybe_instant(view.suspends_at)},
          {"as_of", instant_text_utc(now)},
          {"currency", std::string(view.currency.code)},
          {"balance", invoice::minor_text(view.money.balance(), view.currency)},
          {"collection",
           {{"mode", std::string(invoice::collection_mode_name(view.terms.mode))},
            {"deduction_day", view.terms.deduction_day},
            {"grace_days", view.terms.grace_days},
            {"tolerance", view.terms.tolerance.to_plain()},
            {"weekly_grace_hours", std::chrono::duration_cast<std::chrono::hours>(view.terms.weekly_grace).count()},
            {"expiry_notice_days", view.terms.expiry_notice_days},
            {"own", view.own_terms}}},
          {"history", std::move(events)}};
}

Json open_invoices_json(const invoice::OpenInvoices& shown, Instant now) {
  const auto text = [&](const BigInt& minor) { return invoice::minor_text(minor, shown.currency); };
  Json items = Json::array();
  for (const invoice::OpenInvoices::Row& each : shown.rows) {
    items.push_back({{"number", each.due.number},
                     {"month", each.month},
                     {"total", text(each.due.total)},
                     {"paid", text(each.due.total - each.due.open)},
                     {"open", text(each.due.open)},
                     {"issued_at", instant_text_utc(each.due.issued_at)},
                     {"deduction_at", maybe_instant(each.deduction_at)},
                     {"days", each.days}});
  }
  Json ageing = Json::array();
  for (std::size_t i = 0; i < shown.age.size(); ++i) {
    const bool last = i + 1 == shown.age.size();
    ageing.push_back({{"from_days", invoice::kAgeingFromDays[i]},
                      {"to_days", last ? Json(nullptr) : Json(invoice::kAgeingFromDays[i + 1] - 1)},
                      {"open", text(shown.age[i])}});
  }
  return {{"currency", std::string(shown.currency.code)},
          {"as_of", instant_text_utc(now)},
          {"open", text(shown.open)},
          {"ageing", std::move(ageing)},
          {"items", std::move(items)}};
}

Json invoice_payments_json(const invoice::InvoicePayments& shown) {
  const auto text = [&](const BigInt& minor) { return invoice::minor_text(minor, shown.currency); };
  Json rows = Json::array();
  for (const invoice::Allocation& each : shown.allocations) {
    rows.push_back({{"id", std::to_string(each.id)},
                    {"kind", each.kind},
                    {"amount", text(each.minor)},
                    {"at", instant_text_utc(each.at)}});
  }
  Json projects = Json::array();
  for (const invoice::InvoicePayments::Share& each : shown.projects) {
    projects.push_back({{"id", id_text(each.project)},
                        {"name", each.name},
                        {"total", money_text(each.total, shown.currency)},
                        {"paid", money_text(each.paid, shown.currency)}});
  }
  return {{"number", shown.due.number},
          {"currency", std::string(shown.currency.code)},
          {"total", text(shown.due.total)},
          {"paid", text(shown.due.total - shown.due.open)},
          {"open", text(shown.due.open)},
          {"issued_at", instant_text_utc(shown.due.issued_at)},
          {"deduction_at", maybe_instant(shown.deduction_at)},
          {"allocations", std::move(rows)},
          {"projects", std::move(projects)}};
}

}  // namespace postage::api
