#include "net/frame_reader.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "base/websocket_frame.h"
#include "net/ports.h"

namespace postage::net {
namespace {
constexpr std::uint64_t kControlPayloadMax = 125;
constexpr const char* kNotUtf8 = "a text message not in UTF-8";
constexpr const char* kHalfCharacter = "a text message ends inside a character";
static_assert(std::endian::native == std::endian::little, "the mask is turned as a little-endian word");
}  // namespace

std::uint32_t unmask(char* data, std::size_t size, std::uint32_t mask) {
  const std::uint64_t wide = static_cast<std::uint64_t>(mask) << 32 | mask;
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    std::uint64_t word;
    std::memcpy(&word, data + i, 8);
    word ^= wide;
    std::memcpy(data + i, &word, 8);
  }
  if (i + 4 <= size) {
    std::uint32_t word;
    std::memcpy(&word, data + i, 4);
    word ^= mask;
    std::memcpy(data + i, &word, 4);
    i += 4;
  }
  for (; i < size; ++i) data[i] = static_cast<char>(data[i] ^ static_cast<char>(mask >> (8 * (i & 3))));
  return std::rotr(mask, static_cast<int>(8 * (size & 3)));
}

bool close_code_may_be_sent(std::uint16_t code) {
  if (code >= 3000) return code < 5000;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}

void FrameReader::discard_messages() {
  discard_ = true;
  message_.reset();
}

bool FrameReader::refuse(std::uint16_t code, const char* why) {
  code_ = code;
  fault_ = why;
  return false;
}

std::uint16_t FrameReader::feed(char* data, std::size_t size, FrameEvents& events) {
  Cursor in{data, data + size};
  while (code_ == 0 && !stopped_) {
    if (!in_payload_ && read_whole(in, events)) continue;
    if (!in_payload_ && !gather_header(in)) break;
    if (!read_payload(in, events)) break;
  }
  return code_;
}

// The usual case, with nothing to be kept: a short message in one frame that lies whole in the input. False, and nothing
// done, for everything else, right or wrong.
bool FrameReader::read_whole(Cursor& in, FrameEvents& events) {
  if (header_have_ != 0 || message_opcode_ != 0 || discard_ || in.left() < 8) return false;
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(in.at[i]); };
  const bool text = byte(0) == (0x80U | websocket::kText);
  if (!text && byte(0) != (0x80U | websocket::kBinary)) return false;
  std::size_t length = byte(1) - 0x80U;  // masked, or a number that is too large
  std::size_t head = 6;
  if (length == 126) {
    length = static_cast<std::size_t>(byte(2)) << 8 | byte(3);
    head = 8;
    if (length < 126) return false;
  } else if (length > 126) {
    return false;
  }
  if (length > limit_ || in.left() - head < length) return false;
  std::uint32_t mask;
  std::memcpy(&mask, in.at + head - 4, 4);
  const std::string_view payload(in.at + head, length);
  unmask(in.at + head, length, mask);
  in.at += head + length;
  if (text) {
    utf8_.reset();
    if (!utf8_.feed(payload)) return refuse(close_code::bad_payload, kNotUtf8), true;
    if (!utf8_.complete()) return refuse(close_code::bad_payload, kHalfCharacter), true;
  }
  stopped_ = !events.on_message_frame(text, payload);
  return true;
}

// Collects the header; true when it is whole and good. Looks at the first two bytes as soon as they are there.
bool FrameReader::gather_header(Cursor& in) {
  while (header_have_ < header_need_) {
    const std::size_t take = std::min<std::size_t>(header_need_ - header_have_, in.left());
    if (take == 0) return false;
    std::memcpy(header_.data() + header_have_, in.at, take);
    header_have_ = static_cast<std::uint8_t>(header_have_ + take);
    in.at += take;
    if (header_have_ == 2 && header_need_ == 2 && !check_start()) return false;
  }
  return check_length();
}

bool FrameReader::check_start() {
  const auto first = static_cast<std::uint8_t>(header_[0]);
  const auto second = static_cast<std::uint8_t>(header_[1]);
  const std::uint8_t length = second & 0x7FU;
  if ((first & 0x70U) != 0) return refuse(close_code::protocol_error, "a reserved bit is set");
  if ((second & 0x80U) == 0) return refuse(close_code::protocol_error, "a client's frame must be masked");
  switch (opcode()) {
    case websocket::kContinuation:
      if (message_opcode_ == 0) return refuse(close_code::protocol_error, "a continuation without a beginning");
      break;
    case websocket::kText:
    case websocket::kBinary:
      if (message_opcode_ != 0) return refuse(close_code::protocol_error, "a new message inside a fragmented one");
      break;
    case websocket::kClose:
    case websocket::kPing:
    case websocket::kPong:
      if (!last()) return refuse(close_code::protocol_error, "a control frame must not be fragmented");
      if (length > kControlPayloadMax) return refuse(close_code::protocol_error, "a control frame over 125 bytes");
      break;
    default:
      return refuse(close_code::protocol_error, "a reserved opcode");
  }
  header_need_ = static_cast<std::uint8_t>(6 + (length == 126 ? 2 : length == 127 ? 8 : 0));
  return true;
}

bool FrameReader::check_length() {
  const unsigned extended = header_need_ - 6U;
  std::uint64_t length = static_cast<std::uint8_t>(header_[1]) & 0x7FU;
  if (extended != 0) length = 0;
  for (unsigned i = 0; i < extended; ++i) length = length << 8 | static_cast<std::uint8_t>(header_[2 + i]);
  if ((extended == 2 && length < 126) || (extended == 8 && (length < 65536 || length >> 63 != 0))) {
    return refuse(close_code::protocol_error, "a length that is not in its shortest form");
  }
  std::memcpy(&mask_, header_.data() + 2 + extended, 4);
  header_have_ = 0;
  header_need_ = 2;
  in_payload_ = true;
  payload_left_ = length;
  if (control()) return true;
  if (message_opcode_ == 0) {
    message_opcode_ = opcode();
    message_bytes_ = 0;
    utf8_.reset();
  }
  if (discard_) return true;
  if (length > limit_ || message_bytes_ > limit_ - length) {
    return refuse(close_code::too_big, "the message is larger than this connection may send");
  }
  message_bytes_ += length;
  return true;
}

// True when the frame is done and reading may go on.
bool FrameReader::read_payload(Cursor& in, FrameEvents& events) {
  return control() ? read_control(in, events) : read_data(in, events);
}

bool FrameReader::read_control(Cursor& in, FrameEvents& events) {
  const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(payload_left_, in.left()));
  const std::string_view piece(in.at, take);
  mask_ = unmask(in.at, take, mask_);
  in.at += take;
  payload_left_ -= take;
  if (payload_left_ == 0 && !control_) {
    in_payload_ = false;
    return end_control(piece, events);
  }
  if (!control_) control_ = std::make_unique<std::string>();
  control_->append(piece);
  if (payload_left_ != 0) return false;
  in_payload_ = false;
  const std::unique_ptr<std::string> whole = std::move(control_);
  return end_control(*whole, events);
}

bool FrameReader::end_control(std::string_view payload, FrameEvents& events) {
  if (opcode() == websocket::kPong) return true;
  if (opcode() == websocket::kPing) {
    stopped_ = !events.on_ping(payload);
    return !stopped_;
  }
  std::uint16_t code = close_code::no_status;
  if (payload.size() == 1) return refuse(close_code::protocol_error, "a close code of one byte");
  if (payload.size() >= 2) {
    code =
        static_cast<std::uint16_t>(static_cast<std::uint8_t>(payload[0]) << 8 | static_cast<std::uint8_t>(payload[1]));
    if (!close_code_may_be_sent(code)) return refuse(close_code::protocol_error, "a close code nobody may send");
    payload.remove_prefix(2);
    Utf8Check reason;
    if (!reason.feed(payload) || !reason.complete())
      return refuse(close_code::bad_payload, "a close reason not in UTF-8");
  }
  events.on_close_frame(code, payload);
  stopped_ = true;  // Nothing may follow a close frame.
  return false;
}

bool FrameReader::read_data(Cursor& in, FrameEvents& events) {
  const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(payload_left_, in.left()));
  const std::string_view piece(in.at, take);
  const bool whole = take == payload_left_;
  payload_left_ -= take;
  in.at += take;
  if (!discard_) {
    mask_ = unmask(in.at - take, take, mask_);
    if (message_opcode_ == websocket::kText && !utf8_.feed(piece)) {
      return refuse(close_code::bad_payload, kNotUtf8);
    }
  }
  if (!whole) {
    keep(piece);
    return false;
  }
  in_payload_ = false;
  if (!last()) {
    keep(piece);
    return true;
  }
  if (!message_) return end_message(piece, events);
  keep(piece);
  const std::unique_ptr<std::string> message = std::move(message_);
  return end_message(*message, events);
}

bool FrameReader::end_message(std::string_view payload, FrameEvents& events) {
  const bool text = message_opcode_ == websocket::kText;
  message_opcode_ = 0;
  if (discard_) return true;
  if (text && !utf8_.complete()) return refuse(close_code::bad_payload, kHalfCharacter);
  stopped_ = !events.on_message_frame(text, payload);
  return !stopped_;
}

// Memory follows what has come, not what was announced. The padding is part of the capacity.
void FrameReader::keep(std::string_view piece) {
  if (discard_ || piece.empty()) return;
  if (!message_) message_ = std::make_unique<std::string>();
  const std::size_t wanted = message_->size() + piece.size() + kPayloadPadding;
  if (message_->capacity() < wanted) message_->reserve(wanted);
  message_->append(piece);
}

}  // namespace postage::net
