#include "tests/support/websocket.h"

#include <algorithm>
#include <cctype>

namespace postage::testing {
namespace {

/// Key and answer of RFC 6455, 1.3: a fixed pair is enough to see that the server computes it.
constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// The value of a header field in an answer's head, without its case.
std::string field_of(std::string_view head, std::string_view name) {
  std::string lower(head);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  const std::size_t at = lower.find("\r\n" + std::string(name) + ":");
  if (at == std::string::npos) return "";
  const std::size_t from = head.find_first_not_of(' ', at + 3 + name.size());
  return std::string(head.substr(from, head.find("\r\n", from) - from));
}

}  // namespace

Result<std::unique_ptr<WebSocket>> WebSocket::open(const StreamOptions& options, std::string_view path,
                                                   std::string_view subprotocol, milliseconds within) {
  const Steady deadline = system_clock().steady() + within;
  auto socket = std::make_unique<WebSocket>();
  TRY(stream, Stream::connect(options, within));
  socket->stream_ = std::move(stream);
  const std::string host = options.host + ":" + std::to_string(options.port);
  TRY_VOID(socket->upgrade(host, path, subprotocol, deadline));
  return socket;
}

Result<void> WebSocket::upgrade(std::string_view host, std::string_view path, std::string_view subprotocol,
                                Steady deadline) {
  std::string request =
      "GET " + std::string(path) + " HTTP/1.1\r\nHost: " + std::string(host) +
      "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " +
      std::string(kKey) + "\r\n";
  if (!subprotocol.empty()) request += "Sec-WebSocket-Protocol: " + std::string(subprotocol) + "\r\n";
  TRY_VOID(stream_->write(request + "\r\n", deadline));
  while (input_.find("\r\n\r\n") == std::string::npos) TRY_VOID(stream_->read(input_, deadline));
  const std::size_t end = input_.find("\r\n\r\n") + 4;
  const std::string head = input_.substr(0, end);
  input_.erase(0, end);
  if (!head.starts_with("HTTP/1.1 101 ")) return Error(Errc::unauthorized, head + input_);
  if (field_of(head, "sec-websocket-accept") != kAccept) return Error(Errc::protocol_error, "Sec-WebSocket-Accept");
  if (field_of(head, "sec-websocket-protocol") != subprotocol)
    return Error(Errc::protocol_error, "Sec-WebSocket-Protocol");
  return {};
}

Result<void> WebSocket::send(std::uint8_t opcode, std::string_view payload, Steady deadline) {
  std::string frame;
  masks_ = masks_ * 1664525 + 1013904223;
  append_client_frame(frame, opcode, payload, masks_);
  return stream_->write(frame, deadline);
}

bool WebSocket::has_frame() const {
  return whole_server_frame(std::string_view(input_).substr(at_)).has_value();
}

Result<WebSocketMessage> WebSocket::next_frame(bool& final, Steady deadline) {
  while (!has_frame()) {
    input_.erase(0, at_);
    at_ = 0;
    TRY_VOID(stream_->read(input_, deadline));
  }
  const std::string_view rest = std::string_view(input_).substr(at_);
  const ServerFrame head = *whole_server_frame(rest);
  const auto first = static_cast<unsigned char>(rest[0]);
  const auto second = static_cast<unsigned char>(rest[1]);
  WebSocketMessage frame;
  frame.opcode = head.opcode;
  final = (first & 0x80) != 0;
  if ((first & 0x70) != 0) return Error(Errc::protocol_error, "reserved bits from the server");
  if ((second & 0x80) != 0) return Error(Errc::protocol_error, "a masked frame from the server");
  if ((frame.opcode & 8) != 0 && (!final || head.size > 125))
    return Error(Errc::protocol_error, "a long control frame");
  frame.payload = rest.substr(head.header, head.size);
  at_ += head.header + head.size;
  return frame;
}

Result<WebSocketMessage> WebSocket::receive(Steady deadline) {
  WebSocketMessage whole;
  for (;;) {
    bool final = false;
    TRY(frame, next_frame(final, deadline));
    if (frame.opcode == websocket::kPing) {
      TRY_VOID(send(websocket::kPong, frame.payload, deadline));
    } else if (frame.opcode == websocket::kClose) {
      if (frame.payload.size() >= 2) {
        frame.close_code = static_cast<std::uint16_t>(static_cast<unsigned char>(frame.payload[0]) << 8 |
                                                      static_cast<unsigned char>(frame.payload[1]));
        frame.payload.erase(0, 2);
      }
      return frame;
    } else if (frame.opcode != websocket::kPong) {
      if (frame.opcode != websocket::kContinuation) whole.opcode = frame.opcode;
      whole.payload += frame.payload;
      if (final) return whole;
    }
  }
}

}  // namespace postage::testing
