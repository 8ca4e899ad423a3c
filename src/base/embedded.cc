#include "base/embedded.h"

#include <map>

namespace postage {
namespace {
std::map<std::string_view, std::string_view>& table() {
  static std::map<std::string_view, std::string_view> files;
  return files;
}
}  // namespace

EmbeddedRegistrar::EmbeddedRegistrar(const EmbeddedRow* rows, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    table()[rows[i].name] = std::string_view(rows[i].begin, static_cast<std::size_t>(rows[i].end - rows[i].begin));
  }
}

std::optional<std::string_view> embedded_file(std::string_view name) {
  const auto found = table().find(name);
  if (found == table().end()) return std::nullopt;
  return found->second;
}

std::vector<std::string_view> embedded_names(std::string_view prefix) {
  std::vector<std::string_view> names;
  for (const auto& [name, bytes] : table()) {
    if (name.starts_with(prefix)) names.push_back(name);
  }
  return names;
}
}  // namespace postage
