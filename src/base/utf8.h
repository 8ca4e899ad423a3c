#pragma once
// UTF-8 of whole texts (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF). Two rooms have their own for speed
// or for the state between pieces: wire/utf8.h and net/utf8.h. Pure; thread: any.
#include <cstddef>
#include <string_view>

namespace postage {

/// Bytes of the valid sequence at the front of `text`; 0 when there is none or the text is empty.
std::size_t utf8_length(std::string_view text);
/// Whether all of `text` is such sequences.
bool valid_utf8(std::string_view text);

}  // namespace postage
