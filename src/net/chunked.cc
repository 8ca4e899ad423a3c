#include "net/chunked.h"

#include <algorithm>

namespace postage::net {
namespace {
constexpr std::uint8_t kDigitsMax = 16;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
}  // namespace

ChunkedReader::Outcome ChunkedReader::feed(std::string_view& input, std::string& body) {
  while (!input.empty()) {
    if (state_ == State::data) {
      const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(chunk_left_, input.size()));
      body.append(input.substr(0, take));
      input.remove_prefix(take);
      chunk_left_ -= take;
      if (chunk_left_ == 0) state_ = State::data_return;
      continue;
    }
    const char byte = input.front();
    input.remove_prefix(1);
    const Outcome outcome = step(byte);
    if (outcome != Outcome::need_more) return outcome;
  }
  return Outcome::need_more;
}

ChunkedReader::Outcome ChunkedReader::step(char byte) {
  const auto expect = [this, byte](char wanted, State then) {
    state_ = then;
    return byte == wanted ? Outcome::need_more : Outcome::malformed;
  };
  switch (state_) {
    case State::size_first:
    case State::size:
      return size_digit(byte);
    case State::extension:
      if (byte == '\r') return expect('\r', State::size_newline);
      return framing(byte);
    case State::size_newline:
      if (chunk_left_ > body_left_) return Outcome::too_large;
      body_left_ -= static_cast<std::size_t>(chunk_left_);
      digits_ = 0;
      return expect('\n', chunk_left_ == 0 ? State::trailer_first : State::data);
    case State::data_return:
      return expect('\r', State::data_newline);
    case State::data_newline:
      return expect('\n', State::size_first);
    case State::trailer_first:
      if (byte == '\r') return expect('\r', State::last_newline);
      if (byte == ' ' || byte == '\t') return Outcome::malformed;  // a folded line
      state_ = State::trailer;
      return framing(byte);
    case State::trailer:
      if (byte == '\r') return expect('\r', State::trailer_newline);
      return framing(byte);
    case State::trailer_newline:
      return expect('\n', State::trailer_first);
    case State::last_newline:
      if (byte != '\n') return Outcome::malformed;
      state_ = State::done;
      return Outcome::done;
    case State::data:
    case State::done:
      break;
  }
  return Outcome::malformed;
}

ChunkedReader::Outcome ChunkedReader::size_digit(char byte) {
  const int value = hex_value(byte);
  if (value >= 0) {
    if (digits_++ == 0) chunk_left_ = 0;
    if (digits_ > kDigitsMax) return Outcome::malformed;
    chunk_left_ = chunk_left_ << 4 | static_cast<unsigned>(value);
    state_ = State::size;
    return Outcome::need_more;
  }
  if (state_ == State::size_first) return Outcome::malformed;
  if (byte == '\r') {
    state_ = State::size_newline;
    return Outcome::need_more;
  }
  if (byte != ';' && byte != ' ' && byte != '\t') return Outcome::malformed;
  state_ = State::extension;
  return framing(byte);
}

// A byte that is dropped: no control characters (a bare line feed is how proxies are fooled), and not too many.
ChunkedReader::Outcome ChunkedReader::framing(char byte) {
  if ((static_cast<unsigned char>(byte) < 0x20 && byte != '\t') || byte == 0x7F) return Outcome::malformed;
  return ++framing_bytes_ > kFramingBytesMax ? Outcome::malformed : Outcome::need_more;
}

}  // namespace postage::net
