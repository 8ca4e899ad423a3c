#pragma once
// Tells customers when a meter reaches a threshold of their plan's quota: once per meter, percentage, month and plan. It
// compares what the plan acts on: on a hard plan the gate's own counters, on a soft plan what is billed. Which accounts are
// worth a look is said by UsageScan, so that a second costs what moved and not how many accounts there are.
// Thread: the control thread.
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "app/usage_scan.h"
#include "invoice/batch.h"
#include "invoice/billing.h"
#include "invoice/ports.h"
#include "meter/usage_reader.h"
#include "quota/gate.h"
#include "quota/thresholds.h"

namespace postage::app {

/// A threshold that was reached.
struct QuotaNotice {
  invoice::AccountFacts account;
  std::string month;   ///< "2026-11"
  std::string plan;
  catalog::Title plan_title{};  ///< for people
  bool hard = false;   ///< at 100 % the meter's function stops
  quota::Meter meter = quota::Meter::messages;
  int percent = 0;     ///< 0: a forecast (forecast_watch.h), with the two members below
  std::optional<Instant> crosses_at{};  ///< when the quota is expected to be reached
  std::string expected{};               ///< usage at the month's end
  std::string used;    ///< decimal text in the meter's unit
  std::string quota;
  Instant at{};
  Instant resets_at{};
  Zone zone{};
  std::string overage_price;  ///< of a connection, a million messages, a GB on a soft plan: "CNY 20.00"
  /// The same for the same threshold, month and plan: whoever sends it twice sends it once.
  [[nodiscard]] std::string key() const;
};

class QuotaWatch {
 public:
  /// All outlive this.
  struct Ports {
    const invoice::Billing& billing;
    const invoice::AccountBook& accounts;
    const invoice::AccountBatch& account_batch;
    const meter::UsageReader& usage;
    quota::Gates& gates;
    UsageScan& scan;
    const Clock& clock;
    std::function<Result<void>(const QuotaNotice&)> tell;
  };
  explicit QuotaWatch(Ports ports) : ports_(std::move(ports)) {}

  /// Looks at the accounts that the scan names and at those that were touched, for a part of a second at most; then, slowly
  /// and in turn, at all. A notice that could not be stored is told by the next tick. Errors: those of the store; whoever
  /// was not looked at is by the next tick.
  Result<void> tick(Instant now);
  /// More accounts wait than one tick looks at.
  [[nodiscard]] bool more() const { return !waiting_accounts_.empty(); }
  /// The account's terms changed: its quotas may be other ones. Thread: any.
  void touch(AccountId account);

 private:
  struct Watched {
    quota::Thresholds thresholds;
    std::string plan;
  };
  /// An account as it stands: what is compared with what.
  struct MeterLevel {
    quota::Meter meter;
    Rational value;
    Rational quota;
  };
  Result<void> look(std::span<const AccountId> accounts, Instant now);
  void look_at_hard(const invoice::AccountFacts& account, const invoice::Terms& terms, Instant now);
  Result<void> look_at_soft(std::vector<std::pair<invoice::AccountFacts, invoice::Terms>> accounts, Instant now);
  void look_at_month(const invoice::RatedMonth& month, Instant now);
  Watched& reach(const invoice::AccountFacts& account, const invoice::Terms& terms, const std::vector<MeterLevel>& levels,
                 Instant now);
  void tell_waiting();

  Ports ports_;
  std::unordered_map<AccountId, Watched> watched_;
  std::deque<AccountId> waiting_accounts_;
  std::vector<QuotaNotice> waiting_;  ///< reached and not yet kept by `tell`
  AccountId background_;              ///< the last one that was looked at in turn
  std::mutex mutex_;
  std::vector<AccountId> touched_;  ///< under mutex_
};

}  // namespace postage::app
