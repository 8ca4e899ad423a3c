#pragma once
// Tells customers when one of their own caps, or their budget, is used up to 50, 80, 95 and 100 percent: once each a month
// and limit. Thread: the control thread.
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "app/books.h"
#include "invoice/billing.h"
#include "notify/notices.h"

namespace postage::app {

/// A percentage of a cap that was reached.
struct CapNotice {
  std::string key;  ///< the same for the same cap, limit, month and percentage: sent once
  invoice::AccountFacts account;
  notify::GenericFacts letter;
};

class CapWatch {
 public:
  /// All outlive this.
  struct Ports {
    const invoice::Billing& billing;
    const invoice::AccountBook& accounts;
    AccountGates& gates;
    std::function<Result<void>(const CapNotice&)> tell;
  };
  explicit CapWatch(Ports ports) : ports_(std::move(ports)) {}

  /// Looks at accounts that have caps or a budget, a bounded number a tick in turn. What could not be stored is told by
  /// a later tick.
  Result<void> tick(Instant now);

 private:
  struct Level {
    std::string name;   ///< for the key
    std::string label;  ///< for people
    Rational used;
    Rational limit;
    std::string unit;   ///< of both, for people
  };
  Result<void> look(const invoice::AccountFacts& account, Instant now);
  std::vector<Level> levels(const invoice::RatedMonth& bill, Instant now);
  Ports ports_;
  std::set<std::string> told_;  ///< keys of the running months; the outbox knows them across restarts
  std::size_t next_ = 0;
};

}  // namespace postage::app
