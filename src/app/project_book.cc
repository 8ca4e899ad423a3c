#include "app/project_book.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace postage::app {

Result<Catalogues> Catalogues::load(const std::string& folder) {
  Catalogues catalogues;
  for (const std::string& name : catalog::builtin_names()) {
    TRY(catalogue, catalog::builtin(name));
    catalogues.by_name_[name] = catalogue;
    catalogues.texts_[name] = catalog::builtin_text(name).value_or("");
  }
  if (folder.empty()) return catalogues;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    TRY(catalogue, catalog::load(text, entry.path().string() + ": "));
    if (catalogues.by_name_.contains(catalogue->name)) {
      return Error(Errc::invalid_catalogue, fmt::format("{}: the name '{}' is taken", entry.path().string(), catalogue->name));
    }
    catalogues.by_name_[catalogue->name] = catalogue;
    catalogues.texts_[catalogue->name] = text;
  }
  if (failure) {
    return Error(Errc::invalid_catalogue, fmt::format("billing.catalogue_dir: {}: {}", folder, failure.message()));
  }
  return catalogues;
}

catalog::CataloguePtr Catalogues::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

std::string Catalogues::text(std::string_view name) const {
  const auto found = texts_.find(name);
  return found == texts_.end() ? std::string() : found->second;
}

std::optional<shard::ProjectTerms> DirectoryBook::find(ProjectId id) const {
  const auth::SnapshotRef snapshot = directory_.snapshot();
  const auth::ProjectInfo* project = snapshot->project(id);
  if (project == nullptr) return std::nullopt;
  const auth::AccountInfo* account = snapshot->account(project->account);
  const catalog::CataloguePtr catalogue = account != nullptr ? catalogues_.find(account->catalogue) : nullptr;
  shard::ProjectTerms terms;
  terms.id = id;
  terms.account = project->account;
  terms.open = catalogue != nullptr && !account->suspended && !project->disabled && !project->deleted_at;
  terms.flush_gap = milliseconds(project->limits.flush_gap_ms);
  if (catalogue != nullptr) terms.unit_bytes = static_cast<std::uint32_t>(catalogue->kilobyte);
  terms.window.messages_max = static_cast<std::size_t>(project->limits.recent_window_messages);
  terms.window.bytes_max = static_cast<std::size_t>(project->limits.recent_window_bytes);
  terms.window.age_max = seconds(project->limits.recent_window_seconds);
  return terms;
}

}  // namespace postage::app
