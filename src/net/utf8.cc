#include "net/utf8.h"

#include <cstring>

namespace postage::net {

// The bounds of the second byte shut out overlong forms (E0, F0), surrogates (ED) and values above U+10FFFF (F4).
bool Utf8Check::begin(std::uint8_t lead) {
  low_ = 0x80;
  high_ = 0xBF;
  if (lead < 0x80) return true;
  if (lead < 0xC2) return false;
  if (lead < 0xE0) {
    left_ = 1;
  } else if (lead < 0xF0) {
    left_ = 2;
    if (lead == 0xE0) low_ = 0xA0;
    if (lead == 0xED) high_ = 0x9F;
  } else if (lead < 0xF5) {
    left_ = 3;
    if (lead == 0xF0) low_ = 0x90;
    if (lead == 0xF4) high_ = 0x8F;
  } else {
    return false;
  }
  return true;
}

bool Utf8Check::feed(std::string_view piece) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080ULL;
  const char* at = piece.data();
  const char* const end = at + piece.size();
  while (at < end) {
    if (left_ == 0) {
      while (end - at >= 16) {  // Plain ASCII, sixteen bytes a step.
        std::uint64_t words[2];
        std::memcpy(words, at, sizeof words);
        if (((words[0] | words[1]) & kHighBits) != 0) break;
        at += 16;
      }
      if (at == end) break;
      if (!begin(static_cast<std::uint8_t>(*at++))) return false;
      continue;
    }
    const auto byte = static_cast<std::uint8_t>(*at++);
    if (byte < low_ || byte > high_) return false;
    low_ = 0x80;
    high_ = 0xBF;
    --left_;
  }
  return true;
}

}  // namespace postage::net
