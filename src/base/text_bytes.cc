#include "base/text_bytes.h"

#include <array>

namespace postage {
namespace {
constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNone = 0xFF;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNone);
  for (std::uint8_t i = 0; i < 64; ++i) values[static_cast<unsigned char>(kDigits[i])] = i;
  return values;
}
constexpr std::array<std::uint8_t, 256> kValues = make_values();

std::uint8_t value_of(char digit) { return kValues[static_cast<unsigned char>(digit)]; }

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}
}  // namespace

char* write_base64(char* to, std::string_view bytes) {
  const auto* p = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t left = bytes.size();
  for (; left >= 3; p += 3, left -= 3) {
    const std::uint32_t bits = (std::uint32_t{p[0]} << 16) | (std::uint32_t{p[1]} << 8) | p[2];
    *to++ = kDigits[bits >> 18];
    *to++ = kDigits[(bits >> 12) & 63];
    *to++ = kDigits[(bits >> 6) & 63];
    *to++ = kDigits[bits & 63];
  }
  if (left == 0) return to;
  const std::uint32_t bits = (std::uint32_t{p[0]} << 16) | (left == 2 ? std::uint32_t{p[1]} << 8 : 0);
  *to++ = kDigits[bits >> 18];
  *to++ = kDigits[(bits >> 12) & 63];
  *to++ = left == 2 ? kDigits[(bits >> 6) & 63] : '=';
  *to++ = '=';
  return to;
}

std::optional<std::size_t> read_base64(char* to, std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.empty()) return 0;
  const char* begin = to;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  const char* p = text.data();
  const char* full_end = p + text.size() - (padding > 0 ? 4 : 0);
  for (; p < full_end; p += 4) {
    const std::uint8_t a = value_of(p[0]), b = value_of(p[1]), c = value_of(p[2]), d = value_of(p[3]);
    if ((a | b | c | d) & 0x80) return std::nullopt;
    *to++ = static_cast<char>((a << 2) | (b >> 4));
    *to++ = static_cast<char>((b << 4) | (c >> 2));
    *to++ = static_cast<char>((c << 6) | d);
  }
  if (padding > 0) {
    const std::uint8_t a = value_of(p[0]), b = value_of(p[1]), c = padding == 1 ? value_of(p[2]) : std::uint8_t{0};
    if ((a | b | c) & 0x80) return std::nullopt;
    const std::uint8_t spare = padding == 1 ? (c & 3) : (b & 15);
    if (spare != 0) return std::nullopt;
    *to++ = static_cast<char>((a << 2) | (b >> 4));
    if (padding == 1) *to++ = static_cast<char>((b << 4) | (c >> 2));
  }
  return static_cast<std::size_t>(to - begin);
}

char* write_hex(char* to, const std::uint8_t* bytes, std::size_t size) {
  constexpr char kHex[] = "0123456789abcdef";
  for (std::size_t i = 0; i < size; ++i) {
    *to++ = kHex[bytes[i] >> 4];
    *to++ = kHex[bytes[i] & 15];
  }
  return to;
}

bool read_hex(std::uint8_t* to, std::size_t size, std::string_view text) {
  if (text.size() != 2 * size) return false;
  for (std::size_t i = 0; i < size; ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    to[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

std::string to_base64(std::string_view bytes) {
  std::string out(base64_size(bytes.size()), '\0');
  write_base64(out.data(), bytes);
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string out(text.size() / 4 * 3, '\0');
  const auto size = read_base64(out.data(), text);
  if (!size) return std::nullopt;
  out.resize(*size);
  return out;
}

std::string to_hex(std::string_view bytes) {
  std::string out(bytes.size() * 2, '\0');
  write_hex(out.data(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  return out;
}

std::optional<std::string> from_hex(std::string_view text) {
  std::string out(text.size() / 2, '\0');
  if (!read_hex(reinterpret_cast<std::uint8_t*>(out.data()), out.size(), text)) return std::nullopt;
  return out;
}

}  // namespace postage
