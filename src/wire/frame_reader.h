#pragma once
// What both decoders do with the outer frame: which alternative a number or a name means, and what makes a frame
// acceptable in the end. Internal to wire.
#include <string>

#include "wire/codec.h"
#include "wire/schema.h"

namespace postage::wire {

/// Makes `frame.body` the alternative for which `is(Schema<Body>)` is true and calls `read(body)`. False: none fits.
template <class Frame, class Is, class Read, std::size_t I = 0>
bool emplace_alternative(Frame& frame, const Is& is, const Read& read) {
  using Body = decltype(frame.body);
  if constexpr (I == std::variant_size_v<Body>) {
    return false;
  } else {
    using Alternative = std::variant_alternative_t<I, Body>;
    if (!is(Schema<Alternative>{})) return emplace_alternative<Frame, Is, Read, I + 1>(frame, is, read);
    read(frame.body.template emplace<I>());
    return true;
  }
}

/// The last checks of a request, once its frame is read.
inline void check_body(const Request& request, ReadStatus& status) {
  const auto* publish = std::get_if<Publish>(&request.body);
  if (publish == nullptr && request.request_id == 0)
    status.fail(Errc::protocol_error, "request_id 0 is for publish only");
  if (publish != nullptr && !publish->payload.present) status.complain(Errc::channel_invalid_message, "payload");
}
inline void check_body(const ServerFrame& frame, ReadStatus& status) {
  const auto* message = std::get_if<MessageEvent>(&frame.body);
  if (message != nullptr && !message->payload.present) status.fail(Errc::protocol_error, "payload");
}

/// Puts the error that reading left in place of the frame, if there is one. `result` holds the frame.
template <class Frame>
void finish(Result<Frame>& result, bool has_body, ReadStatus& status) {
  if (!status.failed() && has_body) [[likely]]
    check_body(*result, status);
  if (status.failed()) {
    result = Error(status.hard, "the frame is wrong at: " + std::string(status.where));
  } else if (!has_body) {
    result = Errc::service_not_supported;
  } else if (status.soft != Errc::ok) {
    result = Error(status.soft, std::string(status.where));
  }
}

namespace proto {
template <class Frame>
Result<Frame> decode(std::string_view bytes, std::uint64_t* request_id);
}
namespace json {
template <class Frame>
Result<Frame> decode(std::string_view text, std::uint64_t* request_id);
}

}  // namespace postage::wire
