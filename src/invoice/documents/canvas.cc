#include "invoice/documents/canvas.h"

#include <cairo-pdf.h>
#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>

#include <utility>

#include "base/zone.h"

namespace postage::invoice {
namespace {

/// Latin and Chinese from one family where it is there; else whatever the machine has.
constexpr const char* kFamilies =
    "Noto Sans CJK SC,Noto Sans SC,Source Han Sans SC,WenQuanYi Zen Hei,Noto Sans,DejaVu Sans,sans-serif";

struct FreeObject {
  void operator()(void* object) const { g_object_unref(object); }
};

constexpr auto points(int units) { return static_cast<decltype(cairo_matrix_t::x0)>(units) / kPoint; }
constexpr auto hundredths(int count) { return static_cast<decltype(cairo_matrix_t::x0)>(count) / 100; }
constexpr auto part(Color color, int shift) {
  return static_cast<decltype(cairo_matrix_t::x0)>(color >> shift & 0xFFU) / 255;
}

void set_color(cairo_t* cairo, Color color) {
  cairo_set_source_rgb(cairo, part(color, 16), part(color, 8), part(color, 0));
}

cairo_status_t append(void* target, const unsigned char* bytes, unsigned length) {
  static_cast<std::string*>(target)->append(reinterpret_cast<const char*>(bytes), length);
  return CAIRO_STATUS_SUCCESS;
}

struct Box {
  int x, y, width, height;
  Color color;
};
struct Placed {
  int x, y;
  Block block;
};
struct Page {
  std::vector<Box> boxes;
  std::vector<Placed> texts;
};

}  // namespace

struct Canvas::State {
  Settings settings;
  std::unique_ptr<PangoFontMap, FreeObject> fonts;
  std::unique_ptr<PangoContext, FreeObject> context;
  std::vector<Page> pages;
  std::size_t current = 0;
  std::string watermark;
  int missing = 0;
};

void Block::Free::operator()(PangoLayout* layout) const { g_object_unref(layout); }

Canvas::Canvas(std::unique_ptr<State> state) : state_(std::move(state)) {}
Canvas::Canvas(Canvas&&) noexcept = default;
Canvas::~Canvas() = default;

Result<Canvas> Canvas::create(Settings settings) {
  auto state = std::make_unique<State>();
  state->settings = std::move(settings);
  state->fonts.reset(pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT));
  if (!state->fonts) return Error(Errc::unavailable, "PDF: Pango has no FreeType");
  // Without a single font Pango measures texts with memory that nobody wrote. Its own list is no help: it names
  // families such as "Sans" that stand for whatever there is, also when there is nothing.
  const FcFontSet* fonts = FcConfigGetFonts(nullptr, FcSetSystem);
  if (fonts == nullptr || fonts->nfont == 0)
    return Error(Errc::unavailable, "PDF: this machine has no fonts; install fonts-noto-cjk");
  state->context.reset(pango_font_map_create_context(state->fonts.get()));
  pango_context_set_language(state->context.get(), pango_language_from_string(state->settings.language.c_str()));
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(state->context.get(), options);
  cairo_font_options_destroy(options);
  pango_context_set_round_glyph_positions(state->context.get(), FALSE);
  state->pages.emplace_back();
  return Canvas(std::move(state));
}

Block Canvas::prepare(std::string_view text, const TextStyle& style) {
  Block block;
  block.color_ = style.color;
  block.layout_.reset(pango_layout_new(state_->context.get()));
  PangoLayout* layout = block.layout_.get();
  PangoFontDescription* font = pango_font_description_from_string(kFamilies);
  pango_font_description_set_absolute_size(font, style.tenths * kPoint / 10);
  pango_font_description_set_weight(font, style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description(layout, font);
  pango_font_description_free(font);
  constexpr PangoAlignment kAlign[] = {PANGO_ALIGN_LEFT, PANGO_ALIGN_RIGHT, PANGO_ALIGN_CENTER};
  pango_layout_set_alignment(layout, kAlign[static_cast<int>(style.align)]);
  if (style.width > 0) {
    pango_layout_set_width(layout, style.width);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
  }
  pango_layout_set_text(layout, text.data(), static_cast<int>(text.size()));
  pango_layout_get_size(layout, &block.width_, &block.height_);
  state_->missing += pango_layout_get_unknown_glyphs_count(layout);
  return block;
}

void Canvas::place(int x, int y, Block block) {
  state_->pages[state_->current].texts.push_back({x, y, std::move(block)});
}

int Canvas::text(int x, int y, std::string_view text, const TextStyle& style) {
  Block block = prepare(text, style);
  const int height = block.height();
  place(x, y, std::move(block));
  return height;
}

void Canvas::box(int x, int y, int width, int height, Color color) {
  state_->pages[state_->current].boxes.push_back({x, y, width, height, color});
}

void Canvas::new_page() {
  state_->pages.emplace_back();
  state_->current = state_->pages.size() - 1;
}

int Canvas::pages() const { return static_cast<int>(state_->pages.size()); }
void Canvas::watermark(std::string word) { state_->watermark = std::move(word); }
int Canvas::missing_glyphs() const { return state_->missing; }

void Canvas::draw(cairo_t* cairo) const {
  const Page& page = state_->pages[state_->current];
  for (const Box& box : page.boxes) {
    set_color(cairo, box.color);
    cairo_rectangle(cairo, points(box.x), points(box.y), points(box.width), points(box.height));
    cairo_fill(cairo);
  }
  for (const Placed& text : page.texts) {
    set_color(cairo, text.block.color_);
    cairo_move_to(cairo, points(text.x), points(text.y));
    pango_cairo_show_layout(cairo, text.block.layout_.get());
  }
}

Result<std::string> Canvas::finish(const std::function<void(int page, int pages)>& foot) {
  const int count = pages();
  for (int page = 1; page <= count; ++page) {
    state_->current = static_cast<std::size_t>(page - 1);
    foot(page, count);
  }
  Block mark;
  if (!state_->watermark.empty()) mark = prepare(state_->watermark, {.tenths = 1300, .bold = true});
  std::string bytes;
  cairo_surface_t* surface =
      cairo_pdf_surface_create_for_stream(append, &bytes, points(kPageWidth), points(kPageHeight));
  const std::string created = instant_text_utc(state_->settings.created_at).substr(0, 19) + "Z";
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, state_->settings.title.c_str());
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, state_->settings.author.c_str());
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Postage");
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, created.c_str());
  cairo_t* cairo = cairo_create(surface);
  for (state_->current = 0; state_->current < state_->pages.size(); ++state_->current) {
    draw(cairo);
    if (mark.layout_) {
      cairo_save(cairo);
      cairo_translate(cairo, points(kPageWidth / 2), points(kPageHeight / 2));
      cairo_rotate(cairo, -hundredths(90));
      cairo_move_to(cairo, points(-mark.width() / 2), points(-mark.height() / 2));
      cairo_set_source_rgba(cairo, hundredths(75), 0, 0, hundredths(12));
      pango_cairo_show_layout(cairo, mark.layout_.get());
      cairo_restore(cairo);
    }
    cairo_show_page(cairo);
  }
  cairo_destroy(cairo);
  cairo_surface_finish(surface);
  const cairo_status_t status = cairo_surface_status(surface);
  cairo_surface_destroy(surface);
  if (status != CAIRO_STATUS_SUCCESS)
    return Error(Errc::internal, std::string("PDF: ") + cairo_status_to_string(status));
  return bytes;
}

}  // namespace postage::invoice
