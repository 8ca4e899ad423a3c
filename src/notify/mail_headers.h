#pragma once
// Header fields of e-mails: RFC 2047 words for what is not ASCII, RFC 5322 dates. Pure functions; thread: any.
#include <string>
#include <string_view>

#include "base/clock.h"

namespace postage::notify {

/// Whether `address` may stand in a header and an SMTP command as it is: ASCII, one '@', no space, no bracket, 254 bytes.
bool valid_address(std::string_view address);
/// No control characters (so no line can be added) and valid UTF-8.
bool valid_header_text(std::string_view text);
/// Unstructured text: itself when it is short printable ASCII, else encoded words of at most 75 characters, parted by
/// "\r\n ", none of which cuts a character. `text` was checked with valid_header_text.
std::string header_words(std::string_view text);
/// "Sun, 01 Nov 2026 08:00:00 +0000"
std::string header_date(Instant at);

}  // namespace postage::notify
