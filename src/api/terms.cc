// What an account pays by besides its plan: budget, contract, tax, and the history of all of them.
#include "api/resources.h"
#include "api/services.h"
#include "api/views.h"
#include "invoice/contract_json.h"
#include "invoice/contract_offer.h"

namespace postage::api {
namespace {

using auth::Permission;

Json percent_text(const Rational& value) { return value.to_plain(); }

Json terms_json(const invoice::Terms& terms) {
  const Currency& currency = terms.catalogue.catalogue->currency;
  Json contract = Json::parse(invoice::contract_value(terms.contract, currency));
  if (!terms.contract.minimum_spend) contract["minimum_spend"] = nullptr;
  Json contracts = Json::array();
  for (const invoice::ContractSpan& span : terms.contracts) {
    contracts.push_back(Json::parse(invoice::contract_value(span.contract, currency)));
    contracts.back()["from"] = instant_text_utc(span.from);
    contracts.back()["until"] = span.until == Instant::max() ? Json(nullptr) : Json(instant_text_utc(span.until));
  }
  const catalog::PlanPtr& pending = terms.subscription.pending();
  const auto& move = terms.subscription.move();
  Json next_catalogue = nullptr;
  if (move) next_catalogue = {{"catalogue", move->catalogue->name}, {"from", move->from.text()}};
  return {{"account", id_text(terms.account)},
          {"next_catalogue", std::move(next_catalogue)},
          {"catalogue", terms.catalogue.catalogue->name},
          {"currency", std::string(currency.code)},
          {"plan", terms.subscription.plan()->name},
          {"next_plan", pending ? Json(pending->name) : Json(nullptr)},
          {"contract", std::move(contract)},
          {"contracts", std::move(contracts)},
          {"plan_in_force", plan_json(*terms.subscription.plan(), *terms.listed, terms.listed->rank(terms.subscription.plan()->name))},
          {"tax", {{"rate_percent", percent_text(terms.tax.rate_percent)}, {"inclusive", terms.tax.inclusive}}},
          {"budget", terms.budget ? Json(money_text(*terms.budget, currency)) : Json(nullptr)}};
}

Outcome show(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(terms, call.services.billing.terms(call.account, call.now));
  return terms_json(terms);
}

/// A decimal member, not negative; a mistake goes into `body`.
std::optional<Rational> maybe_decimal(Body& body, const std::string& name, int decimals_max) {
  const auto text = body.maybe_text(name, {1, kDecimalCharsMax});
  if (!text) return std::nullopt;
  const auto value = parse_decimal(*text);
  if (value && value->decimals <= decimals_max && !value->value.is_negative()) return value->value;
  const std::string most = std::to_string(decimals_max);
  body.refuse(name, "must be a decimal string, not negative, with at most " + most + " decimals", {Reason::decimal, {most}});
  return std::nullopt;
}

/// After a change: the terms as they are now, or the error.
Outcome changed(Call& call, const Result<void>& done) {
  TRY_VOID(done);
  TRY(terms, call.services.billing.terms(call.account, call.now));
  return terms_json(terms);
}

Outcome set_budget(Call& call) {
  TRY(terms, call.services.billing.terms(call.account, call.now));
  Body body(call.request.body);
  const auto amount = maybe_decimal(body, "amount", terms.catalogue.catalogue->currency.minor_digits);
  const std::string reason = body.maybe_text("reason", {0, 500}).value_or("");
  if (auto mistake = body.mistake()) return *mistake;
  return changed(call, call.services.billing.set_budget(call.account, amount, call.now, changed_by(call, reason)));
}

/// The terms as they would be, with the running month's bill as it is and as it would be.
Outcome offered(Call& call, const rating::Contract& contract) {
  const auto offer = invoice::offer_contract(call.services.billing, call.account, contract, call.now);
  if (!offer) return pointed(offer.error());
  Json out = terms_json(offer->terms);
  out["dry_run"] = true;
  out["bill_before"] = bill_json(offer->before);
  out["bill_after"] = bill_json(offer->after);
  return out;
}

Outcome set_contract(Call& call) {
  TRY(terms, call.services.billing.terms(call.account, call.now));
  Body body(call.request.body);
  std::string object;
  for (const char* member : {"discount_percent", "minimum_spend", "from", "until", "volume_discount", "bundles", "overrides"}) {
    const auto value = body.maybe_json(member);
    if (value) object += (object.empty() ? "\"" : ",\"") + std::string(member) + "\":" + *value;
  }
  const bool dry_run = body.maybe_flag("dry_run").value_or(false);
  const std::string reason = body.text("reason", {1, 500});
  if (auto mistake = body.mistake()) return *mistake;
  const auto contract = invoice::read_contract("{" + object + "}", terms.listed->currency);
  if (!contract) return pointed(contract.error());
  if (dry_run) return offered(call, *contract);
  const auto done = call.services.billing.set_contract(call.account, *contract, call.now, changed_by(call, reason));
  if (!done) return pointed(done.error());
  return changed(call, done);
}

Outcome end_contract(Call& call) {
  Body body(call.request.body, true);
  const std::string reason = body.maybe_text("reason", {0, 500}).value_or("");
  if (auto mistake = body.mistake()) return *mistake;
  return changed(call, call.services.billing.set_contract(call.account, std::nullopt, call.now, changed_by(call, reason)));
}

Outcome set_tax(Call& call) {
  Body body(call.request.body);
  rating::Tax tax;
  tax.rate_percent = maybe_decimal(body, "rate_percent", 10).value_or(Rational(0));
  tax.inclusive = body.maybe_flag("inclusive").value_or(false);
  const std::string reason = body.text("reason", {1, 500});
  if (tax.rate_percent > Rational(100)) body.refuse("rate_percent", "must be 0 to 100", {Reason::range, {"0", "100"}});
  if (auto mistake = body.mistake()) return *mistake;
  return changed(call, call.services.billing.set_tax(call.account, tax, call.now, changed_by(call, reason)));
}

Outcome history(Call& call) {
  const Page page = read_page(call.query);
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(events, call.services.billing.history().events(call.account));
  return page_of(
      events, page.cursor.value_or(0), page.limit, [](const invoice::AccountEvent& each) { return each.id; },
      [](const invoice::AccountEvent& each) {
        return Json{{"id", std::to_string(each.id)},
                    {"at", instant_text_utc(each.at)},
                    {"kind", std::string(invoice::event_kind_name(each.kind))},
                    {"value", Json::parse(each.value, nullptr, false)},
                    {"by", each.by},
                    {"why", each.why}};
      });
}

const Parameter kListQuery[] = {kLimitParameter, kCursorParameter};

const Route kRoutes[] = {
    {Method::get, "/accounts/{account}/terms", "getTerms", "Plan, contract, tax and budget in force, and the contracts agreed",
     Permission::bill_read, show, "", "Terms"},
    {Method::put, "/accounts/{account}/budget", "setBudget",
     "The customer's own cap on the month's bill; null removes it", Permission::plan_change, set_budget, "Budget",
     "Terms"},
    {Method::put, "/accounts/{account}/contract", "setContract",
     "What is agreed beyond the plan: discounts, committed minimum, bundles, overrides of the plan; the whole object. With "
     "dry_run nothing is agreed, and the running month's bill is told as it is and under the contract",
     Permission::contract_write, set_contract, "Contract", "Terms", 200, true},
    {Method::del, "/accounts/{account}/contract", "endContract", "End what is agreed, now", Permission::contract_write,
     end_contract, "OptionalReason", "Terms", 200, true},
    {Method::put, "/accounts/{account}/tax", "setTax", "Tax of the account's invoices", Permission::contract_write,
     set_tax, "Tax", "Terms", 200, true},
    {Method::get, "/accounts/{account}/history", "getHistory",
     "Who changed plan, contract, tax, budget or caps, when and why", Permission::bill_read, history, "", "History", 200,
     false, kListQuery},
};

}  // namespace

std::span<const Route> terms_routes() { return kRoutes; }

}  // namespace postage::api
