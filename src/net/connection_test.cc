// Life and end of connections as handlers see them, over real sockets.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "net/test_support.h"

namespace postage::net::testing {
namespace {

const Instant kNow{std::chrono::sys_days(std::chrono::year(2026) / 11 / 8)};

TEST(Connection, ThePeersCloseIsToldOnceThenTheHandlerGoes) {
  TestServer server;
  const auto peer = Peer::websocket(server.port());
  peer->write(client_frame(0x88, close_payload(4242, "done")));
  EXPECT_EQ(peer->read_close_code(), 4242);
  EXPECT_EQ(server.journal.next(), "open");
  EXPECT_EQ(server.journal.next(), "close 4242 done");
  EXPECT_EQ(server.journal.next(), "destroyed");
}

TEST(Connection, ACutIs1006) {
  TestServer server;
  for (const bool reset : {false, true}) {
    auto peer = Peer::websocket(server.port());
    EXPECT_EQ(server.journal.next(), "open");
    peer->write(client_frame(0x01, "half a mess"));
    if (reset) peer->reset();
    peer.reset();
    EXPECT_EQ(server.journal.next(), "close 1006");
    EXPECT_EQ(server.journal.next(), "destroyed");
  }
}

TEST(Connection, OurCloseWaitsForThePeersAndDropsLateMessages) {
  TestServer server;
  const auto peer = Peer::websocket(server.port());
  peer->write(text_frame("!close") + text_frame("late") + client_frame(0x89, "late"));
  const Frame frame = peer->read_frame();
  EXPECT_EQ(frame, (Frame{true, websocket::kClose, close_payload(4001, "as you wish")}));
  peer->write(text_frame("very late") + client_frame(0x88, close_payload(4001)));
  EXPECT_TRUE(peer->at_end());
  EXPECT_EQ(server.journal.next(), "open");
  EXPECT_EQ(server.journal.next(), "close 4001");
  EXPECT_EQ(server.journal.next(), "destroyed");
}

TEST(Connection, OurCloseIsCutAtItsDeadline) {
  ManualClock clock(kNow);
  TestServer server(clock);
  const auto peer = Peer::websocket(server.port());
  peer->write(text_frame("!close"));
  EXPECT_EQ(peer->read_close_code(), 4001);
  EXPECT_EQ(server.journal.next(), "open");
  clock.advance(seconds(limits::close_seconds_max) - milliseconds(1));
  server.settle();
  EXPECT_TRUE(server.journal.empty());
  clock.advance(milliseconds(1));
  server.settle();
  EXPECT_EQ(server.journal.next(), "close 4001");
  EXPECT_TRUE(peer->at_end());
}

TEST(Connection, APeerThatAnswersTheCloseAndStaysIsCutAtTheDeadline) {
  ManualClock clock(kNow);
  TestServer server(clock);
  const auto peer = Peer::websocket(server.port());
  peer->write(client_frame(0x88, close_payload(1000)));
  EXPECT_EQ(peer->read_close_code(), 1000);
  server.settle();
  EXPECT_EQ(server.on_loop([&] { return server.server->connections(); }), 1u);
  clock.advance(seconds(limits::close_seconds_max));
  server.settle();
  EXPECT_EQ(server.on_loop([&] { return server.server->connections(); }), 0u);
}

TEST(Connection, AFaultIsToldWithItsCodeAndReason) {
  TestServer server;
  const auto peer = Peer::websocket(server.port());
  peer->write("\x81\x01x");
  EXPECT_EQ(peer->read_close_code(), 1002);
  EXPECT_EQ(server.journal.next(), "open");
  EXPECT_EQ(server.journal.next(), "close 1002 a client's frame must be masked");
}

TEST(Connection, ALongReasonIsCutAtACharacter) {
  struct Talker final : EchoHandler {
    using EchoHandler::EchoHandler;
    void on_open(ByteSink& sink) override {
      EchoHandler::on_open(sink);
      sink.close(4000, std::string(122, 'x') + "\xC3\xA9 and more");
      sink.close(4001, "the second call does nothing");
    }
  };
  TestServer server;
  server.handler().make = [&] { return std::make_unique<Talker>(server.journal); };
  const auto peer = Peer::websocket(server.port());
  EXPECT_EQ(peer->read_frame().payload, close_payload(4000, std::string(122, 'x')));
}

TEST(Connection, SinksTellWhoIsThereAndMessagesHavePadding) {
  struct Curious final : EchoHandler {
    using EchoHandler::EchoHandler;
    void on_message(bool, std::string_view payload) override {
      unsigned sum = 0;
      for (std::size_t i = 0; i < kPayloadPadding; ++i)
        sum += static_cast<unsigned char>(payload.data()[payload.size() + i]);
      journal_.add(sink_->peer().ip_text() + (sink_->tls() ? " tls" : " plain") + (sum > 0 ? "" : "."));
    }
  };
  TestServer server;
  server.handler().make = [&] { return std::make_unique<Curious>(server.journal); };
  const auto peer = Peer::websocket(server.port());
  EXPECT_EQ(server.journal.next(), "open");
  for (const std::string& frames : {text_frame("x"), client_frame(0x01, "") + client_frame(0x80, "y"),
                                    client_frame(0x01, std::string(70000, 'z')) + client_frame(0x80, "z")}) {
    peer->write(frames);
    EXPECT_TRUE(server.journal.next().starts_with("127.0.0.1 plain"));
  }
}

TEST(Server, ThePortIsFoundAndCanBeSharedWhenAskedFor) {
  auto loop = Loop::create(system_clock()).value();
  Journal journal;
  TestHandler handler(journal);
  ServerOptions options;
  options.reuse_port = true;
  auto first = Server::create(*loop, handler, options);
  ASSERT_TRUE(first);
  EXPECT_NE((*first)->port(), 0);
  options.port = (*first)->port();
  EXPECT_TRUE(Server::create(*loop, handler, options));
  options.reuse_port = false;
  const auto refused = Server::create(*loop, handler, options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::unavailable);
  options.address = "localhost";
  EXPECT_EQ(Server::create(*loop, handler, options).error().code, Errc::invalid_config);
}

TEST(Server, Ipv6IsServed) {
  ServerOptions options;
  options.address = "::";  // also takes IPv4
  TestServer server(options);
  const auto peer = Peer::websocket(server.port());
  peer->write(text_frame("v4 through v6"));
  EXPECT_EQ(peer->read_frame().payload, "v4 through v6");
}

TEST(Server, ConnectionsAreBounded) {
  ServerOptions options;
  options.connections_max = 2;
  TestServer server(options);
  auto first = Peer::websocket(server.port());
  auto second = Peer::websocket(server.port());
  Peer third(server.port());
  EXPECT_TRUE(third.at_end());
  EXPECT_EQ(server.on_loop([&] { return server.server->counts().refused; }), 1u);
  first.reset();
  EXPECT_EQ(server.journal.next(), "open");
  EXPECT_EQ(server.journal.next(), "open");
  EXPECT_EQ(server.journal.next(), "close 1006");
  const auto fourth = Peer::websocket(server.port());
  fourth->write(text_frame("in"));
  EXPECT_EQ(fourth->read_frame().payload, "in");
}

TEST(Server, ConnectionsThatAreNotWebSocketsAreBoundedPerAddress) {
  ServerOptions options;
  options.pending_per_address_max = 2;
  TestServer server(options);
  const auto upgraded = Peer::websocket(server.port());  // does not count
  auto first = std::make_unique<Peer>(server.port());
  const Peer second(server.port());
  Peer third(server.port());
  EXPECT_TRUE(third.at_end());
  first->write(kHandshake);
  first->read_head();
  const auto fourth = Peer::websocket(server.port());
  fourth->write(text_frame("in"));
  EXPECT_EQ(fourth->read_frame().payload, "in");
}

TEST(Server, WithoutDescriptorsClientsAreRefusedAndTheLoopLives) {
  TestServer server;
  const auto before = Peer::websocket(server.port());
  std::vector<int> sockets;
  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  rlimit old{};
  ::getrlimit(RLIMIT_NOFILE, &old);
  const int next = ::dup(client);
  ::close(next);
  const rlimit none{static_cast<rlim_t>(next), old.rlim_max};  // no descriptor at or above `next`
  ::setrlimit(RLIMIT_NOFILE, &none);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server.port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  char byte = 0;
  EXPECT_LE(::recv(client, &byte, 1, 0), 0);  // refused, not left hanging
  ::setrlimit(RLIMIT_NOFILE, &old);
  ::close(client);
  EXPECT_GE(server.on_loop([&] { return server.server->counts().refused; }), 1u);
  before->write(text_frame("alive"));
  EXPECT_EQ(before->read_frame().payload, "alive");
  const auto after = Peer::websocket(server.port());
  after->write(text_frame("again"));
  EXPECT_EQ(after->read_frame().payload, "again");
}

TEST(Server, StopTellsHandlersAndEndsWhenAllHaveGone) {
  TestServer server;
  const auto peer = Peer::websocket(server.port());
  Peer idle(server.port());
  idle.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  idle.read_answer();
  std::promise<void> stopped;
  server.on_loop([&] { server.server->stop(seconds(3600), [&] { stopped.set_value(); }); });
  EXPECT_EQ(server.journal.next(), "open");
  EXPECT_EQ(server.journal.next(), "stop");
  EXPECT_TRUE(idle.at_end());
  EXPECT_EQ(peer->read_close_code(), 1001);
  peer->write(client_frame(0x88, close_payload(1001)));
  EXPECT_TRUE(peer->at_end());
  peer->end_writing();  // `idle` keeps its side open, as clients with a pool of connections do: it is not waited for.
  EXPECT_EQ(stopped.get_future().wait_for(kPatience), std::future_status::ready);
  EXPECT_EQ(server.journal.next(), "close 1001");
}

TEST(Server, StopLetsARunningRequestFinishAndCutsAtItsDeadline) {
  ManualClock clock(kNow);
  ServerOptions options;
  options.answer_time = std::chrono::hours(1);
  TestServer server(clock, options);
  std::vector<Responder> kept;
  server.handler().on_request = [&](const Request&, Responder responder) { kept.push_back(std::move(responder)); };
  Peer answered(server.port());
  Peer forgotten(server.port());
  for (Peer* peer : {&answered, &forgotten}) {
    peer->write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    server.settle();
  }
  std::promise<void> stopped;
  auto over = stopped.get_future();
  server.on_loop([&] { server.server->stop(seconds(30), [&] { stopped.set_value(); }); });
  server.on_loop([&] { kept.at(0)(Response()); });
  EXPECT_NE(answered.read_answer().find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(answered.at_end());
  server.settle();
  EXPECT_EQ(over.wait_for(milliseconds(0)), std::future_status::timeout);
  clock.advance(seconds(30));
  server.settle();
  EXPECT_EQ(over.wait_for(kPatience), std::future_status::ready);
  EXPECT_TRUE(forgotten.at_end());
  server.on_loop([&] { kept.clear(); });
}

TEST(Server, DestroyingItCutsWhatIsOpen) {
  TestServer server;
  const auto peer = Peer::websocket(server.port());
  EXPECT_EQ(server.journal.next(), "open");
  server.shut();
  EXPECT_EQ(server.journal.next(), "close 1006");
  EXPECT_EQ(server.journal.next(), "destroyed");
  EXPECT_TRUE(peer->at_end());
}

}  // namespace
}  // namespace postage::net::testing
