// Issued invoices, as they were stored.
#include "api/document_reply.h"
#include "api/resources.h"
#include "api/services.h"
#include "api/views.h"

namespace postage::api {
namespace {

using auth::Permission;

Outcome list(Call& call) {
  const Page page = read_page(call.query);
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(found, call.services.billing.invoices(call.account, page.cursor.value_or(INT64_MAX), page.limit + 1));
  TRY(notes, call.services.documents.credits_of(found));
  Json out = {{"items", Json::array()}};
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (static_cast<std::int64_t>(i) == page.limit) {
      out["next"] = std::to_string(found[i - 1].id);
      break;
    }
    out["items"].push_back(invoice_object(found[i], notes[i]));
  }
  return out;
}

Outcome get(Call& call) {
  const auto ask = document_ask(call);
  if (auto mistake = call.query.mistake()) return *mistake;
  if (ask) {
    TRY(file, call.services.documents.invoice(call.account, call.param("number"), *ask));
    return document_reply(std::move(file));
  }
  TRY(found, call.services.billing.invoice(call.account, call.param("number")));
  if (!found) return Errc::not_found;
  TRY(notes, call.services.documents.credits_of({*found}));
  return invoice_object(*found, notes[0]);
}

/// The very bytes that `sha256` is of.
Outcome document(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(found, call.services.billing.invoice(call.account, call.param("number")));
  if (!found) return Errc::not_found;
  return Reply{200, {}, found->document, "application/json", {{"ETag", "\"" + found->sha256 + "\""}}};
}

const Parameter kListQuery[] = {kLimitParameter, kCursorParameter};

const Route kRoutes[] = {
    {Method::get, "/accounts/{account}/invoices", "listInvoices", "Issued invoices, newest first",
     Permission::bill_read, list, "", "InvoiceList", 200, false, kListQuery},
    {Method::get, "/accounts/{account}/invoices/{number}", "getInvoice",
     "One invoice, as an object or as a file; its state is issued, credited (in part) or void", Permission::bill_read,
     get, "", "Invoice", 200, false, kDocumentQuery, "application/pdf"},
    {Method::get, "/accounts/{account}/invoices/{number}/document", "getInvoiceDocument",
     "The stored document, byte for byte as its SHA-256 was taken", Permission::bill_read, document, "", "Invoice"},
};

}  // namespace

std::span<const Route> invoice_routes() { return kRoutes; }

}  // namespace postage::api
