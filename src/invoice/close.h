#pragma once
// The month close: for every account whose month has ended, rate it, number it, store it for good, post it to the
// ledger and let the pending downgrade take effect. One transaction per batch does all of that; being killed at any
// point and started again bills every account and month exactly once. What must be told outside (e-mail, gates) is a
// row of the same transaction and is done after it, at least once.
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "invoice/account_history.h"
#include "invoice/rated_month.h"
#include "invoice/store.h"

namespace postage::invoice {

struct CloseSettings {
  /// A month is closed this long after its end, when every copy that belongs to it has been counted.
  milliseconds grace{10'000};
  std::size_t batch = 100;             ///< accounts per transaction, 1 to 1000
  std::size_t months_per_tick = 2000;  ///< most account-months one tick closes, so that other work gets its turn
  milliseconds retry_after{60'000};    ///< an account that could not be rated is tried again then
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

/// Thread: one (the control thread).
class MonthClose {
 public:
  /// Ports the close needs; `outbox` and `uptime` may be null. All outlive this.
  struct Ports {
    db::Database& database;
    AccountHistory& history;
    AccountBook& accounts;
    const meter::UsageReader& usage;
    InvoiceOutbox* outbox = nullptr;
    const UptimeSource* uptime = nullptr;
  };
  MonthClose(Ports ports, CloseSettings settings);

  /// Closes what is due at `now`, oldest month first. Cheap when nothing is due: one indexed query. Errors:
  /// store_failed and unavailable; whatever a batch did not commit is done by a later tick.
  Result<CloseReport> tick(Instant now);

 private:
  struct Due {
    AccountId account;
    MonthKey month;
    InstantRange period;
  };
  [[nodiscard]] Result<std::vector<Due>> due(Instant now, std::size_t limit) const;
  [[nodiscard]] Result<RatedMonth> rate(const Due& due) const;
  Result<bool> close_batch(Instant now, CloseReport& report);
  Result<bool> commit_one(db::Connection& connection, const RatedMonth& rated);
  Result<void> put_off(const std::vector<AccountId>& accounts, Instant now);
  Result<void> tell(Instant now, CloseReport& report);
  Result<void> tell_one(std::int64_t todo, Instant now, CloseReport& report);
  void step(std::string_view name) const;

  Ports ports_;
  CloseSettings settings_;
};

/// Posts an invoice: receivable against revenue by kind of line and tax; in the caller's transaction.
Result<void> post_invoice(db::Connection& connection, const StoredInvoice& invoice, const rating::Bill& bill);

}  // namespace postage::invoice
