#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "wire/json_text.h"
#include "wire/utf8.h"

namespace postage::wire {
namespace {

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
