#pragma once
// The small form that letters are written in, and how it becomes text and HTML.
//
//   Subject: one line
//   (empty line)
//   A paragraph, one line of the file.
//   | Label | value            a row of a table
//   => Words | address         a link
//
// `{{name}}` stands for a value. A row or link whose values are all empty is left out; so is a paragraph that holds a
// value and whose values are all empty. A value with several lines makes several paragraphs.
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "notify/mail.h"

namespace postage::notify {

/// Name -> text. Control characters in values become spaces, but for \n.
using Values = std::map<std::string, std::string, std::less<>>;

/// Fills `source`. Errors: internal naming what is wrong with the template (no subject, an unknown value).
Result<Letter> fill_letter(std::string_view source, const Values& values);

/// templates/<name>.<zh|en>.txt, filled. Error also: internal when there is no such template.
Result<Letter> make_letter(std::string_view name, std::string_view locale, const Values& values);

}  // namespace postage::notify
