#pragma once
// What the invoice room asks of the tenants and catalogues, and what the gates are made from: adapters between rooms that
// do not know each other. Thread: any worker, the control thread; gates may be made on a shard (see AccountGates).
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "app/project_book.h"
#include "app/store.h"
#include "base/clock.h"
#include "invoice/batch.h"
#include "invoice/billing.h"
#include "invoice/payments/payments.h"
#include "invoice/ports.h"
#include "meter/slots.h"
#include "meter/usage_reader.h"
#include "quota/entitlements.h"
#include "quota/gate.h"
#include "quota/terms.h"

namespace postage::app {

/// Catalogues as the invoice room wants them: with the text that an invoice keeps.
class CatalogueTexts final : public invoice::CatalogueBook {
 public:
  explicit CatalogueTexts(const Catalogues& catalogues) : catalogues_(catalogues) {}
  [[nodiscard]] std::optional<invoice::NamedCatalogue> find(std::string_view name) const override;
  [[nodiscard]] std::vector<std::string> names() const override;

 private:
  const Catalogues& catalogues_;
};

/// Called when an account's terms changed, after the directory knows the new plan.
using TermsListener = std::function<Result<void>(AccountId)>;

/// The directory as the invoice room wants it.
class DirectoryAccounts final : public invoice::AccountBook, public invoice::AccountBatch {
 public:
  DirectoryAccounts(auth::Directory& directory, const Clock& clock) : directory_(directory), clock_(clock) {}
  /// Before other threads start.
  void on_terms(TermsListener listener) { listener_ = std::move(listener); }

  [[nodiscard]] std::optional<invoice::AccountFacts> account(AccountId id) const override;
  [[nodiscard]] std::vector<invoice::AccountFacts> accounts() const override;
  [[nodiscard]] std::uint64_t version() const override { return directory_.version(); }
  [[nodiscard]] std::vector<AccountId> ids_after(AccountId after, std::size_t most) const override;
  [[nodiscard]] std::vector<meter::NamedProject> projects(AccountId id) const override;
  Result<void> terms_changed(AccountId id, const std::string& catalogue, const std::string& plan) override;
  Result<void> months_rolled(std::span<const invoice::AccountPlan> accounts) override;

 private:
  auth::Directory& directory_;
  const Clock& clock_;
  TermsListener listener_;
};

/// Makes and renews the gates of accounts. A gate starts from the month's usage by the meter, so that what a killed run
/// used stays used.
class AccountGates {
 public:
  /// All outlive this.
  struct Ports {
    invoice::Billing& billing;
    const invoice::AccountBook& accounts;
    const meter::UsageReader& usage;
    const Clock& clock;
    meter::Slots& slots;                ///< places of what caps see
    quota::Entitlements& entitlements;  ///< told of each account's plan as its contract makes it
    const invoice::AccountBatch* account_batch = nullptr;  ///< for warm()
    const invoice::Payments* payments = nullptr;  ///< what a prepaid account may spend; null: nobody is prepaid
    auth::Directory* directory = nullptr;         ///< told of the limits that a contract in force sets; null: nobody is
  };
  explicit AccountGates(Ports ports);

  /// For the shards. The first call for an account reads the store (milliseconds, once a process run); warm() does that
  /// ahead, so that a shard does not wait.
  [[nodiscard]] quota::Gates& gates() { return gates_; }
  /// Makes gates of accounts that have none, in order of their ids, until `until` (by the clock's steady time); the next
  /// call goes on behind the last one. Accounts made later are found as well. True when all have been looked at.
  bool warm(Steady until);
  /// Tells the directory the limits of all contracts in force, before the doors open: later noted() does it by account.
  Result<void> load_limits(Instant now);
  /// The account's plan, contract, tax, budget or caps are new: its gate, if there is one, enforces it from now on.
  Result<void> renew(AccountId account);
  /// Renews the accounts whose contract begins or ends by `now`. Thread: the control thread.
  Result<void> tick(Instant now);
  /// Accounts with a gate that have caps of their own or a budget. Thread: any.
  [[nodiscard]] std::vector<AccountId> capped() const;
  /// What the account's caps below the account have seen this month, by the gate; empty without a gate.
  [[nodiscard]] std::vector<quota::CapUsage> cap_usage(AccountId account, Instant now);

 private:
  std::shared_ptr<quota::Gate> make(AccountId account) const;
  [[nodiscard]] Result<quota::GateTerms> terms(const invoice::Terms& terms, Instant now) const;
  [[nodiscard]] Result<quota::CapSet> caps(const invoice::Terms& terms) const;
  Result<void> set_caps(quota::Gate& gate, const invoice::Terms& terms, Instant now, bool first) const;
  void tell_limits(const invoice::Terms& terms) const;
  /// What everybody else must know of new terms.
  void noted(const invoice::Terms& terms, Instant now) const;
  [[nodiscard]] Result<quota::GateUsage> usage(AccountId account, const quota::GateTerms& terms, Instant now) const;

  Ports ports_;
  std::mutex renewing_;  ///< the newest terms are set last
  mutable std::mutex due_mutex_;
  mutable std::set<AccountId> capped_;
  mutable std::map<AccountId, Instant> due_;  ///< when the account's contract next begins or ends
  quota::Gates gates_;
  AccountId warmed_to_;
};

}  // namespace postage::app
