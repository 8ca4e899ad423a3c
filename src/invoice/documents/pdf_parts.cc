// What all PDFs of this room share: letterhead, recipient, total, payment, foot.
#include <fmt/format.h>

#include "base/log.h"
#include "invoice/documents/pdf.h"

namespace postage::invoice {
namespace {
constexpr int kFactsX = kMargin + 204 * kPoint;
constexpr int kFactNames = 66 * kPoint;
}  // namespace

Result<Canvas> pdf_canvas(std::string title, const Issuer& issuer, Language language, Instant created_at) {
  return Canvas::create({std::move(title), issuer.name, language == Language::zh ? "zh-cn" : "en", created_at});
}

void pdf_head(Canvas& canvas, Flow& flow, const Issuer& issuer, std::string_view title, std::string_view number,
              const std::vector<Fact>& facts) {
  canvas.box(0, 0, kPageWidth, 5 * kPoint, kAccent);
  const int top = 36 * kPoint;
  canvas.text(kMargin, top, issuer.logo.empty() ? issuer.name : issuer.logo,
              {.tenths = 200, .bold = true, .color = kAccent, .width = 250 * kPoint});
  const TextStyle right{.tenths = 200, .bold = true, .align = Align::right, .width = kContentWidth - 250 * kPoint};
  int y = top + canvas.text(kMargin + 250 * kPoint, top, title, right);
  TextStyle small = right;
  small.tenths = 100;
  small.bold = false;
  small.color = kGray;
  y += canvas.text(kMargin + 250 * kPoint, y, number, small);
  y = std::max(y, top + 44 * kPoint) + 12 * kPoint;
  canvas.box(kMargin, y, kContentWidth, kPoint / 2, kRule);
  const int below = y + 14 * kPoint;
  int left = below;
  left += canvas.text(kMargin, left, issuer.name, {.tenths = 95, .bold = true, .width = 190 * kPoint}) + 2 * kPoint;
  for (const std::string& line : issuer.lines) {
    left += canvas.text(kMargin, left, line, {.tenths = 85, .color = kGray, .width = 190 * kPoint}) + kPoint;
  }
  flow.move_to(below);
  std::vector<std::pair<std::string, std::string>> rows;
  for (const Fact& fact : facts) rows.emplace_back(std::string(fact.name), fact.value);
  flow.pairs(rows, kFactsX, kMargin + kContentWidth - kFactsX, kFactNames);
  flow.move_to(std::max(left, flow.y()) + 10 * kPoint);
}

void pdf_recipient(Canvas& canvas, Flow& flow, std::string_view label, std::string_view name) {
  int y = flow.y();
  y += canvas.text(kMargin, y, label, {.tenths = 80, .color = kGray}) + kPoint;
  y += canvas.text(kMargin, y, name, {.tenths = 125, .bold = true, .width = kContentWidth});
  flow.move_to(y + 14 * kPoint);
}

void pdf_total(Canvas& canvas, Flow& flow, std::string_view label, std::string_view amount) {
  flow.need(40 * kPoint);
  const int y = flow.y();
  canvas.box(kMargin, y, kContentWidth, kPoint * 3 / 2, kInk);
  canvas.text(kMargin + 4 * kPoint, y + 9 * kPoint, label, {.tenths = 125, .bold = true});
  const int height =
      canvas.text(kMargin + 150 * kPoint, y + 8 * kPoint, amount,
                  {.tenths = 140, .bold = true, .align = Align::right, .width = kContentWidth - 154 * kPoint});
  flow.move_to(y + height + 18 * kPoint);
}

void pdf_payment(Flow& flow, const Issuer& issuer, Language language) {
  const Words& w = words(language);
  std::vector<std::pair<std::string, std::string>> rows;
  if (!issuer.tax_number.empty()) rows.emplace_back(std::string(w.tax_number), issuer.tax_number);
  for (std::size_t i = 0; i < issuer.bank.size(); ++i) {
    rows.emplace_back(i == 0 ? std::string(w.payment) : std::string(), issuer.bank[i]);
  }
  flow.pairs(rows, kMargin, kContentWidth, 88 * kPoint);
  flow.space(4);
  if (!issuer.note.empty()) flow.paragraph(issuer.note, {.tenths = 85, .color = kGray});
}

Result<std::string> pdf_finish(Canvas& canvas, const Issuer& issuer, std::string_view number, Language language) {
  const int y = kPageHeight - 38 * kPoint;
  auto bytes = canvas.finish([&](int page, int pages) {
    canvas.box(kMargin, y - 6 * kPoint, kContentWidth, kPoint / 2, kRule);
    canvas.text(kMargin, y, fmt::format("{}  ·  {}", issuer.name, number), {.tenths = 75, .color = kGray});
    const std::string pager = language == Language::zh ? fmt::format("第 {} 页，共 {} 页", page, pages)
                                                       : fmt::format("Page {} of {}", page, pages);
    canvas.text(kMargin, y, pager, {.tenths = 75, .color = kGray, .align = Align::right, .width = kContentWidth});
  });
  if (canvas.missing_glyphs() > 0) {
    log(Level::warn, "pdf_characters_without_font",
        {{"document", number}, {"characters", canvas.missing_glyphs()}, {"install", "fonts-noto-cjk"}});
  }
  return bytes;
}

}  // namespace postage::invoice
