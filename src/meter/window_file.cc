#include "meter/window_file.h"

#include <charconv>

namespace postage::meter {
namespace {

std::optional<std::int64_t> read_number(std::string_view& text, std::string_view after) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.starts_with(after)) return std::nullopt;
  text.remove_prefix(after.size());
  return value;
}

}  // namespace

std::string WindowName::path(const std::string& folder) const {
  return folder + "/" + std::to_string(run) + "-" + std::to_string(shard) + "-" + std::to_string(hour) + ".window";
}

SlotFileHeader WindowName::header() const {
  return {.magic = kWindowMagic, .row_bytes = 8, .run = run, .hour = hour, .shard = shard};
}

std::optional<WindowName> WindowName::parse(std::string_view name) {
  const auto run = read_number(name, "-");
  if (!run) return std::nullopt;
  const auto shard = read_number(name, "-");
  if (!shard) return std::nullopt;
  const auto hour = read_number(name, ".window");
  if (!hour || !name.empty()) return std::nullopt;
  return WindowName{*run, *shard, *hour};
}

std::string cells_path(const std::string& folder, std::int64_t run) {
  return folder + "/" + std::to_string(run) + ".cells";
}
std::string peaks_path(const std::string& folder, std::int64_t run) {
  return folder + "/" + std::to_string(run) + ".peaks";
}

std::optional<std::int64_t> parse_run_name(std::string_view name, std::string_view ending) {
  const auto run = read_number(name, ending);
  if (!run || !name.empty()) return std::nullopt;
  return run;
}

}  // namespace postage::meter
