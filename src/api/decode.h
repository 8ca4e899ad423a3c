#pragma once
// Strict reading of request bodies and query strings: typed, bounded, with the JSON pointer of the first wrong member.
//
// Rules, so that a client's mistake is never silently taken for something else: a body is one JSON object in UTF-8;
// depth at most 16; no member twice; unknown members and unknown query parameters are refused; numbers are 64-bit
// integers (a fraction or an exponent is refused: quantities and money are decimal strings).
#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/problem.h"

namespace postage::api {

/// Inclusive bounds of a text's length in bytes.
struct Length {
  std::size_t min = 0;
  std::size_t max = 0;
};

/// A parsed JSON document whose first mistake is kept.
class Body {
 public:
  /// Parses `bytes`. An empty body reads as {} when `optional`.
  explicit Body(std::string_view bytes, bool optional = false);
  ~Body();
  Body(Body&&) noexcept;

  /// True when the member is there and not null.
  [[nodiscard]] bool has(const std::string& name);
  /// A required text; empty after a mistake. UTF-8, without control characters other than \n and \t.
  std::string text(const std::string& name, Length length);
  std::optional<std::string> maybe_text(const std::string& name, Length length);
  /// A required text that is one of `choices`.
  std::string choice(const std::string& name, const std::vector<std::string>& choices);
  std::int64_t integer(const std::string& name, std::int64_t min, std::int64_t max);
  std::optional<std::int64_t> maybe_integer(const std::string& name, std::int64_t min, std::int64_t max);
  std::optional<bool> maybe_flag(const std::string& name);
  /// A text of any characters, control characters too: what users send each other.
  std::optional<std::string> maybe_payload(const std::string& name, std::size_t bytes_max);
  /// Bytes written as base64 (standard alphabet, padded), at most `bytes_max` of them.
  std::optional<std::string> maybe_base64(const std::string& name, std::size_t bytes_max);
  /// A member of any shape as its JSON text, for readers of other rooms.
  std::optional<std::string> maybe_json(const std::string& name);
  /// Goes into the object member `name`: the readers above then read its members, until leave(). False when it is
  /// absent.
  bool enter(const std::string& name);
  void leave();

  /// Records a mistake of `name` that the handler found itself.
  void refuse(const std::string& name, std::string detail, Why why = {});
  /// The first mistake, or one about members nobody asked for. Call after the last read.
  [[nodiscard]] std::optional<Problem> mistake();

 private:
  struct State;
  [[nodiscard]] const nlohmann::json* find(const std::string& name);
  std::string checked_text(const std::string& name, const nlohmann::json& value, Length length);
  std::unique_ptr<State> state_;
};

/// The query string of a request, decoded. Same rules: no parameter twice, unknown ones refused.
class Query {
 public:
  Query() = default;
  /// `pairs` are decoded names and values in their order.
  explicit Query(std::vector<std::pair<std::string, std::string>> pairs);

  std::optional<std::string> text(const std::string& name, std::size_t bytes_max = 256);
  std::optional<std::string> choice(const std::string& name, const std::vector<std::string>& choices);
  std::optional<std::int64_t> integer(const std::string& name, std::int64_t min, std::int64_t max);
  std::optional<Instant> instant(const std::string& name);
  void refuse(const std::string& name, std::string detail, Why why = {});
  [[nodiscard]] std::optional<Problem> mistake();

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
  std::set<std::string> asked_;
  std::optional<Problem> first_;
};

}  // namespace postage::api
