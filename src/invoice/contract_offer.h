#pragma once
// What a contract would do, before it is agreed: the terms and the running month's bill under it. Made as the contract
// itself is: the event that would be kept is played, the month is rated.
#include <optional>

#include "invoice/billing.h"

namespace postage::invoice {

struct ContractOffer {
  Terms terms;        ///< as they would be
  RatedMonth before;  ///< the running bill as it is
  RatedMonth after;   ///< the running month under the contract, whenever it begins
};

/// What Billing::set_contract would do at `now`; nothing is kept. Thread: any; blocks on SQL. Errors: those of
/// set_contract, and of reading usage.
Result<ContractOffer> offer_contract(const Billing& billing, AccountId account,
                                     const std::optional<rating::Contract>& contract, Instant now);

/// The event that AccountHistory::set_contract adds for `contract` (none ends what is agreed), checked; it has no id yet.
/// Errors: those of set_contract.
Result<AccountEvent> contract_event(db::Connection& connection, const CatalogueBook& catalogues, AccountId account,
                                    const std::optional<rating::Contract>& contract, Instant now);

}  // namespace postage::invoice
