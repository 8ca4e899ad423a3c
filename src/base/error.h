#pragma once
// The error numbers of the product, made from spec/errors.def, and the Error value that Result carries.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace postage {

/// One enumerator per row of spec/errors.def; its value is the number on the wire.
enum class Errc : std::int32_t {
#define ERROR(number, name, http, retry, text) name = (number),
#include "spec/errors.def"
#undef ERROR
};

/// What the client should do with an error.
enum class Retry : std::uint8_t { no, later, resync, login };

/// One row of spec/errors.def.
struct ErrorRow {
  Errc code;
  std::string_view name;  ///< snake_case, as in JSON
  int http;               ///< HTTP status of REST answers
  Retry retry;
  std::string_view text;  ///< one sentence for people, English
};

/// All rows, in the order of the file.
std::span<const ErrorRow> error_rows();
/// The row of `code`; every enumerator has one.
const ErrorRow& error_row(Errc code);
/// "no", "later", "resync" or "login".
std::string_view retry_name(Retry retry);

/// A refusal or an outside failure, as a value. `detail` says what and where, for people; it is never parsed and never
/// holds secrets or payloads.
struct Error {
  Errc code = Errc::internal;
  std::string detail;

  Error(Errc c) : code(c) {}  // NOLINT(google-explicit-constructor): `return Errc::x;` is the idiom
  Error(Errc c, std::string d) : code(c), detail(std::move(d)) {}
  /// Name, then the detail if any, else the row's text.
  [[nodiscard]] std::string to_string() const;
  bool operator==(const Error&) const = default;
};

}  // namespace postage
