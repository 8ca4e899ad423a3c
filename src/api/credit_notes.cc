// Credit notes: what takes back an issued invoice, all of it or a part.
#include "api/document_reply.h"
#include "api/resources.h"
#include "api/services.h"
#include "api/views.h"

namespace postage::api {
namespace {

using auth::Permission;

constexpr std::int64_t kLinesMax = 1000;

Outcome issue(Call& call, const invoice::CreditAsk& ask, bool dry_run) {
  const std::string& number = call.param("number");
  if (dry_run) {
    TRY(note, call.services.documents.preview(call.account, number, ask, call.now));
    return Reply{200, Json::parse(invoice::credit_json(note), nullptr, false), {}, {}, {}};
  }
  TRY(note, call.services.documents.credit(call.account, number, ask, call.now, changed_by(call, ask.reason)));
  return Reply{201, credit_object(note), {}, {}, {}};
}

Outcome void_invoice(Call& call) {
  Body body(call.request.body);
  invoice::CreditAsk ask;
  ask.everything = true;
  ask.reason = body.text("reason", {1, 500});
  const bool dry_run = body.maybe_flag("dry_run").value_or(false);
  if (auto mistake = body.mistake()) return *mistake;
  return issue(call, ask, dry_run);
}

Outcome credit(Call& call) {
  Body body(call.request.body);
  invoice::CreditAsk ask;
  ask.reason = body.text("reason", {1, 500});
  const auto line = body.maybe_integer("line", 0, kLinesMax);
  const std::string written = body.text("amount", {1, kDecimalCharsMax});
  const bool dry_run = body.maybe_flag("dry_run").value_or(false);
  const auto amount = parse_decimal(written);
  if (!amount) body.refuse("amount", "must be a decimal number");
  if (auto mistake = body.mistake()) return *mistake;
  if (line)
    ask.lines = {{static_cast<std::size_t>(*line), amount->value}};
  else
    ask.amount = amount->value;
  return issue(call, ask, dry_run);
}

Outcome list(Call& call) {
  const Page page = read_page(call.query);
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(found, call.services.documents.credits(call.account, page.cursor.value_or(INT64_MAX), page.limit + 1));
  Json out = {{"items", Json::array()}};
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (static_cast<std::int64_t>(i) == page.limit) {
      out["next"] = std::to_string(found[i - 1].id);
      break;
    }
    out["items"].push_back(credit_object(found[i]));
  }
  return out;
}

Outcome get(Call& call) {
  const auto ask = document_ask(call);
  if (auto mistake = call.query.mistake()) return *mistake;
  const std::string& number = call.param("number");
  TRY(found, call.services.documents.find_credit(call.account, number));
  if (!found) return Errc::not_found;
  if (!ask) return credit_object(*found);
  TRY(file, call.services.documents.credit_note(call.account, number, *ask));
  return document_reply(std::move(file));
}

/// The very bytes that `sha256` is of.
Outcome document(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(found, call.services.documents.find_credit(call.account, call.param("number")));
  if (!found) return Errc::not_found;
  return Reply{200, {}, found->document, "application/json", {{"ETag", "\"" + found->sha256 + "\""}}};
}

const Parameter kListQuery[] = {kLimitParameter, kCursorParameter};

const Route kRoutes[] = {
    {Method::post, "/accounts/{account}/invoices/{number}:void", "voidInvoice",
     "Take back all that is left of an invoice by a credit note; the invoice itself stays as it was issued",
     Permission::invoice_credit, void_invoice, "VoidInvoice", "CreditNote", 201, true},
    {Method::post, "/accounts/{account}/invoices/{number}/credit-notes", "creditInvoice",
     "Take back a part of an invoice: an amount of one line before tax, or of the total, tax included",
     Permission::invoice_credit, credit, "NewCreditNote", "CreditNote", 201, true},
    {Method::get, "/accounts/{account}/credit-notes", "listCreditNotes", "Credit notes, newest first",
     Permission::bill_read, list, "", "CreditNoteList", 200, false, kListQuery},
    {Method::get, "/accounts/{account}/credit-notes/{number}", "getCreditNote",
     "One credit note, as an object or a file", Permission::bill_read, get, "", "CreditNote", 200, false,
     kDocumentQuery, "application/pdf"},
    {Method::get, "/accounts/{account}/credit-notes/{number}/document", "getCreditNoteDocument",
     "The stored document, byte for byte as its SHA-256 was taken", Permission::bill_read, document, "", "CreditNote"},
};

}  // namespace

std::span<const Route> credit_note_routes() { return kRoutes; }

}  // namespace postage::api
