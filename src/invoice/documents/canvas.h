#pragma once
// Pages of a PDF (A4) with text, lines and boxes, by Pango and Cairo. Lengths are whole 1/1024 points, Pango's own
// unit, from the page's upper left corner. Pages are kept as lists of what stands on them until finish(), so that a
// foot may say how many there are. Equal calls give equal bytes. Thread: one worker at a time.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

typedef struct _PangoContext PangoContext;  // NOLINT: Pango's own names, so that nobody else needs its headers
typedef struct _PangoFontMap PangoFontMap;  // NOLINT
typedef struct _PangoLayout PangoLayout;    // NOLINT
typedef struct _cairo cairo_t;              // NOLINT

namespace postage::invoice {

/// One point.
inline constexpr int kPoint = 1024;
inline constexpr int kPageWidth = 595 * kPoint;
inline constexpr int kPageHeight = 842 * kPoint;

/// 0xRRGGBB.
using Color = std::uint32_t;

enum class Align : std::uint8_t { left, right, center };

struct TextStyle {
  int tenths = 90;  ///< size in tenths of a point
  bool bold = false;
  Color color = 0x16202C;
  Align align = Align::left;
  int width = 0;  ///< lines break there; 0: one line, as wide as it is
};

/// A text that was laid out and can be placed once.
class Block {
 public:
  Block() = default;
  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }

 private:
  friend class Canvas;
  struct Free {
    void operator()(PangoLayout* layout) const;
  };
  std::unique_ptr<PangoLayout, Free> layout_;
  Color color_ = 0;
  int width_ = 0, height_ = 0;
};

class Canvas {
 public:
  struct Settings {
    std::string title;
    std::string author;
    std::string language;  ///< "en", "zh-cn": which forms of Chinese characters are taken
    Instant created_at;    ///< for the file's facts
  };
  /// Errors: unavailable when the machine has no font at all.
  static Result<Canvas> create(Settings settings);
  Canvas(Canvas&&) noexcept;
  ~Canvas();

  [[nodiscard]] Block prepare(std::string_view text, const TextStyle& style);
  /// Puts a block on the current page.
  void place(int x, int y, Block block);
  /// Both at once; returns the height.
  int text(int x, int y, std::string_view text, const TextStyle& style);
  void box(int x, int y, int width, int height, Color color);
  void new_page();
  [[nodiscard]] int pages() const;
  /// A large word across every page.
  void watermark(std::string word);
  /// Characters that no font of this machine has, so far; they print as boxes.
  [[nodiscard]] int missing_glyphs() const;

  /// Calls `foot(page, pages)` for each page, which then is the current one, and makes the file.
  Result<std::string> finish(const std::function<void(int page, int pages)>& foot);

 private:
  struct State;
  explicit Canvas(std::unique_ptr<State> state);
  void draw(cairo_t* cairo) const;
  std::unique_ptr<State> state_;
};

}  // namespace postage::invoice
