#pragma once
// The front desk of this room: what the API, the commands and the control thread ask for.
#include <optional>
#include <string>
#include <vector>

#include "invoice/account_history.h"
#include "invoice/forecast.h"
#include "invoice/rated_month.h"
#include "invoice/store.h"

namespace postage::invoice {

/// What a plan change does and costs, before or as it is made.
struct PlanOffer {
  std::string from;
  std::string to;
  PlanChange change = PlanChange::unchanged;
  Instant effective_at;
  Rational price_now;  ///< how much the running month's base part grows, before discount and tax
  RatedMonth before;   ///< the running bill as it is
  RatedMonth after;    ///< an upgrade: the running bill then; a downgrade: this month as it would cost on that plan
};

/// Thread: any; blocks on SQL.
class Billing {
 public:
  /// All outlive this. The database has migrate() behind it.
  struct Ports {
    db::Database& database;
    AccountBook& accounts;
    const CatalogueBook& catalogues;
    const meter::UsageReader& usage;
    db::AuditTrail* audit = nullptr;  ///< told of every change, in its transaction
    const UptimeSource* uptime = nullptr;  ///< none: no month is credited for downtime
  };
  explicit Billing(Ports ports) : ports_(ports), history_(ports.database, ports.catalogues, ports.audit) {}

  [[nodiscard]] AccountHistory& history() { return history_; }
  [[nodiscard]] const AccountHistory& history() const { return history_; }
  [[nodiscard]] const CatalogueBook& catalogues() const { return ports_.catalogues; }
  [[nodiscard]] const UptimeSource* uptime() const { return ports_.uptime; }
  [[nodiscard]] db::Database& database() const { return ports_.database; }

  /// Begins the history of an account of the directory, on its catalogue and plan, at its creation. Doing it twice does
  /// nothing. Errors: no_account, invalid_catalogue, bad_request.
  Result<void> open_account(AccountId account, const ChangedBy& by);
  /// open_account for every account that the directory knows and this room does not: what a crash between the two left,
  /// and accounts made by commands. How many.
  Result<std::int64_t> adopt_accounts();

  /// The running bill: rating of what was used so far in the month that holds `as_of`. Errors: no_account,
  /// store_failed, unavailable, invalid_catalogue.
  [[nodiscard]] Result<RatedMonth> running(AccountId account, Instant as_of) const;
  /// The running month, or a closed one rated again from its own usage and terms (its issued invoice says the same).
  /// Errors: also not_found (the account has no such month).
  [[nodiscard]] Result<RatedMonth> month(AccountId account, std::optional<MonthKey> month, Instant now) const;
  /// The most units of one day of the month, for plans with a daily cap.
  [[nodiscard]] Result<std::int64_t> busiest_day(AccountId account, const RatedMonth& month) const;
  /// Where the running month is going.
  [[nodiscard]] Result<Forecast> forecast_of(AccountId account, Instant now) const;
  /// The same with the evidence of the projects' peaks, which takes more queries.
  [[nodiscard]] Result<RatedMonth> running_with_evidence(AccountId account, Instant as_of) const;
  /// The terms in force at `at`, for gates and pages.
  [[nodiscard]] Result<Terms> terms(AccountId account, Instant at) const { return history_.terms(account, at); }

  /// What asking for `plan` would do. Errors: also bad_request (no such plan).
  [[nodiscard]] Result<PlanOffer> offer(AccountId account, std::string_view plan, Instant now) const;
  /// Asks for it, and tells directory and gate.
  Result<PlanOffer> change_plan(AccountId account, std::string_view plan, Instant now, const ChangedBy& by);
  /// Contract, tax and budget, likewise told.
  Result<void> set_contract(AccountId account, const std::optional<rating::Contract>& contract, Instant now,
                            const ChangedBy& by);
  Result<void> set_tax(AccountId account, const std::optional<rating::Tax>& tax, Instant now, const ChangedBy& by);
  Result<void> set_budget(AccountId account, const std::optional<Rational>& budget, Instant now, const ChangedBy& by);
  /// Makes, changes or (`removed`) ends a cap of the customer's own, likewise told. A cap on a project counts the month
  /// from its start, one on channels from when it was made.
  Result<Cap> set_cap(AccountId account, Cap cap, Instant now, const ChangedBy& by);

  /// Issued invoices with ids below `before`, newest first, at most `limit` (1 to 201).
  [[nodiscard]] Result<std::vector<StoredInvoice>> invoices(AccountId account, std::int64_t before,
                                                            std::int64_t limit) const;
  [[nodiscard]] Result<std::optional<StoredInvoice>> invoice(AccountId account, std::string_view number) const;
  [[nodiscard]] Result<std::vector<StoredLine>> lines(std::int64_t invoice) const;

 private:
  [[nodiscard]] Result<Terms> terms_of(AccountId account, MonthKey month, Instant now) const;
  [[nodiscard]] Result<std::vector<meter::UsagePoint>> days(AccountId account, const Zone& zone, Instant from,
                                                            Instant to) const;
  Result<void> tell(AccountId account, Instant now);
  Ports ports_;
  AccountHistory history_;
};

}  // namespace postage::invoice
