#include "tests/support/websocket.h"

#include <algorithm>
#include <optional>

namespace postage::testing {
namespace {

/// Key and answer of RFC 6455, 1.3: a fixed pair is enough to see that the server computes it.
constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

struct Head {
  std::size_t header = 0;
  std::uint64_t size = 0;
};

/// Length of the frame at the front of `bytes`, once its header is whole.
std::optional<Head> head_of(std::string_view bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const int shortest = byte(1) & 0x7F;
  if (shortest < 126) return Head{2, static_cast<std::uint64_t>(shortest)};
  const std::size_t wide = shortest == 126 ? 2 : 8;
  if (bytes.size() < 2 + wide) return std::nullopt;
  std::uint64_t size = 0;
  for (std::size_t i = 0; i < wide; ++i) size = size << 8 | byte(2 + i);
  return Head{2 + wide, size};
}

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

void append_client_frame(std::string& out, std::uint8_t opcode, std::string_view payload, std::uint32_t mask) {
  const std::size_t begin = out.size();
  append_frame_header(out, opcode, payload.size());
  out[begin + 1] = static_cast<char>(out[begin + 1] | 0x80);
  const char key[4] = {static_cast<char>(mask >> 24), static_cast<char>(mask >> 16), static_cast<char>(mask >> 8),
                       static_cast<char>(mask)};
  out.append(key, 4);
  const std::size_t data = out.size();
  out.append(payload);
  for (std::size_t i = 0; i < payload.size(); ++i) out[data + i] = static_cast<char>(out[data + i] ^ key[i % 4]);
}

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
  const std::string_view rest = std::string_view(input_).substr(at_);
  const auto head = head_of(rest);
  return head && rest.size() >= head->header + head->size;
}

Result<WebSocketMessage> WebSocket::next_frame(bool& final, Steady deadline) {
  while (!has_frame()) {
    input_.erase(0, at_);
    at_ = 0;
    TRY_VOID(stream_->read(input_, deadline));
  }
  const std::string_view rest = std::string_view(input_).substr(at_);
  const Head head = *head_of(rest);
  const auto first = static_cast<unsigned char>(rest[0]);
  const auto second = static_cast<unsigned char>(rest[1]);
  WebSocketMessage frame;
  frame.opcode = first & 0x0F;
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
