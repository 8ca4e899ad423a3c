#pragma once
// Frames to values and back, in two codecs of equal meaning: Protobuf (binary frames) and JSON (text frames). Pure: no
// clock, no sockets, no rules. Thread: any; decoded views belong to the calling thread until its next decode.
#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/messages.h"

namespace postage::wire {

enum class Codec : std::uint8_t { proto = 0, json = 1 };

/// The codec of an offered subprotocol, if it is ours.
constexpr std::optional<Codec> codec_of(std::string_view subprotocol) {
  if (subprotocol == kSubprotocolProto) return Codec::proto;
  if (subprotocol == kSubprotocolJson) return Codec::json;
  return std::nullopt;
}

/// Reads one WebSocket message of a client. `is_text` is the frame's opcode; it must fit the codec.
/// Bounds, depth and UTF-8 are checked before anything is kept; unknown fields are skipped; rules about names, lengths
/// and states are the gateway's. `*request_id`, if given, gets the id as far as it could be read (else 0), so that an
/// error can be answered under it. Errors: protocol_error (the frame is not readable: answer and close),
/// protocol_version, request_too_large (over kFrameBytesMax: the same), channel_invalid_message and
/// channel_invalid_custom_type (text that is not UTF-8 or base64 that is none: answer and go on).
Result<Request> decode_request(Codec codec, std::string_view frame, bool is_text, std::uint64_t* request_id = nullptr);

/// Appends a complete WebSocket frame, header included. Text in `reply` must be valid UTF-8 (what decode_request gave
/// is).
void append_reply(std::string& out, Codec codec, const ServerFrame& reply);
/// The same for a frame that is not in a ServerFrame: any of its alternatives, under `request_id`.
template <class Body>
void append_reply(std::string& out, Codec codec, std::uint64_t request_id, const Body& body);
/// The hot half of append_reply: one delivery.
void append_message(std::string& out, Codec codec, const MessageEvent& message);

/// For clients: appends the payload of one WebSocket message (no frame header, not masked).
void encode_request(std::string& out, Codec codec, const Request& request);
/// For clients: reads one WebSocket message of the server. Errors: protocol_error.
Result<ServerFrame> decode_event(Codec codec, std::string_view frame, bool is_text);

}  // namespace postage::wire
