#include "api/csv.h"

#include "base/rational.h"

namespace postage::api {
namespace {

std::string cell_text(const std::string& cell) {
  const bool formula = !cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos;
  const bool number = parse_decimal(cell).ok();
  const std::string text = formula && !number ? "'" + cell : cell;
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

void append_csv_row(std::string& out, const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i != 0) out += ',';
    out += cell_text(cells[i]);
  }
  out += "\r\n";
}

bool wants_csv(Call& call) {
  const auto format = call.query.choice("format", {"json", "csv"});
  if (format) return *format == "csv";
  return call.request.header("accept").starts_with("text/csv");
}

Reply csv_reply(std::string text, const std::string& file) {
  return {200,
          {},
          std::move(text),
          "text/csv; charset=utf-8",
          {{"Content-Disposition", "attachment; filename=\"" + file + "\""}}};
}

}  // namespace postage::api
