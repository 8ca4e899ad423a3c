// RFC 6455 case by case over a real socket, in the manner of the Autobahn test suite (numbers of its sections in the
// names). Each case runs with its bytes written whole and in small pieces.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "net/test_support.h"

namespace postage::net::testing {
namespace {

struct Case {
  std::string name;
  std::vector<std::string> writes;
  std::vector<Frame> answers;  // in order
  int close = 0;               // code of the server's close frame; 0: the connection lives on and still echoes
};

Frame text(std::string payload) { return {true, websocket::kText, std::move(payload)}; }
Frame binary(std::string payload) { return {true, websocket::kBinary, std::move(payload)}; }
Frame pong(std::string payload) { return {true, websocket::kPong, std::move(payload)}; }

void add_sizes(std::vector<Case>& cases) {
  for (const std::size_t size : {0, 1, 125, 126, 127, 128, 65535, 65536, 65537, 262144, 1048576}) {
    const std::string fill(size, '*');
    cases.push_back({"S1_text_" + std::to_string(size), {text_frame(fill)}, {text(fill)}, 0});
    const std::string bytes(size, '\xFE');
    cases.push_back({"S1_binary_" + std::to_string(size), {client_frame(0x82, bytes)}, {binary(bytes)}, 0});
  }
}

void add_pings(std::vector<Case>& cases) {
  for (const std::size_t size : {0, 1, 7, 125}) {
    const std::string payload(size, '\xFD');
    cases.push_back({"S2_ping_" + std::to_string(size), {client_frame(0x89, payload)}, {pong(payload)}, 0});
  }
  cases.push_back({"S2_ping_126", {client_frame(0x89, std::string(126, 'x'))}, {}, 1002});
  cases.push_back({"S2_pong_126", {client_frame(0x8A, std::string(126, 'x'))}, {}, 1002});
  cases.push_back({"S2_pong_alone", {client_frame(0x8A, "")}, {}, 0});
  cases.push_back({"S2_pong_alone_with_payload", {client_frame(0x8A, "unsolicited")}, {}, 0});
  cases.push_back({"S2_pong_then_ping", {client_frame(0x8A, "no"), client_frame(0x89, "yes")}, {pong("yes")}, 0});
  Case ten{"S2_ten_pings", {}, {}, 0};
  for (int i = 0; i < 10; ++i) {
    ten.writes.push_back(client_frame(0x89, "ping " + std::to_string(i)));
    ten.answers.push_back(pong("ping " + std::to_string(i)));
  }
  cases.push_back(ten);
}

void add_reserved(std::vector<Case>& cases) {
  for (int bits = 1; bits < 8; ++bits) {
    for (const int opcode : {0x1, 0x2, 0x8, 0x9, 0xA}) {
      const auto first = static_cast<std::uint8_t>(0x80 | bits << 4 | opcode);
      cases.push_back({"S3_rsv_" + std::to_string(bits) + "_opcode_" + std::to_string(opcode),
                       {text_frame("before"), client_frame(first, "x")},
                       {text("before")},
                       1002});
    }
  }
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    for (const std::string payload : {"", "x"}) {
      cases.push_back({"S4_opcode_" + std::to_string(opcode) + "_with_" + std::to_string(payload.size()),
                       {client_frame(static_cast<std::uint8_t>(0x80 | opcode), payload)},
                       {},
                       1002});
    }
  }
}

void add_fragments(std::vector<Case>& cases) {
  cases.push_back({"S5_two_parts", {client_frame(0x01, "frag"), client_frame(0x80, "ment")}, {text("fragment")}, 0});
  cases.push_back(
      {"S5_two_parts_binary", {client_frame(0x02, "\xFF"), client_frame(0x80, "\xFE")}, {binary("\xFF\xFE")}, 0});
  cases.push_back(
      {"S5_empty_parts", {client_frame(0x01, ""), client_frame(0x00, ""), client_frame(0x80, "")}, {text("")}, 0});
  cases.push_back({"S5_empty_first_and_last",
                   {client_frame(0x01, ""), client_frame(0x00, "middle"), client_frame(0x80, "")},
                   {text("middle")},
                   0});
  cases.push_back({"S5_ping_between",
                   {client_frame(0x01, "a"), client_frame(0x89, "p"), client_frame(0x00, "b"), client_frame(0x89, "q"),
                    client_frame(0x80, "c")},
                   {pong("p"), pong("q"), text("abc")},
                   0});
  cases.push_back({"S5_pong_between",
                   {client_frame(0x01, "a"), client_frame(0x8A, "p"), client_frame(0x80, "b")},
                   {text("ab")},
                   0});
  cases.push_back({"S5_fragmented_ping", {client_frame(0x09, "p"), client_frame(0x80, "q")}, {}, 1002});
  cases.push_back({"S5_fragmented_pong", {client_frame(0x0A, "p"), client_frame(0x80, "q")}, {}, 1002});
  cases.push_back({"S5_fragmented_close", {client_frame(0x08, "")}, {}, 1002});
  cases.push_back({"S5_continuation_without_beginning", {client_frame(0x80, "x")}, {}, 1002});
  cases.push_back({"S5_continuation_without_beginning_not_last", {client_frame(0x00, "x")}, {}, 1002});
  cases.push_back({"S5_continuation_after_the_end",
                   {client_frame(0x01, "a"), client_frame(0x80, "b"), client_frame(0x80, "c")},
                   {text("ab")},
                   1002});
  cases.push_back({"S5_text_inside_text", {client_frame(0x01, "a"), text_frame("b")}, {}, 1002});
  cases.push_back({"S5_binary_inside_text", {client_frame(0x01, "a"), client_frame(0x02, "b")}, {}, 1002});
  cases.push_back({"S5_close_between", {client_frame(0x01, "a"), client_frame(0x88, close_payload(1000))}, {}, 1000});
  Case many{"S5_thousand_parts", {}, {}, 0};
  std::string whole;
  for (int i = 0; i < 1000; ++i) {
    many.writes.push_back(client_frame(i == 0 ? 0x01 : i == 999 ? 0x80 : 0x00, "part;"));
    whole += "part;";
  }
  many.answers = {text(whole)};
  cases.push_back(many);
}

// Both in one frame and cut into frames at each byte.
void add_utf8(std::vector<Case>& cases) {
  const std::pair<const char*, std::string> good[] = {
      {"kosme", "\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5"},
      {"mixed", "Hello-\xC2\xB5@\xC3\x9F\xC3\xB6\xC3\xA4\xC3\xBC\xC3\xA0\xC3\xA1-UTF-8!!"},
      {"first_2", "\xC2\x80"},
      {"first_3", "\xE0\xA0\x80"},
      {"first_4", "\xF0\x90\x80\x80"},
      {"last_1", "\x7F"},
      {"last_2", "\xDF\xBF"},
      {"last_3", "\xEF\xBF\xBF"},
      {"last_4", "\xF4\x8F\xBF\xBF"},
      {"before_surrogates", "\xED\x9F\xBF"},
      {"after_surrogates", "\xEE\x80\x80"},
      {"replacement", "\xEF\xBF\xBD"},
      {"nul", std::string(3, '\0')}};
  for (const auto& [name, bytes] : good) {
    cases.push_back({std::string("S6_good_") + name, {text_frame(bytes)}, {text(bytes)}, 0});
    Case cut{std::string("S6_good_cut_") + name, {}, {text(bytes)}, 0};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const unsigned first = (i == 0 ? 0x01U : 0x00U) | (i + 1 == bytes.size() ? 0x80U : 0x00U);
      cut.writes.push_back(client_frame(static_cast<std::uint8_t>(first), bytes.substr(i, 1)));
    }
    cases.push_back(cut);
  }
  const std::pair<const char*, std::string> bad[] = {{"lone_continuation", "\x80"},
                                                     {"lone_lead", "\xC3"},
                                                     {"cut_3", "\xE2\x82"},
                                                     {"cut_4", "\xF0\x9F\x98"},
                                                     {"overlong_slash_2", "\xC0\xAF"},
                                                     {"overlong_slash_3", "\xE0\x80\xAF"},
                                                     {"overlong_slash_4", "\xF0\x80\x80\xAF"},
                                                     {"overlong_nul", "\xC0\x80"},
                                                     {"surrogate_low", "\xED\xA0\x80"},
                                                     {"surrogate_high", "\xED\xBF\xBF"},
                                                     {"surrogate_pair", "\xED\xA0\x80\xED\xB0\x80"},
                                                     {"above_last", "\xF4\x90\x80\x80"},
                                                     {"five_bytes", "\xF8\x88\x80\x80\x80"},
                                                     {"six_bytes", "\xFC\x84\x80\x80\x80\x80"},
                                                     {"fe", "\xFE"},
                                                     {"ff", "\xFF"},
                                                     {"after_good",
                                                      "\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5\xED\xA0\x80"
                                                      "edited"}};
  for (const auto& [name, bytes] : bad) {
    cases.push_back({std::string("S6_bad_") + name, {text_frame(bytes)}, {}, 1007});
    Case cut{std::string("S6_bad_cut_") + name, {}, {}, 1007};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const unsigned first = (i == 0 ? 0x01U : 0x00U) | (i + 1 == bytes.size() ? 0x80U : 0x00U);
      cut.writes.push_back(client_frame(static_cast<std::uint8_t>(first), bytes.substr(i, 1)));
    }
    cases.push_back(cut);
    cases.push_back({std::string("S6_binary_may_be_") + name, {client_frame(0x82, bytes)}, {binary(bytes)}, 0});
  }
}

void add_closes(std::vector<Case>& cases) {
  cases.push_back({"S7_close_empty", {client_frame(0x88, "")}, {}, 1005});
  cases.push_back({"S7_close_one_byte", {client_frame(0x88, "\x03")}, {}, 1002});
  cases.push_back(
      {"S7_close_longest_reason", {client_frame(0x88, close_payload(1000, std::string(123, 'r')))}, {}, 1000});
  cases.push_back({"S7_close_too_long", {client_frame(0x88, close_payload(1000, std::string(124, 'r')))}, {}, 1002});
  cases.push_back(
      {"S7_close_reason_not_utf8", {client_frame(0x88, close_payload(1000, "\xCE\xBA\xED\xA0\x80"))}, {}, 1007});
  cases.push_back({"S7_close_reason_cut", {client_frame(0x88, close_payload(1000, "\xE2\x82"))}, {}, 1007});
  cases.push_back(
      {"S7_close_twice", {client_frame(0x88, close_payload(1000)), client_frame(0x88, close_payload(1001))}, {}, 1000});
  cases.push_back({"S7_text_after_close", {client_frame(0x88, close_payload(1000)), text_frame("late")}, {}, 1000});
  cases.push_back(
      {"S7_ping_after_close", {client_frame(0x88, close_payload(1000)), client_frame(0x89, "late")}, {}, 1000});
  for (const int code :
       {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999}) {
    cases.push_back({"S7_code_" + std::to_string(code),
                     {client_frame(0x88, close_payload(static_cast<std::uint16_t>(code), "bye"))},
                     {},
                     code});
  }
  for (const int code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    cases.push_back({"S7_bad_code_" + std::to_string(code),
                     {client_frame(0x88, close_payload(static_cast<std::uint16_t>(code)))},
                     {},
                     1002});
  }
}

std::string header_only(std::initializer_list<int> bytes) {
  std::string out;
  for (const int byte : bytes) out.push_back(static_cast<char>(byte));
  return out;
}

void add_framing(std::vector<Case>& cases) {
  cases.push_back({"F_unmasked", {header_only({0x81, 0x01, 'x'})}, {}, 1002});
  cases.push_back({"F_unmasked_ping", {header_only({0x89, 0x00})}, {}, 1002});
  cases.push_back({"F_length_16_not_shortest", {header_only({0x81, 0xFE, 0, 125, 1, 2, 3, 4})}, {}, 1002});
  cases.push_back(
      {"F_length_64_not_shortest", {header_only({0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 1, 2, 3, 4})}, {}, 1002});
  cases.push_back(
      {"F_length_64_negative", {header_only({0x82, 0xFF, 0x80, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4})}, {}, 1002});
  cases.push_back(
      {"F_length_64_huge", {header_only({0x82, 0xFF, 0x7F, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4})}, {}, 1009});
  cases.push_back({"F_mask_of_zero", {client_frame(0x81, "plain", 0)}, {text("plain")}, 0});
  cases.push_back({"S9_one_byte_too_many", {client_frame(0x82, std::string(1048577, 'x'))}, {}, 1009});
  cases.push_back(
      {"S9_too_many_in_parts", {client_frame(0x02, std::string(1048576, 'x')), client_frame(0x80, "x")}, {}, 1009});
  cases.push_back({"S9_limit_can_shrink",
                   {text_frame("!limit 9"), text_frame("123456789"), text_frame("1234567890")},
                   {text("!limit 9"), text("123456789")},
                   1009});
  cases.push_back({"S9_limit_can_grow",
                   {text_frame("!limit 1048577"), client_frame(0x82, std::string(1048577, 'x'))},
                   {text("!limit 1048577"), binary(std::string(1048577, 'x'))},
                   0});
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  add_sizes(cases);
  add_pings(cases);
  add_reserved(cases);
  add_fragments(cases);
  add_utf8(cases);
  add_closes(cases);
  add_framing(cases);
  return cases;
}

class WebSocketCase : public ::testing::TestWithParam<Case> {
 public:
  static void SetUpTestSuite() { server_ = new TestServer; }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }

 protected:
  // Writes from a thread of its own, for the echo of a big message must be read while it is written.
  void run(std::size_t piece) {
    const Case& wanted = GetParam();
    const auto peer = Peer::websocket(server_->port());
    std::string bytes;
    for (const std::string& write : wanted.writes) bytes += write;
    std::thread writer([&] {
      const int one = 1;
      ::setsockopt(peer->descriptor(), IPPROTO_TCP, 1 /* TCP_NODELAY */, &one, sizeof one);
      for (std::size_t at = 0; at < bytes.size(); at += piece) {
        if (!peer->write(std::string_view(bytes).substr(at, piece))) return;
      }
    });
    for (const Frame& answer : wanted.answers) {
      const Frame got = peer->read_frame();
      EXPECT_EQ(got.opcode, answer.opcode);
      EXPECT_TRUE(got.last);
      EXPECT_TRUE(got.payload == answer.payload);  // Not EXPECT_EQ: a megabyte of text helps nobody.
    }
    writer.join();
    if (wanted.close != 0) {
      EXPECT_EQ(peer->read_close_code(), wanted.close);
      EXPECT_TRUE(peer->at_end());
    } else {
      EXPECT_TRUE(peer->write(text_frame("still here")));
      EXPECT_EQ(peer->read_frame(), text("still here"));
      EXPECT_TRUE(peer->write(client_frame(0x88, close_payload(1000))));
      EXPECT_EQ(peer->read_close_code(), 1000);
      EXPECT_TRUE(peer->at_end());
    }
  }
  static TestServer* server_;
};
TestServer* WebSocketCase::server_ = nullptr;

TEST_P(WebSocketCase, Whole) { run(std::string::npos / 2); }
TEST_P(WebSocketCase, InPieces) {
  std::size_t bytes = 0;
  for (const std::string& write : GetParam().writes) bytes += write.size();
  run(bytes <= 20000 ? 1 : 997);
}

INSTANTIATE_TEST_SUITE_P(Rfc6455, WebSocketCase, ::testing::ValuesIn(all_cases()),
                         [](const auto& info) { return info.param.name; });

// Fail fast: the wrong byte is answered before the rest of the frame has come.
TEST(WebSocketFailFast, ABadByteEndsTheConnectionInTheMiddleOfAFrame) {
  TestServer server;
  const auto peer = Peer::websocket(server.port());
  const std::string frame = text_frame("good until here \xED\xA0 and more that never comes");
  peer->write(std::string_view(frame).substr(0, frame.size() - 10));
  EXPECT_EQ(peer->read_close_code(), 1007);
}

TEST(WebSocketFailFast, ATooLargeLengthIsRefusedBeforeThePayload) {
  TestServer server;
  const auto peer = Peer::websocket(server.port());
  peer->write(header_only({0x82, 0xFF, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4}));
  EXPECT_EQ(peer->read_close_code(), 1009);
}

}  // namespace
}  // namespace postage::net::testing
