#include "net/utf8.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <optional>
#include <string>

namespace postage::net {
namespace {

// Whether `code` point may be written, in how many bytes: RFC 3629 read literally, as an oracle.
std::optional<std::string> encode(std::uint32_t code) {
  if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return std::nullopt;
  std::string out;
  if (code < 0x80) {
    out.push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out = {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 0x3F))};
  } else if (code < 0x10000) {
    out = {static_cast<char>(0xE0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 0x3F)),
           static_cast<char>(0x80 | (code & 0x3F))};
  } else {
    out = {static_cast<char>(0xF0 | code >> 18), static_cast<char>(0x80 | (code >> 12 & 0x3F)),
           static_cast<char>(0x80 | (code >> 6 & 0x3F)), static_cast<char>(0x80 | (code & 0x3F))};
  }
  return out;
}

bool valid(std::string_view text) {
  Utf8Check check;
  return check.feed(text) && check.complete();
}

TEST(Utf8, EveryCodePointIsTakenAndNothingElseOfItsLength) {
  for (std::uint32_t code = 0; code <= 0x10FFFF; ++code) {
    const auto bytes = encode(code);
    if (bytes) {
      ASSERT_TRUE(valid(*bytes)) << code;
      continue;
    }
    const std::string surrogate = {static_cast<char>(0xE0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 0x3F)),
                                   static_cast<char>(0x80 | (code & 0x3F))};
    ASSERT_FALSE(valid(surrogate)) << code;
  }
}

TEST(Utf8, EveryPairOfBytesIsJudgedAsTheOracleSays) {
  for (unsigned a = 0; a < 256; ++a) {
    for (unsigned b = 0; b < 256; ++b) {
      const std::string text = {static_cast<char>(a), static_cast<char>(b)};
      const bool expected = (a < 0x80 && b < 0x80) || (a >= 0xC2 && a < 0xE0 && b >= 0x80 && b < 0xC0);
      ASSERT_EQ(valid(text), expected) << a << " " << b;
    }
  }
}

struct Bad {
  const char* what;
  std::string bytes;
  std::size_t good;  // so many bytes are still a beginning of something valid
};

class Utf8Bad : public ::testing::TestWithParam<Bad> {};

TEST_P(Utf8Bad, FailsAtTheFirstWrongByteAndNotBefore) {
  Utf8Check check;
  for (std::size_t i = 0; i < GetParam().good; ++i) ASSERT_TRUE(check.feed({&GetParam().bytes[i], 1})) << i;
  EXPECT_FALSE(check.feed({&GetParam().bytes[GetParam().good], 1}));
  EXPECT_FALSE(valid(GetParam().bytes));
  EXPECT_FALSE(valid("sixteen bytes of plain ASCII first, so that the fast path runs " + GetParam().bytes));
}

INSTANTIATE_TEST_SUITE_P(
    All, Utf8Bad,
    ::testing::Values(Bad{"lone continuation", "\x80", 0}, Bad{"overlong slash", "\xC0\xAF", 0},
                      Bad{"overlong C1", "\xC1\xBF", 0}, Bad{"overlong E0", "\xE0\x9F\xBF", 1},
                      Bad{"overlong F0", "\xF0\x8F\xBF\xBF", 1}, Bad{"surrogate first", "\xED\xA0\x80", 1},
                      Bad{"surrogate last", "\xED\xBF\xBF", 1}, Bad{"above the last", "\xF4\x90\x80\x80", 1},
                      Bad{"F5", "\xF5\x80\x80\x80", 0}, Bad{"five bytes", "\xF8\x88\x80\x80\x80", 0},
                      Bad{"FE", "\xFE", 0}, Bad{"FF", "\xFF", 0}, Bad{"cut short by ASCII", "\xE2\x82 ", 2},
                      Bad{"cut short by a lead", "\xF0\x9F\x98\xF0", 3}));

TEST(Utf8, ATextThatEndsInsideACharacterIsNotComplete) {
  Utf8Check check;
  EXPECT_TRUE(check.feed("\xF0\x9F\x98"));
  EXPECT_FALSE(check.complete());
  EXPECT_TRUE(check.feed("\x80"));
  EXPECT_TRUE(check.complete());
}

RC_GTEST_PROP(Utf8, AnyCutOfAnyBytesGivesTheSameAnswer, (const std::string& bytes)) {
  Utf8Check whole;
  const bool once = whole.feed(bytes) && whole.complete();
  Utf8Check check;
  bool good = true;
  for (std::size_t at = 0; at < bytes.size() && good;) {
    const std::size_t size = *rc::gen::inRange<std::size_t>(1, 20);
    good = check.feed(std::string_view(bytes).substr(at, size));
    at += size;
  }
  RC_ASSERT((good && check.complete()) == once);
}

}  // namespace
}  // namespace postage::net
