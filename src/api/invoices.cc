// Issued invoices, as they were stored.
#include "api/csv.h"
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
  Json out = {{"items", Json::array()}};
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (static_cast<std::int64_t>(i) == page.limit) {
      out["next"] = std::to_string(found[i - 1].id);
      break;
    }
    out["items"].push_back(invoice_object(found[i]));
  }
  return out;
}

std::string lines_csv(const invoice::StoredInvoice& invoice, const std::vector<invoice::StoredLine>& lines) {
  std::string text;
  append_csv_row(text, {"kind", "quantity", "included", "overage", "unit_price", "amount", "currency", "inclusive"});
  for (const invoice::StoredLine& line : lines) {
    append_csv_row(text,
                   {line.kind, line.quantity.value_or(""), line.included.value_or(""), line.overage.value_or(""),
                    line.unit_price.value_or(""), line.amount, invoice.currency, line.inclusive ? "true" : "false"});
  }
  append_csv_row(text, {"total", "", "", "", "", invoice.total, invoice.currency, "false"});
  return text;
}

Outcome get(Call& call) {
  const bool csv = wants_csv(call);
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(found, call.services.billing.invoice(call.account, call.param("number")));
  if (!found) return Errc::not_found;
  if (!csv) return invoice_object(*found);
  TRY(lines, call.services.billing.lines(found->id));
  return csv_reply(lines_csv(*found, lines), found->number + ".csv");
}

/// The very bytes that `sha256` is of.
Outcome document(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(found, call.services.billing.invoice(call.account, call.param("number")));
  if (!found) return Errc::not_found;
  return Reply{200, {}, found->document, "application/json", {{"ETag", "\"" + found->sha256 + "\""}}};
}

const Parameter kListQuery[] = {kLimitParameter, kCursorParameter};
const Parameter kGetQuery[] = {{"format", R"({"type":"string","enum":["json","csv"]})", "csv: the lines"}};

const Route kRoutes[] = {
    {Method::get, "/accounts/{account}/invoices", "listInvoices", "Issued invoices, newest first",
     Permission::bill_read, list, "", "InvoiceList", 200, false, kListQuery},
    {Method::get, "/accounts/{account}/invoices/{number}", "getInvoice", "One invoice", Permission::bill_read, get, "",
     "Invoice", 200, false, kGetQuery, "text/csv"},
    {Method::get, "/accounts/{account}/invoices/{number}/document", "getInvoiceDocument",
     "The stored document, byte for byte as its SHA-256 was taken", Permission::bill_read, document, "", "Invoice"},
};

}  // namespace

std::span<const Route> invoice_routes() { return kRoutes; }

}  // namespace postage::api
