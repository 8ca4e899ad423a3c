// The statement of an account, what paid an invoice, where the account stands, and its prepayment.
#include "api/csv.h"
#include "api/money_views.h"
#include "api/resources.h"
#include "invoice/payments/refundable.h"

namespace postage::api {
namespace {

using auth::Permission;

std::string statement_csv(const invoice::AccountStatement& statement) {
  const auto text = [&](const BigInt& minor) { return invoice::minor_text(minor, *statement.currency); };
  const std::string currency(statement.currency->code);
  std::string out;
  append_csv_row(out, {"month", "at", "source", "text", "amount", "balance", "currency"});
  for (const invoice::StatementMonth& month : statement.months) {
    append_csv_row(out, {month.month.text(), "", "opening", "", "", text(month.opening), currency});
    for (const invoice::StatementLine& line : month.lines) {
      append_csv_row(out, {month.month.text(), instant_text(line.at, statement.zone), line.source, line.text,
                           text(line.minor), text(line.balance), currency});
    }
    append_csv_row(out, {month.month.text(), "", "closing", "", "", text(month.closing), currency});
  }
  return out;
}

/// A month of the query, or `otherwise`.
MonthKey month_or(Call& call, const std::string& name, MonthKey otherwise) {
  const auto text = call.query.text(name, 7);
  if (!text) return otherwise;
  const auto month = parse_month(*text);
  if (!month) call.query.refuse(name, "must be a month such as 2026-01");
  return month ? *month : otherwise;
}

Outcome statement(Call& call) {
  TRY(payments, payments_of(call));
  const bool csv = wants_csv(call);
  TRY(current, payments->month_at(call.account, call.now));
  const MonthKey to = month_or(call, "to", current);
  const MonthKey from = month_or(call, "from", to);
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(shown, payments->statement(call.account, from, to, call.now));
  if (!csv) {
    TRY(back, invoice::refundable(call.services.billing.database(), call.account, *shown.currency));
    Json out = statement_json(shown);
    out["refundable"] = invoice::minor_text(back, *shown.currency);
    return out;
  }
  return csv_reply(statement_csv(shown), "statement-" + from.text() + "-" + to.text() + ".csv");
}

Outcome invoice_payments(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(payments, payments_of(call));
  TRY(shown, payments->invoice_payments(call.account, call.param("number"), call.now));
  return invoice_payments_json(shown);
}

Outcome open_invoices(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(payments, payments_of(call));
  TRY(shown, payments->open_invoices(call.account, call.now));
  return open_invoices_json(shown, call.now);
}

Outcome arrears(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(payments, payments_of(call));
  TRY(view, payments->arrears(call.account, call.now));
  return arrears_json(view, call.now);
}

Outcome set_collection(Call& call) {
  TRY(payments, payments_of(call));
  invoice::CollectionTerms terms = payments->default_collection();
  Body body(call.request.body);
  const auto mode = body.maybe_text("mode", {3, 7});
  terms.deduction_day = static_cast<int>(body.maybe_integer("deduction_day", 1, 28).value_or(terms.deduction_day));
  terms.grace_days = static_cast<int>(body.maybe_integer("grace_days", 0, 90).value_or(terms.grace_days));
  if (body.has("tolerance")) terms.tolerance = amount_member(body, "tolerance");
  if (const auto hours = body.maybe_integer("weekly_grace_hours", 0, 2160)) {
    terms.weekly_grace = std::chrono::hours(*hours);
  }
  terms.expiry_notice_days =
      static_cast<int>(body.maybe_integer("expiry_notice_days", 0, 90).value_or(terms.expiry_notice_days));
  const std::string reason = body.text("reason", {1, 500});
  const auto known = mode ? invoice::collection_mode_of(*mode) : std::nullopt;
  if (mode && !known) body.refuse("mode", "must be off, classic or weekly");
  if (auto mistake = body.mistake()) return *mistake;
  terms.mode = known.value_or(terms.mode);
  const auto own = mode ? std::optional(terms) : std::nullopt;
  const auto set = payments->set_collection(call.account, own, call.now, changed_by(call, reason));
  if (!set) return pointed(set.error());
  return arrears(call);
}

Outcome prepaid(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(payments, payments_of(call));
  TRY(view, payments->prepaid(call.account, call.now));
  return prepaid_json(view, call.now);
}

Outcome set_prepaid(Call& call) {
  TRY(payments, payments_of(call));
  Body body(call.request.body);
  const auto on = body.maybe_flag("prepaid");
  const std::string reason = body.text("reason", {1, 500});
  if (!on) body.refuse("prepaid", "must be true or false");
  if (auto mistake = body.mistake()) return *mistake;
  TRY_VOID(payments->set_prepaid(call.account, *on, call.now, changed_by(call, reason)));
  return prepaid(call);
}

Outcome grant(Call& call) {
  TRY(payments, payments_of(call));
  Body body(call.request.body);
  invoice::NewGrant wanted;
  wanted.kind = body.choice("kind", {"granted", "paid"}) == "paid" ? invoice::GrantKind::paid : invoice::GrantKind::granted;
  wanted.reference = body.text("reference", {1, 100});
  wanted.amount = amount_member(body, "amount");
  if (const auto end = body.maybe_text("expires_at", {1, 40})) {
    const auto at = parse_instant(*end);
    if (at)
      wanted.expires_at = *at;
    else
      body.refuse("expires_at", at.error().detail);
  }
  const std::string reason = body.text("reason", {1, 500});
  if (auto mistake = body.mistake()) return *mistake;
  const auto made = payments->grant(call.account, wanted, call.now, changed_by(call, reason));
  if (!made) return pointed(made.error());
  TRY(view, payments->prepaid(call.account, call.now));
  return Reply{201, prepaid_json(view, call.now), {}, {}, {}};
}

const Parameter kStatementQuery[] = {
    {"from", R"({"type":"string"})", "first month, 2026-01; the last one unless told"},
    {"to", R"({"type":"string"})", "last month; the running one unless told; at most 36 months"},
    {"format", R"({"type":"string","enum":["json","csv"]})", "csv: one row an entry"}};

const Route kRoutes[] = {
    {Method::get, "/accounts/{account}/statement", "getStatement",
     "Every entry with its running balance; opening and closing of each month", Permission::bill_read, statement, "",
     "Statement", 200, false, kStatementQuery, "text/csv"},
    {Method::get, "/accounts/{account}/invoices/{number}/payments", "getInvoicePayments",
     "What is paid and open of an invoice, and its split over projects", Permission::bill_read, invoice_payments, "",
     "InvoicePayments"},
    {Method::get, "/accounts/{account}/open-invoices", "getOpenInvoices",
     "Invoices that are not paid in full, oldest first, and what is open by age", Permission::bill_read, open_invoices, "",
     "OpenInvoices"},
    {Method::get, "/accounts/{account}/arrears", "getArrears", "Where the account stands with unpaid bills",
     Permission::bill_read, arrears, "", "Arrears"},
    {Method::put, "/accounts/{account}/collection", "setCollection",
     "The account's own terms of collection; without mode the operator's again", Permission::payment_write,
     set_collection, "Collection", "Arrears", 200, true},
    {Method::get, "/accounts/{account}/prepaid", "getPrepaid", "Prepaid balance: what the month may cost and every grant",
     Permission::bill_read, prepaid, "", "Prepaid"},
    {Method::put, "/accounts/{account}/prepaid", "setPrepaid",
     "Prepaid: what the grants do not pay is refused, exactly to the unit", Permission::payment_write, set_prepaid,
     "PrepaidSwitch", "Prepaid", 200, true},
    {Method::post, "/accounts/{account}/prepaid/grants", "addGrant", "A paid or granted amount; it counts at once",
     Permission::payment_write, grant, "NewGrant", "Prepaid", 201, true},
};

}  // namespace

std::span<const Route> statement_routes() { return kRoutes; }

}  // namespace postage::api
