#pragma once
// The tables of a document as data: lines, usage by project, usage by day. CSV, XLSX, PDF and the JSON export print the
// same ones, and their amounts add up to the invoice exactly. Pure; thread: any.
#include <cstdint>
#include <string>
#include <vector>

#include "invoice/documents/paper.h"
#include "invoice/documents/words.h"

namespace postage::invoice {

/// What one day of the month used, all projects together.
struct DayUsage {
  std::string date;      ///< "2026-01-31", in the paper's zone
  Rational connections;  ///< sum of each project's highest number of the day
  Rational messages;     ///< message units
  Rational byte_hours;
};

enum class CellKind : std::uint8_t {
  text,
  number,  ///< decimal text, a quantity
  money,   ///< decimal text with the currency's digits; summed
  aside,   ///< the same, not summed: an inclusive tax
};

struct Column {
  std::string key;    ///< "unit_price": for machines
  std::string title;  ///< for people
  CellKind kind = CellKind::text;
};

struct Table {
  std::string name;   ///< "lines", "projects", "days"
  std::string title;  ///< for people
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  ///< one cell a column; empty: nothing there
  std::vector<std::string> sums;               ///< the last row: sums of the money columns, a word in the first
};

/// The three metered lines' amounts by project: each project's part, in the paper's order.
struct ProjectAmounts {
  Rational pcu, messages, storage;
  [[nodiscard]] Rational sum() const { return pcu + messages + storage; }
};
/// Split by usage with the largest remainder (rating/split.h): the parts add up to the lines exactly. A line that no
/// project's usage explains (all zero) stays with "other lines".
std::vector<ProjectAmounts> project_amounts(const Paper& paper);

Table lines_table(const Paper& paper, Language language);
/// A lines table with its last two columns, item and explanation, in front: for people.
Table words_first(Table table);
Table projects_table(const Paper& paper, Language language);
/// Days whose usage does not add up to the month's get a last row "rest of the month", so that the sums hold.
Table days_table(const Paper& paper, const std::vector<DayUsage>& days, Language language);

/// CSV with the columns' keys as the head and the sums as the last row.
std::string table_csv(const Table& table);
/// `[{"key":"text",...},...]`: the rows without the sums.
void append_table_json(std::string& out, const Table& table);

}  // namespace postage::invoice
