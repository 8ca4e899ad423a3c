// Peers that read slowly or not at all: the bound holds, the owner is told, others notice nothing.
#include <gtest/gtest.h>

#include "net/test_support.h"

namespace postage::net::testing {
namespace {

constexpr std::size_t kBound = 256 * 1024;

BufferRef frame_of(std::size_t payload, char fill) {
  std::string bytes;
  append_frame(bytes, websocket::kBinary, std::string(payload, fill));
  return BufferRef(std::move(bytes));
}

/// Sends until it is refused.
struct Flood final : EchoHandler {
  using EchoHandler::EchoHandler;
  void fill() {
    while (sink_->send(frame_of(1000, static_cast<char>('a' + sent % 26)))) {
      letters.push_back(static_cast<char>('a' + sent % 26));
      ++sent;
      ASSERT_LE(sink_->queued_bytes(), kBound);
    }
  }
  void on_message(bool text, std::string_view payload) override {
    if (payload == "flood") {
      fill();
    } else if (payload == "drop") {
      sink_->close(4008, "too slow", Pending::drop);
    } else {
      EchoHandler::on_message(text, payload);
    }
  }
  int sent = 0;
  std::string letters;
  friend ByteSink* sink_of(Flood* flood) { return flood->sink_; }
};
ByteSink* sink_of(Flood* flood);

struct BackpressureTest : ::testing::Test {
  BackpressureTest() : server(options()) {
    server.handler().make = [this] {
      auto flood = std::make_unique<Flood>(server.journal);
      last = flood.get();
      return flood;
    };
  }
  static ServerOptions options() {
    ServerOptions options;
    options.queue_bytes_max = kBound;
    return options;
  }
  /// Floods once per turn until the kernel's buffers are full as well and nothing more is taken.
  int fill_up(Flood* flood) {
    for (;;) {
      const int before = server.on_loop([&] { return flood->sent; });
      server.on_loop([&] { flood->fill(); });
      server.settle();
      if (server.on_loop([&] { return flood->sent; }) == before) return before;
    }
  }
  TestServer server;
  Flood* last = nullptr;
};

TEST_F(BackpressureTest, TheBoundHoldsAndOthersAreServed) {
  const auto slow = Peer::websocket(server.port(), 4096);
  server.settle();
  Flood* flood = last;
  const int sent = fill_up(flood);
  EXPECT_GT(sent, static_cast<int>(kBound / 1100));
  const std::string letters = server.on_loop([&] { return flood->letters; });
  const auto other = Peer::websocket(server.port());
  for (int i = 0; i < 50; ++i) {
    other->write(text_frame("quick"));
    ASSERT_EQ(other->read_frame().payload, "quick");
  }
  // The slow one wakes up: everything that was taken arrives, whole and in order; then it is told.
  for (int got = 0; got < sent; ++got) {
    const char fill = letters.at(static_cast<std::size_t>(got));
    ASSERT_TRUE(slow->read_frame().payload == std::string(1000, fill)) << got;
  }
  EXPECT_EQ(server.journal.next(), "open");
  std::string line = server.journal.next();
  while (line == "drained") line = server.journal.next();  // While the kernel's buffers were filling up.
  EXPECT_EQ(line, "open");
  EXPECT_EQ(server.journal.next(), "drained");
}

TEST_F(BackpressureTest, PingsOfAPeerThatDoesNotReadCostNoMemory) {
  const auto slow = Peer::websocket(server.port(), 4096);
  server.settle();
  Flood* flood = last;
  fill_up(flood);
  for (int i = 0; i < 5000; ++i) ASSERT_TRUE(slow->write(client_frame(0x89, std::string(125, 'p'))));
  server.settle();
  EXPECT_LE(server.on_loop([&] { return sink_of(flood)->queued_bytes(); }), kBound + 200);
}

TEST_F(BackpressureTest, ClosingWithDropReachesTheSlowConsumer) {
  const auto slow = Peer::websocket(server.port(), 4096);
  server.settle();
  Flood* flood = last;
  fill_up(flood);
  slow->write(text_frame("drop"));
  server.settle();
  EXPECT_EQ(slow->read_close_code(), 4008);  // Whole frames until then: the reader of frames would have stumbled.
  slow->write(client_frame(0x88, close_payload(4008)));
  EXPECT_TRUE(slow->at_end());
}

TEST_F(BackpressureTest, ABufferLargerThanTheBoundIsRefusedAlone) {
  const auto peer = Peer::websocket(server.port());
  server.settle();
  EXPECT_FALSE(server.on_loop([&] { return sink_of(last)->send(frame_of(kBound, 'x')); }));
  EXPECT_TRUE(server.on_loop([&] { return sink_of(last)->send(frame_of(kBound - 10, 'x')); }));
  EXPECT_EQ(peer->read_frame().payload.size(), kBound - 10);
}

TEST_F(BackpressureTest, ManyBuffersOfOneTurnGoOutInOrder) {
  const auto peer = Peer::websocket(server.port());
  server.settle();
  server.on_loop([&] {
    for (int i = 0; i < 1500; ++i) {  // More than one gather write takes.
      std::string bytes;
      append_frame(bytes, websocket::kText, std::to_string(i));
      ASSERT_TRUE(sink_of(last)->send(BufferRef(std::move(bytes))));
    }
  });
  for (int i = 0; i < 1500; ++i) ASSERT_EQ(peer->read_frame().payload, std::to_string(i));
}

TEST_F(BackpressureTest, OneBufferMayWaitInManyQueues) {
  std::vector<std::unique_ptr<Peer>> peers;
  std::vector<Flood*> floods;
  for (int i = 0; i < 20; ++i) {
    peers.push_back(Peer::websocket(server.port()));
    server.settle();
    floods.push_back(last);
  }
  server.on_loop([&] {
    const BufferRef shared = frame_of(5000, 's');
    for (Flood* flood : floods) EXPECT_TRUE(sink_of(flood)->send(shared));
  });
  for (auto& peer : peers) EXPECT_EQ(peer->read_frame().payload, std::string(5000, 's'));
}

}  // namespace
}  // namespace postage::net::testing
