#pragma once
// The history of what accounts pay by: plan changes, contract, tax, budget, each with the instant it is in force from,
// who asked and why. Rows are only added. The state at any instant is played from them (terms.h), so that yesterday's
// bill and last year's are made the same way.
//
// Values: opened {"catalogue","plan"}, plan {"plan"}, contract (contract_json.h)|null, tax {"rate_percent","inclusive"}|null,
// budget {"amount"}|null, catalogue {"catalogue","from","plans"}|null, cap (caps.h).
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "db/audit_trail.h"
#include "db/database.h"
#include "invoice/terms.h"

namespace postage::invoice {

/// Who asks for a change, and why; both are kept, each at most 500 bytes.
struct ChangedBy {
  std::string who;
  std::string why;
  db::ChangerKind kind = db::ChangerKind::system;
  std::int64_t id = 0;  ///< of the person or key

  /// What the audit trail is told: `action` done to `subject`, with `details`.
  [[nodiscard]] db::ChangeNote note(std::string action, AccountId account, std::string subject,
                                    std::vector<std::pair<std::string, std::string>> details) const {
    return {kind, id, who, why, std::move(action), account, {}, std::move(subject), std::move(details)};
  }
};

/// Thread: any; blocks on SQL. Errors of all: store_failed, unavailable, corrupt_record besides those named.
class AccountHistory {
 public:
  /// All outlive this; the database has migrate() behind it. `audit` is told of every event in the transaction that
  /// adds it; null: nobody is.
  AccountHistory(db::Database& database, const CatalogueBook& catalogues, db::AuditTrail* audit = nullptr)
      : database_(database), catalogues_(catalogues), audit_(audit) {}

  /// The account begins at `since`. Errors: conflict (it has begun), invalid_catalogue, bad_request (no such plan).
  Result<void> open(AccountId account, std::string_view catalogue, std::string_view plan, Instant since,
                    const ChangedBy& by);
  /// Accounts that have begun.
  [[nodiscard]] Result<std::vector<AccountId>> known() const;
  /// Accounts that ever had a contract.
  [[nodiscard]] Result<std::vector<AccountId>> contracted() const;

  /// Asks for a plan at `now`; see Subscription::change. Errors: no_account, bad_request (no such plan).
  Result<PlanPreview> change_plan(AccountId account, std::string_view plan, Instant now, const ChangedBy& by);
  /// None ends what is agreed. Errors: no_account, bad_request (percent outside 0 to 100, a negative amount, what no plan
  /// of the catalogue can have, a validity that begins before the open month or is over; the detail begins with the JSON
  /// pointer).
  Result<void> set_contract(AccountId account, const std::optional<rating::Contract>& contract, Instant now,
                            const ChangedBy& by);
  /// None removes. Errors: no_account, bad_request (percent outside 0 to 100, a negative amount).
  Result<void> set_tax(AccountId account, const std::optional<rating::Tax>& tax, Instant now, const ChangedBy& by);
  Result<void> set_budget(AccountId account, const std::optional<Rational>& budget, Instant now, const ChangedBy& by);

  /// Moves the account to the catalogue `target` from the first instant of the month `from`, which must be a later one
  /// than the running month; `plans` maps plans by name, one that is not named keeps its name. Replaces an earlier move
  /// that has not begun. Errors: no_account, invalid_catalogue (no such one), bad_request (the month; a plan without a
  /// successor), conflict (another message unit; another currency while there is a contract or a budget).
  Result<void> move_catalogue(AccountId account, std::string_view target, MonthKey from,
                              const std::map<std::string, std::string>& plans, Instant now, const ChangedBy& by);
  /// The same in the caller's transaction.
  Result<void> move_catalogue(db::Connection& connection, AccountId account, std::string_view target, MonthKey from,
                              const std::map<std::string, std::string>& plans, Instant now, const ChangedBy& by);
  /// Takes back a move that has not begun; without one nothing happens.
  Result<void> stay_on_catalogue(db::Connection& connection, AccountId account, Instant now, const ChangedBy& by);
  /// Makes the cap of that scope, project and prefix, or changes its limits; `removed` ends it. Says what it is now.
  /// Errors: no_account, not_found (to remove), conflict (too many), bad_request (limits that make no sense).
  Result<Cap> set_cap(AccountId account, Cap cap, Instant now, const ChangedBy& by);

  /// The account as of `at`. Errors: no_account before its first instant.
  [[nodiscard]] Result<Terms> terms(AccountId account, Instant at) const;
  /// The same on a connection that the caller holds.
  [[nodiscard]] Result<Terms> terms(db::Connection& connection, AccountId account, Instant at) const;
  /// All events, oldest first.
  [[nodiscard]] Result<std::vector<AccountEvent>> events(AccountId account) const;

 private:
  Result<void> append(db::Connection& connection, AccountEvent event, const ChangedBy& by);

  db::Database& database_;
  const CatalogueBook& catalogues_;
  db::AuditTrail* audit_;
};

/// The kind of that name, or none.
std::optional<EventKind> find_event_kind(std::string_view name);
/// Events of an account, in order of time and id.
Result<std::vector<AccountEvent>> read_events(db::Connection& connection, AccountId account);

}  // namespace postage::invoice
