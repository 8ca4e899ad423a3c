#include "net/http_parser.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace postage::net {
namespace {
using Outcome = HttpParser::Outcome;

constexpr HttpLimits kLimits{1024, 100};

Outcome feed_all(HttpParser& parser, std::string_view bytes) { return parser.feed(bytes); }

struct Refused {
  std::string name;
  std::string bytes;
  int status;
};

class HttpRefused : public ::testing::TestWithParam<Refused> {};

TEST_P(HttpRefused, Whole) {
  HttpParser parser(kLimits);
  ASSERT_EQ(feed_all(parser, GetParam().bytes), Outcome::refused);
  EXPECT_EQ(parser.refusal().status, GetParam().status);
  EXPECT_TRUE(parser.refusal().close);
}

TEST_P(HttpRefused, ByteByByte) {
  HttpParser parser(kLimits);
  Outcome outcome = Outcome::need_more;
  for (std::size_t i = 0; i < GetParam().bytes.size() && outcome != Outcome::refused; ++i) {
    outcome = feed_all(parser, std::string_view(GetParam().bytes).substr(i, 1));
    ASSERT_NE(outcome, Outcome::request);
  }
  ASSERT_EQ(outcome, Outcome::refused);
  EXPECT_EQ(parser.refusal().status, GetParam().status);
}

std::string with(const std::string& fields, const std::string& body = {},
                 const std::string& line = "POST /x HTTP/1.1") {
  return line + "\r\nHost: h\r\n" + fields + "\r\n" + body;
}
const std::string kChunked = "Transfer-Encoding: chunked\r\n";
const std::string kMany = [] {
  std::string fields;
  for (int i = 0; i < 100; ++i) fields += "a: b\r\n";
  return fields;
}();

INSTANTIATE_TEST_SUITE_P(
    All, HttpRefused,
    ::testing::Values(
        Refused{"length_and_chunked", with("Content-Length: 3\r\n" + kChunked, "0\r\n\r\n"), 400},
        Refused{"chunked_and_length", with(kChunked + "Content-Length: 3\r\n", "abc"), 400},
        Refused{"two_lengths", with("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"), 400},
        Refused{"two_equal_lengths", with("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), 400},
        Refused{"length_list", with("Content-Length: 3, 3\r\n", "abc"), 400},
        Refused{"length_plus", with("Content-Length: +3\r\n", "abc"), 400},
        Refused{"length_minus", with("Content-Length: -3\r\n", "abc"), 400},
        Refused{"length_hex", with("Content-Length: 0x3\r\n", "abc"), 400},
        Refused{"length_space_inside", with("Content-Length: 1 0\r\n", "abc"), 400},
        Refused{"length_overflows", with("Content-Length: 18446744073709551617\r\n", "a"), 400},
        Refused{"coding_identity_chunked", with("Transfer-Encoding: identity, chunked\r\n", "0\r\n\r\n"), 501},
        Refused{"coding_gzip_chunked", with("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
        Refused{"coding_chunked_not_last", with("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"), 501},
        Refused{"coding_twice", with(kChunked + kChunked, "0\r\n\r\n"), 400},
        Refused{"coding_in_1_0", with(kChunked, "0\r\n\r\n", "POST /x HTTP/1.0"), 400},
        Refused{"folded_line", with("A: b\r\n c\r\n"), 400}, Refused{"folded_by_tab", with("A: b\r\n\tc\r\n"), 400},
        Refused{"folded_first_line", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", 400},
        Refused{"space_before_colon", with("Content-Length : 3\r\n", "abc"), 400},
        Refused{"no_colon", with("nonsense\r\n"), 400}, Refused{"empty_name", with(": x\r\n"), 400},
        Refused{"bare_newline", "GET / HTTP/1.1\nHost: h\r\n\r\n", 400},
        Refused{"bare_return", with("A: b\rc\r\n"), 400},
        Refused{"nul_in_value", with(std::string("A: b\0c\r\n", 8)), 400},
        Refused{"no_host", "GET / HTTP/1.1\r\nA: b\r\n\r\n", 400}, Refused{"two_hosts", with("Host: h\r\n"), 400},
        Refused{"absolute_target", with("", "", "GET http://h/x HTTP/1.1"), 400},
        Refused{"star_target", with("", "", "OPTIONS * HTTP/1.1"), 400},
        Refused{"authority_target", with("", "", "CONNECT h:443 HTTP/1.1"), 400},
        Refused{"fragment_in_target", with("", "", "GET /a#b HTTP/1.1"), 400},
        Refused{"space_in_target", with("", "", "GET /a b HTTP/1.1"), 400},
        Refused{"high_byte_in_target", with("", "", "GET /\xE4 HTTP/1.1"), 400},
        Refused{"version_2", with("", "", "GET / HTTP/2.0"), 505},
        Refused{"version_1_2", with("", "", "GET / HTTP/1.2"), 505},
        Refused{"no_version", "GET /\r\nHost: h\r\n\r\n", 400}, Refused{"not_http", "\x16\x03\x01\x02\r\n\r\n", 400},
        Refused{"bad_method", with("", "", "G(T / HTTP/1.1"), 400},
        Refused{"other_expectation", with("Expect: miracles\r\n"), 417},
        Refused{"too_many_fields", with(kMany, ""), 431},
        Refused{"head_too_large", with("A: " + std::string(1100, 'x') + "\r\n"), 431},
        Refused{"head_without_end", std::string(1025, 'x'), 431},
        Refused{"body_too_large", with("Content-Length: 101\r\n"), 413},
        Refused{"chunked_too_large", with(kChunked, "65\r\n" + std::string(101, 'x') + "\r\n0\r\n\r\n"), 413},
        Refused{"chunks_too_large",
                with(kChunked, "33\r\n" + std::string(51, 'x') + "\r\n32\r\n" + std::string(50, 'x') + "\r\n0\r\n\r\n"),
                413},
        Refused{"chunk_size_not_hex", with(kChunked, "g\r\nx\r\n0\r\n\r\n"), 400},
        Refused{"chunk_size_negative", with(kChunked, "-1\r\nx\r\n0\r\n\r\n"), 400},
        Refused{"chunk_size_huge", with(kChunked, "ffffffffffffffffff\r\nx\r\n0\r\n\r\n"), 400},
        Refused{"chunk_not_ended", with(kChunked, "1\r\nxy\r\n0\r\n\r\n"), 400},
        Refused{"chunk_extension_without_end", with(kChunked, "1;" + std::string(5000, 'x')), 400},
        Refused{"trailers_without_end", with(kChunked, "0\r\n" + std::string(5000, 'x')), 400}),
    [](const auto& info) { return info.param.name; });

TEST(HttpParser, PipelinedRequestsAreTakenOneAtATime) {
  HttpParser parser(kLimits);
  const std::string bytes = "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n" + with("Content-Length: 2\r\n", "ab") + "\r\n" +
                            with(kChunked, "2;ext=1\r\nab\r\n1\r\nc\r\n0\r\nTrailer: x\r\n\r\n") + "GET /4";
  std::string_view input = bytes;
  ASSERT_EQ(parser.feed(input), Outcome::request);
  Request first = parser.take();
  EXPECT_EQ(first.method + first.target + first.body, "GET/1");
  ASSERT_EQ(parser.feed(input), Outcome::request);
  EXPECT_EQ(parser.take().body, "ab");
  ASSERT_EQ(parser.feed(input), Outcome::request);
  const Request third = parser.take();
  EXPECT_EQ(third.body, "abc");
  EXPECT_EQ(third.header("Trailer"), "") << "a trailer must not pass for a header field";
  EXPECT_EQ(input, "GET /4");
  EXPECT_FALSE(parser.begun());
  EXPECT_EQ(parser.feed(input), Outcome::need_more);
  EXPECT_TRUE(parser.begun());
}

TEST(HttpParser, EmptyLinesBetweenRequestsAreSkippedHoweverTheyAreCut) {
  const std::string bytes = "\r\n\r\nGET /1 HTTP/1.1\r\nHost: h\r\n\r\n\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n";
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    HttpParser parser(kLimits);
    std::string seen;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      std::string_view input = std::string_view(bytes).substr(at, step);
      while (!input.empty()) {
        const Outcome outcome = parser.feed(input);
        ASSERT_NE(outcome, Outcome::refused) << step;
        if (outcome == Outcome::request) seen += parser.take().target;
      }
    }
    EXPECT_EQ(seen, "/1/2") << step;
  }
}

TEST(HttpParser, FieldsKeepTheirBytesAndAreFoundInAnyCase) {
  HttpParser parser(kLimits);
  ASSERT_EQ(feed_all(parser, "get /a?b=%20c HTTP/1.1\r\nhOST: h\r\nX-Empty:\r\nX-Pad: \t v \t\r\n\r\n"),
            Outcome::request);
  const Request request = parser.take();
  EXPECT_EQ(request.method, "get");
  EXPECT_EQ(request.path(), "/a");
  EXPECT_EQ(request.query(), "b=%20c");
  EXPECT_EQ(request.header("Host"), "h");
  EXPECT_EQ(request.header("x-empty"), "");
  EXPECT_EQ(request.header("X-PAD"), "v");
  EXPECT_TRUE(parser.keep_alive());
}

TEST(HttpParser, BodiesAtTheLimitAreTaken) {
  HttpParser parser(kLimits);
  ASSERT_EQ(feed_all(parser, with("Content-Length: 100\r\n", std::string(100, 'x'))), Outcome::request);
  EXPECT_EQ(parser.take().body.size(), 100u);
  ASSERT_EQ(feed_all(parser, with(kChunked, "64\r\n" + std::string(100, 'x') + "\r\n0\r\n\r\n")), Outcome::request);
  EXPECT_EQ(parser.take().body.size(), 100u);
}

TEST(HttpParser, HeadsAtTheLimitAreTaken) {
  HttpParser parser(kLimits);
  const std::string rest = "GET / HTTP/1.1\r\nHost: h\r\nA: ";
  const std::string head = rest + std::string(1024 - rest.size() - 4, 'x') + "\r\n\r\n";
  ASSERT_EQ(feed_all(parser, head), Outcome::request);
  parser.take();
  Outcome outcome = Outcome::need_more;
  for (const char byte : head) outcome = feed_all(parser, {&byte, 1});
  EXPECT_EQ(outcome, Outcome::request);
}

TEST(HttpParser, ContinueIsAskedForOnceAndOnlyWhenTheBodyHasNotCome) {
  HttpParser parser(kLimits);
  EXPECT_EQ(feed_all(parser, with("Content-Length: 4\r\nExpect: 100-continue\r\n")), Outcome::send_continue);
  EXPECT_EQ(feed_all(parser, "ab"), Outcome::need_more);
  EXPECT_EQ(feed_all(parser, "cd"), Outcome::request);
  parser.take();
  EXPECT_EQ(feed_all(parser, with("Content-Length: 4\r\nExpect: 100-Continue\r\n", "ab")), Outcome::need_more);
  EXPECT_EQ(feed_all(parser, "cd"), Outcome::request);
  parser.take();
  EXPECT_EQ(feed_all(parser, with("Content-Length: 4\r\nExpect: 100-continue\r\n", "", "POST / HTTP/1.0")),
            Outcome::need_more);
}

TEST(HttpParser, VersionAndConnectionDecideKeepingAlive) {
  const auto keeps = [](const std::string& line, const std::string& fields) {
    HttpParser parser(kLimits);
    EXPECT_EQ(feed_all(parser, line + "\r\nHost: h\r\n" + fields + "\r\n"), Outcome::request);
    return parser.keep_alive();
  };
  EXPECT_TRUE(keeps("GET / HTTP/1.1", ""));
  EXPECT_FALSE(keeps("GET / HTTP/1.1", "Connection: close\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0", ""));
  EXPECT_TRUE(keeps("GET / HTTP/1.0", "Connection: keep-alive\r\n"));
}

RC_GTEST_PROP(HttpParser, AnyCutGivesTheSameRequests, ()) {
  const std::string bytes = with("Content-Length: 5\r\n", "hello") +
                            with(kChunked, "3\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: u\r\n\r\n") +
                            "GET /last HTTP/1.1\r\nHost: h\r\n\r\n";
  HttpParser parser(kLimits);
  std::string seen;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = *rc::gen::inRange<std::size_t>(1, 40);
    std::string_view input = std::string_view(bytes).substr(at, size);
    at += input.size();
    while (!input.empty()) {
      const Outcome outcome = parser.feed(input);
      RC_ASSERT(outcome != Outcome::refused);
      if (outcome == Outcome::request) {
        const Request request = parser.take();
        seen += request.method + request.target + request.body + ";";
      }
    }
  }
  RC_ASSERT(seen == "POST/xhello;POST/xabc0123456789;GET/last;");
}

}  // namespace
}  // namespace postage::net
