#include <sqlite3.h>

#include "db/connection.h"

namespace postage::db {

bool Row::expect(int column, int type, const char* what) {
  if (column >= 0 && column < columns() && sqlite3_column_type(statement_, column) == type) return true;
  if (wrong_.empty()) wrong_ = "column " + std::to_string(column) + " is not " + what;
  return false;
}

std::int64_t Row::integer(int column) {
  return expect(column, SQLITE_INTEGER, "an integer") ? sqlite3_column_int64(statement_, column) : 0;
}

std::string Row::text(int column) {
  if (!expect(column, SQLITE_TEXT, "text")) return {};
  // The text first, then its length: the order SQLite asks for.
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  const int bytes = sqlite3_column_bytes(statement_, column);
  return text != nullptr ? std::string(text, static_cast<std::size_t>(bytes)) : std::string();
}

std::string Row::bytes(int column) {
  if (!expect(column, SQLITE_BLOB, "bytes")) return {};
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const int bytes = sqlite3_column_bytes(statement_, column);
  return data != nullptr ? std::string(data, static_cast<std::size_t>(bytes)) : std::string();  // Null when empty.
}

bool Row::flag(int column) {
  const std::int64_t value = integer(column);
  if (value != 0 && value != 1 && wrong_.empty()) wrong_ = "column " + std::to_string(column) + " is not a flag";
  return value == 1;
}

bool Row::is_null(int column) const {
  return column >= 0 && column < columns() && sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::optional<std::int64_t> Row::maybe_integer(int column) {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

std::optional<std::string> Row::maybe_text(int column) {
  if (is_null(column)) return std::nullopt;
  return text(column);
}

std::optional<std::string> Row::maybe_bytes(int column) {
  if (is_null(column)) return std::nullopt;
  return bytes(column);
}

std::optional<Instant> Row::maybe_instant(int column) {
  if (is_null(column)) return std::nullopt;
  return instant(column);
}

int Row::columns() const { return sqlite3_column_count(statement_); }

}  // namespace postage::db
