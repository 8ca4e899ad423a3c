#pragma once
// Begins the billing history of accounts that the directory has and the invoice room does not yet: what a crash between the
// two left, and accounts made by commands. A round costs as much as there are new accounts; one that cannot be opened
// keeps nobody else out. Thread: the control thread.
#include <cstdint>
#include <set>

#include "invoice/batch.h"
#include "invoice/billing.h"

namespace postage::app {

class Adoption {
 public:
  /// Both outlive this. Accounts that stand in the directory now were adopted by Billing::adopt_accounts().
  Adoption(invoice::Billing& billing, const invoice::AccountBatch& accounts);

  /// The error is that of the last account that could not be opened; it is tried again in each round.
  Result<void> round();

 private:
  invoice::Billing& billing_;
  const invoice::AccountBatch& accounts_;
  std::uint64_t version_;
  AccountId seen_;                 ///< the account with the highest id that was looked at
  std::set<AccountId> unadopted_;  ///< could not be opened
};

}  // namespace postage::app
