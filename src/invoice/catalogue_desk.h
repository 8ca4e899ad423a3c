#pragma once
// The operator's desk for catalogues: publishing, withdrawing, moving accounts. What a catalogue is and how its
// publication is kept is the catalog room's; who is on which one is the account history's; this joins the two.
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "catalog/store.h"
#include "invoice/billing.h"
#include "invoice/catalogue_preview.h"

namespace postage::invoice {

/// Thread: any; tick() the control thread. Blocks on SQL.
class CatalogueDesk {
 public:
  /// All outlive this.
  struct Ports {
    Billing& billing;
    AccountBook& accounts;
    catalog::CatalogueStore& store;
    /// Puts a published catalogue where everybody finds it (CatalogueBook), at once.
    std::function<void(const catalog::Publication&)> shelve;
  };
  explicit CatalogueDesk(Ports ports) : ports_(std::move(ports)) {}

  /// Shelves what was published before; once, at start. Errors: store_failed, corrupt_record.
  Result<void> open();

  /// Keeps a draft. Errors: invalid_catalogue, conflict (the name), bad_request (the catalogue it replaces, or the mapping
  /// of its plans).
  Result<catalog::Publication> draft(const std::string& text, const catalog::Succession& succession, Instant now,
                                     const ChangedBy& by);
  /// Publishes the newest draft: accounts may be opened on it and moved to it. Errors: as CatalogueStore::publish.
  Result<catalog::Publication> publish(std::string_view name, Instant now, const ChangedBy& by);
  /// Takes it back before its month begins; accounts that were to be moved stay. Errors: as CatalogueStore::withdraw.
  Result<catalog::Publication> withdraw(std::string_view name, Instant now, const ChangedBy& by);
  [[nodiscard]] Result<std::vector<catalog::Publication>> publications() const { return ports_.store.all(); }
  [[nodiscard]] Result<std::optional<catalog::Publication>> publication(std::string_view name) const {
    return ports_.store.find(name);
  }

  /// Moves one account from the first instant of `from` on; see AccountHistory::move_catalogue. Errors: also conflict
  /// (the catalogue is a draft or withdrawn).
  Result<void> move_account(AccountId account, std::string_view target, MonthKey from,
                            const std::map<std::string, std::string>& plans, Instant now, const ChangedBy& by);
  /// Takes a move back that has not begun.
  Result<void> keep_account(AccountId account, Instant now, const ChangedBy& by);

  /// A preview of publishing the newest version of `name` (a draft too); begins afresh. Errors: not_found.
  Result<std::shared_ptr<CataloguePreview>> begin_preview(std::string_view name, Instant now);
  /// The preview that was begun last, or null.
  [[nodiscard]] std::shared_ptr<CataloguePreview> preview(std::string_view name);

  /// The catalogue that a new account gets where `configured` is asked for: its newest successor in force at `now`.
  [[nodiscard]] Result<std::string> for_new_accounts(const std::string& configured, Instant now) const;

  /// Moves accounts of replaced catalogues that do not grandfather, and takes moves to withdrawn ones back: at most
  /// `accounts_max` accounts in one transaction a tick. Nothing to do costs one look at the list in memory.
  Result<void> tick(Instant now, std::size_t accounts_max = 1000);

 private:
  /// What is left to do for one publication.
  struct Round {
    catalog::Publication publication;
    bool taking_back = false;
    std::set<AccountId> done;
    Instant next_look{};  ///< new accounts are looked for now and then
  };
  [[nodiscard]] Result<void> check_succession(const catalog::Catalogue& next, const catalog::Succession& succession) const;
  void begin_round(const catalog::Publication& publication);
  Result<void> run_round(Round& round, Instant now, std::size_t accounts_max);
  Result<void> settle(db::Connection& connection, const Round& round, AccountId account, Instant now);

  Ports ports_;
  std::mutex mutex_;  ///< of rounds_ and previews_
  std::vector<std::shared_ptr<Round>> rounds_;
  std::vector<std::shared_ptr<CataloguePreview>> previews_;  ///< the newest ones, bounded
};

}  // namespace postage::invoice
