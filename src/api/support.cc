// Support requests: customers open and follow their own, operators answer all.
#include "support/desk.h"

#include "api/resources.h"
#include "api/services.h"
#include "api/utf8_text.h"
#include "api/views.h"

namespace postage::api {
namespace {

using auth::Permission;

Json maybe_instant(const std::optional<Instant>& at) { return at ? Json(instant_text_utc(*at)) : Json(nullptr); }

Json request_json(const support::Request& request) {
  return {{"id", std::to_string(request.id)},
          {"account", id_text(request.account)},
          {"account_name", request.account_name},
          {"project", request.project ? Json(id_text(request.project)) : Json(nullptr)},
          {"subject", request.subject},
          {"severity", request.severity},
          {"channel", request.channel},
          {"state", std::string(support::state_name(request.state))},
          {"opened_by", request.opened_by},
          {"opened_at", instant_text_utc(request.opened_at)},
          {"service_hours", request.service_hours},
          {"response_time", request.response_time},
          {"due_at", maybe_instant(request.due_at)},
          {"answered_at", maybe_instant(request.answered_at)},
          {"missed", request.missed},
          {"changed_at", instant_text_utc(request.changed_at)}};
}

support::Desk& desk_of(const Call& call) {
  CHECK(call.services.desk != nullptr);
  return *call.services.desk;
}

support::Speaker speaker_of(const Call& call) {
  const bool key = call.who.kind == auth::Principal::Kind::key;
  return {key ? db::ChangerKind::key : db::ChangerKind::person, call.who.id, call.who.name,
          call.who.realm() == auth::Realm::operators};
}

/// "text: must be ..." of the desk becomes a problem with a pointer.
Problem problem_of(const Error& error) { return error.code == Errc::bad_request ? pointed(error) : Problem(error); }

/// The request that the path names, of the account that the path names.
Result<support::Request> request_of(const Call& call) {
  const auto id = parse_integer(call.param("request"));
  if (!id) return Errc::not_found;
  TRY(request, desk_of(call).request(*id));
  if (request.account != call.account) return Errc::not_found;
  return std::move(request);
}

/// What the desk must know of the account now.
struct Asker {
  support::Customer customer;
  catalog::PlanPtr plan;
  Zone zone;
};

Result<Asker> asker_of(const Call& call) {
  const auto snapshot = call.services.directory.snapshot();
  const auth::AccountInfo* account = snapshot->account(call.account);
  if (account == nullptr) return Errc::not_found;
  TRY(terms, call.services.billing.terms(call.account, call.now));
  return Asker{{account->id, account->name, account->email, account->locale}, terms.subscription.plan(),
               terms.catalogue.catalogue->zone};
}

Outcome open(Call& call) {
  Body body(call.request.body);
  support::Draft draft;
  draft.subject = body.text("subject", {1, 200});
  draft.text = body.text("text", {1, 10'000});
  draft.severity = body.has("severity") ? body.choice("severity", support::severities()) : "normal";
  draft.channel = body.has("channel") ? body.choice("channel", support::channels()) : "email";
  const auto project = body.maybe_text("project", {1, 20});
  if (project) {
    const auto id = parse_integer(*project);
    const auto snapshot = call.services.directory.snapshot();
    const auth::ProjectInfo* found = id ? snapshot->project(ProjectId{*id}) : nullptr;
    if (found == nullptr || found->account != call.account) body.refuse("project", "the account has no such project");
    else draft.project = found->id;
  }
  if (auto mistake = body.mistake()) return *mistake;
  TRY(asker, asker_of(call));
  const auto made = desk_of(call).open(asker.customer, *asker.plan, asker.zone, draft, speaker_of(call), call.now);
  if (!made) return problem_of(made.error());
  return Reply{201, request_json(*made), {}, {}, {}};
}

Outcome list(Call& call) {
  const Page page = read_page(call.query);
  const auto state = call.query.choice("state", {"open", "answered", "closed", "reopened"});
  const auto due_before = call.account ? std::nullopt : call.query.instant("due_before");
  if (auto mistake = call.query.mistake()) return *mistake;
  support::RequestQuery query;
  if (call.account) query.account = call.account;
  if (state) query.state = support::state_of(*state);
  query.due_before = due_before;
  query.after = page.cursor.value_or(0);
  query.limit = page.limit;
  TRY(found, desk_of(call).list(query));
  Json out = {{"items", Json::array()}};
  for (const support::Request& each : found) out["items"].push_back(request_json(each));
  if (static_cast<std::int64_t>(found.size()) == page.limit) {
    out["next"] = std::to_string(due_before ? query.after + page.limit : found.back().id);
  }
  return out;
}

Outcome show(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(request, request_of(call));
  TRY(story, desk_of(call).story(request.id));
  Json out = request_json(request);
  out["entries"] = Json::array();
  for (const support::Entry& each : story) {
    if (each.kind == "reminder" && call.who.realm() != auth::Realm::operators) continue;  // The operator's own business.
    out["entries"].push_back({{"number", std::to_string(each.number)},
                              {"at", instant_text_utc(each.at)},
                              {"kind", each.kind},
                              {"by", each.by},
                              {"text", each.text}});
  }
  return out;
}

Outcome say(Call& call) {
  Body body(call.request.body);
  const std::string text = body.text("text", {1, 10'000});
  if (auto mistake = body.mistake()) return *mistake;
  TRY(request, request_of(call));
  TRY(asker, asker_of(call));
  const auto done = desk_of(call).say(asker.customer, *asker.plan, asker.zone, request.id, text, speaker_of(call), call.now);
  if (!done) return problem_of(done.error());
  return Reply{201, request_json(*done), {}, {}, {}};
}

Outcome close(Call& call) {
  TRY(request, request_of(call));
  TRY(done, desk_of(call).close(request.id, speaker_of(call), call.now));
  return request_json(done);
}

const Parameter kState = {"state", R"({"type":"string","enum":["open","answered","closed","reopened"]})", "only these"};
const Parameter kOwnQuery[] = {kLimitParameter, kCursorParameter, kState};
const Parameter kAllQuery[] = {kLimitParameter, kCursorParameter, kState,
                               {"due_before", R"({"type":"string","format":"date-time"})",
                                "only those that owe an answer by then, soonest first"}};

const Route kRoutes[] = {
    {Method::get, "/accounts/{account}/support-requests", "listSupportRequests", "The account's support requests",
     Permission::support_read, list, "", "SupportRequestList", 200, false, kOwnQuery},
    {Method::post, "/accounts/{account}/support-requests", "openSupportRequest",
     "Ask for help; the answer's due time comes from the plan's service hours and response time", Permission::support_write,
     open, "NewSupportRequest", "SupportRequest", 201, true},
    {Method::get, "/accounts/{account}/support-requests/{request}", "getSupportRequest", "One request with its story",
     Permission::support_read, show, "", "SupportRequestStory"},
    {Method::post, "/accounts/{account}/support-requests/{request}/comments", "commentSupportRequest",
     "Write more (an operator's comment is the answer); opens an answered or closed request again", Permission::support_write,
     say, "SupportComment", "SupportRequest", 201, true},
    {Method::post, "/accounts/{account}/support-requests/{request}:close", "closeSupportRequest", "Settled",
     Permission::support_write, close, "", "SupportRequest"},
    {Method::get, "/support-requests", "listAllSupportRequests", "All accounts' support requests (operators)",
     Permission::support_answer, list, "", "SupportRequestList", 200, false, kAllQuery},
};

}  // namespace

std::span<const Route> support_routes() { return kRoutes; }

}  // namespace postage::api
