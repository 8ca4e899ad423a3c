// Instantiates the JSON decoder for both directions; the only file that compiles simdjson.
#include "wire/frame_reader.h"
#include "wire/json_reader.h"

namespace postage::wire {

bool valid_utf8_wide(const char* text, std::size_t size) { return simdjson::validate_utf8(text, size); }

namespace json {

Document& Document::of_this_thread() {
  thread_local Document document;
  return document;
}

std::optional<simdjson::ondemand::object> Document::open(std::string_view frame) {
  if (capacity_ < frame.size()) {
    capacity_ = std::max<std::size_t>(frame.size(), 4096);
    padded_.reset(new char[capacity_ + simdjson::SIMDJSON_PADDING]);
  }
  if (!frame.empty()) std::memcpy(padded_.get(), frame.data(), frame.size());
  if (capacity_ == 0) return std::nullopt;
  std::memset(padded_.get() + frame.size(), ' ', simdjson::SIMDJSON_PADDING);
  const simdjson::padded_string_view view(padded_.get(), frame.size(), capacity_ + simdjson::SIMDJSON_PADDING);
  if (parser_.iterate(view).get(document_) != simdjson::SUCCESS) return std::nullopt;
  simdjson::ondemand::object object;
  if (document_.get_object().get(object) != simdjson::SUCCESS) return std::nullopt;
  return object;
}

bool Document::closed() {
  if (!document_.is_alive()) return false;
  const char* rest = nullptr;
  return document_.current_location().get(rest) == simdjson::OUT_OF_BOUNDS;
}

namespace {

/// One member of the outer object: the id, the body, or something newer than we are.
template <class Frame>
void read_member(std::string_view key, Json& value, Frame& frame, bool& has_body, ReadStatus& status) {
  if (key == "request_id") {
    read(value, frame.request_id, Errc::protocol_error, "request_id", status);
    return;
  }
  const auto is = [&](auto schema) { return decltype(schema)::name == key; };
  emplace_alternative(frame, is, [&](auto& body) {
    simdjson::ondemand::object object;
    if (has_body || value.get_object().get(object) != simdjson::SUCCESS) {
      status.fail(Errc::protocol_error, "two requests in one frame, or one that is no object");
      return;
    }
    has_body = true;
    read_object(object, body, status);
  });
}

template <class Frame>
bool read_frame(simdjson::ondemand::object object, Frame& frame, ReadStatus& status) {
  bool has_body = false;
  for (auto member : object) {
    std::string_view key;
    Json value;
    if (member.unescaped_key().get(key) != simdjson::SUCCESS || member.value().get(value) != simdjson::SUCCESS) {
      return status.fail(Errc::protocol_error, "JSON");
    }
    read_member(key, value, frame, has_body, status);
    if (status.failed()) return has_body;
  }
  return has_body;
}

}  // namespace

template <class Frame>
Result<Frame> decode(std::string_view text, std::uint64_t* request_id) {
  Result<Frame> result{Frame{}};
  Frame& frame = *result;
  ReadStatus status;
  bool has_body = false;
  Document& document = Document::of_this_thread();
  if (const auto object = document.open(text)) {
    has_body = read_frame(*object, frame, status);
    if (!status.failed() && !document.closed()) status.fail(Errc::protocol_error, "the end of the JSON");
  } else {
    status.fail(Errc::protocol_error, "JSON: one object is expected");
  }
  if (request_id != nullptr) *request_id = frame.request_id;
  finish(result, has_body, status);
  return result;
}

template Result<Request> decode<Request>(std::string_view, std::uint64_t*);
template Result<ServerFrame> decode<ServerFrame>(std::string_view, std::uint64_t*);

}  // namespace json
}  // namespace postage::wire
