#pragma once
// Many accounts at once, for the month close and for what looks at all accounts: ports beside those of ports.h, which
// whoever has a store behind it implements as well, and the terms of many accounts with few queries.
#include <span>
#include <string>
#include <vector>

#include "invoice/ports.h"
#include "invoice/terms.h"

namespace postage::db {
class Connection;
}

namespace postage::invoice {

/// An account, and the catalogue and plan that are in force.
struct AccountPlan {
  AccountId account;
  std::string catalogue;
  std::string plan;
};

/// Port: AccountBook for many. Thread: as there.
class AccountBatch {
 public:
  virtual ~AccountBatch() = default;
  /// A number that grows when an account is made or changed.
  [[nodiscard]] virtual std::uint64_t version() const = 0;
  /// Ids above `after`, by id, at most `most`.
  [[nodiscard]] virtual std::vector<AccountId> ids_after(AccountId after, std::size_t most) const = 0;
  /// The months of these accounts rolled: AccountBook::terms_changed of each. One error is that of all; those before it
  /// may have been told.
  virtual Result<void> months_rolled(std::span<const AccountPlan> accounts) = 0;
};

/// Port: InvoiceOutbox for many.
class OutboxBatch {
 public:
  virtual ~OutboxBatch() = default;
  /// All are kept or none. A notice whose number is known is kept already.
  virtual Result<void> invoices_issued(std::span<const IssuedNotice> notices) = 0;
};

/// An account at an instant.
struct AccountAt {
  AccountId account;
  Instant at;
};

/// AccountHistory::terms of many accounts, each at its own instant; one answer a row, in order. An error of the whole is
/// one of the store, or of a row that nobody can read.
Result<std::vector<Result<Terms>>> terms_of(db::Connection& connection, const CatalogueBook& catalogues,
                                            std::span<const AccountAt> accounts);

}  // namespace postage::invoice
