#pragma once
// The shards' view of the directory: what the message path must know of each project. Thread: any; reads a snapshot.
#include <map>
#include <memory>
#include <string>

#include "auth/directory.h"
#include "catalog/catalog.h"
#include "shard/ports.h"

namespace postage::app {

/// Catalogues by name, loaded once at start: the built-in ones and the operator's own files. Immutable; thread: any.
class Catalogues {
 public:
  /// `folder` may be empty. Errors: invalid_catalogue naming file, JSON pointer and reason; a file may not take the name
  /// of a built-in catalogue.
  static Result<Catalogues> load(const std::string& folder);
  /// The catalogue of that name, or null.
  [[nodiscard]] catalog::CataloguePtr find(std::string_view name) const;
  /// The JSON text it was read from; empty when there is none of that name.
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] const std::map<std::string, catalog::CataloguePtr, std::less<>>& all() const { return by_name_; }

 private:
  std::map<std::string, catalog::CataloguePtr, std::less<>> by_name_;
  std::map<std::string, std::string, std::less<>> texts_;
};

class DirectoryBook final : public shard::ProjectBook {
 public:
  /// Both outlive this.
  DirectoryBook(const auth::Directory& directory, const Catalogues& catalogues)
      : directory_(directory), catalogues_(catalogues) {}
  [[nodiscard]] std::uint64_t version() const override { return directory_.version(); }
  [[nodiscard]] std::optional<shard::ProjectTerms> find(ProjectId id) const override;

 private:
  const auth::Directory& directory_;
  const Catalogues& catalogues_;
};

/// Unguessable bytes for epochs and session keys.
class SystemChance final : public shard::Chance {
 public:
  void fill(std::span<std::uint8_t> bytes) override { auth::system_entropy().fill(bytes.data(), bytes.size()); }
};

}  // namespace postage::app
