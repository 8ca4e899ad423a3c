#include "wire/codec.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "base/websocket_frame.h"
#include "wire/frame_reader.h"
#include "wire/json_writer.h"
#include "wire/proto_bound.h"
#include "wire/proto_codec.h"

namespace postage::wire {
namespace {

template <class Frame>
Result<Frame> decode(Codec codec, std::string_view frame, bool is_text, std::uint64_t* request_id) {
  if (request_id != nullptr) *request_id = 0;
  if (frame.size() > kFrameBytesMax) return Errc::request_too_large;
  if (is_text != (codec == Codec::json)) {
    return Error(Errc::protocol_error,
                 is_text ? "postage.v1.proto takes binary frames" : "postage.v1.json takes text frames");
  }
  return codec == Codec::json ? json::decode<Frame>(frame, request_id) : proto::decode<Frame>(frame, request_id);
}

// ---- Protobuf
// -----------------------------------------------------------------------------------------------------------

template <Message Body>
std::size_t proto_size(std::uint64_t request_id, const Body& body) {
  return (request_id == 0 ? 0 : 1 + proto::varint_size(request_id)) +
         proto::varint_size(proto::tag_of(Schema<Body>::number, proto::kBytes)) + proto::Value<Body>::size(body);
}

template <Message Body>
char* write_proto_head(char* p, std::uint64_t request_id, std::size_t body) {
  if (request_id != 0) p = proto::write_varint(proto::write_varint(p, proto::tag_of(1, proto::kVarint)), request_id);
  return proto::write_varint(proto::write_varint(p, proto::tag_of(Schema<Body>::number, proto::kBytes)), body);
}

template <Message Body>
char* proto_write(char* p, std::uint64_t request_id, const Body& body) {
  p = write_proto_head<Body>(p, request_id, proto::body_size(body));
  return proto::write_body(p, body);
}

// The frame's header, the id, the body's tag and length never take more.
constexpr std::size_t kProtoHeadMax = kFrameHeaderBytesMax + 1 + 10 + 5 + 5;
// Up to here a body is written before its size is known: a copy of so few bytes costs less than adding them up first.
constexpr std::size_t kProtoSmall = 1024;

template <Message Body>
void append_small_proto(std::string& out, std::uint64_t request_id, const Body& body, bool with_header) {
  char bytes[kProtoHeadMax + kProtoSmall];
  char* const begin = bytes + kProtoHeadMax;
  const auto size = static_cast<std::size_t>(proto::write_body(begin, body) - begin);
  CHECK(size <= kProtoSmall);
  char inner[kProtoHeadMax];
  const auto inner_size = static_cast<std::size_t>(write_proto_head<Body>(inner, request_id, size) - inner);
  char outer[kFrameHeaderBytesMax];
  const std::size_t outer_size = with_header ? write_frame_header(outer, websocket::kBinary, inner_size + size) : 0;
  char* const from = begin - inner_size - outer_size;
  std::memcpy(from, outer, outer_size);
  std::memcpy(from + outer_size, inner, inner_size);
  out.append(from, outer_size + inner_size + size);
}

template <Message Body>
void append_proto(std::string& out, std::uint64_t request_id, const Body& body, bool with_header) {
  if (proto::body_bound(body) <= kProtoSmall) {
    append_small_proto(out, request_id, body, with_header);
    return;
  }
  const std::size_t size = proto_size(request_id, body);
  if (with_header) append_frame_header(out, websocket::kBinary, size);
  const std::size_t begin = out.size();
  out.resize(begin + size);
  const char* end = proto_write(out.data() + begin, request_id, body);
  CHECK(end == out.data() + out.size());
}

// ---- JSON
// ---------------------------------------------------------------------------------------------------------------

/// Memory of the calling thread with room for `size` bytes, not zeroed.
char* scratch(std::size_t size) {
  thread_local std::unique_ptr<char[]> memory;
  thread_local std::size_t capacity = 0;
  if (capacity < size) {
    capacity = std::max<std::size_t>(size, 16 * 1024);
    memory.reset(new char[capacity]);
  }
  return memory.get();
}

template <Message Body>
void append_json(std::string& out, std::uint64_t request_id, const Body& body, bool with_header) {
  const std::size_t bound = json::bound_of(body) + 64;
  char* begin = scratch(bound);
  char* p = begin;
  *p++ = '{';
  if (request_id != 0) p = json::write_member(p, "request_id", request_id);
  p = json::write_object(json::write_key(p, Schema<Body>::name), body);
  *p++ = '}';
  const auto size = static_cast<std::size_t>(p - begin);
  CHECK(size <= bound);
  if (with_header) append_frame_header(out, websocket::kText, size);
  out.append(begin, size);
}

template <Message Body>
void append(std::string& out, Codec codec, std::uint64_t request_id, const Body& body, bool with_header) {
  if (codec == Codec::json) {
    append_json(out, request_id, body, with_header);
  } else {
    append_proto(out, request_id, body, with_header);
  }
}

}  // namespace

Result<Request> decode_request(Codec codec, std::string_view frame, bool is_text, std::uint64_t* request_id) {
  return decode<Request>(codec, frame, is_text, request_id);
}

Result<ServerFrame> decode_event(Codec codec, std::string_view frame, bool is_text) {
  return decode<ServerFrame>(codec, frame, is_text, nullptr);
}

void append_message(std::string& out, Codec codec, const MessageEvent& message) {
  append(out, codec, 0, message, true);
}

template <class Body>
void append_reply(std::string& out, Codec codec, std::uint64_t request_id, const Body& body) {
  append(out, codec, request_id, body, true);
}
#define POSTAGE_APPEND(Body) template void append_reply(std::string&, Codec, std::uint64_t, const Body&)
POSTAGE_APPEND(HelloReply);
POSTAGE_APPEND(LoginReply);
POSTAGE_APPEND(RenewTokenReply);
POSTAGE_APPEND(LogoutReply);
POSTAGE_APPEND(Pong);
POSTAGE_APPEND(SubscribeReply);
POSTAGE_APPEND(UnsubscribeReply);
POSTAGE_APPEND(PublishReply);
POSTAGE_APPEND(ErrorReply);
POSTAGE_APPEND(TokenWillExpire);
POSTAGE_APPEND(Resumed);
POSTAGE_APPEND(Bye);
#undef POSTAGE_APPEND

void append_reply(std::string& out, Codec codec, const ServerFrame& reply) {
  std::visit([&](const auto& body) { append(out, codec, reply.request_id, body, true); }, reply.body);
}

void encode_request(std::string& out, Codec codec, const Request& request) {
  std::visit([&](const auto& body) { append(out, codec, request.request_id, body, false); }, request.body);
}

}  // namespace postage::wire
