#pragma once
// Checks of text from outside, with errors that name the field. Pure functions; thread: any.
#include <string>
#include <string_view>

#include "base/result.h"

namespace postage::auth {

/// 1 to 200 bytes of valid UTF-8, no control characters, no space at either end. Error: bad_request.
Result<void> check_name(std::string_view field, std::string_view value);
/// An address that may stand in a mail header as it is: ASCII, one '@', at most 254 bytes. Error: bad_request.
Result<void> check_email(std::string_view field, std::string_view value);
/// 1 to 64 of a-z, 0-9, '.', '_' and '-': names of plans and catalogues. Error: bad_request.
Result<void> check_slug(std::string_view field, std::string_view value);
/// "zh" or "en". Error: bad_request.
Result<void> check_locale(std::string_view field, std::string_view value);
/// 10 to 1024 bytes. Error: bad_request.
Result<void> check_password(std::string_view field, std::string_view value);
/// A to Z made small, the rest kept.
std::string lower_ascii(std::string_view text);

}  // namespace postage::auth
