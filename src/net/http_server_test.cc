// HTTP over real sockets: keep-alive, pipelining, late answers, deadlines on a manual clock.
#include <gtest/gtest.h>

#include "net/test_support.h"

namespace postage::net::testing {
namespace {

const Instant kNow{std::chrono::sys_days(std::chrono::year(2026) / 11 / 8)};

std::string get(const std::string& path, const std::string& fields = {}) {
  return "GET " + path + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
}

TEST(HttpServer, AnswersAndKeepsTheConnection) {
  ManualClock clock(kNow);
  TestServer server(clock);
  Peer peer(server.port());
  peer.write("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
  EXPECT_EQ(peer.read_answer(),
            "HTTP/1.1 200 OK\r\nDate: Sun, 08 Nov 2026 00:00:00 GMT\r\nContent-Type: text/plain\r\n"
            "Content-Length: 12\r\n\r\nPOST /a body");
  peer.write(get("/b"));
  EXPECT_TRUE(peer.read_answer().ends_with("GET /b "));
  EXPECT_EQ(server.on_loop([&] { return server.server->counts().requests; }), 2u);
}

TEST(HttpServer, PipelinedRequestsAreAnsweredInOrder) {
  TestServer server;
  Peer peer(server.port());
  std::string requests;
  for (int i = 0; i < 300; ++i) requests += get("/" + std::to_string(i));
  peer.write(requests);
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(peer.read_answer().ends_with("GET /" + std::to_string(i) + " ")) << i;
}

TEST(HttpServer, ManyRequestsAndNoReadingStopTheServersReading) {
  TestServer server;
  std::atomic<int> asked{0};
  server.handler().on_request = [&](const Request&, const Responder& responder) {
    ++asked;
    Response response;
    response.body = std::string(64 * 1024, 'x');
    responder(std::move(response));
  };
  Peer greedy(server.port(), 4096);
  constexpr int kRequests = 1000;
  std::string requests;
  for (int i = 0; i < kRequests; ++i) requests += get("/");
  greedy.write(requests);
  Peer other(server.port());
  other.write(get("/"));
  EXPECT_GT(other.read_answer().size(), 65536u);  // Others are served meanwhile.
  server.settle();
  EXPECT_LT(asked.load(), kRequests / 2);
  for (int i = 0; i < kRequests; ++i) ASSERT_GT(greedy.read_answer().size(), 65536u) << i;  // And nothing is lost.
}

TEST(HttpServer, HeadGetsTheLengthAndNoBody) {
  TestServer server;
  Peer peer(server.port());
  peer.write("HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n" + get("/y"));
  const std::string head = peer.read_head();
  EXPECT_NE(head.find("Content-Length: 8\r\n"), std::string::npos) << head;
  EXPECT_TRUE(peer.read_answer().starts_with("HTTP/1.1 200 OK"));  // Not a body's bytes.
}

TEST(HttpServer, ContinueIsSaidBeforeTheBody) {
  TestServer server;
  Peer peer(server.port());
  peer.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(peer.read_head(), "HTTP/1.1 100 Continue\r\n\r\n");
  peer.write("ok");
  EXPECT_TRUE(peer.read_answer().ends_with("POST / ok"));
}

TEST(HttpServer, ABodyThatIsTooLargeIsRefusedInsteadOfAskedFor) {
  TestServer server;
  Peer peer(server.port());
  peer.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n");
  const std::string answer = peer.read_answer();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ")) << answer;
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(peer.at_end());
}

TEST(HttpServer, AMalformedRequestIsAnsweredAndTheConnectionEnds) {
  TestServer server;
  Peer peer(server.port());
  peer.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
             get("/smuggled"));
  EXPECT_TRUE(peer.read_answer().starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(peer.at_end());
}

TEST(HttpServer, CloseAndOldVersionsAreHonoured) {
  TestServer server;
  Peer peer(server.port());
  peer.write(get("/", "Connection: close\r\n"));
  EXPECT_NE(peer.read_answer().find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(peer.at_end());
  Peer old(server.port());
  old.write("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n");
  EXPECT_NE(old.read_answer().find("Connection: keep-alive\r\n"), std::string::npos);
  EXPECT_NE(old.read_answer().find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(old.at_end());
}

TEST(HttpServer, AHandlersBadFieldBecomesA500AndInjectsNothing) {
  TestServer server;
  server.handler().on_request = [](const Request&, const Responder& responder) {
    Response response;
    response.headers.push_back({"Location", "/x\r\nSet-Cookie: stolen=1"});
    responder(std::move(response));
  };
  Peer peer(server.port());
  peer.write(get("/"));
  const std::string answer = peer.read_answer();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 "));
  EXPECT_EQ(answer.find("stolen"), std::string::npos);
}

TEST(HttpServer, AnAnswerMayComeFromAnotherThreadAndOnlyTheFirstCounts) {
  TestServer server;
  std::vector<std::thread> threads;
  server.handler().on_request = [&](Request request, Responder responder) {
    threads.emplace_back([request = std::move(request), responder = std::move(responder)] {
      for (int i = 0; i < 3; ++i) {
        Response response;
        response.body = request.target + " " + std::to_string(i);
        responder(std::move(response));
      }
    });
  };
  Peer peer(server.port());
  for (int i = 0; i < 20; ++i) {
    peer.write(get("/" + std::to_string(i)));
    EXPECT_TRUE(peer.read_answer().ends_with("/" + std::to_string(i) + " 0"));
  }
  server.on_loop([&] {
    for (auto& thread : threads) thread.join();
    threads.clear();
  });
}

TEST(HttpServer, AnAnswerForAConnectionThatHasGoneIsDropped) {
  TestServer server;
  std::promise<Responder> handed;
  server.handler().on_request = [&](const Request&, Responder responder) { handed.set_value(std::move(responder)); };
  auto peer = std::make_unique<Peer>(server.port());
  peer->write(get("/"));
  Responder responder = handed.get_future().get();
  peer->reset();
  server.settle();
  ASSERT_EQ(server.on_loop([&] { return server.server->connections(); }), 0u);
  responder(Response());
  server.settle();
  server.shut();
  responder(Response());  // Also when the server and the loop's thread have gone.
  server.loop.reset();
}

TEST(HttpServer, AResponderThatIsForgottenAnswers500) {
  TestServer server;
  server.handler().on_request = [](const Request&, const Responder&) {};
  Peer peer(server.port());
  peer.write(get("/"));
  EXPECT_TRUE(peer.read_answer().starts_with("HTTP/1.1 500 "));
}

TEST(HttpServer, AClientThatEndsItsDirectionStillGetsItsAnswers) {
  TestServer server;
  Peer peer(server.port());
  peer.write(get("/1") + get("/2"));
  peer.end_writing();
  EXPECT_TRUE(peer.read_answer().ends_with("GET /1 "));
  EXPECT_TRUE(peer.read_answer().ends_with("GET /2 "));
  EXPECT_TRUE(peer.at_end());
}

struct Slow {
  std::string name;
  std::string sent;
  std::int64_t seconds;
  std::string answer;  // beginning of it; empty: the connection just ends
};

class HttpSlow : public ::testing::TestWithParam<Slow> {};

TEST_P(HttpSlow, EndsAtItsDeadlineAndNotBefore) {
  ManualClock clock(kNow);
  TestServer server(clock);
  std::vector<Responder> kept;
  server.handler().on_request = [&](Request request, Responder responder) {
    if (request.target == "/never") {
      kept.push_back(std::move(responder));
    } else {
      responder(Response());
    }
  };
  Peer peer(server.port());
  const std::string& sent = GetParam().sent;
  peer.write(sent);
  if (sent.starts_with("GET /ok")) peer.read_answer();
  server.settle();  // On loopback what was written is there when write returns; each turn takes what is there.
  ASSERT_EQ(server.on_loop([&] { return server.server->connections(); }), 1u);
  ASSERT_EQ(server.on_loop([&] { return kept.size(); }), sent.starts_with("GET /never") ? 1u : 0u);
  clock.advance(seconds(GetParam().seconds) - milliseconds(1));
  server.settle();
  EXPECT_EQ(server.on_loop([&] { return server.server->connections(); }), 1u);
  clock.advance(milliseconds(1));
  server.settle();
  if (!GetParam().answer.empty()) {
    EXPECT_TRUE(peer.read_answer().starts_with(GetParam().answer));
  }
  EXPECT_TRUE(peer.at_end());
  server.on_loop([&] { kept.clear(); });
}

INSTANTIATE_TEST_SUITE_P(
    All, HttpSlow,
    ::testing::Values(Slow{"silent_from_the_start", "", limits::http_head_seconds_max, ""},
                      Slow{"part_of_a_head", "GET /part HT", limits::http_head_seconds_max, "HTTP/1.1 408 "},
                      Slow{"part_of_a_body", "POST /part HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc",
                           limits::http_body_seconds_max, "HTTP/1.1 408 "},
                      Slow{"silent_after_an_answer", "GET /ok HTTP/1.1\r\nHost: h\r\n\r\n",
                           limits::http_idle_seconds_max, ""},
                      Slow{"no_answer_found", "GET /never HTTP/1.1\r\nHost: h\r\n\r\n", limits::http_answer_seconds_max,
                           "HTTP/1.1 503 "}),
    [](const auto& info) { return info.param.name; });

TEST(HttpSlowLoris, EachByteDoesNotBuyMoreTime) {
  ManualClock clock(kNow);
  TestServer server(clock);
  Peer peer(server.port());
  const std::string head = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < limits::http_head_seconds_max; ++i) {
    EXPECT_TRUE(peer.write(head.substr(static_cast<std::size_t>(i), 1)));
    server.settle();
    clock.advance(seconds(1));
    server.settle();
  }
  EXPECT_TRUE(peer.read_answer().starts_with("HTTP/1.1 408 "));
}

TEST(HttpSlowLoris, ALateAnswerAfterThe503IsDropped) {
  ManualClock clock(kNow);
  TestServer server(clock);
  std::vector<Responder> kept;
  server.handler().on_request = [&](const Request&, Responder responder) { kept.push_back(std::move(responder)); };
  Peer peer(server.port());
  peer.write(get("/"));
  server.settle();
  clock.advance(seconds(limits::http_answer_seconds_max));
  server.settle();
  EXPECT_TRUE(peer.read_answer().starts_with("HTTP/1.1 503 "));
  server.on_loop([&] { kept.at(0)(Response()); });
  EXPECT_TRUE(peer.at_end());
}

}  // namespace
}  // namespace postage::net::testing
