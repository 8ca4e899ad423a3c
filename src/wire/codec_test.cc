// Meaning of frames in both codecs: what each field becomes, what is refused, and with which error.
#include "wire/codec.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <thread>

#include "base/websocket_frame.h"
#include "wire/schema.h"
#include "wire/test_samples.h"

namespace postage::wire {
namespace {

Result<Request> from_json(std::string_view text, std::uint64_t* id = nullptr) {
  return decode_request(Codec::json, text, true, id);
}
Result<Request> from_proto(std::string_view bytes, std::uint64_t* id = nullptr) {
  return decode_request(Codec::proto, bytes, false, id);
}

// ---- golden frames
// ------------------------------------------------------------------------------------------------------

nlohmann::ordered_json golden_frames() {
  nlohmann::ordered_json all;
  for (const auto& [name, request] : samples::requests()) {
    all["client"][name] = {{"proto", samples::hex(samples::payload_of(Codec::proto, request))},
                           {"json", samples::payload_of(Codec::json, request)}};
  }
  for (const auto& [name, frame] : samples::server_frames()) {
    all["server"][name] = {{"proto", samples::hex(samples::payload_of(Codec::proto, frame))},
                           {"json", samples::payload_of(Codec::json, frame)}};
  }
  return all;
}

TEST(Golden, FramesAreWrittenAsTheGoldenFileHasThem) {
  const std::string now = golden_frames().dump(1) + "\n";
  std::ifstream file(POSTAGE_SOURCE_DIR "/tests/golden/frames.json", std::ios::binary);
  const std::string golden((std::istreambuf_iterator<char>(file)), {});
  if (now == golden) return;
  const std::string path = testing::TempDir() + "frames.json";
  std::ofstream(path, std::ios::binary) << now;
  FAIL() << "frames changed; if that is meant, copy " << path << " over tests/golden/frames.json";
}

TEST(Golden, JsonFramesAreJson) {
  for (const auto& [name, frame] : samples::server_frames()) {
    const auto json = nlohmann::json::parse(samples::payload_of(Codec::json, frame), nullptr, false);
    EXPECT_TRUE(json.is_object()) << name;
  }
  const auto error = nlohmann::json::parse(samples::payload_of(Codec::json, samples::server_frames()[11].second));
  EXPECT_EQ(error["error"]["quota"]["name"], "quota_messages");
  EXPECT_EQ(error["error"]["retry"], "later");
}

/// Lines of the page's ```json blocks.
std::vector<std::string> documented_frames() {
  std::ifstream page(POSTAGE_SOURCE_DIR "/docs/protocol.md");
  std::vector<std::string> frames;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("```")) {
      inside = line == "```json";
    } else if (inside) {
      frames.push_back(line);
    }
  }
  return frames;
}

TEST(Page, EveryFrameOnThePageOfTheProtocolIsReadable) {
  const auto frames = documented_frames();
  ASSERT_GT(frames.size(), 15U);
  for (const std::string& frame : frames) {
    const bool request = from_json(frame).ok();
    const bool event = decode_event(Codec::json, frame, true).ok();
    EXPECT_TRUE(request || event) << frame;
  }
}

TEST(Page, EveryErrorOnThePageOfTheProtocolIsARow) {
  std::ifstream page(POSTAGE_SOURCE_DIR "/docs/protocol.md");
  const std::string text((std::istreambuf_iterator<char>(page)), {});
  const std::regex row(R"(\| (-1\d{4}) \| `(\w+)` \|)");
  int rows = 0;
  for (std::sregex_iterator it(text.begin(), text.end(), row), end; it != end; ++it, ++rows) {
    const int number = std::stoi((*it)[1]);
    EXPECT_EQ(error_row(known_error(number)).name, (*it)[2].str()) << number;
  }
  EXPECT_GT(rows, 25);
}

// ---- meaning
// ------------------------------------------------------------------------------------------------------------

TEST(Decode, AJsonPublishHasItsFields) {
  auto request = from_json(R"({"request_id":8,"publish":{"channel":"n","channel_type":"USER","payload":"a\u00e9\n",)"
                           R"("custom_type":"t","store_in_history":true,"dry_run":true}})");
  ASSERT_TRUE(request.ok()) << request.error().to_string();
  EXPECT_EQ(request->request_id, 8U);
  const auto& publish = std::get<Publish>(request->body);
  EXPECT_EQ(publish.channel, "n");
  EXPECT_EQ(publish.channel_type, ChannelType::user);
  EXPECT_EQ(publish.payload.bytes, "aé\n");
  EXPECT_EQ(publish.payload.type, MessageType::string);
  EXPECT_EQ(publish.custom_type, "t");
  EXPECT_TRUE(publish.store_in_history);
  EXPECT_TRUE(publish.dry_run);
}

TEST(Decode, TheOrderOfJsonMembersDoesNotMatter) {
  auto request = from_json(R"( { "publish" : { "payload_base64" : "AAH+/w==", "channel" : "n" }, "request_id" : 8 } )");
  ASSERT_TRUE(request.ok()) << request.error().to_string();
  const auto& publish = std::get<Publish>(request->body);
  EXPECT_EQ(publish.payload.bytes, samples::kBytes);
  EXPECT_EQ(publish.payload.type, MessageType::binary);
  EXPECT_EQ(request->request_id, 8U);
}

TEST(Decode, SubscribeOptionsDefaultToMessagesAndPresence) {
  for (const auto& request : {from_json(R"({"request_id":1,"subscribe":{"channel":"n"}})"),
                              from_json(R"({"request_id":1,"subscribe":{"channel":"n","with_message":null}})"),
                              from_proto(std::string_view("\x08\x01\x52\x03\x0a\x01n", 7))}) {
    ASSERT_TRUE(request.ok()) << request.error().to_string();
    const auto& subscribe = std::get<Subscribe>(request->body);
    EXPECT_EQ(subscribe.channel, "n");
    EXPECT_TRUE(subscribe.with_message);
    EXPECT_TRUE(subscribe.with_presence);
    EXPECT_FALSE(subscribe.with_metadata || subscribe.with_lock || subscribe.be_quiet);
  }
}

TEST(Decode, AResumeNamesItsChannels) {
  for (const Codec codec : {Codec::proto, Codec::json}) {
    const std::string bytes = samples::payload_of(codec, samples::requests()[1].second);
    auto request = decode_request(codec, bytes, codec == Codec::json);
    ASSERT_TRUE(request.ok()) << request.error().to_string();
    const auto& resume = std::get<Hello>(request->body).resume;
    ASSERT_TRUE(resume);
    EXPECT_EQ(resume->session, samples::kSession);
    ASSERT_EQ(resume->channels.size(), 2U);
    EXPECT_EQ(resume->channels[0].channel, "news");
    EXPECT_EQ(resume->channels[0].offset, 41U);
    EXPECT_EQ(resume->channels[1].channel, "chat: 你好");
    EXPECT_EQ(resume->channels[1].epoch, 8U);
  }
}

TEST(Decode, ViewsOfOneThreadAreNotTouchedByAnother) {
  auto mine = from_json(R"({"request_id":1,"publish":{"channel":"mine","payload":"stays"}})");
  std::thread([] {
    ASSERT_TRUE(from_json(R"({"request_id":1,"publish":{"channel":"theirs","payload":"other"}})").ok());
  }).join();
  EXPECT_EQ(std::get<Publish>(mine->body).payload.bytes, "stays");
}

TEST(Encode, AFrameHasItsHeaderAndFramesJoinByAppending) {
  for (const Codec codec : {Codec::proto, Codec::json}) {
    std::string joined;
    std::vector<std::size_t> starts;
    for (const std::size_t size : {0UL, 1UL, 60UL, 125UL, 126UL, 127UL, 1000UL, 65500UL, 65536UL, 300000UL}) {
      const std::string text(size, 'x');
      MessageEvent message{"c", ChannelType::message, "p", Payload::text(text), "", 1, 2, samples::kNow};
      starts.push_back(joined.size());
      append_message(joined, codec, message);
    }
    starts.push_back(joined.size());
    for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
      const std::string frame = joined.substr(starts[i], starts[i + 1] - starts[i]);
      EXPECT_EQ(static_cast<unsigned char>(frame[0]), codec == Codec::json ? 0x81 : 0x82);
      char head[kFrameHeaderBytesMax];
      std::size_t header = 2;
      if (frame[1] == 126) header = 4;
      if (frame[1] == 127) header = 10;
      EXPECT_EQ(header, write_frame_header(head, codec == Codec::json ? websocket::kText : websocket::kBinary,
                                           frame.size() - header));
      EXPECT_EQ(frame.substr(0, header), std::string(head, header));
      auto event = decode_event(codec, std::string_view(frame).substr(header), codec == Codec::json);
      ASSERT_TRUE(event.ok()) << event.error().to_string();
    }
  }
}

TEST(Encode, CloseCodesStandForErrors) {
  EXPECT_EQ(close_code(Errc::ok), 1000);
  EXPECT_EQ(close_code(Errc::slow_consumer), 4003);
  EXPECT_EQ(close_code(Errc::token_expired), 4109);
  EXPECT_EQ(close_code(Errc::quota_messages), 4000);
}

// ---- refusals
// -----------------------------------------------------------------------------------------------------------

struct Refusal {
  const char* what;
  std::string frame;
  Errc code = Errc::protocol_error;
  std::uint64_t request_id = 0;
};

TEST(Decode, MalformedJsonIsRefused) {
  const std::string many = [] {
    std::string text = R"({"request_id":1,"hello":{"resume":{"channels":[{})";
    for (std::size_t i = 0; i < kResumeChannelsMax; ++i) text += ",{}";
    return text + "]}}}";
  }();
  const std::string deep = R"({"request_id":1,"x":)" + std::string(100'000, '[') + R"(,"ping":{}})";
  const Refusal table[] = {
      {"empty", ""},
      {"space", "   "},
      {"no object", "[]"},
      {"a number", "1"},
      {"a string", "\"ping\""},
      {"unclosed", R"({"request_id":1,"ping":{})", Errc::protocol_error, 1},
      {"unclosed inner", R"({"request_id":1,"ping":{)", Errc::protocol_error},
      {"cut string", R"({"request_id":1,"publish":{"channel":"a)"},
      {"trailing", R"({"request_id":1,"ping":{}} x)"},
      {"two roots", R"({"request_id":1,"ping":{}}{"request_id":1,"ping":{}})", Errc::protocol_error, 1},
      {"two requests", R"({"request_id":1,"ping":{},"logout":{}})", Errc::protocol_error, 1},
      {"the same twice", R"({"request_id":1,"ping":{},"ping":{}})", Errc::protocol_error, 1},
      {"body no object", R"({"request_id":1,"ping":1})", Errc::protocol_error, 1},
      {"body null", R"({"request_id":1,"ping":null})", Errc::protocol_error, 1},
      {"id text", R"({"request_id":"1","ping":{}})"},
      {"id negative", R"({"request_id":-1,"ping":{}})"},
      {"id fraction", R"({"request_id":1.5,"ping":{}})"},
      {"id too large", R"({"request_id":9007199254740992,"ping":{}})"},
      {"id overflow", R"({"request_id":18446744073709551616,"ping":{}})"},
      {"id 0", R"({"ping":{}})"},
      {"no request", R"({"request_id":4})", Errc::service_not_supported, 4},
      {"unknown request", R"({"request_id":4,"teleport":{"to":[1,{"a":[]}]}})", Errc::service_not_supported, 4},
      {"text for number", R"({"request_id":4,"login":{"heartbeat_seconds":"5"}})", Errc::protocol_error, 4},
      {"number for text", R"({"request_id":4,"login":{"user_id":5}})", Errc::protocol_error, 4},
      {"32 bits", R"({"request_id":4,"login":{"heartbeat_seconds":4294967296}})", Errc::protocol_error, 4},
      {"text for truth", R"({"request_id":4,"subscribe":{"channel":"a","be_quiet":"true"}})", Errc::protocol_error, 4},
      {"lone surrogate in a name", R"({"request_id":4,"subscribe":{"channel":"\udc00"}})", Errc::protocol_error, 4},
      {"bad escape", R"({"request_id":4,"subscribe":{"channel":"\x"}})", Errc::protocol_error, 4},
      {"raw control", "{\"request_id\":4,\"subscribe\":{\"channel\":\"a\nb\"}}"},
      {"not UTF-8", "{\"request_id\":4,\"subscribe\":{\"channel\":\"\xff\"}}"},
      {"channel type", R"({"request_id":4,"publish":{"channel":"a","channel_type":"STREAM","payload":""}})",
       Errc::invalid_channel_type, 4},
      {"no payload", R"({"request_id":4,"publish":{"channel":"a"}})", Errc::channel_invalid_message, 4},
      {"payload number", R"({"publish":{"channel":"a","payload":5},"request_id":4})", Errc::channel_invalid_message, 4},
      {"payload null", R"({"publish":{"channel":"a","payload":null},"request_id":4})", Errc::channel_invalid_message,
       4},
      {"payload object", R"({"publish":{"channel":"a","payload":{"x":[1,2]}},"request_id":4})",
       Errc::channel_invalid_message, 4},
      {"both payloads", R"({"request_id":4,"publish":{"payload":"","payload_base64":""}})", Errc::protocol_error, 4},
      {"base64 length", R"({"publish":{"payload_base64":"AAA"},"request_id":4})", Errc::channel_invalid_message, 4},
      {"base64 letters", R"({"publish":{"payload_base64":"AA*A"},"request_id":4})", Errc::channel_invalid_message, 4},
      {"payload surrogate", R"({"publish":{"payload":"\udfff"},"request_id":4})", Errc::channel_invalid_message, 4},
      {"custom type", R"({"publish":{"payload":"","custom_type":"\udfff"},"request_id":4})",
       Errc::channel_invalid_custom_type, 4},
      {"session short", R"({"request_id":4,"hello":{"resume":{"session":"00"}}})", Errc::protocol_error, 4},
      {"session not hex", R"({"request_id":4,"hello":{"resume":{"session":"0011223344556677889900112233445g"}}})",
       Errc::protocol_error, 4},
      {"channels no list", R"({"request_id":4,"hello":{"resume":{"channels":{}}}})", Errc::protocol_error, 4},
      {"channel no object", R"({"request_id":4,"hello":{"resume":{"channels":[1]}}})", Errc::protocol_error, 4},
      {"channels many", many, Errc::protocol_error, 1},
      {"deep and unbalanced", deep, Errc::protocol_error, 1},
  };
  for (const Refusal& row : table) {
    std::uint64_t id = 99;
    auto request = from_json(row.frame, &id);
    ASSERT_FALSE(request.ok()) << row.what;
    EXPECT_EQ(request.error().code, row.code) << row.what << ": " << request.error().to_string();
    EXPECT_EQ(id, row.request_id) << row.what;
    ASSERT_TRUE(from_json(R"({"request_id":1,"ping":{}})").ok()) << "after " << row.what;
  }
}

TEST(Decode, DeepUnknownJsonIsSkippedWithoutRecursion) {
  const std::string text =
      R"({"x":)" + std::string(500, '[') + std::string(500, ']') + R"(,"request_id":1,"ping":{"y":{"z":[{"a":"b"}]}}})";
  EXPECT_TRUE(from_json(text).ok());
}

TEST(Decode, MalformedProtobufIsRefused) {
  using namespace std::string_literals;
  const std::string many = [] {
    std::string resume;
    for (std::size_t i = 0; i <= kResumeChannelsMax; ++i) resume += "\x12\x00"s;
    const auto length = [](std::size_t n) {
      return std::string{static_cast<char>(n | 0x80), static_cast<char>(n >> 7)};
    };
    const std::string hello = "\x22"s + length(resume.size()) + resume;
    return "\x08\x01\x12"s + length(hello.size()) + hello;
  }();
  const Refusal table[] = {
      {"empty", "", Errc::service_not_supported},
      {"id only", "\x08\x04"s, Errc::service_not_supported, 4},
      {"unknown request", "\x08\x04\xa2\x01\x00"s, Errc::service_not_supported, 4},
      {"id 0", "\x32\x00"s},
      {"id too large", "\x08\x80\x80\x80\x80\x80\x80\x80\x10\x32\x00"s},
      {"id of eleven bytes", "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x32\x00"s},
      {"id over 64 bits", "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02\x32\x00"s},
      {"id cut", "\x08\x80"s},
      {"id as bytes", "\x0a\x00\x32\x00"s},
      {"tag cut", "\x08\x01\x80"s, Errc::protocol_error, 1},
      {"field 0", "\x08\x01\x02\x00"s, Errc::protocol_error, 1},
      {"tag over 32 bits", "\x08\x01\x80\x80\x80\x80\x10\x00"s, Errc::protocol_error, 1},
      {"group", "\x08\x01\x33\x34\x32\x00"s, Errc::protocol_error, 1},
      {"unknown wire type", "\x08\x01\xa7\x06"s, Errc::protocol_error, 1},
      {"unknown group", "\x08\x01\xa3\x06\xa4\x06"s, Errc::protocol_error, 1},
      {"body as number", "\x08\x01\x30\x00"s, Errc::protocol_error, 1},
      {"length past the end", "\x08\x01\x32\x01"s, Errc::protocol_error, 1},
      {"huge length", "\x08\x01\x32\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s, Errc::protocol_error, 1},
      {"two requests", "\x08\x01\x32\x00\x2a\x00"s, Errc::protocol_error, 1},
      {"inner length past the body", "\x08\x01\x5a\x02\x0a\x05zzzzz"s, Errc::protocol_error, 1},
      {"fixed 64 cut", "\x08\x01\xa1\x06\x00"s, Errc::protocol_error, 1},
      {"fixed 32 cut", "\x08\x01\xa5\x06\x00"s, Errc::protocol_error, 1},
      {"channel not UTF-8", "\x08\x01\x5a\x03\x0a\x01\xff"s, Errc::protocol_error, 1},
      {"channel as number", "\x08\x01\x5a\x02\x08\x01"s, Errc::protocol_error, 1},
      {"heartbeat over 32 bits", "\x08\x01\x1a\x06\x20\x80\x80\x80\x80\x10"s, Errc::protocol_error, 1},
      {"session of 1 byte", "\x08\x01\x12\x05\x22\x03\x0a\x01x"s, Errc::protocol_error, 1},
      {"two resumes", "\x08\x01\x12\x04\x22\x00\x22\x00"s, Errc::protocol_error, 1},
      {"channels many", many, Errc::protocol_error, 1},
      {"no payload", "\x62\x03\x0a\x01n\x08\x07"s, Errc::channel_invalid_message, 7},
      {"both payloads", "\x08\x07\x62\x04\x1a\x00\x22\x00"s, Errc::protocol_error, 7},
      {"payload not UTF-8", "\x62\x03\x1a\x01\xff\x08\x07"s, Errc::channel_invalid_message, 7},
      {"custom type not UTF-8", "\x62\x05\x1a\x00\x2a\x01\xff\x08\x07"s, Errc::channel_invalid_custom_type, 7},
      {"channel type 2", "\x62\x04\x10\x02\x1a\x00\x08\x07"s, Errc::invalid_channel_type, 7},
  };
  for (const Refusal& row : table) {
    std::uint64_t id = 99;
    auto request = from_proto(row.frame, &id);
    ASSERT_FALSE(request.ok()) << row.what;
    EXPECT_EQ(request.error().code, row.code) << row.what << ": " << request.error().to_string();
    EXPECT_EQ(id, row.request_id) << row.what;
  }
}

TEST(Decode, EveryCutOfEveryFrameIsAnsweredWithoutReadingPastIt) {
  for (const Codec codec : {Codec::proto, Codec::json}) {
    for (const auto& [name, request] : samples::requests()) {
      const std::string whole = samples::payload_of(codec, request);
      for (std::size_t size = 0; size < whole.size(); ++size) {
        const std::vector<char> exact(whole.begin(),
                                      whole.begin() + static_cast<std::ptrdiff_t>(size));  // its end is guarded by ASan
        auto cut = decode_request(codec, {exact.data(), exact.size()}, codec == Codec::json);
        if (codec == Codec::json) {
          EXPECT_FALSE(cut.ok()) << name << " cut at " << size;
        }
      }
      EXPECT_TRUE(decode_request(codec, whole, codec == Codec::json).ok()) << name;
    }
  }
}

TEST(Decode, TheOpcodeMustFitTheCodecAndTheSizeItsBound) {
  EXPECT_EQ(decode_request(Codec::json, "{}", false).error().code, Errc::protocol_error);
  EXPECT_EQ(decode_request(Codec::proto, "", true).error().code, Errc::protocol_error);
  const std::string huge(kFrameBytesMax + 1, ' ');
  EXPECT_EQ(decode_request(Codec::json, huge, true).error().code, Errc::request_too_large);
  EXPECT_EQ(decode_request(Codec::proto, huge, false).error().code, Errc::request_too_large);
  EXPECT_EQ(decode_request(Codec::json, std::string(kFrameBytesMax, ' '), true).error().code, Errc::protocol_error);
}

TEST(Decode, AnUnknownErrorNumberReadsAsInternal) {
  auto event = decode_event(Codec::json, R"({"request_id":1,"error":{"number":-99999}})", true);
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(std::get<ErrorReply>(event->body).code, Errc::internal);
}

RC_GTEST_PROP(Codec, AnyTextPayloadComesBackThroughBothCodecs, (const std::vector<std::uint16_t>& points)) {
  std::string text;
  for (const std::uint16_t point : points) {
    if (point < 0x80) {
      text += static_cast<char>(point);
    } else if (point < 0x800) {
      text += {static_cast<char>(0xC0 | point >> 6), static_cast<char>(0x80 | (point & 63))};
    } else if (point < 0xD800 || point > 0xDFFF) {
      text += {static_cast<char>(0xE0 | point >> 12), static_cast<char>(0x80 | (point >> 6 & 63)),
               static_cast<char>(0x80 | (point & 63))};
    }
  }
  for (const Codec codec : {Codec::proto, Codec::json}) {
    const std::string bytes = samples::payload_of(
        codec, Request{1, Publish{"c", ChannelType::message, Payload::text(text), "", false, false}});
    auto request = decode_request(codec, bytes, codec == Codec::json);
    RC_ASSERT(request.ok());
    RC_ASSERT(std::get<Publish>(request->body).payload.bytes == text);
  }
}

}  // namespace
}  // namespace postage::wire
