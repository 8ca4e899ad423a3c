#pragma once
// Small readers of text that came from outside, shared by bodies, queries and paths. Thread: any.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/utf8.h"

namespace postage::api {

/// Without C0 control characters except \n and \t, and without DEL. Expects UTF-8.
[[nodiscard]] bool clean_text(std::string_view text);
/// Decimal, optional '-', no leading '+', no spaces, within 64 bits.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);

}  // namespace postage::api
