#include "app/test_clock_route.h"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "auth/roles.h"
#include "base/zone.h"

namespace postage::app {
namespace {

constexpr std::string_view kPath = "/v1/test-clock";

net::Response time_answer(Instant now) {
  net::Response answer;
  answer.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
  answer.body = fmt::format(R"({{"now":"{}"}})", instant_text_utc(now));
  return answer;
}

net::Response answer_to(const TestClockParts& parts, const net::Request& request) {
  std::string_view bearer = request.header("authorization");
  if (bearer.starts_with("Bearer ")) bearer.remove_prefix(7);
  const auto who = parts.credentials.authenticate(bearer, parts.clock.wall());
  if (!who) return net::Response::problem(401, "log in as an operator");
  if (!who->operator_role || !auth::grants(*who->operator_role, auth::Permission::clock_move)) {
    return net::Response::problem(403, "only operators move the clock");
  }
  if (request.method == "GET") return time_answer(parts.clock.wall());
  if (request.method != "PUT") return net::Response::problem(405, "GET or PUT");
  const auto body = nlohmann::json::parse(request.body, nullptr, false);
  if (!body.is_object() || !body.contains("now") || !body["now"].is_string()) {
    return net::Response::problem(400, R"(send {"now":"2026-12-01T00:00:00Z"})");
  }
  const auto to = parse_instant(body["now"].get<std::string>());
  if (!to) return net::Response::problem(400, "/now: " + to.error().to_string());
  const Instant from = parts.clock.wall();
  if (const auto moved = parts.clock.set_wall(*to); !moved) return net::Response::problem(400, moved.error().detail);
  const auto kept = parts.audit.append({auth::Actor::of(*who), "clock.move", {}, {}, "test clock",
                                        {{"from", instant_text_utc(from)}, {"to", instant_text_utc(*to)}}},
                                       parts.clock.wall());
  if (!kept) return net::Response::problem(500, kept.error().to_string());
  parts.settle();
  return time_answer(parts.clock.wall());
}

}  // namespace

OwnRoute test_clock_route(TestClockParts parts) {
  return [parts = std::move(parts)](const net::Request& request, const net::Responder& responder) {
    if (request.path() != kPath) return false;
    auto kept = std::make_shared<net::Request>(request);
    const bool taken = parts.workers.submit([parts, kept, responder] { responder(answer_to(parts, *kept)); });
    if (!taken) responder(net::Response::problem(503, "busy"));
    return true;
  };
}

}  // namespace postage::app
