#pragma once
// SHA-256 (FIPS 180-4) as text. Thread: any.
#include <string>
#include <string_view>

namespace postage {

/// 64 lower-case digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace postage
