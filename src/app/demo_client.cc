#include "app/demo_client.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/client_frame.h"

namespace postage::app {
namespace {
constexpr std::size_t kInputMax = 4 * 1024 * 1024;

Error gone(std::string_view what) { return {Errc::unavailable, std::string(what)}; }
}  // namespace

void DemoClient::disconnect() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  input_.clear();
  consumed_ = 0;
}

Result<void> DemoClient::open(std::uint16_t port) {
  disconnect();
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return gone("no socket");
  // Bounds connect and send too: a server that does not accept must not hold us for the kernel's minutes.
  const timeval wait{options_.wait.count() / 1000, options_.wait.count() % 1000 * 1000};
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) return gone("cannot connect");
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const std::string head = fmt::format(
      "GET /rtm HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: cG9zdGFnZSBkZW1vIGtleQ==\r\nSec-WebSocket-Version: 13\r\n"
      "{}Sec-WebSocket-Protocol: {}\r\n\r\n", port, options_.headers, wire::kSubprotocolProto);
  if (::send(socket_, head.data(), head.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(head.size())) return gone("send");
  std::size_t end = std::string::npos;
  while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
    TRY(more, read_some());
    if (!more) return gone("no answer to the handshake");
  }
  if (!input_.starts_with("HTTP/1.1 101")) return gone("the handshake was refused");
  consumed_ = end + 4;
  return {};
}

Result<bool> DemoClient::read_some() {
  pollfd wait{socket_, POLLIN, 0};
  if (::poll(&wait, 1, static_cast<int>(options_.wait.count())) <= 0) return false;
  char buffer[16384];
  const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
  if (got <= 0) {
    disconnect();
    return gone("the server closed the connection");
  }
  if (consumed_ > 0) input_.erase(0, std::exchange(consumed_, 0));
  if (input_.size() > kInputMax) return gone("the server sent too much");
  input_.append(buffer, static_cast<std::size_t>(got));
  return true;
}

std::optional<std::string_view> DemoClient::next_frame() {
  const std::string_view rest = std::string_view(input_).substr(consumed_);
  const auto frame = whole_server_frame(rest);
  if (!frame) return std::nullopt;
  consumed_ += frame->header + frame->size;
  // Control frames (the server's pings and its close) carry nothing this client answers: it has its own heartbeat.
  if (frame->opcode != websocket::kBinary) return std::string_view();
  return rest.substr(frame->header, frame->size);
}

Result<void> DemoClient::send_frame(const wire::Request& request) {
  std::string payload;
  wire::encode_request(payload, wire::Codec::proto, request);
  std::string frame;
  append_client_frame(frame, websocket::kBinary, payload);
  if (::send(socket_, frame.data(), frame.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(frame.size())) {
    disconnect();
    return gone("send");
  }
  return {};
}

Result<void> DemoClient::ask(wire::Request request) {
  if (!connected()) return gone("not connected");
  request.request_id = ++last_request_;
  TRY_VOID(send_frame(request));
  return await(request.request_id);
}

Result<void> DemoClient::await(std::uint64_t request_id) {
  for (;;) {
    while (const auto frame = next_frame()) {
      if (frame->empty()) continue;
      TRY(event, wire::decode_event(wire::Codec::proto, *frame, false));
      if (event.request_id != request_id) continue;
      if (const auto* error = std::get_if<wire::ErrorReply>(&event.body)) {
        return Error(error->code, std::string(error->detail));
      }
      return {};
    }
    TRY(more, read_some());
    if (!more) return gone("no answer in time");
  }
}

Result<void> DemoClient::log_in(std::uint16_t port, std::string_view app_id, std::string_view user, std::string_view token) {
  TRY_VOID(open(port));
  wire::Hello hello;
  hello.protocol_version = wire::kProtocolVersion;
  hello.client_name = options_.name;
  hello.client_version = "1";
  TRY_VOID(ask({0, hello}));
  wire::Login login;
  login.app_id = app_id;
  login.user_id = user;
  login.token = token;
  login.heartbeat_seconds = 30;
  return ask({0, login});
}

Result<void> DemoClient::subscribe(std::string_view channel) {
  wire::Subscribe subscribe;
  subscribe.channel = channel;
  return ask({0, subscribe});
}

Result<void> DemoClient::publish(std::string_view channel, std::string_view text) {
  wire::Publish publish;
  publish.channel = channel;
  publish.payload = wire::Payload::text(text);
  return ask({0, publish});
}

Result<void> DemoClient::publish_and_receive(std::string_view channel, std::string_view text) {
  wire::Publish publish;
  publish.channel = channel;
  publish.payload = wire::Payload::text(text);
  if (!connected()) return gone("not connected");
  const std::uint64_t id = ++last_request_;
  TRY_VOID(send_frame({id, publish}));
  bool answered = false, delivered = false;
  while (!answered || !delivered) {
    while (const auto frame = next_frame()) {
      if (frame->empty()) continue;
      TRY(event, wire::decode_event(wire::Codec::proto, *frame, false));
      if (const auto* error = std::get_if<wire::ErrorReply>(&event.body); error != nullptr && event.request_id == id) {
        return Error(error->code, std::string(error->detail));
      }
      answered = answered || event.request_id == id;
      const auto* message = std::get_if<wire::MessageEvent>(&event.body);
      delivered = delivered || (message != nullptr && message->channel == channel);
    }
    if (answered && delivered) break;
    TRY(more, read_some());
    if (!more) return gone(answered ? "the delivery did not come" : "no answer in time");
  }
  return {};
}

Result<void> DemoClient::log_out() {
  const Result<void> done = ask({0, wire::Logout{}});
  disconnect();
  return done;
}

Result<void> DemoClient::keep_alive() { return ask({0, wire::Ping{}}); }

}  // namespace postage::app
