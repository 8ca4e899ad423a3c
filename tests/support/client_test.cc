// The test client itself, against a server of a few lines on a real socket that says what each test scripts.
#include "tests/support/client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <thread>

namespace postage::testing {
namespace {

/// One accepted connection of the scripted server.
class Peer {
 public:
  explicit Peer(int fd) : fd_(fd) {}
  ~Peer() { ::close(fd_); }
  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  std::string read_head() {
    while (input_.find("\r\n\r\n") == std::string::npos && fill()) {
    }
    std::string head = input_;
    input_.clear();
    return head;
  }
  /// The payload of the next (short) client frame, unmasked; empty at the end.
  std::string read_frame() {
    while (input_.size() < 6 || input_.size() < whole()) {
      if (!fill()) return "";
    }
    const std::size_t size = whole();
    const std::size_t data = header();
    std::string payload = input_.substr(data, size - data);
    for (std::size_t i = 0; i < payload.size(); ++i)
      payload[i] = static_cast<char>(payload[i] ^ input_[data - 4 + i % 4]);
    masked_ = masked_ && (input_[1] & 0x80) != 0;
    input_.erase(0, size);
    return payload;
  }
  wire::Request read_request(std::string& memory, wire::Codec codec) {
    memory = read_frame();
    auto request = wire::decode_request(codec, memory, codec == wire::Codec::json);
    EXPECT_TRUE(request.ok());
    return request ? *request : wire::Request{};
  }
  void answer(wire::Codec codec, const wire::ServerFrame& frame) {
    std::string bytes;
    wire::append_reply(bytes, codec, frame);
    write(bytes);
  }
  [[nodiscard]] bool masked() const { return masked_; }

 private:
  [[nodiscard]] std::size_t length() const { return static_cast<unsigned char>(input_[1]) & 0x7F; }
  [[nodiscard]] std::size_t header() const { return length() < 126 ? 6 : 8; }
  [[nodiscard]] std::size_t whole() const {
    const std::size_t size = length() < 126 ? length()
                                            : static_cast<std::size_t>(static_cast<unsigned char>(input_[2]) << 8 |
                                                                       static_cast<unsigned char>(input_[3]));
    return header() + size;
  }
  bool fill() {
    char buffer[4096];
    const ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    input_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }
  int fd_;
  std::string input_;
  bool masked_ = true;
};

/// Listens on a free port, accepts one connection, upgrades it and runs the script on it.
class ScriptedServer {
 public:
  ScriptedServer(wire::Codec codec, std::function<void(Peer&)> script) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 4), 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    options.stream.port = ntohs(address.sin_port);
    options.codec = codec;
    thread_ = std::thread([this, script = std::move(script)] {
      Peer peer(::accept(listener_, nullptr, nullptr));
      head = peer.read_head();
      script(peer);
    });
  }
  ~ScriptedServer() {
    thread_.join();
    ::close(listener_);
  }
  ClientOptions options;
  std::string head;

 private:
  int listener_ = -1;
  std::thread thread_;
};

std::string upgraded(wire::Codec codec) {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nsec-websocket-protocol: " +
         std::string(codec == wire::Codec::json ? wire::kSubprotocolJson : wire::kSubprotocolProto) + "\r\n\r\n";
}

TEST(Client, CallsFindTheirRepliesAndEventsKeepTheirOrder) {
  for (const wire::Codec codec : {wire::Codec::proto, wire::Codec::json}) {
    ScriptedServer server(codec, [codec](Peer& peer) {
      std::string memory;
      peer.write(upgraded(codec));
      const auto hello = peer.read_request(memory, codec);
      peer.answer(codec, {hello.request_id, wire::HelloReply{1, "scripted", false, {}}});
      const auto login = peer.read_request(memory, codec);
      EXPECT_EQ(std::get<wire::Login>(login.body).user_id, "peter");
      peer.answer(codec, {0, wire::MessageEvent{"c", {}, "p", wire::Payload::text("first"), "", 1, 1, {}}});
      peer.write(std::string("\x89\x02hi", 4));
      peer.answer(codec, {login.request_id, wire::LoginReply{wire::SessionKey{1, 2, 3}, {}, 5, 300, 120, {}, {}}});
      EXPECT_EQ(peer.read_frame(), "hi") << "the ping is answered";
      const auto publish = peer.read_request(memory, codec);
      const std::string long_text(300, 'x');
      peer.answer(codec, {0, wire::MessageEvent{"c", {}, "p", wire::Payload::binary(long_text), "", 1, 2, {}}});
      wire::ErrorReply error{Errc::channel_publish_message_too_frequent, "", 0, std::nullopt};
      error.quota = wire::QuotaDetail{Errc::quota_messages, "messages", "10", "9", "2", {}};
      peer.answer(codec, {publish.request_id, error});
      peer.write(std::string("\x88\x02\x0f\xa3", 4));
      EXPECT_TRUE(peer.masked());
    });
    LoginOptions who;
    who.user_id = "peter";
    auto client = Client::open(server.options, who);
    ASSERT_TRUE(client.ok()) << client.error().to_string();
    EXPECT_EQ((*client)->session()[1], 2);
    auto refused = (*client)->publish("c", "text");
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Errc::channel_publish_message_too_frequent);
    ASSERT_TRUE((*client)->quota().has_value());
    EXPECT_EQ((*client)->quota()->needed, "2");
    auto first = (*client)->next<Message>();
    ASSERT_TRUE(first.ok()) << first.error().to_string();
    EXPECT_EQ(first->payload, "first");
    auto second = (*client)->next<Message>();
    ASSERT_TRUE(second.ok());
    EXPECT_EQ(second->offset, 2U);
    EXPECT_EQ(second->payload.size(), 300U);
    auto closed = (*client)->next<Closed>();
    ASSERT_TRUE(closed.ok());
    EXPECT_EQ(closed->code, 4003);
    EXPECT_EQ((*client)->next_event().error().code, Errc::not_connected);
  }
}

TEST(Client, ARefusedUpgradeIsAnError) {
  ScriptedServer server(wire::Codec::proto,
                        [](Peer& peer) { peer.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"); });
  auto client = Client::connect(server.options);
  ASSERT_FALSE(client.ok());
  EXPECT_EQ(client.error().code, Errc::unauthorized);
}

TEST(Client, AServerThatGoesAwayIsACloseOf1006) {
  ScriptedServer server(wire::Codec::proto, [](Peer& peer) {
    peer.write(upgraded(wire::Codec::proto));
    EXPECT_NE(peer.read_frame(), "");
  });
  auto client = Client::connect(server.options);
  ASSERT_TRUE(client.ok()) << client.error().to_string();
  ASSERT_TRUE((*client)->send({0, wire::Ping{}}).ok());
  auto closed = (*client)->next<Closed>();
  ASSERT_TRUE(closed.ok()) << closed.error().to_string();
  EXPECT_EQ(closed->code, 1006);
}

TEST(Client, AMaskedFrameFromTheServerIsRefused) {
  ScriptedServer server(wire::Codec::proto, [](Peer& peer) {
    peer.write(upgraded(wire::Codec::proto));
    peer.write(std::string("\x82\x81\x00\x00\x00\x00x", 7));
    peer.read_frame();
  });
  auto client = Client::connect(server.options);
  ASSERT_TRUE(client.ok());
  auto closed = (*client)->next<Closed>();
  ASSERT_TRUE(closed.ok());
  EXPECT_EQ(closed->reason, "a masked frame from the server");
}

TEST(Client, AnUnansweredWaitEndsAtItsDeadline) {
  ScriptedServer server(wire::Codec::proto, [](Peer& peer) {
    peer.write(upgraded(wire::Codec::proto));
    peer.read_frame();
  });
  server.options.patience = milliseconds(200);
  auto client = Client::connect(server.options);
  ASSERT_TRUE(client.ok()) << client.error().to_string();
  EXPECT_EQ((*client)->next_event().error().detail, "deadline");
}

}  // namespace
}  // namespace postage::testing
