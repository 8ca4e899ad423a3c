#pragma once
// The shards' view of the directory: what the message path must know of each project. Thread: any; reads a snapshot.
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "auth/directory.h"
#include "catalog/catalog.h"
#include "quota/entitlements.h"
#include "shard/ports.h"

namespace postage::app {

/// Catalogues by name: the built-in ones and the operator's files, loaded once at start, and what was published since. A
/// table is never changed: a publication makes the next one, and readers see it at once without a lock. Old tables stay,
/// because readers may hold them; there are as many as publications. Thread: any.
class Catalogues {
 public:
  Catalogues() : shelf_(std::make_unique<Shelf>()) { swap_in(std::make_unique<Table>()); }
  /// `folder` may be empty. Errors: invalid_catalogue naming file, JSON pointer and reason; a file may not take the name
  /// of a built-in catalogue.
  static Result<Catalogues> load(const std::string& folder);
  /// Puts a catalogue of the operator's on the shelf, or marks it as withdrawn: those are found (for what was moved to
  /// them) and not listed. Errors: invalid_catalogue (the name is a file's or built in).
  Result<void> put(const catalog::CataloguePtr& catalogue, const std::string& text, bool withdrawn);
  /// The catalogue of that name, or null.
  [[nodiscard]] catalog::CataloguePtr find(std::string_view name) const;
  /// The JSON text it was read from; empty when there is none of that name.
  [[nodiscard]] std::string text(std::string_view name) const;
  /// Names of those that are not withdrawn, sorted.
  [[nodiscard]] std::vector<std::string> names() const;
  /// True for built-in ones and files.
  [[nodiscard]] bool fixed(std::string_view name) const;

 private:
  struct Entry {
    catalog::CataloguePtr catalogue;
    std::string text;
    bool fixed = false;
    bool withdrawn = false;
  };
  using Table = std::map<std::string, Entry, std::less<>>;
  struct Shelf {
    std::atomic<const Table*> current{nullptr};
    std::mutex writing;
    std::vector<std::unique_ptr<const Table>> kept;
  };
  [[nodiscard]] const Table& table() const { return *shelf_->current.load(std::memory_order_acquire); }
  [[nodiscard]] const Entry* entry(std::string_view name) const;
  void swap_in(std::unique_ptr<const Table> next);

  std::unique_ptr<Shelf> shelf_;
};

/// The list plan of an account by the directory, for quota::Entitlements; both outlive what is returned.
std::function<catalog::PlanPtr(AccountId)> listed_plans(const auth::Directory& directory, const Catalogues& catalogues);

class DirectoryBook final : public shard::ProjectBook {
 public:
  /// All outlive this.
  DirectoryBook(const auth::Directory& directory, const Catalogues& catalogues, const quota::Entitlements& entitlements)
      : directory_(directory), catalogues_(catalogues), entitlements_(entitlements) {}
  [[nodiscard]] std::uint64_t version() const override { return directory_.version() + entitlements_.version(); }
  [[nodiscard]] std::optional<shard::ProjectTerms> find(ProjectId id) const override;

 private:
  const auth::Directory& directory_;
  const Catalogues& catalogues_;
  const quota::Entitlements& entitlements_;
};

/// Unguessable bytes for epochs and session keys.
class SystemChance final : public shard::Chance {
 public:
  void fill(std::span<std::uint8_t> bytes) override { auth::system_entropy().fill(bytes.data(), bytes.size()); }
};

}  // namespace postage::app
