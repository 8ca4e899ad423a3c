// A customer's own hard caps: on the account, a project, or the message channels of a project that begin with a prefix.
#include <algorithm>

#include "api/resources.h"
#include "api/services.h"
#include "api/views.h"
#include "api/utf8_text.h"
#include "auth/directory.h"
#include "invoice/cap_state.h"
#include "quota/caps.h"

namespace postage::api {
namespace {

using auth::Permission;

Json cap_json(const invoice::Cap& cap, const invoice::RatedMonth& bill, const std::vector<quota::CapUsage>& seen) {
  const Currency& currency = bill.bill.currency;
  const auto row = std::ranges::find(seen, cap.id, &quota::CapUsage::id);
  const invoice::CapState state = invoice::cap_state(cap, bill, row == seen.end() ? 0 : row->units);
  std::int64_t percent = 0;
  if (cap.units) percent = invoice::percent_used(Rational(state.units), Rational(*cap.units));
  if (cap.amount) percent = std::max(percent, invoice::percent_used(state.amount, *cap.amount));
  Json out = {{"id", std::to_string(cap.id.value)}, {"scope", std::string(invoice::cap_scope_name(cap.scope))}};
  if (cap.project) out["project"] = id_text(cap.project);
  if (!cap.prefix.empty()) out["prefix"] = cap.prefix;
  out["units"] = cap.units ? Json(std::to_string(*cap.units)) : Json(nullptr);
  out["amount"] = cap.amount ? Json(money_text(*cap.amount, currency)) : Json(nullptr);
  out["since"] = instant_text_utc(cap.since);
  out["month"] = bill.month.text();
  out["used_units"] = std::to_string(state.units);
  out["used_amount"] = state.amount.to_plain();
  out["percent"] = percent;
  out["reset"] = instant_text_utc(bill.period.end);
  return out;
}

std::vector<quota::CapUsage> seen_by(Call& call) {
  return call.services.cap_usage ? call.services.cap_usage(call.account, call.now) : std::vector<quota::CapUsage>();
}

Outcome list(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(bill, call.services.billing.running(call.account, call.now));
  const std::vector<quota::CapUsage> seen = seen_by(call);
  Json items = Json::array();
  for (const invoice::Cap& cap : bill.terms.caps) {
    if (!cap.removed) items.push_back(cap_json(cap, bill, seen));
  }
  return Json{{"items", std::move(items)}};
}

/// Units and amount of a body; a mistake goes into it.
void read_limits(Body& body, const Currency& currency, invoice::Cap& cap) {
  if (const auto text = body.maybe_text("units", {1, 20})) {
    const auto value = parse_decimal(*text);
    const auto whole = value ? to_int64(value->value) : std::nullopt;
    if (!whole || *whole < 0 || value->decimals != 0) {
      body.refuse("units", "must be a whole number from 0 to 9223372036854775807",
                  {Reason::range, {"0", "9223372036854775807"}});
    } else {
      cap.units = *whole;
    }
  }
  if (const auto text = body.maybe_text("amount", {1, kDecimalCharsMax})) {
    const auto value = parse_decimal(*text);
    if (!value || value->value.is_negative() || value->decimals > currency.minor_digits) {
      body.refuse("amount", "must be a decimal string, not negative, with the currency's decimals",
                  {Reason::decimal, {std::to_string(currency.minor_digits)}});
    } else {
      cap.amount = value->value;
    }
  }
}

/// Stores the cap and shows it.
Outcome keep(Call& call, invoice::Cap cap, const std::string& reason, int status) {
  auto made = call.services.billing.set_cap(call.account, std::move(cap), call.now, changed_by(call, reason));
  if (!made) return pointed(made.error());
  TRY(bill, call.services.billing.running(call.account, call.now));
  return Reply{status, cap_json(*made, bill, seen_by(call)), {}, {}, {}};
}

Outcome make(Call& call) {
  TRY(terms, call.services.billing.terms(call.account, call.now));
  Body body(call.request.body);
  invoice::Cap cap;
  const std::string scope = body.choice("scope", {"account", "project", "channels"});
  for (const auto kind : {invoice::CapScope::project, invoice::CapScope::channels}) {
    if (invoice::cap_scope_name(kind) == scope) cap.scope = kind;
  }
  if (const auto project = body.maybe_text("project", {1, 20})) {
    cap.project = ProjectId{parse_integer(*project).value_or(0)};
    const auto snapshot = call.services.directory.snapshot();
    const auth::ProjectInfo* found = snapshot->project(cap.project);
    if (!found || found->account != call.account || found->deleted_at) body.refuse("project", "is no project of yours");
  }
  cap.prefix = body.maybe_text("prefix", {0, invoice::kCapPrefixBytesMax}).value_or("");
  read_limits(body, terms.listed->currency, cap);
  const std::string reason = body.maybe_text("reason", {0, 500}).value_or("");
  if (auto mistake = body.mistake()) return *mistake;
  const invoice::Cap* known = invoice::find_cap(terms.caps, cap.scope, cap.project, cap.prefix);
  if (known != nullptr && !known->removed) {
    const std::string id = std::to_string(known->id.value);
    return Problem(Errc::conflict, "there is such a cap already: " + id, {}, {Reason::cap_exists, {id}});
  }
  return keep(call, std::move(cap), reason, 201);
}

/// The cap that the path names.
Result<invoice::Cap> named(Call& call, const invoice::Terms& terms) {
  const auto id = parse_integer(call.param("cap"));
  const auto found = std::ranges::find_if(
      terms.caps, [&](const invoice::Cap& cap) { return id && cap.id.value == *id && !cap.removed; });
  if (found == terms.caps.end()) return Error(Errc::not_found);
  return *found;
}

Outcome change(Call& call) {
  TRY(terms, call.services.billing.terms(call.account, call.now));
  Body body(call.request.body);
  invoice::Cap limits;
  read_limits(body, terms.listed->currency, limits);
  const std::string reason = body.maybe_text("reason", {0, 500}).value_or("");
  if (auto mistake = body.mistake()) return *mistake;
  TRY(cap, named(call, terms));
  cap.units = limits.units;
  cap.amount = limits.amount;
  return keep(call, std::move(cap), reason, 200);
}

Outcome remove(Call& call) {
  TRY(terms, call.services.billing.terms(call.account, call.now));
  TRY(cap, named(call, terms));
  cap.removed = true;
  TRY(gone, call.services.billing.set_cap(call.account, std::move(cap), call.now, changed_by(call, "")));
  (void)gone;
  return Reply{204, {}, {}, {}, {}};
}

const Route kRoutes[] = {
    {Method::get, "/accounts/{account}/caps", "listCaps", "The customer's own hard caps and what they have used",
     Permission::bill_read, list, "", "CapList"},
    {Method::post, "/accounts/{account}/caps", "makeCap",
     "Cap the month's message units or money of the account, a project, or its channels with a prefix",
     Permission::plan_change, make, "NewCap", "Cap", 201},
    {Method::put, "/accounts/{account}/caps/{cap}", "changeCap", "Both limits of a cap anew; what it has used stays",
     Permission::plan_change, change, "CapChange", "Cap"},
    {Method::del, "/accounts/{account}/caps/{cap}", "removeCap", "Remove a cap", Permission::plan_change, remove, "", "",
     204},
};

}  // namespace

std::span<const Route> cap_routes() { return kRoutes; }

}  // namespace postage::api
