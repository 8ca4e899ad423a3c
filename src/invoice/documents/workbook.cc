#include "invoice/documents/workbook.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <charconv>

namespace postage::invoice {
namespace {

/// Spreadsheets keep 15 significant digits.
constexpr std::size_t kDigitsMax = 15;
constexpr std::size_t kTextBytesMax = 32'000;
constexpr std::size_t kColumnWidthMax = 60;

/// A file without a name, gone with this object.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(::memfd_create("workbook", MFD_CLOEXEC)) {}
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  [[nodiscard]] bool ok() const { return descriptor_ >= 0; }
  [[nodiscard]] std::string path() const { return fmt::format("/proc/self/fd/{}", descriptor_); }
  [[nodiscard]] std::string bytes() const {
    std::string all(static_cast<std::size_t>(std::max<off_t>(0, ::lseek(descriptor_, 0, SEEK_END))), '\0');
    std::size_t have = 0;
    while (have < all.size()) {
      const ssize_t got = ::pread(descriptor_, all.data() + have, all.size() - have, static_cast<off_t>(have));
      if (got <= 0) return {};
      have += static_cast<std::size_t>(got);
    }
    return all;
  }

 private:
  int descriptor_;
};

bool holds_exactly(std::string_view decimal) {
  return static_cast<std::size_t>(std::ranges::count_if(decimal, [](char c) { return c >= '0' && c <= '9'; })) <=
         kDigitsMax;
}

/// The library's own number type, from a decimal text that it holds exactly.
auto as_number(std::string_view decimal) {
  decltype(lxw_datetime::sec) value = 0;
  (void)std::from_chars(decimal.data(), decimal.data() + decimal.size(), value);
  return value;
}

/// Columns that a text takes in a sheet: Chinese characters take two.
std::size_t columns_of(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80U) count += byte >= 0xE0 ? 2 : 1;
  }
  return count;
}

/// Writes the sheets of one workbook.
class Writer {
 public:
  Writer(lxw_workbook* book, const Workbook& content) : book_(book), content_(content) {
    title_ = format(nullptr, true);
    format_set_font_size(title_, 16);
    head_ = format(nullptr, true);
    format_set_bg_color(head_, 0xE8EDF3);
    format_set_bottom(head_, LXW_BORDER_THIN);
    format_set_text_wrap(head_);
    name_ = format(nullptr, false);
    format_set_font_color(name_, 0x5B6472);
    const std::string decimals(static_cast<std::size_t>(content.minor_digits), '0');
    const std::string money = decimals.empty() ? "#,##0" : "#,##0." + decimals;
    money_ = format(money.c_str(), false);
    sum_ = format(money.c_str(), true);
    format_set_top(sum_, LXW_BORDER_THIN);
    whole_ = format("#,##0", false);
    fraction_ = format("#,##0.0#########", false);
    text_sum_ = format(nullptr, true);
    format_set_top(text_sum_, LXW_BORDER_THIN);
  }

  void sheet(const Table& table, bool with_facts) {
    sheet_ = workbook_add_worksheet(book_, table.name.c_str());
    worksheet_set_landscape(sheet_);
    worksheet_set_paper(sheet_, 9);  // A4
    worksheet_fit_to_pages(sheet_, 1, 0);
    lxw_row_t row = 0;
    text(row++, 0, with_facts ? content_.title : table.title, title_);
    if (with_facts) {
      for (const auto& [name, value] : content_.facts) {
        text(row, 0, name, name_);
        text(row++, 1, value, nullptr);
      }
    }
    ++row;
    const lxw_row_t head = row;
    for (std::size_t i = 0; i < table.columns.size(); ++i) text(head, i, table.columns[i].title, head_);
    for (const auto& cells : table.rows) {
      ++row;
      for (std::size_t i = 0; i < cells.size(); ++i) cell(row, i, cells[i], table.columns[i].kind);
    }
    ++row;
    for (std::size_t i = 0; i < table.sums.size(); ++i) sum(table, i, head + 1, row);
    widths(table);
    worksheet_freeze_panes(sheet_, head + 1, 0);
    worksheet_repeat_rows(sheet_, head, head);
  }

 private:
  lxw_format* format(const char* number, bool bold) {
    lxw_format* made = workbook_add_format(book_);
    if (number) format_set_num_format(made, number);
    if (bold) format_set_bold(made);
    return made;
  }
  static lxw_col_t column(std::size_t index) { return static_cast<lxw_col_t>(index); }

  void text(lxw_row_t row, std::size_t at, const std::string& value, lxw_format* style) {
    worksheet_write_string(sheet_, row, column(at), value.substr(0, kTextBytesMax).c_str(), style);
  }
  void cell(lxw_row_t row, std::size_t at, const std::string& value, CellKind kind) {
    if (value.empty()) return;
    if (kind == CellKind::text || !holds_exactly(value)) return text(row, at, value, nullptr);
    lxw_format* style = money_;
    if (kind == CellKind::number) style = value.find('.') == std::string::npos ? whole_ : fraction_;
    worksheet_write_number(sheet_, row, column(at), as_number(value), style);
  }
  /// A formula where every cell of the column is a number; else the sum as text.
  void sum(const Table& table, std::size_t at, lxw_row_t first, lxw_row_t row) {
    const std::string& value = table.sums[at];
    if (table.columns[at].kind != CellKind::money) return text(row, at, value, text_sum_);
    const bool exact = holds_exactly(value) &&
                       std::ranges::all_of(table.rows, [&](const auto& cells) { return holds_exactly(cells[at]); });
    if (!exact || row == first) return text(row, at, value, text_sum_);
    const char letter = static_cast<char>('A' + static_cast<int>(at));
    const std::string formula = fmt::format("=SUM({0}{1}:{0}{2})", letter, first + 1, row);
    worksheet_write_formula_num(sheet_, row, column(at), formula.c_str(), sum_, as_number(value));
  }
  void widths(const Table& table) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      std::size_t widest = columns_of(table.columns[i].title) + 2;
      for (const auto& cells : table.rows) widest = std::max(widest, columns_of(cells[i]) + 4);
      const auto width = static_cast<int>(std::clamp<std::size_t>(widest, 10, kColumnWidthMax));
      worksheet_set_column(sheet_, column(i), column(i), width, nullptr);
    }
  }

  lxw_workbook* book_;
  const Workbook& content_;
  lxw_worksheet* sheet_ = nullptr;
  lxw_format *title_, *head_, *name_, *money_, *sum_, *whole_, *fraction_, *text_sum_;
};

}  // namespace

Result<std::string> workbook_bytes(const Workbook& content) {
  const MemoryFile file;
  if (!file.ok()) return Error(Errc::internal, "workbook: no memory file");
  lxw_workbook* book = workbook_new(file.path().c_str());
  if (!book) return Error(Errc::internal, "workbook: cannot be made");
  std::string title = content.title, author = content.author;
  lxw_doc_properties properties{};
  properties.title = title.data();
  properties.author = author.data();
  properties.created = std::chrono::duration_cast<seconds>(content.created_at.time_since_epoch()).count();
  workbook_set_properties(book, &properties);
  Writer writer(book, content);
  for (std::size_t i = 0; i < content.tables.size(); ++i) writer.sheet(content.tables[i], i == 0);
  const lxw_error failed = workbook_close(book);
  if (failed != LXW_NO_ERROR) return Error(Errc::internal, fmt::format("workbook: {}", lxw_strerror(failed)));
  std::string bytes = file.bytes();
  if (bytes.empty()) return Error(Errc::internal, "workbook: empty");
  return bytes;
}

}  // namespace postage::invoice
