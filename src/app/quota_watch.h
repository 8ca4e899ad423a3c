#pragma once
// Tells customers when a meter reaches a threshold of their plan's quota: once per meter, percentage, month and plan. It
// compares what the plan acts on: on a hard plan the gate's own counters, on a soft plan what is billed.
// Thread: the control thread.
#include <functional>
#include <map>
#include <string>

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
  bool hard = false;   ///< at 100 % the meter's function stops
  quota::Meter meter = quota::Meter::messages;
  int percent = 0;
  std::string used;    ///< decimal text in the meter's unit
  std::string quota;
  Instant at{};
  Instant resets_at{};
  Zone zone{};
  std::string overage_rate;  ///< what the next unit costs on a soft plan, for people: "CNY 20.00 per million messages"
  /// The same for the same threshold, month and plan: whoever sends it twice sends it once.
  [[nodiscard]] std::string key() const;
};

class QuotaWatch {
 public:
  /// All outlive this.
  struct Ports {
    const invoice::Billing& billing;
    const invoice::AccountBook& accounts;
    const meter::UsageReader& usage;
    quota::Gates& gates;
    std::function<Result<void>(const QuotaNotice&)> tell;
  };
  explicit QuotaWatch(Ports ports) : ports_(std::move(ports)) {}

  /// Looks at accounts that have a gate, a bounded number a tick in turn. A notice that could not be stored is told
  /// by the next tick.
  void tick(Instant now);

 private:
  struct Watched {
    quota::Thresholds thresholds;
    std::string plan;
  };
  void look(const invoice::AccountFacts& account, quota::Gate& gate, Instant now);
  Ports ports_;
  std::map<AccountId, Watched> watched_;
  std::vector<QuotaNotice> waiting_;  ///< reached and not yet kept by `tell`
  std::size_t next_ = 0;
};

}  // namespace postage::app
