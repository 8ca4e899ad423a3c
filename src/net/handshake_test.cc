#include "net/handshake.h"

#include <gtest/gtest.h>

#include "net/test_support.h"

namespace postage::net::testing {
namespace {

TEST(Handshake, TheKeyOfTheRfcGivesTheAcceptOfTheRfc) {
  EXPECT_EQ(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

struct Variant {
  std::string name;
  std::string from, to;  // replaced in the good handshake
  std::string status;
};

class HandshakeVariant : public ::testing::TestWithParam<Variant> {};

TEST_P(HandshakeVariant, IsAnswered) {
  TestServer server;
  std::string request = kHandshake;
  const std::size_t at = request.find(GetParam().from);
  ASSERT_NE(at, std::string::npos);
  request.replace(at, GetParam().from.size(), GetParam().to);
  Peer peer(server.port());
  peer.write(request);
  const std::string answer = peer.read_answer();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + GetParam().status + " ")) << answer;
  if (GetParam().status == "101") {
    EXPECT_NE(answer.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), std::string::npos);
    peer.write(text_frame("echo"));
    EXPECT_EQ(peer.read_frame().payload, "echo");
  } else if (GetParam().status == "426") {
    EXPECT_NE(answer.find("Sec-WebSocket-Version: 13\r\n"), std::string::npos);
  }
}

const std::string kKey = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
INSTANTIATE_TEST_SUITE_P(
    All, HandshakeVariant,
    ::testing::Values(Variant{"good", "Host", "Host", "101"},
                      Variant{"upgrade_any_case", "Upgrade: websocket", "upgrade: WebSocket", "101"},
                      Variant{"connection_list", "Connection: Upgrade", "Connection: keep-alive, upgrade", "101"},
                      Variant{"upgrade_list", "Upgrade: websocket", "Upgrade: h2c, websocket", "101"},
                      Variant{"extensions_are_not_taken", kKey,
                              kKey + "Sec-WebSocket-Extensions: permessage-deflate\r\n", "101"},
                      Variant{"no_key", kKey, "", "400"}, Variant{"two_keys", kKey, kKey + kKey, "400"},
                      Variant{"short_key", "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZQ==", "400"},
                      Variant{"key_not_base64", "dGhlIHNhbXBsZSBub25jZQ==", "dGhl HNhbXBsZSBub25jZQ==", "400"},
                      Variant{"key_not_padded", "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQAA", "400"},
                      Variant{"no_connection", "Connection: Upgrade\r\n", "", "400"},
                      Variant{"connection_other", "Connection: Upgrade", "Connection: keep-alive", "400"},
                      Variant{"no_version", "Sec-WebSocket-Version: 13\r\n", "", "426"},
                      Variant{"version_8", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8", "426"},
                      Variant{"version_list", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 13, 8", "426"},
                      Variant{"post", "GET /rtm", "POST /rtm", "400"}, Variant{"head", "GET /rtm", "HEAD /rtm", "400"},
                      Variant{"http_1_0", "HTTP/1.1", "HTTP/1.0", "400"},
                      Variant{"no_host", "Host: localhost\r\n", "", "400"},
                      Variant{"refused_by_the_handler", "/rtm", "/refuse", "403"}),
    [](const auto& info) { return info.param.name; });

TEST(Handshake, ABodyIsRefused) {
  TestServer server;
  Peer peer(server.port());
  std::string request = kHandshake;
  request.insert(request.size() - 2, "Content-Length: 1\r\n");
  peer.write(request + "x");
  EXPECT_TRUE(peer.read_answer().starts_with("HTTP/1.1 400 "));
}

TEST(Handshake, TheOriginReachesTheHandler) {
  TestServer server;
  Peer peer(server.port());
  std::string request = kHandshake;
  request.replace(request.find("/rtm"), 4, "/refuse");
  request.insert(request.size() - 2, "Origin: https://evil.example\r\n");
  peer.write(request);
  EXPECT_NE(peer.read_answer().find("not here, https://evil.example"), std::string::npos);
}

TEST(Handshake, TheServersPreferenceChoosesTheSubprotocol) {
  TestServer server;
  Peer peer(server.port());
  std::string request = kHandshake;
  request.insert(request.size() - 2,
                 "Sec-WebSocket-Protocol: other, postage.json.v1\r\nSec-WebSocket-Protocol: postage.v1\r\n");
  peer.write(request);
  EXPECT_NE(peer.read_head().find("Sec-WebSocket-Protocol: postage.v1\r\n"), std::string::npos);
}

TEST(Handshake, AnUnknownSubprotocolIsNotAnswered) {
  TestServer server;
  Peer peer(server.port());
  std::string request = kHandshake;
  request.insert(request.size() - 2, "Sec-WebSocket-Protocol: chat\r\n");
  peer.write(request);
  const std::string head = peer.read_head();
  EXPECT_TRUE(head.starts_with("HTTP/1.1 101 "));
  EXPECT_EQ(head.find("Sec-WebSocket-Protocol"), std::string::npos);
}

TEST(Handshake, FramesInTheSamePacketAreRead) {
  TestServer server;
  Peer peer(server.port());
  peer.write(kHandshake + text_frame("at once") + text_frame("and again"));
  peer.read_head();
  EXPECT_EQ(peer.read_frame().payload, "at once");
  EXPECT_EQ(peer.read_frame().payload, "and again");
}

TEST(Handshake, AnUpgradeMayFollowAnotherRequestWithoutWaiting) {
  TestServer server;
  Peer peer(server.port());
  peer.write("GET /first HTTP/1.1\r\nHost: x\r\n\r\n" + kHandshake + text_frame("third"));
  EXPECT_TRUE(peer.read_answer().starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(peer.read_head().starts_with("HTTP/1.1 101 "));
  EXPECT_EQ(peer.read_frame().payload, "third");
  peer.write(text_frame("fourth"));
  EXPECT_EQ(peer.read_frame().payload, "fourth");
}

TEST(Handshake, AnotherUpgradeIsAnOrdinaryRequest) {
  TestServer server;
  Peer peer(server.port());
  peer.write("GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
  EXPECT_TRUE(peer.read_answer().starts_with("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace postage::net::testing
