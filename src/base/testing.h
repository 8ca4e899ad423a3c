#pragma once
// For tests of texts in two languages.
#include <string>
#include <string_view>

namespace postage::testing {

/// The first three Latin words in a row, which in a Chinese text can only be a forgotten sentence; "" when there are none.
/// Names, numbers of errors, units and addresses are one word or two.
inline std::string english_in(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  std::size_t words = 0, begin = 0, at = 0;
  while (at < text.size()) {
    const std::size_t from = at;
    while (at < text.size() && letter(text[at])) ++at;
    if (at - from < 2) {
      words = 0;
    } else {
      if (words++ == 0) begin = from;
      if (words == 3) return std::string(text.substr(begin, at - begin));
      if (at < text.size() && text[at] != ' ') words = 0;
    }
    ++at;
  }
  return {};
}

}  // namespace postage::testing
