// The running bill and the books.
#include "api/document_reply.h"
#include "api/resources.h"
#include "api/services.h"
#include "api/views.h"
#include "ledger/ledger.h"

namespace postage::api {
namespace {

using auth::Permission;

Outcome running(Call& call) {
  const auto ask = document_ask(call);
  if (auto mistake = call.query.mistake()) return *mistake;
  if (ask) {
    TRY(file, call.services.documents.running(call.account, call.now, *ask));
    return document_reply(std::move(file));
  }
  TRY(rated, call.services.billing.running(call.account, call.now));
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

const Parameter kListQuery[] = {kLimitParameter, kCursorParameter};

const Route kRoutes[] = {
    {Method::get, "/accounts/{account}/bill", "getBill",
     "The running bill, exact to the message; with a format also the evidence of the peaks", Permission::bill_read,
     running, "", "Invoice", 200, false, kDocumentQuery, "application/pdf"},
    {Method::get, "/accounts/{account}/ledger", "getLedger", "Balances and entries, newest first",
     Permission::bill_read, books, "", "Ledger", 200, false, kListQuery},
};

}  // namespace

std::span<const Route> bill_routes() { return kRoutes; }

}  // namespace postage::api
