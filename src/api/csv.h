#pragma once
// CSV (RFC 4180) for spreadsheets: UTF-8, CRLF, quoted where needed; a text that a spreadsheet would run as a formula
// gets a quote mark in front. Thread: any; pure.
#include <string>
#include <string_view>
#include <vector>

#include "api/route.h"

namespace postage::api {

/// Appends one row.
void append_csv_row(std::string& out, const std::vector<std::string>& cells);
/// Whether the client asks for CSV: `format=csv` in the query (read and taken), or Accept names text/csv first.
bool wants_csv(Call& call);
/// A CSV answer that browsers save under `file`.
Reply csv_reply(std::string text, const std::string& file);

}  // namespace postage::api
