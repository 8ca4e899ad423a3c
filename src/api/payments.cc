// Money received and given: payments by hand and by file, suspense, credits, refunds, write-offs.
#include "api/money_views.h"
#include "api/resources.h"
#include "invoice/payments/statement_file.h"

namespace postage::api {
namespace {

using auth::Permission;

Outcome list_in(Call& call, std::optional<AccountId> account) {
  const Page page = read_page(call.query);
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(payments, payments_of(call));
  TRY(found, payments->payments(account, page.cursor.value_or(INT64_MAX), page.limit + 1));
  Json out = {{"items", Json::array()}};
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (static_cast<std::int64_t>(i) == page.limit) {
      out["next"] = std::to_string(found[i - 1].id);
      break;
    }
    out["items"].push_back(payment_json(found[i]));
  }
  return out;
}
Outcome list(Call& call) { return list_in(call, call.account); }
Outcome suspense(Call& call) { return list_in(call, std::nullopt); }

Outcome record(Call& call) {
  TRY(payments, payments_of(call));
  Body body(call.request.body);
  invoice::IncomingPayment payment;
  payment.id = body.text("id", {1, 100});
  payment.date = body.text("date", {10, 10});
  payment.amount = amount_member(body, "amount");
  payment.currency = find_currency(body.text("currency", {3, 3}));
  payment.reference = body.maybe_text("reference", {0, 500}).value_or("");
  payment.payer = body.maybe_text("payer", {0, 200}).value_or("");
  payment.text = body.maybe_text("text", {0, 500}).value_or("");
  payment.account = call.account;
  const std::string reason = body.maybe_text("reason", {0, 500}).value_or("");
  if (auto mistake = body.mistake()) return *mistake;
  invoice::ManualPayment provider(std::move(payment));
  TRY(lines, payments->receive(provider, call.now, changed_by(call, reason)));
  const invoice::BookedLine& line = lines.front();
  if (line.result == invoice::Booking::refused) {
    const bool again = line.problem.find("already") != std::string::npos;
    return pointed(Error(again ? Errc::conflict : Errc::bad_request, line.problem));
  }
  return Reply{201, booked_json(line), {}, {}, {}};
}

Outcome import_file(Call& call) {
  TRY(payments, payments_of(call));
  Body body(call.request.body);
  const auto csv = body.maybe_payload("csv", std::size_t{2} << 20U);
  if (!csv) body.refuse("csv", "must be the text of the file");
  const std::string reason = body.maybe_text("reason", {0, 500}).value_or("");
  if (auto mistake = body.mistake()) return *mistake;
  auto file = invoice::StatementFile::open(*csv);
  if (!file) return Problem(Errc::bad_request, file.error().detail, "/csv");
  TRY(lines, payments->receive(*file, call.now, changed_by(call, reason)));
  Json out = {{"items", Json::array()}};
  for (const invoice::BookedLine& line : lines) out["items"].push_back(booked_json(line));
  return out;
}

std::optional<std::int64_t> number_of(const Call& call) {
  const auto value = parse_decimal(call.param("payment"));
  return value ? to_int64(value->value) : std::nullopt;
}

Outcome assign(Call& call) {
  TRY(payments, payments_of(call));
  Body body(call.request.body);
  const std::string account = body.text("account", {1, 19});
  const std::string reason = body.text("reason", {1, 500});
  const auto id = parse_decimal(account);
  if (!id || !to_int64(id->value)) body.refuse("account", "must be an account's number");
  if (auto mistake = body.mistake()) return *mistake;
  const auto payment = number_of(call);
  if (!payment) return Errc::not_found;
  const AccountId owner{*to_int64(id->value)};
  if (!call.services.directory.snapshot()->account(owner)) {
    return Problem(Errc::bad_request, "there is no such account", "/account");
  }
  TRY(assigned, payments->assign(*payment, owner, call.now, changed_by(call, reason)));
  return payment_json(assigned);
}

Outcome reverse(Call& call) {
  TRY(payments, payments_of(call));
  Body body(call.request.body);
  const std::string reason = body.text("reason", {1, 500});
  if (auto mistake = body.mistake()) return *mistake;
  const auto payment = number_of(call);
  if (!payment) return Errc::not_found;
  TRY(reversed, payments->reverse(call.account, *payment, call.now, changed_by(call, reason)));
  return payment_json(reversed);
}

/// The figures behind a refused refund, as they are now.
Result<Why> refund_bound(const Call& call, const invoice::Payments& payments, const invoice::NewAdjustment& wanted) {
  TRY(bound, payments.refundable(call.account, call.now));
  const std::string credit = minor_amount(bound.credit, bound.currency), paid = minor_amount(bound.paid, bound.currency);
  const auto beyond = [&](const std::string& most) { return parse_decimal(most)->value < wanted.amount; };
  if (beyond(credit)) return Why(Reason::credit_left, {credit, bound.currency});
  if (beyond(paid)) return Why(Reason::paid_left, {paid, bound.currency});
  return Why();
}

/// The same of a refused write-off: what is open of the invoice.
Result<Why> write_off_bound(const Call& call, const invoice::Payments& payments, const invoice::NewAdjustment& wanted) {
  TRY(shown, payments.open_invoices(call.account, call.now));
  const std::string code(shown.currency.code);
  BigInt open = 0;
  for (const auto& row : shown.rows) {
    if (row.due.number == wanted.invoice) open = row.due.open;
  }
  const std::string most = minor_amount(open, code);
  if (parse_decimal(most)->value >= wanted.amount) return Why();
  return Why(Reason::open_left, {most, code, wanted.invoice});
}

/// A refusal with the figures that a page needs to say it in any language.
Problem refused(const Call& call, const invoice::Payments& payments, const Error& error,
                const invoice::NewAdjustment& wanted, std::string_view kind) {
  Problem problem = pointed(error);
  if (error.code != Errc::bad_request || kind == "credit") return problem;
  const auto why = kind == "refund" ? refund_bound(call, payments, wanted) : write_off_bound(call, payments, wanted);
  if (why) problem.why = *why;
  return problem;
}

using Adjust = Result<invoice::Adjustment> (invoice::Payments::*)(AccountId, const invoice::NewAdjustment&, Instant,
                                                                  const invoice::ChangedBy&);
Outcome adjust(Call& call, Adjust how, std::string_view kind) {
  TRY(payments, payments_of(call));
  Body body(call.request.body);
  invoice::NewAdjustment wanted;
  wanted.reference = body.text("reference", {1, 100});
  wanted.amount = amount_member(body, "amount");
  if (kind == "write_off") wanted.invoice = body.text("invoice", {1, 40});
  const std::string reason = body.text("reason", {1, 500});
  if (auto mistake = body.mistake()) return *mistake;
  const auto made = (payments->*how)(call.account, wanted, call.now, changed_by(call, reason));
  if (!made) return refused(call, *payments, made.error(), wanted, kind);
  return Reply{201, adjustment_json(*made), {}, {}, {}};
}
Outcome credit(Call& call) { return adjust(call, &invoice::Payments::credit, "credit"); }
Outcome refund(Call& call) { return adjust(call, &invoice::Payments::refund, "refund"); }
Outcome write_off(Call& call) { return adjust(call, &invoice::Payments::write_off, "write_off"); }

Outcome adjustments(Call& call) {
  const Page page = read_page(call.query);
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(payments, payments_of(call));
  TRY(found, payments->adjustments(call.account));
  return page_of(found, page.cursor.value_or(0), page.limit, [](const invoice::Adjustment& each) { return each.id; },
                 [](const invoice::Adjustment& each) { return adjustment_json(each); });
}

const Parameter kListQuery[] = {kLimitParameter, kCursorParameter};

const Route kRoutes[] = {
    {Method::get, "/accounts/{account}/payments", "listPayments", "Payments of an account, newest first",
     Permission::bill_read, list, "", "PaymentList", 200, false, kListQuery},
    {Method::post, "/accounts/{account}/payments", "recordPayment",
     "Book a payment: open invoices are paid oldest first, the rest is credit; a suspension ends in this call when the "
     "balance is 0 or more. The same id again books nothing",
     Permission::payment_write, record, "NewPayment", "BookedPayment", 201, true},
    {Method::post, "/accounts/{account}/payments/{payment}:reverse", "reversePayment",
     "A payment did not happen: what it paid is open again", Permission::payment_write, reverse, "Reason", "Payment",
     200, true},
    {Method::post, "/payments/import", "importPayments",
     "Book a bank statement (docs/payments.md); every row is answered, a row that was booked before books nothing",
     Permission::payment_write, import_file, "PaymentFile", "BookedList"},
    {Method::get, "/payments/suspense", "listSuspense", "Payments that name no account, newest first",
     Permission::payment_write, suspense, "", "PaymentList", 200, false, kListQuery},
    {Method::post, "/payments/{payment}:assign", "assignPayment", "Give a payment in suspense to an account",
     Permission::payment_write, assign, "PaymentOwner", "Payment"},
    {Method::get, "/accounts/{account}/adjustments", "listAdjustments",
     "Credits, refunds, write-offs and reversals, oldest first", Permission::bill_read, adjustments, "",
     "AdjustmentList", 200, false, kListQuery},
    {Method::post, "/accounts/{account}/credits", "addCredit", "Goodwill: credit that pays invoices",
     Permission::payment_write, credit, "NewAdjustment", "Adjustment", 201, true},
    {Method::post, "/accounts/{account}/refunds", "addRefund",
     "Pay back credit, never more than was paid in and not paid back", Permission::payment_write, refund,
     "NewAdjustment", "Adjustment", 201, true},
    {Method::post, "/accounts/{account}/write-offs", "writeOff", "Give up what is open of an invoice",
     Permission::payment_write, write_off, "NewWriteOff", "Adjustment", 201, true},
};

}  // namespace

std::span<const Route> payment_routes() { return kRoutes; }

}  // namespace postage::api
