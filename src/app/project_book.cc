#include "app/project_book.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace postage::app {

Result<Catalogues> Catalogues::load(const std::string& folder) {
  auto table = std::make_unique<Table>();
  for (const std::string& name : catalog::builtin_names()) {
    TRY(catalogue, catalog::builtin(name));
    (*table)[name] = {catalogue, std::string(catalog::builtin_text(name).value_or("")), true, false};
  }
  std::error_code failure;
  const auto files = folder.empty() ? std::filesystem::directory_iterator() : std::filesystem::directory_iterator(folder, failure);
  for (const auto& file_entry : files) {
    if (file_entry.path().extension() != ".json") continue;
    std::ifstream file(file_entry.path(), std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    TRY(catalogue, catalog::load(text, file_entry.path().string() + ": "));
    if (table->contains(catalogue->name)) {
      return Error(Errc::invalid_catalogue, fmt::format("{}: the name '{}' is taken", file_entry.path().string(), catalogue->name));
    }
    (*table)[catalogue->name] = {catalogue, text, true, false};
  }
  if (failure) {
    return Error(Errc::invalid_catalogue, fmt::format("billing.catalogue_dir: {}: {}", folder, failure.message()));
  }
  Catalogues catalogues;
  catalogues.swap_in(std::move(table));
  return catalogues;
}

void Catalogues::swap_in(std::unique_ptr<const Table> next) {
  shelf_->current.store(next.get(), std::memory_order_release);
  shelf_->kept.push_back(std::move(next));
}

Result<void> Catalogues::put(const catalog::CataloguePtr& catalogue, const std::string& text, bool withdrawn) {
  const std::lock_guard lock(shelf_->writing);
  auto next = std::make_unique<Table>(table());
  Entry& row = (*next)[catalogue->name];
  if (row.fixed) {
    return Error(Errc::invalid_catalogue, fmt::format("the published catalogue '{}' has the name of a file or a built-in one",
                                                      catalogue->name));
  }
  row = {catalogue, text, false, withdrawn};
  swap_in(std::move(next));
  return {};
}

const Catalogues::Entry* Catalogues::entry(std::string_view name) const {
  const Table& rows = table();  // Looked at once: another may be swapped in meanwhile.
  const auto found = rows.find(name);
  return found == rows.end() ? nullptr : &found->second;
}

catalog::CataloguePtr Catalogues::find(std::string_view name) const {
  const Entry* found = entry(name);
  return found == nullptr ? nullptr : found->catalogue;
}

std::string Catalogues::text(std::string_view name) const {
  const Entry* found = entry(name);
  return found == nullptr ? std::string() : found->text;
}

std::vector<std::string> Catalogues::names() const {
  std::vector<std::string> names;
  for (const auto& [name, row] : table()) {
    if (!row.withdrawn) names.push_back(name);
  }
  return names;
}

bool Catalogues::fixed(std::string_view name) const {
  const Entry* found = entry(name);
  return found != nullptr && found->fixed;
}

std::function<catalog::PlanPtr(AccountId)> listed_plans(const auth::Directory& directory, const Catalogues& catalogues) {
  return [&directory, &catalogues](AccountId id) -> catalog::PlanPtr {
    const auth::SnapshotRef snapshot = directory.snapshot();
    const auth::AccountInfo* account = snapshot->account(id);
    const catalog::CataloguePtr catalogue = account != nullptr ? catalogues.find(account->catalogue) : nullptr;
    return catalogue != nullptr ? catalogue->find(account->plan) : nullptr;
  };
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
  terms.open = catalogue != nullptr && !account->closed() && !project->disabled && !project->deleted_at;
  if (account != nullptr && account->closed()) terms.closed_for = Errc::account_suspended;
  terms.limits_version = project->in_force_since;
  terms.publish_subscribe = entitlements_.has(project->account, "publish_subscribe");
  terms.flush_gap = milliseconds(project->in_force.flush_gap_ms);
  if (catalogue != nullptr) terms.unit_bytes = static_cast<std::uint32_t>(catalogue->kilobyte);
  terms.window.messages_max = static_cast<std::size_t>(project->in_force.recent_window_messages);
  terms.window.bytes_max = static_cast<std::size_t>(project->in_force.recent_window_bytes);
  terms.window.age_max = seconds(project->in_force.recent_window_seconds);
  return terms;
}

}  // namespace postage::app
