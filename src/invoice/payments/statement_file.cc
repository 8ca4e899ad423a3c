#include "invoice/payments/statement_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "base/clock.h"

namespace postage::invoice {
namespace {

constexpr std::size_t kFileMax = std::size_t{2} << 20U;
constexpr std::size_t kRowsMax = 10'000;
constexpr std::size_t kCellMax = 1000;
constexpr std::size_t kCellsMax = 20;
constexpr std::array<std::string_view, 7> kColumns{"id", "date", "amount", "currency", "reference", "payer", "text"};
constexpr std::size_t kNeeded = 5;

Error refused(std::string why) { return Error(Errc::bad_request, "statement: " + std::move(why)); }

/// UTF-8 without control characters but tab and line ends.
bool plain_text(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    const auto first = static_cast<unsigned char>(bytes[i]);
    if (first < 0x80) {
      if (first == 0x7F || (first < 0x20 && first != '\t' && first != '\n' && first != '\r')) return false;
      ++i;
      continue;
    }
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || i + length > bytes.size()) return false;
    std::uint32_t code = first & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(bytes[i + k]);
      if ((next & 0xC0U) != 0x80U) return false;
      code = code << 6U | (next & 0x3FU);
    }
    constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
    if (code < kLeast[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
    i += length;
  }
  return true;
}

struct CsvRow {
  std::int64_t line = 0;
  std::vector<std::string> cells;
  bool too_long = false;  ///< a cell or the number of cells passes the bound
};

/// Reads one record that begins at `at` and moves behind it. False when a quote stays open.
bool read_row(std::string_view bytes, std::size_t& at, std::int64_t& line, CsvRow& row) {
  row = {line, {""}, false};
  bool quoted = false;
  const auto put = [&](char c) {
    if (row.cells.back().size() < kCellMax)
      row.cells.back() += c;
    else
      row.too_long = true;
  };
  while (at < bytes.size()) {
    const char c = bytes[at++];
    if (quoted) {
      if (c == '\n') ++line;
      if (c != '"') {
        put(c);
      } else if (at < bytes.size() && bytes[at] == '"') {
        put(bytes[at++]);
      } else {
        quoted = false;
      }
      continue;
    }
    if (c == '\n') {
      ++line;
      return true;
    }
    if (c == '\r' && (at == bytes.size() || bytes[at] == '\n')) continue;
    if (c == '"' && row.cells.back().empty()) {
      quoted = true;
    } else if (c == ',') {
      if (row.cells.size() < kCellsMax)
        row.cells.emplace_back();
      else
        row.too_long = true;
    } else {
      put(c);
    }
  }
  return !quoted;
}

using Places = std::array<std::optional<std::size_t>, kColumns.size()>;

Result<Places> read_header(const CsvRow& row) {
  Places places;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const auto found = std::ranges::find(kColumns, row.cells[i]);
    if (found == kColumns.end()) return refused(fmt::format("line 1: the column '{}' is not known", row.cells[i]));
    auto& place = places[static_cast<std::size_t>(found - kColumns.begin())];
    if (place) return refused(fmt::format("line 1: the column '{}' stands twice", row.cells[i]));
    place = i;
  }
  for (std::size_t i = 0; i < kNeeded; ++i) {
    if (!places[i]) return refused(fmt::format("line 1: the column '{}' is missing", kColumns[i]));
  }
  return places;
}

IncomingLine problem(const CsvRow& row, std::string what) { return {row.line, std::nullopt, std::move(what)}; }

IncomingLine read_line(const CsvRow& row, const Places& places, std::size_t width) {
  if (row.too_long) return problem(row, "a cell is longer than 1000 bytes or there are too many");
  if (row.cells.size() != width) {
    return problem(row, fmt::format("{} cells where the first line has {}", row.cells.size(), width));
  }
  const auto cell = [&](std::size_t column) {
    return places[column] ? row.cells[*places[column]] : std::string();
  };
  IncomingPayment payment;
  payment.id = cell(0);
  payment.date = cell(1);
  const auto amount = parse_decimal(cell(2));
  if (!amount) return problem(row, "amount: must be a decimal number such as 399.00");
  payment.amount = amount->value;
  payment.currency = find_currency(cell(3));
  if (payment.currency == nullptr) return problem(row, "currency: must be a known ISO 4217 code");
  payment.reference = cell(4);
  payment.payer = cell(5);
  payment.text = cell(6);
  if (const auto checked = check_incoming(payment); !checked) return problem(row, checked.error().detail);
  return {row.line, std::move(payment), {}};
}

bool digit(char c) { return c >= '0' && c <= '9'; }
bool word(char c) { return digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/// The digits from `at` on.
std::string_view digits_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && digit(text[end])) ++end;
  return text.substr(at, end - at);
}

}  // namespace

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  int parts[3] = {};
  const std::string_view pieces[3] = {text.substr(0, 4), text.substr(5, 2), text.substr(8, 2)};
  for (std::size_t i = 0; i < 3; ++i) {
    if (!std::ranges::all_of(pieces[i], digit)) return false;
    std::from_chars(pieces[i].data(), pieces[i].data() + pieces[i].size(), parts[i]);
  }
  return std::chrono::year_month_day(std::chrono::year(parts[0]), std::chrono::month(static_cast<unsigned>(parts[1])),
                                     std::chrono::day(static_cast<unsigned>(parts[2])))
      .ok();
}

Result<void> check_incoming(const IncomingPayment& payment) {
  const auto bad = [](const char* what) -> Result<void> { return Error(Errc::bad_request, what); };
  if (payment.id.empty() || payment.id.size() > 100) return bad("id: must be 1 to 100 bytes");
  if (!plain_text(payment.id) || payment.id.find_first_of("\n\r\t") != std::string::npos) {
    return bad("id: must not hold control characters");
  }
  if (!is_date(payment.date)) return bad("date: must be a date such as 2026-02-03");
  if (payment.currency == nullptr) return bad("currency: must be a known ISO 4217 code");
  if (payment.amount <= Rational(0)) return bad("amount: must be above 0");
  const Rational minor = payment.amount * Rational(power_of_ten(payment.currency->minor_digits));
  if (!minor.is_whole()) return bad("amount: has more decimals than its currency");
  if (minor >= Rational(power_of_ten(30))) return bad("amount: is too large");
  if (payment.reference.size() > 500) return bad("reference: must be at most 500 bytes");
  if (payment.payer.size() > 200) return bad("payer: must be at most 200 bytes");
  if (payment.text.size() > 500) return bad("text: must be at most 500 bytes");
  return {};
}

Result<std::vector<IncomingLine>> read_statement(std::string_view bytes) {
  if (bytes.size() > kFileMax) return refused("the file is larger than 2 MiB");
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  if (!plain_text(bytes)) return refused("the file is not plain UTF-8 text");
  std::size_t at = 0;
  std::int64_t line = 1;
  CsvRow row;
  if (!read_row(bytes, at, line, row)) return refused("line 1: a quote stays open");
  TRY(places, read_header(row));
  const std::size_t width = row.cells.size();
  std::vector<IncomingLine> lines;
  while (at < bytes.size()) {
    const std::int64_t begins = line;
    if (!read_row(bytes, at, line, row)) return refused(fmt::format("line {}: a quote stays open", begins));
    if (row.cells.size() == 1 && row.cells[0].empty()) continue;  // an empty line
    if (lines.size() == kRowsMax) return refused("the file has more than 10,000 rows");
    lines.push_back(read_line(row, places, width));
  }
  return lines;
}

ReferenceHint read_reference(std::string_view text) {
  ReferenceHint hint;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i > 0 && word(text[i - 1])) continue;
    if (hint.invoice.empty() && text.substr(i).starts_with("PO-")) {
      const std::string_view year = digits_at(text, i + 3);
      const std::size_t dash = i + 3 + year.size();
      if (year.size() != 4 || dash >= text.size() || text[dash] != '-') continue;
      const std::string_view number = digits_at(text, dash + 1);
      const std::size_t end = dash + 1 + number.size();
      if (number.size() < 6 || number.size() > 18 || (end < text.size() && word(text[end]))) continue;
      hint.invoice = std::string(text.substr(i, end - i));
    }
    if (!hint.account && text.substr(i).starts_with("CID-")) {
      const std::string_view number = digits_at(text, i + 4);
      const std::size_t end = i + 4 + number.size();
      if (number.empty() || number.size() > 18 || (end < text.size() && word(text[end]))) continue;
      std::int64_t value = 0;
      std::from_chars(number.data(), number.data() + number.size(), value);
      if (value > 0) hint.account = value;
    }
  }
  return hint;
}

Result<StatementFile> StatementFile::open(std::string_view bytes) {
  TRY(lines, read_statement(bytes));
  return StatementFile(std::move(lines));
}

}  // namespace postage::invoice
