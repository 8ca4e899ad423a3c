#include "base/text_bytes.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace postage {
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
       {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "=Zg=", "Zg==Zg==", "Z=g=", "====", "Zm 9v", "Zm9v\n", "-_-_", "=", "TQ===", "TWF_", "TWFuT", "T=Fu"}) {
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

TEST(TextBytes, StringsComeBackAndOtherTextIsRefused) {
  for (std::size_t length = 0; length < 70; ++length) {
    std::string bytes;
    for (std::size_t i = 0; i < length; ++i) bytes.push_back(static_cast<char>(i * 37 + length));
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
    EXPECT_EQ(from_hex(to_hex(bytes)), bytes);
  }
  EXPECT_EQ(from_hex("abc"), std::nullopt);
  EXPECT_EQ(from_hex("0g"), std::nullopt);
  EXPECT_EQ(from_base64("YR=="), std::nullopt);
}

}  // namespace
}  // namespace postage
