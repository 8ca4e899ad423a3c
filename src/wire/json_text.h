#pragma once
// JSON text from values: strings with a 16-byte escape scan, numbers by to_chars. All write through a pointer into
// memory that the caller has sized by the bounds here. Internal to wire.
#include <charconv>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace postage::wire::json {

/// Longest JSON form of a 64-bit integer.
inline constexpr std::size_t kNumberBytesMax = 20;
/// Longest JSON form of a string of `size` bytes, quotes included.
constexpr std::size_t string_bound(std::size_t size) { return 6 * size + 2; }

inline char* write_raw(char* p, std::string_view text) {
  if (!text.empty()) std::memcpy(p, text.data(), text.size());
  return p + text.size();
}
template <class Int>
char* write_number(char* p, Int v) {
  return std::to_chars(p, p + kNumberBytesMax, v).ptr;
}

/// True for bytes that a JSON string must not hold as they are: control characters, quote, backslash.
constexpr bool needs_escape(unsigned char c) { return c < 0x20 || c == '"' || c == '\\'; }

/// Number of leading bytes of [p, p + size) that need no escape.
inline std::size_t plain_prefix(const char* p, std::size_t size) {
  std::size_t i = 0;
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i last_control = _mm_set1_epi8(0x1F);
  for (; i + 16 <= size; i += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + i));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, last_control), bytes);
    const __m128i found =
        _mm_or_si128(control, _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)));
    const unsigned mask = static_cast<unsigned>(_mm_movemask_epi8(found));
    if (mask != 0) return i + static_cast<std::size_t>(__builtin_ctz(mask));
  }
#endif
  while (i < size && !needs_escape(static_cast<unsigned char>(p[i]))) ++i;
  return i;
}

inline char* write_escape(char* p, unsigned char c) {
  constexpr char kHex[] = "0123456789abcdef";
  *p++ = '\\';
  switch (c) {
    case '"':
      *p++ = '"';
      return p;
    case '\\':
      *p++ = '\\';
      return p;
    case '\n':
      *p++ = 'n';
      return p;
    case '\r':
      *p++ = 'r';
      return p;
    case '\t':
      *p++ = 't';
      return p;
    default:
      break;
  }
  p = write_raw(p, "u00");
  *p++ = kHex[c >> 4];
  *p++ = kHex[c & 15];
  return p;
}

/// Writes `text` (valid UTF-8) as a JSON string with quotes; at most string_bound(text.size()) bytes.
inline char* write_string(char* p, std::string_view text) {
  *p++ = '"';
  const char* from = text.data();
  std::size_t left = text.size();
  while (left > 0) {
    const std::size_t plain = plain_prefix(from, left);
    p = write_raw(p, {from, plain});
    if (plain == left) break;
    p = write_escape(p, static_cast<unsigned char>(from[plain]));
    from += plain + 1;
    left -= plain + 1;
  }
  *p++ = '"';
  return p;
}

}  // namespace postage::wire::json
