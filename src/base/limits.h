#pragma once
// The technical limits of spec/limits.def as constants: limits::message_bytes_max and so on.
#include <cstdint>

namespace postage::limits {
#define LIMIT(name, value, text) inline constexpr std::int64_t name = (value);
#include "spec/limits.def"
#undef LIMIT
}  // namespace postage::limits
