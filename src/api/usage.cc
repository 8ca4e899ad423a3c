// Usage: the running month against the quotas, and series for charts and exports.
#include <fmt/format.h>

#include "api/csv.h"
#include "api/resources.h"
#include "api/services.h"
#include "api/usage_view.h"
#include "api/utf8_text.h"
#include "api/views.h"

namespace postage::api {
namespace {

using auth::Permission;
constexpr std::size_t kStepsMax = 10'000;
constexpr std::size_t kRowsMax = 200'000;

Outcome current(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(rated, call.services.billing.running(call.account, call.now));
  TRY(gaps, call.services.usage.gaps(rated.period));
  const catalog::Catalogue& catalogue = *rated.input.catalogue;
  const catalog::PlanPtr& in_force = rated.terms.subscription.plan();
  Json shown_gaps = Json::array();
  for (const InstantRange& each : gaps) {
    shown_gaps.push_back({{"start", instant_text_utc(each.start)}, {"end", instant_text_utc(each.end)}});
  }
  Json out = {{"account", id_text(call.account)},
              {"month", rated.month.text()},
              {"start", instant_text_utc(rated.period.start)},
              {"end", instant_text_utc(rated.period.end)},
              {"as_of", instant_text_utc(call.now)},
              {"zone", catalogue.zone.name()},
              {"catalogue", catalogue.name},
              {"currency", std::string(catalogue.currency.code)},
              {"plan", in_force->name},
              {"hard", in_force->hard()},
              {"pay_as_you_go", rated.input.plan->kind == catalog::PlanKind::payg},
              {"meters", meters_json(rated, open_connections(call, rated))},
              {"projects", projects_usage_json(rated)},
              {"gaps", std::move(shown_gaps)}};
  const catalog::PlanPtr& pending = rated.terms.subscription.pending();
  out["next_plan"] = pending ? Json(pending->name) : Json(nullptr);
  return out;
}

/// What a series was asked for.
struct Span {
  std::vector<Instant> bounds;
  std::vector<meter::NamedProject> projects;
  std::optional<std::string> meter;
  catalog::CataloguePtr catalogue;
};

/// The projects of the account, or the one that `project` names (deleted ones too: their usage was billed).
Result<std::vector<meter::NamedProject>> asked_projects(const Call& call, const std::optional<std::string>& only) {
  const auto snapshot = call.services.directory.snapshot();
  const auto wanted = only ? parse_integer(*only) : std::nullopt;
  std::vector<meter::NamedProject> found;
  for (const auth::ProjectInfo* each : snapshot->all_projects_of(call.account)) {
    if (!only || (wanted && each->id.value == *wanted)) found.push_back({each->id, each->name});
  }
  if (only && found.empty()) return Error(Errc::not_found, "the account has no such project");
  return found;
}

Instant hour_up(Instant at) { return std::chrono::ceil<std::chrono::hours>(at); }

std::variant<Span, Problem> read_span(Call& call) {
  const auto from = call.query.instant("from");
  const auto to = call.query.instant("to");
  const std::string step = call.query.choice("step", {"hour", "day", "month"}).value_or("day");
  const auto project = call.query.text("project", 20);
  Span span;
  span.meter = call.query.choice("meter", {"pcu", "messages", "storage_gb"});
  if (auto mistake = call.query.mistake()) return *mistake;
  auto terms = call.services.billing.terms(call.account, call.now);
  if (!terms) return Problem(terms.error());
  span.catalogue = terms->catalogue.catalogue;
  auto projects = asked_projects(call, project);
  if (!projects) return Problem(projects.error());
  span.projects = std::move(*projects);
  const meter::Step kind = step == "hour" ? meter::Step::hour : step == "day" ? meter::Step::day : meter::Step::month;
  const Instant start = std::chrono::floor<std::chrono::hours>(from.value_or(terms->subscription.period().start));
  auto bounds = meter::step_bounds(kind, start, hour_up(to.value_or(call.now)), span.catalogue->zone, kStepsMax);
  if (!bounds) return Problem(Errc::bad_request, bounds.error().detail, "?from");
  span.bounds = std::move(*bounds);
  return span;
}

/// Average GB of a point's hourly samples; exact until printed.
std::string average_gb(const meter::UsagePoint& point, const catalog::Catalogue& catalogue) {
  if (point.samples <= 0) return "0";
  return (Rational(point.byte_hours) / Rational(point.samples) / Rational(catalogue.gigabyte)).to_plain();
}

Json point_json(const meter::UsagePoint& point, const Span& span) {
  const auto wanted = [&](std::string_view name) { return !span.meter || *span.meter == name; };
  Json out = {{"start", instant_text_utc(point.range.start)}, {"end", instant_text_utc(point.range.end)}};
  if (wanted("pcu")) out["pcu"] = std::to_string(point.peak);
  if (wanted("messages")) out["messages"] = std::to_string(point.units);
  if (wanted("storage_gb")) {
    out["storage_gb"] = average_gb(point, *span.catalogue);
    out["byte_hours"] = Rational(point.byte_hours).to_plain(0);
  }
  out["covered"] = point.covered();
  return out;
}

/// One row a project and step. Messages and byte-hours of a month's rows add up to the bill; peaks do with step=month.
Outcome series_csv(const Call& call, const Span& span) {
  if (span.projects.size() * span.bounds.size() > kRowsMax) {
    return Problem(Errc::bad_request,
                   fmt::format("the export would have more than {} rows; ask for less at a time", kRowsMax), "?from");
  }
  std::string text;
  append_csv_row(text,
                 {"start", "end", "project_id", "project", "pcu", "messages", "byte_hours", "average_gb", "covered"});
  for (const meter::NamedProject& project : span.projects) {
    const ProjectId only[] = {project.project};
    TRY(points, call.services.usage.series(only, span.bounds));
    for (const meter::UsagePoint& point : points) {
      append_csv_row(text, {instant_text_utc(point.range.start), instant_text_utc(point.range.end),
                            id_text(project.project), project.name, std::to_string(point.peak),
                            std::to_string(point.units), Rational(point.byte_hours).to_plain(0),
                            average_gb(point, *span.catalogue), point.covered() ? "true" : "false"});
    }
  }
  return csv_reply(std::move(text), fmt::format("usage-{}.csv", call.account.value));
}

Outcome series(Call& call) {
  const bool csv = wants_csv(call);
  auto read = read_span(call);
  if (const Problem* problem = std::get_if<Problem>(&read)) return *problem;
  const Span& span = std::get<Span>(read);
  if (csv) return series_csv(call, span);
  std::vector<ProjectId> ids;
  for (const meter::NamedProject& each : span.projects) ids.push_back(each.project);
  TRY(points, call.services.usage.series(ids, span.bounds));
  Json out = {{"points", Json::array()}};
  for (const meter::UsagePoint& point : points) out["points"].push_back(point_json(point, span));
  return out;
}

Outcome peak(Call& call) {
  const auto month_text = call.query.text("month", 7);
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(terms, call.services.billing.terms(call.account, call.now));
  InstantRange period = terms.subscription.period();
  if (month_text) {
    const auto month = parse_month(*month_text);
    if (!month) return Problem(Errc::bad_request, month.error().detail, "?month");
    period = month_range(*month, terms.catalogue.catalogue->zone);
  }
  TRY(found, call.services.usage.evidence(call.project, period.start));
  Json members = Json::array();
  for (const auto& each : found.members) {
    members.push_back({{"session", std::to_string(each.session)},
                       {"connection", std::to_string(each.connection)},
                       {"user", each.user},
                       {"opened_at", instant_text_utc(each.opened_at)}});
  }
  return Json{{"project", id_text(call.project)},
              {"month_start", instant_text_utc(period.start)},
              {"peak", std::to_string(found.peak)},
              {"at", instant_text_utc(found.at)},
              {"connections", std::move(members)}};
}

const Parameter kFormat{"format", R"({"type":"string","enum":["json","csv"]})", "csv: the same as Accept: text/csv"};
const Parameter kSeriesQuery[] = {
    {"from", R"({"type":"string"})", "instant or date; default: the running month's start"},
    {"to", R"({"type":"string"})", "instant or date, not included; default: now"},
    {"step", R"({"type":"string","enum":["hour","day","month"],"default":"day"})", "in the catalogue's zone"},
    {"meter", R"({"type":"string","enum":["pcu","messages","storage_gb"]})", "only this one"},
    {"project", R"({"type":"string"})", "only this project's id"},
    kFormat};
const Parameter kPeakQuery[] = {
    {"month", R"({"type":"string","pattern":"^[0-9]{4}-[0-9]{2}$"})", "default: the running one"}};

const Route kRoutes[] = {
    {Method::get, "/accounts/{account}/usage/current", "getCurrentUsage",
     "The running month: meters against quotas, projects, gaps of the meter", Permission::usage_read, current, "",
     "CurrentUsage"},
    {Method::get, "/accounts/{account}/usage", "getUsage", "Usage by hour, day or month", Permission::usage_read,
     series, "", "UsageSeries", 200, false, kSeriesQuery, "text/csv"},
    {Method::get, "/projects/{project}/peak", "getPeak", "Evidence of the month's peak: when, and who was connected",
     Permission::usage_read, peak, "", "PeakEvidence", 200, false, kPeakQuery},
};

}  // namespace

std::span<const Route> usage_routes() { return kRoutes; }

}  // namespace postage::api
