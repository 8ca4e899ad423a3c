#pragma once
// Tells a customer once a month and meter that a quota is expected to be used up before the month ends (part 5, decision
// 13), besides the percentages of quota_watch.h. Thread: the control thread.
#include <array>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "app/quota_watch.h"
#include "invoice/billing.h"

namespace postage::app {

class ForecastWatch {
 public:
  /// All outlive this.
  struct Ports {
    const invoice::Billing& billing;
    const invoice::AccountBook& accounts;
    std::function<std::vector<AccountId>(AccountId after, std::size_t most)> ids_after;  ///< accounts in order of ids
    std::function<Result<void>(const QuotaNotice&)> tell;
  };
  explicit ForecastWatch(Ports ports) : ports_(std::move(ports)) {}

  /// Looks at some accounts in turn, each once an hour at most: a forecast reads four weeks. What could not be told is
  /// told by the next look. Errors: those of `tell`.
  Result<void> tick(Instant now);

 private:
  struct Seen {
    Instant next_look{};
    std::array<std::string, 3> told{};  ///< by meter: the month whose forecast was told
  };
  Result<void> look(AccountId account, Seen& seen, Instant now);

  Ports ports_;
  AccountId after_;
  std::map<AccountId, Seen> seen_;
};

}  // namespace postage::app
