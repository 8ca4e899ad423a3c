// The running bill and the books.
#include "api/csv.h"
#include "api/resources.h"
#include "api/services.h"
#include "api/views.h"
#include "invoice/letter.h"
#include "ledger/ledger.h"

namespace postage::api {
namespace {

using auth::Permission;

/// Lines as CSV, with the total as the last row.
std::string bill_csv(const rating::Bill& bill) {
  std::string text;
  append_csv_row(text, {"kind", "quantity", "included", "overage", "unit_price", "amount", "currency", "inclusive"});
  const std::string currency(bill.currency.code);
  for (const rating::Line& line : bill.lines) {
    std::vector<std::string> cells{std::string(rating::line_kind_name(line.kind)), "", "", "", ""};
    if (line.meter) {
      cells = {cells[0], line.meter->quantity.to_plain(), line.meter->included.to_plain(),
               line.meter->overage.to_plain(), line.meter->unit_price.to_plain()};
    }
    cells.insert(cells.end(), {money_text(line.amount, bill.currency), currency, line.inclusive ? "true" : "false"});
    append_csv_row(text, cells);
  }
  append_csv_row(text, {"total", "", "", "", "", money_text(bill.total, bill.currency), currency, "false"});
  return text;
}

Outcome running(Call& call) {
  const auto format = call.query.choice("format", {"json", "csv", "text", "html"});
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(rated, call.services.billing.running(call.account, call.now));
  const invoice::Language language = invoice::language_of(rated.facts.locale);
  if (format == "csv" || (!format && call.request.header("accept").starts_with("text/csv"))) {
    return csv_reply(bill_csv(rated.bill), "bill-" + rated.month.text() + ".csv");
  }
  if (format == "text")
    return Reply{200, {}, invoice::invoice_text(rated, {}, language), "text/plain; charset=utf-8", {}};
  if (format == "html")
    return Reply{200, {}, invoice::invoice_html(rated, {}, language), "text/html; charset=utf-8", {}};
  return bill_json(rated);
}

/// Minor units with the currency's digits; what nobody knows is printed as it is.
std::string amount_text(const BigInt& minor, const std::string& code) {
  const Currency* currency = find_currency(code);
  if (!currency) return minor.str();
  return money_text(Rational(minor, power_of_ten(currency->minor_digits)), *currency);
}

Outcome books(Call& call) {
  const Page page = read_page(call.query);
  if (auto mistake = call.query.mistake()) return *mistake;
  db::Database& database = call.services.billing.database();
  TRY(balances, database.read([&](db::Connection& c) { return ledger::balances(c, call.account); }));
  TRY(entries, database.read([&](db::Connection& c) {
    return ledger::entries(c, call.account, page.cursor.value_or(INT64_MAX), page.limit);
  }));
  Json out = {{"balances", Json::array()}, {"items", Json::array()}};
  for (const ledger::Balance& each : balances) {
    out["balances"].push_back(
        {{"code", each.code}, {"currency", each.currency}, {"amount", amount_text(each.minor, each.currency)}});
  }
  for (const ledger::Entry& each : entries) {
    out["items"].push_back({{"id", std::to_string(each.id)},
                            {"source", each.source},
                            {"at", instant_text_utc(each.at)},
                            {"text", each.text},
                            {"code", each.code},
                            {"currency", each.currency},
                            {"amount", amount_text(each.minor, each.currency)}});
  }
  if (static_cast<std::int64_t>(entries.size()) == page.limit) out["next"] = std::to_string(entries.back().id);
  return out;
}

const Parameter kFormatQuery[] = {{"format", R"({"type":"string","enum":["json","csv","text","html"]})",
                                   "csv: the lines; text and html: for people"}};
const Parameter kListQuery[] = {kLimitParameter, kCursorParameter};

const Route kRoutes[] = {
    {Method::get, "/accounts/{account}/bill", "getBill", "The running bill, exact to the message",
     Permission::bill_read, running, "", "Invoice", 200, false, kFormatQuery, "text/csv"},
    {Method::get, "/accounts/{account}/ledger", "getLedger", "Balances and entries, newest first",
     Permission::bill_read, books, "", "Ledger", 200, false, kListQuery},
};

}  // namespace

std::span<const Route> bill_routes() { return kRoutes; }

}  // namespace postage::api
