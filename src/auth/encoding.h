#pragma once
// Text forms of bytes, and hashes of them, that auth's formats need. Pure functions; thread: any.
#include <optional>
#include <string>
#include <string_view>

namespace postage::auth {

/// Lower-case hex.
std::string to_hex(std::string_view bytes);
/// Bytes of an even number of hex digits of either case, or none.
std::optional<std::string> from_hex(std::string_view hex);

/// RFC 4648 section 4, with padding.
std::string to_base64(std::string_view bytes);
/// Only the canonical form: the standard alphabet, padding present, unused bits zero, no spaces. Else none.
std::optional<std::string> from_base64(std::string_view text);
/// RFC 4648 section 5 (URL-safe), without padding.
std::string to_base64url(std::string_view bytes);

/// 32 bytes.
std::string sha256(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view message);
/// Equal content; the time depends on the lengths only.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace postage::auth
