#pragma once
// Bytes as text: base64 (RFC 4648, 4: standard alphabet, padded, canonical) and hexadecimal. Pure; thread: any.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postage {

/// Length of `size` bytes in base64.
constexpr std::size_t base64_size(std::size_t size) { return (size + 2) / 3 * 4; }

/// Writes base64_size(bytes.size()) characters to `to` and returns its end.
char* write_base64(char* to, std::string_view bytes);

/// Decodes canonical padded base64 into `to` (room for text.size() / 4 * 3); the number of bytes, or none if the text
/// is not canonical: wrong length, foreign character, padding inside, or spare bits that are not zero.
std::optional<std::size_t> read_base64(char* to, std::string_view text);

/// Writes 2 * size lower-case hexadecimal digits to `to` and returns its end.
char* write_hex(char* to, const std::uint8_t* bytes, std::size_t size);

/// Decodes exactly 2 * size digits of either case; false if the text is anything else.
bool read_hex(std::uint8_t* to, std::size_t size, std::string_view text);

/// The same as strings.
std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);
/// Lower-case digits.
std::string to_hex(std::string_view bytes);
/// Bytes of an even number of digits of either case, or none.
std::optional<std::string> from_hex(std::string_view text);

}  // namespace postage
