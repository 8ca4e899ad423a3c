#pragma once
// UTF-8 checked piece by piece (RFC 3629), so that a text message in many fragments fails at its first wrong byte.
// The room cannot use wire's check of whole texts: it knows nobody, and it needs the state between pieces.
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace postage::net {

/// State between pieces. Thread: one at a time.
class Utf8Check {
 public:
  /// Takes the next piece. False from the first byte on that cannot be part of valid UTF-8; then the object is spent.
  bool feed(std::string_view piece);
  /// True when the text may end here.
  [[nodiscard]] bool complete() const { return left_ == 0; }
  void reset() { *this = Utf8Check(); }

 private:
  bool begin(std::uint8_t lead);
  std::uint8_t left_ = 0;               // continuation bytes to come
  std::uint8_t low_ = 0, high_ = 0xBF;  // bounds of the next one
};

}  // namespace postage::net
