#pragma once
// CSV (RFC 4180) for spreadsheets: UTF-8, CRLF, quoted where needed; a text that a spreadsheet would run as a formula
// gets a quote mark in front. Thread: any; pure.
#include <string>
#include <string_view>
#include <vector>

namespace postage {

/// Whether a spreadsheet would run the text as a formula: it begins with '=', '+', '-', '@', a tab or a carriage return
/// and is not a plain decimal number.
bool looks_like_formula(std::string_view text);
/// Appends one row.
void append_csv_row(std::string& out, const std::vector<std::string>& cells);

}  // namespace postage
