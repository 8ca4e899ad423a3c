#pragma once
// The month close: for every account whose month has ended, rate it, number it, store it for good, post it to the
// ledger and let the pending downgrade take effect. A batch of accounts is rated from inputs that are read for all of
// them at once (close_inputs.h), then one transaction stores all of it; being killed at any point and started again
// bills every account and month exactly once. What must be told outside (e-mail, gates) is a row of the same
// transaction and is done after it, at least once.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "invoice/account_history.h"
#include "invoice/batch.h"
#include "invoice/close_inputs.h"
#include "invoice/close_status.h"
#include "invoice/rated_month.h"
#include "invoice/store.h"

namespace postage::invoice {

struct CloseSettings {
  milliseconds grace = kCloseGrace;
  std::size_t batch = 50;               ///< accounts per transaction, 1 to 1000
  std::size_t months_per_tick = 20000;  ///< most account-months one tick closes
  /// A tick begins no batch after this much time (by Ports::clock), so that the thread's other work gets its turn.
  milliseconds tick_most{50};
  milliseconds retry_after{60'000};     ///< an account that could not be rated is tried again then
  std::optional<Issuer> issuer{};       ///< the letterhead that invoices keep
  std::string meter_key{};              ///< fingerprint of the journal's key, stated on each invoice
  /// Called between any two steps, for tests that kill the process there.
  std::function<void(std::string_view step)> between_steps;
};

/// What a tick did.
struct CloseReport {
  std::int64_t closed = 0;  ///< invoices issued
  std::int64_t failed = 0;  ///< accounts put off; each is logged
  std::int64_t told = 0;    ///< outbox rows done
  bool more = false;        ///< there is more to do at once
};

/// Something that must be told outside: a row of invoice_todo, and how telling it went.
struct CloseTodo {
  std::int64_t id = 0;
  AccountId account;
  std::string kind;
  std::string number, month, total, currency;  ///< of the invoice
  Result<void> done;
};

/// Thread: one (the control thread).
class MonthClose {
 public:
  /// Ports the close needs; `outbox`, `uptime` and `settler` may be null. Without `clock` a tick ends when its work does;
  /// without the last three before `settler` accounts are read and told one by one. All outlive this.
  struct Ports {
    db::Database& database;
    AccountHistory& history;
    AccountBook& accounts;
    const meter::UsageReader& usage;
    InvoiceOutbox* outbox = nullptr;
    const UptimeSource* uptime = nullptr;
    const Clock* clock = nullptr;
    const CatalogueBook* catalogues = nullptr;
    AccountBatch* account_batch = nullptr;
    OutboxBatch* outbox_batch = nullptr;
    InvoiceSettler* settler = nullptr;  ///< credit and prepayment pay the invoice in its transaction
  };
  MonthClose(Ports ports, CloseSettings settings);

  /// Closes what is due at `now`, oldest month first. Cheap when nothing is due: two indexed queries. Errors:
  /// store_failed and unavailable; whatever a batch did not commit is done by a later tick.
  Result<CloseReport> tick(Instant now);

 private:
  [[nodiscard]] Result<std::vector<DueMonth>> due(Instant now, std::size_t limit) const;
  Result<bool> close_batch(Instant now, CloseReport& report);
  Result<std::int64_t> commit(const std::vector<RatedMonth>& rated, Instant now);
  Result<bool> commit_one(db::Connection& connection, const RatedMonth& rated);
  Result<void> put_off(const std::vector<PutOff>& accounts, Instant now);
  Result<bool> tell(Instant now, CloseReport& report);
  void tell_issued(std::vector<CloseTodo>& todos) const;
  void tell_terms(std::vector<CloseTodo>& todos, Instant now) const;
  void step(std::string_view name) const;

  Ports ports_;
  CloseSettings settings_;
  CloseInputs inputs_;
  Instant run_{};  ///< when this object closed its first batch: tells processes apart in the progress
};

/// Rows that tell of a closed month what is outside: the e-mail, the directory and the gate; in the caller's transaction.
Result<void> add_todos(db::Connection& connection, AccountId account, std::int64_t invoice);

/// Posts an invoice: receivable against revenue by kind of line and tax; in the caller's transaction.
Result<void> post_invoice(db::Connection& connection, const StoredInvoice& invoice, const rating::Bill& bill);

}  // namespace postage::invoice
