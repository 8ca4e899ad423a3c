#include "base/csv.h"

#include "base/rational.h"

namespace postage {
namespace {

std::string cell_text(const std::string& cell) {
  const std::string text = looks_like_formula(cell) ? "'" + cell : cell;
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

bool looks_like_formula(std::string_view text) {
  const bool opens = !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
  return opens && !parse_decimal(text).ok();
}

void append_csv_row(std::string& out, const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i != 0) out += ',';
    out += cell_text(cells[i]);
  }
  out += "\r\n";
}

}  // namespace postage
