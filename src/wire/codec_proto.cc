// Instantiates the Protobuf decoder for both directions.
#include "wire/frame_reader.h"
#include "wire/proto_codec.h"

namespace postage::wire::proto {
namespace {

/// One field of the outer frame: the id, the body, or something newer than we are.
template <class Frame>
void read_field(Reader& reader, Frame& frame, bool& has_body) {
  std::uint32_t number, type;
  if (!reader.tag(number, type)) return;
  if (number == 1) {
    if (type != kVarint) reader.status().fail(Errc::protocol_error, "request_id");
    if (!reader.status().failed())
      Value<std::uint64_t>::read(reader, frame.request_id, Errc::protocol_error, "request_id");
    return;
  }
  const auto is = [&](auto schema) { return decltype(schema)::number == number; };
  const auto read = [&](auto& body) {
    if (type != kBytes || has_body) {
      reader.status().fail(Errc::protocol_error, "two requests in one frame, or one that is no message");
      return;
    }
    has_body = true;
    using Body = std::remove_reference_t<decltype(body)>;
    Value<Body>::read(reader, body, Errc::protocol_error, Schema<Body>::name);
  };
  if (!emplace_alternative(frame, is, read)) reader.skip(type);
}

}  // namespace

template <class Frame>
Result<Frame> decode(std::string_view bytes, std::uint64_t* request_id) {
  Result<Frame> result{Frame{}};
  Frame& frame = *result;
  ReadStatus status;
  Reader reader(bytes, status);
  bool has_body = false;
  while (!reader.at_end() && !status.failed()) read_field(reader, frame, has_body);
  if (request_id != nullptr) *request_id = frame.request_id;
  finish(result, has_body, status);
  return result;
}

template Result<Request> decode<Request>(std::string_view, std::uint64_t*);
template Result<ServerFrame> decode<ServerFrame>(std::string_view, std::uint64_t*);

}  // namespace postage::wire::proto
