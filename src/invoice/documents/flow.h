#pragma once
// A document flowing down A4 pages: headings, paragraphs, pairs of name and value, and tables whose head is repeated on
// each page. Thread: one worker at a time.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "invoice/documents/canvas.h"

namespace postage::invoice {

inline constexpr Color kInk = 0x16202C;
inline constexpr Color kGray = 0x5B6472;
inline constexpr Color kAccent = 0x1B5E9E;
inline constexpr Color kRule = 0xD5DBE3;
inline constexpr Color kFill = 0xEDF2F7;
inline constexpr Color kWarnFill = 0xFFF3DD;
inline constexpr int kMargin = 48 * kPoint;
inline constexpr int kContentWidth = kPageWidth - 2 * kMargin;

/// One column of a table.
struct FlowColumn {
  std::string title;
  int width = 0;
  bool right = false;
};

/// A cell: a text and a smaller gray one below it.
struct FlowCell {
  std::string text;
  std::string below;
};

class Flow {
 public:
  /// `head` stands small at the top of each page but the first.
  Flow(Canvas& canvas, std::string head) : canvas_(canvas), head_(std::move(head)) {}

  [[nodiscard]] int y() const { return y_; }
  void move_to(int y) { y_ = y; }
  void space(int points) { y_ += points * kPoint; }
  /// Begins a page when fewer than `height` units are left on this one; true when it did.
  bool need(int height);

  /// A section's heading; begins a page when nothing but the heading would fit.
  void heading(std::string_view text);
  void paragraph(std::string_view text, const TextStyle& style);
  /// A paragraph in a coloured box.
  void notice(std::string_view text);
  /// Names at the left, values beside them.
  void pairs(const std::vector<std::pair<std::string, std::string>>& rows, int x, int width, int name_width);

  void begin_table(std::vector<FlowColumn> columns);
  void row(const std::vector<FlowCell>& cells, bool strong = false);
  void end_table();

 private:
  void table_head();
  Canvas& canvas_;
  std::string head_;
  int y_ = 40 * kPoint;
  std::vector<FlowColumn> columns_;
};

}  // namespace postage::invoice
