#pragma once
// JSON-line logs: one object a line on standard error. Thread: any; a line is one write.
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace postage {

enum class Level : std::uint8_t { debug, info, warn, error };

/// A named value of a log line; strings are escaped, never trusted.
struct Field {
  std::string_view key;
  std::variant<std::int64_t, std::string_view, bool> value;
  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  Field(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
  Field(std::string_view k, bool v) : key(k), value(v) {}
  template <class Int>
    requires std::is_integral_v<Int>
  Field(std::string_view k, Int v) : key(k), value(static_cast<std::int64_t>(v)) {}
};

/// Writes one line: time, level, event, fields. Never holds payloads, tokens or secrets.
void log(Level level, std::string_view event, std::initializer_list<Field> fields = {});
/// Lines below `level` are dropped from now on.
void set_log_level(Level level);
/// Appends `text` as a JSON string with its quotes; control characters and quotes escaped, bad UTF-8 replaced.
void append_json_string(std::string& out, std::string_view text);

}  // namespace postage
