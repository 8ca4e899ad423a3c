#pragma once
// What publishing a catalogue would change for each customer, before it is published: the last closed month and the
// running month of every account of the catalogue it replaces, rated again on it as full invoices, with the features that
// come and go. Accounts are read a few at a time, each on its own snapshot; only a short row of each is kept.
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "catalog/store.h"
#include "invoice/billing.h"

namespace postage::invoice {

/// One month before and after.
struct PreviewMonth {
  MonthKey month;
  bool running = false;
  rating::Bill before, after;
  std::optional<Rational> difference;  ///< printed totals; none in another currency
};

/// One account in full.
struct AccountPreview {
  AccountFacts facts;
  std::string plan_before, plan_after;
  std::vector<PreviewMonth> months;  ///< the last closed one, if there is one, then the running one
  std::vector<std::string> gained, lost;  ///< features
};

/// The account on `next`, its plans replaced as `succession` says. Errors: as Billing's, and conflict where it cannot be
/// moved (no successor of its plan, another message unit).
Result<AccountPreview> preview_account(const Billing& billing, AccountId account, const catalog::CataloguePtr& next,
                                       const catalog::Succession& succession, Instant now);

/// Sums over the accounts read so far, in the new catalogue's currency; amounts of accounts in another one are left out.
struct PreviewTotals {
  std::int64_t accounts = 0, read = 0;
  std::int64_t pay_more = 0, pay_less = 0, pay_the_same = 0;
  std::int64_t other_currency = 0;
  std::int64_t cannot_move = 0;  ///< no successor of the plan, another message unit, or the account could not be read
  std::int64_t lose_features = 0;
  Rational closed_before, closed_after, running_before, running_after;
};

/// Thread: any. A call reads while it holds the preview; others wait.
class CataloguePreview {
 public:
  /// Both rooms outlive this. Accounts: those on the catalogue that `publication` replaces, at `now`.
  CataloguePreview(const Billing& billing, const AccountBook& accounts, catalog::Publication publication, Instant now);

  [[nodiscard]] const std::string& name() const { return publication_.name; }
  [[nodiscard]] const catalog::Publication& publication() const { return publication_; }
  [[nodiscard]] Instant as_of() const { return as_of_; }
  /// Reads at most `accounts_max` more accounts. True when all are read.
  Result<bool> step(std::size_t accounts_max);
  [[nodiscard]] PreviewTotals totals();
  /// When all are read: rows from `first` on, largest change first (of the closed month, else of the running one), of
  /// equals by account; each read again in full.
  Result<std::vector<AccountPreview>> page(std::size_t first, std::size_t count);

 private:
  struct Row {
    AccountId account;
    Rational change;  ///< without its sign
  };
  void take(const AccountPreview& read);

  const Billing& billing_;
  const catalog::Publication publication_;
  const Instant as_of_;
  std::mutex mutex_;
  std::vector<AccountId> waiting_;  ///< in descending order: the next one is the last
  std::vector<Row> rows_;
  PreviewTotals totals_;
  bool sorted_ = false;
};

}  // namespace postage::invoice
