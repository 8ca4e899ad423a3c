#include "wire/base64.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "wire/json_text.h"
#include "wire/utf8.h"

namespace postage::wire {
namespace {

std::string encode(std::string_view bytes) {
  std::string out(base64_size(bytes.size()), '?');
  EXPECT_EQ(write_base64(out.data(), bytes), out.data() + out.size());
  return out;
}
std::optional<std::string> decode(std::string_view text) {
  std::string out(text.size(), '?');
  const auto size = read_base64(out.data(), text);
  if (!size) return std::nullopt;
  return out.substr(0, *size);
}

TEST(Base64, TheVectorsOfRfc4648Hold) {
  const std::pair<const char*, const char*> table[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : table) {
    EXPECT_EQ(encode(plain), coded);
    EXPECT_EQ(decode(coded), plain);
  }
}

TEST(Base64, OnlyTheCanonicalFormIsRead) {
  for (const char* bad :
       {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "=Zg=", "Zg==Zg==", "Z=g=", "====", "Zm 9v", "Zm9v\n", "-_-_"}) {
    EXPECT_EQ(decode(bad), std::nullopt) << bad;
  }
}

RC_GTEST_PROP(Base64, AnyBytesComeBackAlsoInPlace, (const std::string& bytes)) {
  std::string coded = encode(bytes);
  RC_ASSERT(decode(coded) == bytes);
  const auto size = read_base64(coded.data(), coded);
  RC_ASSERT(size.has_value());
  RC_ASSERT(coded.substr(0, *size) == bytes);
}

TEST(Hex, KeysComeBackAndOtherTextIsRefused) {
  const std::array<std::uint8_t, 4> key{0x00, 0x9A, 0xF0, 0xFF};
  std::array<char, 8> text{};
  EXPECT_EQ(write_hex(text.data(), key.data(), key.size()), text.data() + 8);
  EXPECT_EQ(std::string(text.data(), 8), "009af0ff");
  std::array<std::uint8_t, 4> back{};
  EXPECT_TRUE(read_hex(back.data(), back.size(), "009AF0ff"));
  EXPECT_EQ(back, key);
  for (const char* bad : {"", "009af0f", "009af0ff0", "009af0fg", "-09af0ff"})
    EXPECT_FALSE(read_hex(back.data(), 4, bad)) << bad;
}

TEST(JsonText, EveryByteThatNeedsAnEscapeIsFoundAtEveryPlace) {
  for (int c = 0; c < 128; ++c) {
    for (std::size_t at = 0; at < 40; ++at) {
      std::string text(40, 'x');
      text[at] = static_cast<char>(c);
      EXPECT_EQ(json::plain_prefix(text.data(), text.size()),
                json::needs_escape(static_cast<unsigned char>(c)) ? at : 40U)
          << c;
    }
  }
  std::vector<char> out(json::string_bound(8));
  char* end = json::write_string(out.data(), std::string_view("\"\\\n\r\t\x01\x1f"
                                                              "é",
                                                              9));
  EXPECT_EQ(std::string(out.data(), end), R"("\"\\\n\r\t\u0001\u001fé")");
}

TEST(Utf8, ValidAndInvalidTextAreToldApart) {
  for (const char* good : {"", "a", "abcdefgh", "abcdefghé", "é", "你好", "😀", "\x7f"})
    EXPECT_TRUE(valid_utf8(good)) << good;
  for (const char* bad :
       {"\x80", "abcdefgh\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "aaaaaaa\xc3"}) {
    EXPECT_FALSE(valid_utf8(bad)) << bad;
  }
  std::string wide(1000, 'a');
  EXPECT_TRUE(valid_utf8(wide));
  wide[999] = '\xc3';
  EXPECT_FALSE(valid_utf8(wide));
}

}  // namespace
}  // namespace postage::wire
