#pragma once
// Typed reading of JSON members with a JSON pointer in every complaint. Private to simulate.
#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/money.h"
#include "base/result.h"
#include "base/zone.h"

namespace postage::app {

using Json = nlohmann::json;

/// A place in the document, as a chain on the stack: the pointer's text is made only for a complaint.
struct JsonPath {
  const JsonPath* parent = nullptr;
  std::string_view key;   ///< a member, or empty for an array's item
  std::size_t index = 0;

  /// RFC 6901, "~" and "/" escaped; the root is "".
  [[nodiscard]] std::string pointer() const;
  /// bad_request "<pointer>: <what>".
  [[nodiscard]] Error wrong(std::string_view what) const;
};

/// Parses `text`; the error gives the byte where JSON ends to make sense.
Result<Json> parse_json(std::string_view text);

/// The member, or null when it is not there. `object` must be an object (checked by need_object).
const Json* find_member(const Json& object, std::string_view key);
Result<void> need_object(const Json& value, const JsonPath& path);
/// A member that must be there.
Result<const Json*> need_member(const Json& object, std::string_view key, const JsonPath& path);
/// A member that must be an array.
Result<const Json*> need_array(const Json& object, std::string_view key, const JsonPath& path);

/// A required string.
Result<std::string_view> need_text(const Json& object, std::string_view key, const JsonPath& path);
/// 0 to 2^63-1, as JSON integer or decimal string; `fallback` when the member is absent, an error when that is none too.
Result<std::int64_t> read_count(const Json& object, std::string_view key, const JsonPath& path,
                                std::optional<std::int64_t> fallback);
/// Not negative, at most the currency's minor digits, as JSON integer or decimal string.
Result<Rational> read_money(const Json& value, const Currency& currency, const JsonPath& path);
/// Not negative, any decimals, as JSON integer or decimal string.
Result<Rational> read_percent(const Json& value, const JsonPath& path);
/// An instant with offset.
Result<Instant> read_instant(const Json& value, const JsonPath& path);

/// Cuts what came from outside to a size that fits a line, for complaints.
std::string shown(std::string_view text);

}  // namespace postage::app
