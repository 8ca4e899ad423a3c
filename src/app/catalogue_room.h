#pragma once
// The operator's catalogues in a server or a command: the store, the desk and the shelf joined. Thread: any.
#include <memory>

#include "app/project_book.h"
#include "catalog/store.h"
#include "db/audit_trail.h"
#include "invoice/catalogue_desk.h"

namespace postage::app {

class CatalogueRoom {
 public:
  /// All outlive this.
  struct Ports {
    db::Database& database;
    db::AuditTrail* audit;
    Catalogues& shelf;
    invoice::Billing& billing;
    invoice::AccountBook& accounts;
  };
  /// Migrates, and shelves what was published before: do it before anything asks for an account's terms. Errors:
  /// store_failed, corrupt_record, invalid_catalogue (a file of billing.catalogue_dir has the name of a published one).
  static Result<std::unique_ptr<CatalogueRoom>> open(const Ports& ports, Instant now);

  [[nodiscard]] invoice::CatalogueDesk& desk() { return desk_; }

 private:
  explicit CatalogueRoom(const Ports& ports);
  void shelve(const catalog::Publication& each);

  Catalogues& shelf_;
  Result<void> clash_;  ///< the first publication that found its name taken
  catalog::CatalogueStore store_;
  invoice::CatalogueDesk desk_;
};

}  // namespace postage::app
