#pragma once
// How every change of money is made; only the payments*.cc files include this.
#include "invoice/payments/payments.h"

namespace postage::invoice {

/// Runs `body` in a write transaction with what follows from any change: allocation, arrears, letters, what must be told;
/// and tells it after the commit.
template <class Body>
auto Payments::change(AccountId account, Instant now, const std::string& cause, const Body& body)
    -> decltype(body(std::declval<db::Connection&>(), std::declval<const MoneySite&>())) {
  using Outcome = decltype(body(std::declval<db::Connection&>(), std::declval<const MoneySite&>()));
  TRY(running, running_if_asked(account, now));
  auto done = ports_.database.write([&](db::Connection& connection) -> Outcome {
    TRY(site, site_of(connection, account, now));
    Outcome result = body(connection, site);
    if (!result) return result;
    TRY_VOID(after_change(connection, site, now, cause, running));
    return result;
  });
  if (done) finish(account, now);
  return done;
}

}  // namespace postage::invoice
