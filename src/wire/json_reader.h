#pragma once
// JSON frames to values by schema.h's rows, with simdjson On-Demand on a padded copy. `null` reads as absent; unknown
// names are skipped. Strings are unescaped into the parser's buffer, which this thread's next decode overwrites.
// Internal to wire.
#include <simdjson.h>

#include <memory>

#include "base/text_bytes.h"
#include "wire/schema.h"
#include "wire/utf8.h"

namespace postage::wire::json {

using Json = simdjson::ondemand::value;

template <Message S>
bool read_object(simdjson::ondemand::object object, S& s, ReadStatus& status);

/// True if `v` is null (absent); else the value is of a wrong type, and the status says so.
inline bool null_or_fail(Json& v, ReadStatus& status, std::string_view name) {
  simdjson::ondemand::json_type type;
  if (v.type().get(type) == simdjson::SUCCESS && type == simdjson::ondemand::json_type::null) {
    bool is_null = false;
    if (v.is_null().get(is_null) == simdjson::SUCCESS && is_null) return true;
  }
  return status.fail(Errc::protocol_error, name);
}

// ---- one value of each kind; false if the frame is not readable
// ------------------------------------------------------------

inline bool read(Json& json, std::string_view& v, Errc bad, std::string_view name, ReadStatus& status) {
  const simdjson::error_code error = json.get_string().get(v);
  if (error == simdjson::INCORRECT_TYPE) return null_or_fail(json, status, name);
  if (error != simdjson::SUCCESS || !valid_utf8(v)) status.complain(bad, name);  // a bad escape, a lone surrogate
  return !status.failed();
}
inline bool read(Json& json, bool& v, Errc, std::string_view name, ReadStatus& status) {
  return json.get_bool().get(v) == simdjson::SUCCESS || null_or_fail(json, status, name);
}
template <class T>
  requires std::is_unsigned_v<T> && (sizeof(T) >= 4)
bool read(Json& json, T& v, Errc, std::string_view name, ReadStatus& status) {
  std::uint64_t wide;
  if (json.get_uint64().get(wide) != simdjson::SUCCESS) return null_or_fail(json, status, name);
  constexpr std::uint64_t kMax = sizeof(T) == 8 ? kIntegerMax : 0xFFFFFFFFU;
  if (wide > kMax) return status.fail(Errc::protocol_error, name);
  v = static_cast<T>(wide);
  return true;
}
inline bool read(Json& json, Instant& v, Errc bad, std::string_view name, ReadStatus& status) {
  std::uint64_t wide = 0;
  if (!read(json, wide, bad, name, status)) return false;
  v = Instant(milliseconds(static_cast<std::int64_t>(wide)));
  return true;
}
inline bool read(Json& json, ChannelType& v, Errc bad, std::string_view name, ReadStatus& status) {
  std::string_view text = "MESSAGE";
  if (!read(json, text, Errc::protocol_error, name, status)) return false;
  if (text == "MESSAGE" || text == "USER") {
    v = text == "USER" ? ChannelType::user : ChannelType::message;
  } else {
    status.complain(bad, name);
  }
  return !status.failed();
}
inline bool read(Json& json, SessionKey& v, Errc, std::string_view name, ReadStatus& status) {
  std::string_view text;
  if (!read(json, text, Errc::protocol_error, name, status)) return false;
  return read_hex(v.data(), v.size(), text) || status.fail(Errc::protocol_error, name);
}
template <Message M>
bool read(Json& json, M& v, Errc, std::string_view name, ReadStatus& status) {
  simdjson::ondemand::object object;
  if (json.get_object().get(object) != simdjson::SUCCESS) return null_or_fail(json, status, name);
  return read_object(object, v, status);
}
template <class M>
bool read(Json& json, std::optional<M>& v, Errc, std::string_view name, ReadStatus& status) {
  simdjson::ondemand::object object;
  if (json.get_object().get(object) != simdjson::SUCCESS) return null_or_fail(json, status, name);
  if (v) return status.fail(Errc::protocol_error, name);
  return read_object(object, v.emplace(), status);
}
template <class M>
bool read(Json& json, std::span<const M>& v, Errc, std::string_view name, ReadStatus& status) {
  simdjson::ondemand::array array;
  if (json.get_array().get(array) != simdjson::SUCCESS) return null_or_fail(json, status, name);
  std::vector<M>& pool = repeated_pool<M>();
  pool.clear();
  for (auto element : array) {
    simdjson::ondemand::object object;
    if (pool.size() >= kResumeChannelsMax || element.get_object().get(object) != simdjson::SUCCESS) {
      return status.fail(Errc::protocol_error, name);
    }
    if (!read_object(object, pool.emplace_back(), status)) return false;
  }
  v = pool;
  return true;
}

// ---- rows: true if `key` is the row's
// -----------------------------------------------------------------------------------------

template <class S, class T>
bool read_row(const Field<S, T>& row, std::string_view key, Json& json, S& s, ReadStatus& status) {
  if (key != row.name) return false;
  read(json, s.*row.member, row.bad, row.name, status);
  return true;
}
template <class S>
bool read_row(const PayloadField<S>& row, std::string_view key, Json& json, S& s, ReadStatus& status) {
  const bool binary = key == "payload_base64";
  if (!binary && key != "payload") return false;
  Payload& v = s.*row.member;
  if (v.present) return status.fail(Errc::protocol_error, "payload"), true;
  std::string_view text;
  if (json.get_string().get(text) != simdjson::SUCCESS)
    return status.complain(Errc::channel_invalid_message, "payload"), true;
  v = {text, binary ? MessageType::binary : MessageType::string, true};
  if (!binary) {
    if (!valid_utf8(text)) status.complain(Errc::channel_invalid_message, "payload");
    return true;
  }
  // Decoded over the text itself: it is the parser's memory, and base64 never grows.
  char* memory = const_cast<char*>(text.data());
  const auto size = read_base64(memory, text);
  if (!size) return status.complain(Errc::channel_invalid_message, "payload_base64"), true;
  v.bytes = {memory, *size};
  return true;
}
template <class S>
bool read_row(const ErrorField<S>& row, std::string_view key, Json& json, S& s, ReadStatus& status) {
  if (key != "number") return false;
  std::int64_t number = 0;
  if (json.get_int64().get(number) != simdjson::SUCCESS) return status.fail(Errc::protocol_error, "number"), true;
  s.*row.member = known_error(number);
  return true;
}
template <class S>
bool read_row(const AdviceField<S>&, std::string_view, Json&, S&, ReadStatus&) {
  return false;
}

template <Message S>
bool read_object(simdjson::ondemand::object object, S& s, ReadStatus& status) {
  for (auto member : object) {
    std::string_view key;
    Json value;
    if (member.unescaped_key().get(key) != simdjson::SUCCESS || member.value().get(value) != simdjson::SUCCESS) {
      return status.fail(Errc::protocol_error, "an object");
    }
    any_field<S>([&](const auto& row) { return read_row(row, key, value, s, status); });
    if (status.failed()) return false;
  }
  return true;
}

/// This thread's parser and padded copy of the frame it reads.
class Document {
 public:
  /// Starts on `frame` (at most kFrameBytesMax); the object at its root, or none if it is not one.
  std::optional<simdjson::ondemand::object> open(std::string_view frame);
  /// True if nothing but space follows the root, and nothing in it was broken.
  bool closed();
  /// The document of the calling thread.
  static Document& of_this_thread();

 private:
  simdjson::ondemand::parser parser_;
  simdjson::ondemand::document document_;
  std::unique_ptr<char[]> padded_;
  std::size_t capacity_ = 0;
};

}  // namespace postage::wire::json
