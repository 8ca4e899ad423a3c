#include "invoice/contract_offer.h"

namespace postage::invoice {
namespace {

/// The terms at the instant from which the contract would be agreed.
Result<Terms> terms_with(const Billing& billing, AccountId account, const std::optional<rating::Contract>& contract,
                         Instant now) {
  return billing.database().read([&](db::Connection& connection) -> Result<Terms> {
    TRY(event, contract_event(connection, billing.catalogues(), account, contract, now));
    TRY(events, read_events(connection, account));
    const Instant at = event.at;
    events.push_back(std::move(event));
    return play(events, at, billing.catalogues());
  });
}

}  // namespace

Result<ContractOffer> offer_contract(const Billing& billing, AccountId account,
                                     const std::optional<rating::Contract>& contract, Instant now) {
  TRY(terms, terms_with(billing, account, contract, now));
  TRY(before, billing.running(account, now));
  auto at_once = contract;  // One that begins later is priced by this month, as a downgrade is.
  if (at_once) {
    at_once->valid_from.reset();
    at_once->valid_until.reset();
  }
  TRY(then, terms_with(billing, account, at_once, now));
  TRY(sla, sla_of(billing.uptime(), before.facts, then));
  RatedMonth after = rate_month(before.facts, std::move(then), before.usage, now, std::move(sla));
  return ContractOffer{std::move(terms), std::move(before), std::move(after)};
}

}  // namespace postage::invoice
