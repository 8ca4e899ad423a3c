// Log-in, log-out and who I am.
#include "api/resources.h"
#include "api/services.h"
#include "api/views.h"
#include "base/zone.h"

namespace postage::api {
namespace {

Outcome log_in(Call& call) {
  Body body(call.request.body);
  const std::string email = body.text("email", {1, 254});
  const std::string password = body.text("password", {1, 1024});
  if (auto mistake = body.mistake()) return *mistake;
  auto done = call.services.credentials.log_in(email, password, call.request.peer, call.now);
  if (!done) {
    Problem problem(done.error());
    if (done.error().code == Errc::unauthorized) problem.why = Reason::wrong_login;
    if (done.error().code == Errc::rate_limited) {
      problem.why = Reason::failed_log_ins;
      problem.retry_after_seconds = call.services.credentials.log_in_wait(email, call.request.peer, call.now);
    }
    return problem;
  }
  const auto snapshot = call.services.directory.snapshot();
  return Reply{201,
               {{"token", done->token},
                {"expires_at", instant_text_utc(done->expires_at)},
                {"person", person_json(done->person)},
                {"accounts", memberships_json(done->person, *snapshot)}},
               {},
               {},
               {}};
}

Outcome log_out(Call& call) {
  const std::string_view header = call.request.header("authorization");
  const std::size_t blank = header.find_last_of(' ');
  TRY_VOID(call.services.credentials.log_out(header.substr(blank + 1), call.now));
  return Reply{204, {}, {}, {}, {}};
}

Outcome me(Call& call) {
  if (call.who.kind == auth::Principal::Kind::key) {
    Json accounts = Json::array();
    for (const auth::Membership& each : call.who.memberships) {
      accounts.push_back({{"id", id_text(each.account)}, {"role", std::string(auth::role_name(each.role))}});
    }
    return Json{{"key", {{"id", std::to_string(call.who.id)}, {"name", call.who.name}}},
                {"accounts", std::move(accounts)}};
  }
  TRY(person, call.services.credentials.person(PersonId{call.who.id}));
  const auto snapshot = call.services.directory.snapshot();
  return Json{{"person", person_json(person)}, {"accounts", memberships_json(person, *snapshot)}};
}

constexpr Route kRoutes[] = {
    {Method::post, "/session", "logIn", "Log in with e-mail and password", kNobody, log_in, "LogIn", "Session", 201},
    {Method::del, "/session", "logOut", "End the session of the token that is sent", kAnybody, log_out, "", "", 204},
    {Method::get, "/me", "whoAmI", "The person or key behind the credentials", kAnybody, me, "", "Me"},
};

}  // namespace

std::span<const Route> session_routes() { return kRoutes; }

}  // namespace postage::api
