// The WebSocket part of Connection.
#include <algorithm>

#include "base/websocket_frame.h"
#include "net/connection.h"
#include "net/server.h"

namespace postage::net {
namespace {
constexpr std::size_t kReasonBytesMax = 123;

// Cuts at a character's border, or the close frame itself would not be valid.
std::string_view cut_reason(std::string_view reason) {
  if (reason.size() <= kReasonBytesMax) return reason;
  std::size_t end = kReasonBytesMax;
  while (end > 0 && (static_cast<std::uint8_t>(reason[end]) & 0xC0U) == 0x80U) --end;
  return reason.substr(0, end);
}
}  // namespace

void Connection::read_websocket(char* data, std::size_t size) {
  if (state_ == State::ending && handler_ == nullptr) return;
  const std::uint16_t fault = reader_.feed(data, size, *this);
  if (fault == 0 || over() || finishing()) return;
  if (close_code_ == 0) queue_close_frame(fault, reader_.fault());
  tell_closed(close_code_, reader_.fault());
  end();
}

bool Connection::on_message_frame(bool text, std::string_view payload) {
  handler_->on_message(text, payload);
  return true;
}

// A peer that pings and does not read loses pongs, not our memory.
bool Connection::on_ping(std::string_view payload) {
  if (close_code_ == 0 && queued().bytes() + payload.size() <= server_.options_.queue_bytes_max) {
    std::string frame;
    append_frame(frame, websocket::kPong, payload);
    queue(BufferRef(std::move(frame)));
  }
  return true;
}

void Connection::on_close_frame(std::uint16_t code, std::string_view reason) {
  if (close_code_ == 0) {
    queue_close_frame(code, {});
    tell_closed(code, reason);
  } else {
    tell_closed(close_code_, {});
  }
  end();
}

bool Connection::has_room(std::size_t bytes) {
  if (close_code_ != 0 || handler_ == nullptr) return false;
  if (queued().bytes() + bytes <= server_.options_.queue_bytes_max) return true;
  if (!queued().empty()) tell_when_empty();
  return false;
}

bool Connection::send(BufferRef framed) {
  if (!has_room(framed.size())) return false;
  queue(std::move(framed));
  return true;
}

bool Connection::append(std::string_view framed) {
  if (!has_room(framed.size())) return false;
  queue_copy(framed);
  return true;
}

void Connection::close(std::uint16_t code, std::string_view reason, Pending pending) {
  if (close_code_ != 0 || handler_ == nullptr) return;
  if (pending == Pending::drop) drop_queue();
  queue_close_frame(code, cut_reason(reason));
  reader_.discard_messages();
  enter(State::ending);
}

// 1005 stands for "no code" and is never written.
void Connection::queue_close_frame(std::uint16_t code, std::string_view reason) {
  close_code_ = code;
  std::string payload;
  if (code != close_code::no_status) {
    payload.push_back(static_cast<char>(code >> 8));
    payload.push_back(static_cast<char>(code & 0xFF));
    payload.append(reason);
  }
  std::string frame;
  append_frame(frame, websocket::kClose, payload);
  queue(BufferRef(std::move(frame)));
}

void Connection::tell_closed(std::uint16_t code, std::string_view reason) {
  if (handler_ == nullptr) return;
  if (close_code_ == 0) close_code_ = code;  // send() from inside on_close is refused.
  // Destroyed only after the call: the handler may still use its sink.
  const std::unique_ptr<WebSocketHandler> handler = std::move(handler_);
  handler->on_close(code, reason);
}

}  // namespace postage::net
