#include "invoice/documents/flow.h"

#include <algorithm>

namespace postage::invoice {
namespace {
constexpr int kTop = 40 * kPoint;
constexpr int kBottom = kPageHeight - 56 * kPoint;
constexpr int kCellPad = 5 * kPoint;
constexpr int kGap = 8 * kPoint;  ///< between neighbouring columns
constexpr int kThin = kPoint / 2;
}  // namespace

bool Flow::need(int height) {
  if (y_ + height <= kBottom) return false;
  canvas_.new_page();
  canvas_.text(kMargin, kTop - 14 * kPoint, head_, {.tenths = 75, .color = kGray});
  canvas_.box(kMargin, kTop, kContentWidth, kThin, kRule);
  y_ = kTop + 14 * kPoint;
  return true;
}

void Flow::heading(std::string_view text) {
  need(130 * kPoint);
  space(20);
  y_ += canvas_.text(kMargin, y_, text, {.tenths = 115, .bold = true, .color = kAccent}) + 5 * kPoint;
}

void Flow::paragraph(std::string_view text, const TextStyle& style) {
  TextStyle wide = style;
  wide.width = kContentWidth;
  Block block = canvas_.prepare(text, wide);
  need(block.height());
  const int height = block.height();
  canvas_.place(kMargin, y_, std::move(block));
  y_ += height + 4 * kPoint;
}

void Flow::notice(std::string_view text) {
  Block block = canvas_.prepare(text, {.tenths = 90, .width = kContentWidth - 24 * kPoint});
  const int height = block.height() + 14 * kPoint;
  need(height);
  canvas_.box(kMargin, y_, kContentWidth, height, kWarnFill);
  canvas_.box(kMargin, y_, 3 * kPoint, height, 0xD98200);
  canvas_.place(kMargin + 14 * kPoint, y_ + 7 * kPoint, std::move(block));
  y_ += height + 8 * kPoint;
}

void Flow::pairs(const std::vector<std::pair<std::string, std::string>>& rows, int x, int width, int name_width) {
  for (const auto& [name, value] : rows) {
    Block left = canvas_.prepare(name, {.tenths = 85, .color = kGray, .width = name_width - kGap});
    Block right = canvas_.prepare(value, {.tenths = 85, .width = width - name_width});
    const int height = std::max(left.height(), right.height());
    need(height);
    canvas_.place(x, y_, std::move(left));
    canvas_.place(x + name_width, y_, std::move(right));
    y_ += height + 3 * kPoint;
  }
}

void Flow::begin_table(std::vector<FlowColumn> columns) {
  columns_ = std::move(columns);
  need(60 * kPoint);
  table_head();
}

void Flow::table_head() {
  std::vector<Block> titles;
  int height = 0;
  for (const FlowColumn& column : columns_) {
    titles.push_back(canvas_.prepare(column.title, {.tenths = 80,
                                                    .bold = true,
                                                    .color = kGray,
                                                    .align = column.right ? Align::right : Align::left,
                                                    .width = column.width - kGap}));
    height = std::max(height, titles.back().height());
  }
  height += 2 * kCellPad;
  canvas_.box(kMargin, y_, kContentWidth, height, kFill);
  int x = kMargin;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    canvas_.place(x + kGap / 2, y_ + height - kCellPad - titles[i].height(), std::move(titles[i]));
    x += columns_[i].width;
  }
  y_ += height;
}

void Flow::row(const std::vector<FlowCell>& cells, bool strong) {
  std::vector<Block> texts, belows;
  int height = 0;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const int width = columns_[i].width - kGap;
    const Align align = columns_[i].right ? Align::right : Align::left;
    texts.push_back(canvas_.prepare(cells[i].text, {.tenths = 90, .bold = strong, .align = align, .width = width}));
    int tall = cells[i].text.empty() ? 0 : texts.back().height();
    belows.emplace_back();
    if (!cells[i].below.empty()) {
      belows.back() = canvas_.prepare(cells[i].below, {.tenths = 76, .color = kGray, .align = align, .width = width});
      tall += belows.back().height();
    }
    height = std::max(height, tall);
  }
  height += 2 * kCellPad;
  if (need(height)) table_head();
  if (strong) canvas_.box(kMargin, y_, kContentWidth, kPoint, kInk);
  int x = kMargin + kGap / 2;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const int below_y = y_ + kCellPad + (cells[i].text.empty() ? 0 : texts[i].height());
    if (!cells[i].text.empty()) canvas_.place(x, y_ + kCellPad, std::move(texts[i]));
    if (!cells[i].below.empty()) canvas_.place(x, below_y, std::move(belows[i]));
    x += columns_[i].width;
  }
  y_ += height;
  canvas_.box(kMargin, y_ - kThin, kContentWidth, kThin, kRule);
}

void Flow::end_table() {
  columns_.clear();
  space(6);
}

}  // namespace postage::invoice
