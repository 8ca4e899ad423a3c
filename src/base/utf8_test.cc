#include "base/utf8.h"

#include <gtest/gtest.h>

namespace postage {
namespace {

/// The shortest form of a code point, written from the table of RFC 3629.
std::string encoded(std::uint32_t code) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80U | (code >> shift & 0x3FU)); };
  if (code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) return {static_cast<char>(0xC0U | code >> 6U), tail(0)};
  if (code < 0x10000) return {static_cast<char>(0xE0U | code >> 12U), tail(6), tail(0)};
  return {static_cast<char>(0xF0U | code >> 18U), tail(12), tail(6), tail(0)};
}

TEST(Utf8, EveryCodePointIsOneSequenceAndSurrogatesAreNone) {
  for (std::uint32_t code = 0; code < 0x120000; ++code) {
    const std::string bytes = encoded(code);
    const bool fine = code < 0x110000 && (code < 0xD800 || code > 0xDFFF);
    ASSERT_EQ(utf8_length(bytes + "x"), fine ? bytes.size() : 0U) << code;
    ASSERT_EQ(utf8_length(bytes.substr(0, bytes.size() - 1)), 0U) << code;
  }
}

TEST(Utf8, WrongSequencesAreRefusedWhereverTheyStand) {
  for (const std::string bad : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
                                "\xF5\x80\x80\x80", "\xFF", "\xC3", "\xE2\x82", "\xE2\x28\xA1", "\xF0\x9F\x92"}) {
    EXPECT_FALSE(valid_utf8(bad));
    EXPECT_FALSE(valid_utf8("消息 " + bad));
    EXPECT_FALSE(valid_utf8(bad + " é"));
  }
  EXPECT_TRUE(valid_utf8(""));
  EXPECT_TRUE(valid_utf8("a é 消 \xF0\x9F\x92\xA9"));
}

}  // namespace
}  // namespace postage
