#include "base/client_frame.h"

#include <gtest/gtest.h>

namespace postage {
namespace {

TEST(ClientFrame, AMaskedFrameIsTheExampleOfTheRfc) {
  std::string out;
  append_client_frame(out, websocket::kText, "Hello", 0x37fa213d);  // RFC 6455, 5.7.
  EXPECT_EQ(out, "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
  out.clear();
  append_client_frame(out, websocket::kBinary, "ab");
  EXPECT_EQ(out, std::string("\x82\x82\0\0\0\0ab", 8));
}

TEST(ClientFrame, AServersFrameIsSeenOnceAllOfItIsThere) {
  for (const std::size_t size : {0, 1, 125, 126, 65'535, 65'536}) {
    std::string bytes;
    append_frame(bytes, websocket::kBinary, std::string(size, 'x'));
    for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, bytes.size() / 2, bytes.size() - 1}) {
      EXPECT_FALSE(whole_server_frame(std::string_view(bytes).substr(0, cut))) << size << ' ' << cut;
    }
    const auto frame = whole_server_frame(bytes + "more");
    ASSERT_TRUE(frame) << size;
    EXPECT_EQ(frame->opcode, websocket::kBinary);
    EXPECT_EQ(frame->size, size);
    EXPECT_EQ(frame->header + frame->size, bytes.size());
  }
}

}  // namespace
}  // namespace postage
