#include "api/router.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <atomic>

#include "api/once.h"
#include "api/path.h"
#include "api/rates.h"
#include "api/route.h"
#include "api/tenant.h"
#include "auth/credentials.h"
#include "base/log.h"

namespace postage::api {
namespace {

constexpr std::size_t kKeyBytesMax = 200;

struct Match {
  const Route* route = nullptr;
  std::map<std::string, std::string, std::less<>> path;
  std::string allow;  ///< methods of the routes whose path fits, when none has the method
};

Match find_route(std::string_view method, const std::vector<std::string>& segments) {
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  Match match;
  for (const Route& route : all_routes()) {
    auto path = match_path(route.path, segments);
    if (!path) continue;
    if (method_name(route.method) == wanted) return {&route, std::move(*path), {}};
    match.allow += (match.allow.empty() ? "" : ", ") + std::string(method_name(route.method));
  }
  return match;
}

/// The text after "Bearer ", or empty.
std::string_view bearer_of(const Request& request) {
  constexpr std::string_view kScheme = "bearer ";
  std::string_view value = request.header("authorization");
  if (value.size() <= kScheme.size()) return {};
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    if ((value[i] | 0x20) != kScheme[i] && value[i] != kScheme[i]) return {};
  }
  value.remove_prefix(kScheme.size());
  while (value.starts_with(' ')) value.remove_prefix(1);
  return value;
}

Response render(Reply reply, std::string_view request_id) {
  Response response;
  response.status = reply.status;
  response.headers = std::move(reply.headers);
  response.headers.push_back({"X-Request-Id", std::string(request_id)});
  response.headers.push_back({"Cache-Control", "no-store"});
  if (reply.status == 204) return response;
  const bool text = !reply.content_type.empty();
  response.headers.push_back({"Content-Type", text ? reply.content_type : "application/json"});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  response.body = text ? std::move(reply.text) : reply.body.dump(-1, ' ', false, Json::error_handler_t::replace);
  return response;
}

/// Quota answers and errors of shards know their own numbers; a 5xx is logged with what the client is not told.
Response render(const Outcome& outcome, std::string_view request_id) {
  if (const Reply* reply = outcome.reply()) return render(*reply, request_id);
  CHECK(outcome.problem() != nullptr);
  const Problem& problem = *outcome.problem();
  Response response = render(problem, request_id);
  response.headers.push_back({"X-Request-Id", std::string(request_id)});
  if (response.status >= 500) {
    log(Level::error, "api_failed", {{"request_id", std::string(request_id)}, {"error", problem.error.to_string()}});
  }
  return response;
}

/// A parameter that the route's row does not name is a mistake of the caller, not something to ignore.
std::optional<Problem> check_query(const Route& route, const Target& target) {
  for (const auto& [name, value] : target.query) {
    const bool known = std::ranges::any_of(route.query, [&](const Parameter& each) { return each.name == name; });
    if (!known) return Problem(Errc::bad_request, "this parameter is not known here", "?" + name, Reason::unknown);
  }
  return std::nullopt;
}

std::string fingerprint_of(const Request& request) {
  const std::string text = request.method + '\n' + request.target + '\n' + request.body;
  std::string hash(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(hash.data()));
  return hash;
}

std::string principal_of(const auth::Principal& who) {
  return fmt::format("{}:{}", who.kind == auth::Principal::Kind::key ? "key" : "person", who.id);
}

}  // namespace

struct Router::State {
  explicit State(Services rooms) : services(rooms) {}
  Services services;
  Once once;
  Rates rates;
  std::atomic<std::uint64_t> requests{0};

  std::string next_request_id(Instant now) {
    return fmt::format("{:x}-{:x}", now.time_since_epoch().count(), requests.fetch_add(1) + 1);
  }
  std::optional<Problem> identify(Call& call, const Need& need);
  std::optional<Problem> prepare(Call& call, const Route& route, Target& target);
  void run(Call& call, const Route& route, const Answer& answer);
};

/// Fills in who asks. A route that needs nobody does not look at credentials.
std::optional<Problem> Router::State::identify(Call& call, const Need& need) {
  if (need.kind == Need::Kind::nobody) return std::nullopt;
  const std::string_view bearer = bearer_of(call.request);
  if (bearer.empty()) return Problem(Errc::unauthorized, "send Authorization: Bearer <session token or API key>");
  auto who = services.credentials.authenticate(bearer, call.now);
  if (!who) return Problem(who.error());
  call.who = std::move(*who);
  return std::nullopt;
}

std::optional<Problem> Router::State::prepare(Call& call, const Route& route, Target& target) {
  if (auto problem = identify(call, route.need)) return problem;
  if (auto problem = find_tenant(call)) return problem;
  if (auto problem = check_permission(call, route.need)) return problem;
  if (auto problem = check_console(call, route.need)) return problem;
  if (auto problem = check_rate(call, rates)) return problem;
  if (auto problem = check_query(route, target)) return problem;
  call.query = Query(std::move(target.query));
  const std::string_view type = call.request.header("content-type");
  const bool json = type.starts_with("application/json");
  if (!route.body.empty() && !call.request.body.empty() && !json) return Problem(Errc::unsupported_media_type);
  if (route.body.empty() && !call.request.body.empty()) return Problem(Errc::bad_request, "this request takes no body");
  return std::nullopt;
}

void Router::State::run(Call& call, const Route& route, const Answer& answer) {
  const std::string id = call.request_id;
  std::string key;
  const std::string_view given = call.request.header("idempotency-key");
  if (route.once && !given.empty()) {
    if (given.size() > kKeyBytesMax) {
      answer(render(Outcome(Problem(Errc::bad_request, "Idempotency-Key is longer than 200 bytes")), id));
      return;
    }
    key = principal_of(call.who) + '\n' + std::string(given);
    switch (once.begin(key, fingerprint_of(call.request), answer, call.now)) {
      case Once::Verdict::go:
        break;
      case Once::Verdict::answered:
        return;
      case Once::Verdict::full:
        answer(render(Outcome(Errc::duplicate_operation), id));
        return;
      case Once::Verdict::differs:
        answer(render(Outcome(Problem(Errc::conflict, "this Idempotency-Key was used for another request", {},
                                      Reason::key_reused)),
                      id));
        return;
    }
  }
  call.finish = [this, answer, key, id](const Outcome& outcome) {
    Response response = render(outcome, id);
    if (!key.empty()) once.finish(key, response);
    answer(std::move(response));
  };
  const Outcome outcome = route.handle(call);
  if (!outcome.later()) call.finish(outcome);
}

Router::Router(Services services) : state_(std::make_unique<State>(services)) {}
Router::~Router() = default;

bool Router::owns(std::string_view target) {
  return target == "/v1" || target.starts_with("/v1/") || target.starts_with("/v1?");
}

void Router::handle(Request request, const Answer& answer) const {
  State& state = *state_;
  const Instant now = state.services.clock.wall();
  const std::string id = state.next_request_id(now);
  auto target = parse_target(request.target);
  if (!target) {
    answer(render(Outcome(Problem(Errc::bad_request, "the request target is malformed")), id));
    return;
  }
  Match match = find_route(request.method, target->segments);
  if (!match.route) {
    Response response = render(Outcome(match.allow.empty() ? Errc::not_found : Errc::method_not_allowed), id);
    if (!match.allow.empty()) response.headers.push_back({"Allow", match.allow});
    answer(std::move(response));
    return;
  }
  Call call{request, state.services, now, {}, id, std::move(match.path), {}, {}, {}, {}};
  if (auto problem = state.prepare(call, *match.route, *target)) {
    answer(render(Outcome(std::move(*problem)), id));
    return;
  }
  state.run(call, *match.route, answer);
}

}  // namespace postage::api
