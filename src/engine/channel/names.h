#pragma once
// Which names users and channels may have. The vendor's documents disagree ('.' and a leading '_' are listed as legal in
// one and refused in another), so the union is accepted; strict_channel_name() is the intersection, for those who want
// names that every document allows.
#include <string_view>

#include "base/result.h"

namespace postage::engine {

/// 1 to 64 printable ASCII characters without `"` `'` `*` `/` `\`, and not "null". Errors: invalid_user_id.
Result<void> check_user_id(std::string_view id);
/// 1 to 64 printable ASCII characters without `"` `'` `*` `/` `\`, and not "null". Errors: invalid_channel_name.
Result<void> check_channel_name(std::string_view name);
/// True if also without '.' and not beginning with '_'.
[[nodiscard]] bool strict_channel_name(std::string_view name);
/// At most `chars_max` characters. `text` is valid UTF-8. Errors: channel_custom_type_length_overflow.
Result<void> check_custom_type(std::string_view text, std::size_t chars_max);

}  // namespace postage::engine
