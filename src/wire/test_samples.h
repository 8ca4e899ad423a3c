#pragma once
// One frame of each kind, as the golden file, the round trips and the page of the protocol show them. For tests.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "wire/codec.h"

namespace postage::wire::samples {

inline constexpr Instant kNow{milliseconds(1'767'225'600'123)};
inline constexpr SessionKey kSession{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                     0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF};
inline constexpr std::string_view kAppId = "0123456789abcdef0123456789abcdef";
inline constexpr std::string_view kBytes("\x00\x01\xFE\xFF", 4);
inline constexpr ResumePosition kPositions[] = {{"news", 7, 41}, {"chat: 你好", 8, 0}};
inline constexpr ChannelResumed kResumed[] = {
    {"news", 7, 3, std::nullopt}, {"old", 9, 0, Gap{1, 5, true}}, {"busy", 7, 2, Gap{42, 50, false}}};

inline std::vector<std::pair<std::string, Request>> requests() {
  return {
      {"hello", {1, Hello{1, "my-app", "1.2.3", std::nullopt}}},
      {"hello_resume", {1, Hello{1, "my-app", "1.2.3", Resume{kSession, kPositions, ResumeUser{3}}}}},
      {"login", {2, Login{kAppId, "peter", "007...", 5, 300}}},
      {"renew_token", {3, RenewToken{"007..."}}},
      {"logout", {4, Logout{}}},
      {"ping", {5, Ping{}}},
      {"subscribe", {6, Subscribe{"news", true, true, false, false, false}}},
      {"subscribe_all", {kIntegerMax, Subscribe{"news", false, false, true, true, true}}},
      {"unsubscribe", {7, Unsubscribe{"news"}}},
      {"publish",
       {8, Publish{"news", ChannelType::message, Payload::text("hello, \"世界\"\n"), "greeting", false, false}}},
      {"publish_binary", {9, Publish{"maria", ChannelType::user, Payload::binary(kBytes), "", true, false}}},
      {"publish_unanswered", {0, Publish{"news", ChannelType::message, Payload::text(""), "", false, false}}},
      {"publish_dry_run", {10, Publish{"news", ChannelType::message, Payload::text("x"), "", false, true}}},
  };
}

inline std::vector<std::pair<std::string, ServerFrame>> server_frames() {
  const QuotaDetail quota{
      Errc::quota_messages, "messages", "3000000", "2999998", "11", Instant(milliseconds(1'769'904'000'000))};
  return {
      {"hello_reply", {1, HelloReply{1, "postage 0.1.0", false, kNow}}},
      {"hello_reply_resumed", {1, HelloReply{1, "postage 0.1.0", true, kNow}}},
      {"login_reply",
       {2, LoginReply{kSession, kNow, 5, 300, 120, Instant(milliseconds(1'767'312'000'000)), {32768, 60, 20, 50, 32}}}},
      {"renew_token_reply", {3, RenewTokenReply{kNow, Instant(milliseconds(1'767'312'000'000))}}},
      {"logout_reply", {4, LogoutReply{kNow}}},
      {"pong", {5, Pong{kNow}}},
      {"subscribe_reply", {6, SubscribeReply{kNow, 7, 41}}},
      {"unsubscribe_reply", {7, UnsubscribeReply{kNow}}},
      {"publish_reply", {8, PublishReply{7, 42, kNow, 11}}},
      {"error", {8, ErrorReply{Errc::invalid_channel_name, "the channel name is empty", 0, std::nullopt}}},
      {"error_rate", {8, ErrorReply{Errc::operation_rate_exceed_limitation, "", 250, std::nullopt}}},
      {"error_quota", {8, ErrorReply{Errc::channel_publish_message_too_frequent, "", 0, quota}}},
      {"message",
       {0, MessageEvent{"news", ChannelType::message, "peter", Payload::text("hello, \"世界\"\n"), "greeting", 7, 42,
                        kNow}}},
      {"message_binary",
       {0, MessageEvent{"maria", ChannelType::user, "peter", Payload::binary(kBytes), "", 0, 4, kNow}}},
      {"token_will_expire", {0, TokenWillExpire{Instant(milliseconds(1'767'225'630'123))}}},
      {"resumed", {0, Resumed{kSession, kResumed, true, Gap{4, 6, false}}}},
      {"bye", {0, Bye{Errc::server_stopping, true, "", 1500}}},
  };
}

/// The payload of a server's WebSocket message: what a client gets.
inline std::string payload_of(Codec codec, const ServerFrame& frame) {
  std::string framed;
  append_reply(framed, codec, frame);
  const auto length = static_cast<unsigned char>(framed[1]);
  return framed.substr(length < 126 ? 2 : length == 126 ? 4 : 10);
}
inline std::string payload_of(Codec codec, const Request& request) {
  std::string out;
  encode_request(out, codec, request);
  return out;
}

inline std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    out += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

}  // namespace postage::wire::samples
