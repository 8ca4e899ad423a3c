// Bundles: an account's months as a file that anybody can verify without the server, and what such a check says.
#include "api/resources.h"
#include "api/services.h"
#include "invoice/billing.h"
#include "invoice/bundle/bundles.h"
#include "invoice/bundle/verify_bundle.h"

namespace postage::api {
namespace {

using auth::Permission;

Result<std::string> bundle_of(Call& call, MonthKey month) {
  if (call.services.bundles == nullptr) return Errc::unavailable;
  return call.services.bundles->make(call.account, {month}, call.now);
}

Outcome export_month(Call& call) {
  const auto month = call.query.text("month");
  if (auto mistake = call.query.mistake()) return *mistake;
  if (!month) return Problem(Error(Errc::bad_request, "month: name one, as in 2026-01"));
  auto key = parse_month(*month);
  if (!key) return Problem(Error(Errc::bad_request, "month: " + key.error().detail));
  TRY(text, bundle_of(call, *key));
  const std::string name = "account-" + std::to_string(call.account.value) + "-" + key->text() + ".bundle";
  return Reply{200,
               {},
               std::move(text),
               "text/plain; charset=utf-8",
               {{"Content-Disposition", "attachment; filename=\"" + name + "\""}}};
}

Json lines_of_bill(const rating::Bill& bill) {
  std::string text;
  for (const rating::Line& line : bill.lines) {
    if (!text.empty()) text += ',';
    rating::append_line_json(text, line, bill.currency);
  }
  return Json::parse("[" + text + "]", nullptr, false);
}

Outcome proof(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(found, call.services.billing.invoice(call.account, call.param("number")));
  if (!found) return Errc::not_found;
  TRY(month, parse_month(found->month));
  TRY(text, bundle_of(call, month));
  TRY(report, invoice::verify_bundle(invoice::give_text(std::move(text)), &call.services.bundles->key()));
  Json out = {{"number", found->number},
              {"holds", report.ok()},
              {"finding", report.ok() ? Json() : Json(report.finding->text())},
              {"key_sha256", report.fingerprint},
              {"document_sha256", found->sha256},
              {"catalogue_sha256", found->catalogue_hash},
              {"bundle_sha256", report.chain_head}};
  if (!report.months.empty()) {
    const invoice::CheckedMonth& checked = report.months.front();
    out["hours"] = std::to_string(checked.hours);
    out["records"] = std::to_string(checked.values);
    out["covered_minutes"] = std::to_string(checked.covered_minutes);
    out["due_minutes"] = std::to_string(checked.due_minutes);
    out["currency"] = std::string(checked.bill.currency.code);
    out["lines"] = lines_of_bill(checked.bill);
    out["total"] = money_text(checked.bill.total, checked.bill.currency);
  }
  out["export"] = "/v1/accounts/" + std::to_string(call.account.value) + "/export?month=" + found->month;
  return out;
}

const Parameter kExportQuery[] = {
    {"month", R"({"type":"string"})", "2026-01: a month with an invoice, or the running one"}};

const Route kRoutes[] = {
    {Method::get, "/accounts/{account}/export", "exportMonth",
     "A month as a signed bundle that `postage verify` recomputes without the server", Permission::bill_read,
     export_month, "", "", 200, false, kExportQuery, "text/plain"},
    {Method::get, "/accounts/{account}/invoices/{number}/proof", "getInvoiceProof",
     "The invoice recomputed from the meter's signed records", Permission::bill_read, proof, "", "InvoiceProof"},
};

}  // namespace

std::span<const Route> export_routes() { return kRoutes; }

}  // namespace postage::api
