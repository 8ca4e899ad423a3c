// Measured uptime against what the plan promises, and maintenance that operators announce.
#include <algorithm>

#include "api/resources.h"
#include "api/services.h"
#include "api/views.h"
#include "auth/audit.h"
#include "invoice/sla.h"
#include "observe/uptime_log.h"

namespace postage::api {
namespace {

using auth::Permission;

constexpr int kPercentDecimals = 6;
constexpr std::chrono::hours kMonthLongest{31 * 24};

Json ranges_json(const invoice::Uptime& measured) {
  Json out = Json::array();
  for (const invoice::Uptime::Range& each : measured.ranges) {
    out.push_back({{"start", instant_text_utc(each.start)},
                   {"end", instant_text_utc(each.end)},
                   {"minutes", std::to_string((each.end - each.start) / std::chrono::minutes(1))},
                   {"cause", each.cause}});
  }
  return out;
}

/// The account's terms in the month that `wanted` names (none: now). Errors: bad_request, not_found.
Result<invoice::Terms> terms_of(const Call& call, const std::optional<std::string>& wanted) {
  TRY(terms, call.services.billing.terms(call.account, call.now));
  if (!wanted) return std::move(terms);
  TRY(month, parse_month(*wanted));
  const InstantRange range = month_range(month, terms.catalogue.catalogue->zone);
  if (range.start > call.now) return Error(Errc::bad_request, "that month has not begun");
  return call.services.billing.terms(call.account, std::min(call.now, range.end - milliseconds(1)));
}

struct Measured {
  std::optional<invoice::Uptime> month;   ///< as if the rest of it were up
  std::optional<invoice::Uptime> so_far;
};

Result<Measured> measure(const Call& call, const invoice::Terms& terms, Instant created_at) {
  const invoice::UptimeSource* source = call.services.billing.uptime();
  if (source == nullptr) return Measured{};
  invoice::AccountFacts facts;
  facts.created_at = created_at;
  const bool excluded = terms.catalogue.catalogue->rules.maintenance == catalog::Maintenance::excluded;
  InstantRange range = invoice::sla_period(facts, terms.subscription.period());
  TRY(month, source->uptime(range, excluded));
  range.end = std::max(range.start, std::min(range.end, call.now));
  TRY(so_far, source->uptime(range, excluded));
  return Measured{std::move(month), std::move(so_far)};
}

Outcome show(Call& call) {
  const auto wanted = call.query.text("month", 7);
  if (auto mistake = call.query.mistake()) return *mistake;
  auto terms = terms_of(call, wanted);
  if (!terms && terms.error().code == Errc::bad_request) return Problem(Errc::bad_request, terms.error().detail, "?month");
  if (!terms) return terms.error();
  const auto snapshot = call.services.directory.snapshot();
  const auth::AccountInfo* account = snapshot->account(call.account);
  if (account == nullptr) return Errc::not_found;
  const InstantRange period = terms->subscription.period();
  if (period.end <= account->created_at) return Errc::not_found;
  TRY(measured, measure(call, *terms, account->created_at));
  const catalog::Catalogue& catalogue = *terms->catalogue.catalogue;
  const bool promised = terms->subscription.plan()->has("uptime_sla");
  Json out = {{"account", id_text(call.account)},
              {"month", terms->subscription.month().text()},
              {"start", instant_text_utc(period.start)},
              {"end", instant_text_utc(period.end)},
              {"zone", catalogue.zone.name()},
              {"plan", terms->subscription.plan()->name},
              {"promised", promised},
              {"target_percent", invoice::sla_target(catalogue).to_plain()},
              {"measured", measured.month.has_value()},
              {"down_ranges", Json::array()}};
  if (!measured.month) return out;
  const invoice::Uptime& month = *measured.month;
  const Rational allowed = invoice::sla_allowed_minutes(catalogue, month.minutes);
  const Rational left = allowed - Rational(month.down);
  const Rational credit = promised ? catalogue.sla_credit_percent(month.percent()) : Rational(0);
  out["minutes"] = std::to_string(month.minutes);
  out["down_minutes"] = std::to_string(month.down);
  out["uptime_percent"] = month.percent().to_plain(kPercentDecimals);
  out["uptime_so_far_percent"] = (measured.so_far ? *measured.so_far : month).percent().to_plain(kPercentDecimals);
  out["allowed_minutes"] = allowed.to_plain();
  out["allowed_minutes_left"] = left.is_negative() ? "0" : left.to_plain();
  out["credit_percent"] = credit.to_plain();
  out["down_ranges"] = ranges_json(month);
  return out;
}

Json maintenance_json(const observe::Maintenance& each) {
  return {{"id", std::to_string(each.id)},          {"start", instant_text_utc(each.start)},
          {"end", instant_text_utc(each.end)},      {"announced_at", instant_text_utc(each.announced_at)},
          {"by", each.by},                          {"reason", each.why}};
}

Outcome list_maintenance(Call& call) {
  const Instant from = call.query.instant("from").value_or(call.now - kMonthLongest);
  const Instant to = call.query.instant("to").value_or(call.now + kMonthLongest);
  if (to <= from) call.query.refuse("to", "must be after from");
  if (auto mistake = call.query.mistake()) return *mistake;
  CHECK(call.services.uptime != nullptr);
  TRY(found, call.services.uptime->maintenance({from, to}));
  Json out = {{"items", Json::array()}};
  for (const observe::Maintenance& each : found) out["items"].push_back(maintenance_json(each));
  return out;
}

Instant instant_member(Body& body, const std::string& name) {
  const std::string text = body.text(name, {1, 40});
  const auto at = parse_instant(text);
  if (at) return *at;
  if (!text.empty()) body.refuse(name, at.error().detail);
  return {};
}

Outcome announce(Call& call) {
  Body body(call.request.body);
  observe::Maintenance what;
  what.start = instant_member(body, "starts_at");
  what.end = instant_member(body, "ends_at");
  what.why = body.text("reason", {1, 500});
  if (auto mistake = body.mistake()) return *mistake;
  what.announced_at = call.now;
  what.by = call.who.name;
  const auto done = call.services.billing.database().write([&](db::Connection& connection) -> Result<observe::Maintenance> {
    TRY(stored, observe::UptimeLog::announce(connection, what));
    TRY_VOID(auth::AuditLog::append_in(connection,
                                       {actor_of(call), "maintenance.announce", {}, {}, "maintenance " + std::to_string(stored.id),
                                        {{"start", instant_text_utc(stored.start)}, {"end", instant_text_utc(stored.end)},
                                         {"why", stored.why}}},
                                       call.now));
    return stored;
  });
  if (!done && done.error().code == Errc::bad_request) return pointed(done.error());
  if (!done) return done.error();
  return Reply{201, maintenance_json(*done), {}, {}, {}};
}

const Parameter kMonthQuery[] = {{"month", R"({"type":"string","pattern":"^[0-9]{4}-[0-9]{2}$"})", "the running one unless told"}};
const Parameter kSpanQuery[] = {{"from", R"({"type":"string","format":"date-time"})", "31 days ago unless told"},
                                {"to", R"({"type":"string","format":"date-time"})", "in 31 days unless told"}};

const Route kRoutes[] = {
    {Method::get, "/accounts/{account}/sla", "getSla",
     "Measured uptime of the month against the promised one: minutes down, minutes left, what the invoice credits",
     Permission::usage_read, show, "", "Sla", 200, false, kMonthQuery},
    {Method::get, "/maintenance", "listMaintenance", "Maintenance that was announced", kAnybody, list_maintenance, "",
     "MaintenanceList", 200, false, kSpanQuery},
    {Method::post, "/maintenance", "announceMaintenance",
     "Announce maintenance before it begins; it counts as downtime unless the catalogue excludes it",
     Permission::maintenance_write, announce, "NewMaintenance", "Maintenance", 201, true},
};

}  // namespace

std::span<const Route> sla_routes() { return kRoutes; }

}  // namespace postage::api
