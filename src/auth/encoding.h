#pragma once
// Hashes of bytes, and the text form that only auth's formats need (the others: base/text_bytes.h). Pure; thread: any.
#include <string>
#include <string_view>

#include "base/text_bytes.h"

namespace postage::auth {

/// RFC 4648 section 5 (URL-safe), without padding.
std::string to_base64url(std::string_view bytes);

/// 32 bytes.
std::string sha256(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view message);
/// Equal content; the time depends on the lengths only.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace postage::auth
