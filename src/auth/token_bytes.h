#pragma once
// Little-endian reading and writing of token fields. A reader that runs out stays "not good" and answers zeros, so that
// callers check once per step.
#include <cstdint>
#include <string>
#include <string_view>

namespace postage::auth {

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : left_(bytes) {}
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] std::string_view rest() const { return left_; }

  std::uint16_t u16() { return static_cast<std::uint16_t>(little_endian(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(little_endian(4)); }
  /// A u16 length and as many bytes; memory is taken only for bytes that are there.
  std::string text() {
    const std::size_t length = u16();
    return std::string(take(length));
  }

 private:
  std::string_view take(std::size_t count) {
    if (!good_ || left_.size() < count) {
      good_ = false;
      left_ = {};
      return {};
    }
    const std::string_view taken = left_.substr(0, count);
    left_.remove_prefix(count);
    return taken;
  }
  std::uint64_t little_endian(std::size_t count) {
    const std::string_view bytes = take(count);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    return value;
  }

  std::string_view left_;
  bool good_ = true;
};

inline void put_u16(std::string& out, std::uint16_t value) {
  out.push_back(static_cast<char>(value & 0xFFU));
  out.push_back(static_cast<char>(value >> 8));
}
inline void put_u32(std::string& out, std::uint32_t value) {
  put_u16(out, static_cast<std::uint16_t>(value & 0xFFFFU));
  put_u16(out, static_cast<std::uint16_t>(value >> 16));
}
/// At most 65,535 bytes; the caller has checked.
inline void put_text(std::string& out, std::string_view text) {
  put_u16(out, static_cast<std::uint16_t>(text.size()));
  out.append(text);
}

}  // namespace postage::auth
