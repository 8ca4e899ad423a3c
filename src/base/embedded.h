#pragma once
// Files that live inside the binary (catalogues, migrations, the console), put there by cmake/embed.cmake.
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace postage {

/// One embedded file as the generated table names it.
struct EmbeddedRow {
  const char* name;
  const char* begin;
  const char* end;
};

/// Registers a generated table at start; the table's room calls its `embed_<symbol>()` so that the linker keeps it.
struct EmbeddedRegistrar {
  EmbeddedRegistrar(const EmbeddedRow* rows, std::size_t count);
};

/// The bytes of "<symbol>/<name>", or none. Thread: any, after start.
std::optional<std::string_view> embedded_file(std::string_view name);
/// All names that begin with `prefix`, sorted.
std::vector<std::string_view> embedded_names(std::string_view prefix);

}  // namespace postage
