#pragma once
// UTF-8 checks for text from outside.
#include <cstring>
#include <string_view>

namespace postage::wire {

/// True if `text` is valid UTF-8; the slow half, for text with bytes over 0x7F. Vectorised.
bool valid_utf8_wide(const char* text, std::size_t size);

/// True if `text` is valid UTF-8. Short ASCII, the usual name, is decided here.
inline bool valid_utf8(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080ULL;
  const char* p = text.data();
  std::size_t left = text.size();
  if (left > 256) return valid_utf8_wide(p, left);
  for (; left >= 8; p += 8, left -= 8) {
    std::uint64_t word;
    std::memcpy(&word, p, 8);
    if (word & kHighBits) return valid_utf8_wide(text.data(), text.size());
  }
  unsigned char rest = 0;
  for (; left > 0; ++p, --left) rest |= static_cast<unsigned char>(*p);
  return rest < 0x80 || valid_utf8_wide(text.data(), text.size());
}

}  // namespace postage::wire
