#include "app/door.h"

#include <algorithm>
#include <optional>

#include "app/console_files.h"
#include "gateway/session.h"
#include "wire/codec.h"

namespace postage::app {
namespace {

/// One client: a WebSocket on net's side, a session on the gateway's.
class SessionBridge final : public net::WebSocketHandler, public gateway::Connection {
 public:
  SessionBridge(net::Loop& loop, gateway::Door& door, wire::Codec codec) : loop_(loop), door_(door), codec_(codec) {}

  void on_open(net::ByteSink& sink) override {
    sink_ = &sink;
    session_.emplace(door_, *this, codec_, now());
  }
  void on_message(bool text, std::string_view payload) override { session_->on_message(text, payload, now()); }
  void on_close(std::uint16_t code, std::string_view) override {
    if (session_) session_->on_closed(code, now());
    session_.reset();
  }
  void on_stop() override { session_->on_stop(now()); }

 private:
  shard::Now now() { return enter_turn(loop_, door_.shard); }

  bool send(BufferRef frames) override { return sink_->send(std::move(frames)); }
  bool append(std::string_view frames) override { return sink_->append(frames); }
  shard::Outlet outlet() override { return shard::Outlet::of(*sink_); }
  void close(std::uint16_t code, std::string_view reason, bool drop) override {
    sink_->close(code, reason, drop ? net::Pending::drop : net::Pending::send);
  }
  void set_message_limit(std::size_t bytes) override { sink_->set_message_limit(bytes); }

  net::Loop& loop_;
  gateway::Door& door_;
  const wire::Codec codec_;
  net::ByteSink* sink_ = nullptr;
  std::optional<gateway::Session> session_;  // from on_open to on_close
};

net::Response plain(int status, std::string_view text) {
  net::Response answer;
  answer.status = status;
  answer.headers = {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}};
  answer.body = text;
  return answer;
}

}  // namespace

shard::Now enter_turn(net::Loop& loop, shard::Shard& shard) {
  const shard::Now now{loop.wall(), loop.now()};
  shard.enter(now);
  return now;
}

std::optional<net::Response> health_answer(std::string_view path, bool ready) {
  if (path == "/healthz") return plain(200, "ok\n");
  if (path == "/readyz") return ready ? plain(200, "ready\n") : plain(503, "not ready\n");
  return std::nullopt;
}

net::UpgradeAnswer HttpDoor::upgrade(const net::Request& request) {
  if (request.path() != "/rtm") return net::Response::problem(404, "WebSockets are served at /rtm");
  if (const std::string_view origin = request.header("origin"); !origin.empty() && !parts_.allowed_origins.empty()) {
    const auto& allowed = parts_.allowed_origins;
    if (std::find(allowed.begin(), allowed.end(), origin) == allowed.end()) {
      return net::Response::problem(403, "this Origin may not connect (setting server.allowed_origins)");
    }
  }
  constexpr std::string_view kKnown[] = {wire::kSubprotocolProto, wire::kSubprotocolJson};
  const std::string_view chosen = net::choose_subprotocol(request, kKnown);
  const auto codec = wire::codec_of(chosen);
  if (!codec) return net::Response::problem(400, "offer Sec-WebSocket-Protocol postage.v1.proto or postage.v1.json");
  net::Upgrade answer;
  answer.handler = std::make_unique<SessionBridge>(parts_.loop, parts_.gateway, *codec);
  answer.subprotocol = chosen;
  return answer;
}

void HttpDoor::handle(net::Request request, net::Responder responder) {
  const std::string_view path = request.path();
  if (auto health = health_answer(path, parts_.ready())) return responder(std::move(*health));
  if (path == "/metrics") {
    net::Response answer = plain(200, parts_.metrics());
    answer.headers[0].value = "text/plain; version=0.0.4; charset=utf-8";
    return responder(std::move(answer));
  }
  if (path == "/rtm") return responder(net::Response::problem(426, "this is a WebSocket; see docs/protocol.md"));
  if (parts_.own_route && parts_.own_route(request, responder)) return;
  if (api::Router::owns(request.target)) {
    return to_router(std::move(request), std::move(responder));
  }
  responder(console_answer(request));
}

void HttpDoor::to_router(net::Request request, net::Responder responder) {
  auto task = [this, request = std::move(request), responder]() mutable {
    api::Request ask;
    ask.method = std::move(request.method);
    ask.target = std::move(request.target);
    ask.body = std::move(request.body);
    ask.peer = request.peer.ip_text();
    for (net::Header& header : request.headers) ask.headers.push_back({std::move(header.name), std::move(header.value)});
    parts_.router.handle(std::move(ask), api::Answer([responder](api::Response made) {
      net::Response answer;
      answer.status = made.status;
      answer.body = std::move(made.body);
      for (api::Header& header : made.headers) answer.headers.push_back({std::move(header.name), std::move(header.value)});
      responder(std::move(answer));
    }));
  };
  if (!parts_.workers.submit(std::move(task))) {
    net::Response busy = net::Response::problem(503, "too many requests wait; try again");
    busy.headers.push_back({"Retry-After", "1"});
    responder(std::move(busy));
  }
}

}  // namespace postage::app
