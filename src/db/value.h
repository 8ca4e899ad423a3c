#pragma once
// What can be bound to a `?` and what a column can hold: 64-bit integers, UTF-8 text, bytes, null. Nothing else, so
// that SQLite and PostgreSQL agree about every value.
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"
#include "base/ids.h"

namespace postage::db {

/// Raw bytes (a blob), told apart from text.
struct Bytes {
  std::string_view view;
};
/// SQL null.
struct Null {
  bool operator==(const Null&) const = default;
};

/// One bound parameter. Text and bytes are views: they must live until the call that binds them returns.
using Parameter = std::variant<Null, std::int64_t, std::string_view, Bytes>;

/// Signed integers, 32-bit and shorter unsigned ones, bool. A std::uint64_t does not compile: it may not fit.
template <class Int>
  requires(std::integral<Int> && (std::signed_integral<Int> || sizeof(Int) < 8))
Parameter to_parameter(Int value) {
  return static_cast<std::int64_t>(value);
}
inline Parameter to_parameter(std::string_view text) { return text; }
inline Parameter to_parameter(const std::string& text) { return std::string_view(text); }
inline Parameter to_parameter(const char* text) { return std::string_view(text); }
inline Parameter to_parameter(Bytes bytes) { return bytes; }
inline Parameter to_parameter(Null) { return Null{}; }
inline Parameter to_parameter(std::nullopt_t) { return Null{}; }
/// Milliseconds since the epoch.
inline Parameter to_parameter(Instant at) { return static_cast<std::int64_t>(at.time_since_epoch().count()); }
template <class Tag>
Parameter to_parameter(Id<Tag> id) {
  return id.value;
}
template <class T>
Parameter to_parameter(const std::optional<T>& value) {
  return value ? to_parameter(*value) : Parameter(Null{});
}

}  // namespace postage::db
