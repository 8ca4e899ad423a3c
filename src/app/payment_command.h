#pragma once
// `postage payment record|import`: payments booked from the command line. The running server books them, because it knows
// the terms of collection and holds the gates and doors that follow.
#include <string>

#include "app/door.h"
#include "base/clock.h"
#include "invoice/payments/payments.h"

namespace postage::app {

/// The server's side. Thread: any loop.
struct LocalPaymentParts {
  std::string secret;
  const Clock& clock;
  invoice::Payments& payments;
  WorkerPool& workers;
};
/// POST /local/payments books payments (book_asked); 401 without the secret of local.json.
OwnRoute local_payments_route(LocalPaymentParts parts);

/// The server's side of what the command asks: {"csv": a bank statement, "manual": typed in by hand, "account": whose, or
/// absent}. Answers a JSON array with a row for each line. Thread: a worker. Errors: bad_request.
Result<std::string> book_asked(invoice::Payments& payments, const std::string& ask, Instant now);

}  // namespace postage::app
