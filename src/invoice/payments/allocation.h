#pragma once
// Which money pays which invoice: oldest first, the rest stays as credit that the next invoice consumes. Allocations are
// rows that only grow; a payment that is taken back takes them back, newest first.
// Thread: any; inside the caller's transaction; blocks on SQL. Errors: store_failed, unavailable, corrupt_record.
#include <cstdint>
#include <string>
#include <vector>

#include "db/database.h"
#include "invoice/payments/money_codes.h"

namespace postage::invoice {

/// An issued invoice and what is not paid of it, whole minor units.
struct InvoiceDue {
  std::int64_t id = 0;
  std::string number;
  Instant issued_at;
  BigInt total;
  BigInt open;
};

/// One movement of an invoice's open amount.
struct Allocation {
  std::int64_t id = 0;
  std::string kind;  ///< "credit", "taken_back", "write_off", "note" (a credit note of the invoice)
  BigInt minor;      ///< below 0: taken back
  Instant at;
};

/// All invoices of the account in that currency, oldest first; with `unpaid_only` those that have something open.
Result<std::vector<InvoiceDue>> invoices_due(db::Connection& connection, AccountId account, const Currency& currency,
                                             bool unpaid_only);
/// What was allocated to an invoice, oldest first.
Result<std::vector<Allocation>> allocations_of(db::Connection& connection, std::int64_t invoice);

/// Brings credit and receivable together: credit pays what is open, oldest first; credit below 0 takes back, newest
/// first; what a credit note took from the receivable is allocated; a receivable below 0 becomes credit.
Result<void> settle_account(db::Connection& connection, AccountId account, const Currency& currency, Instant at);

/// Money of the customer that can still be taken out: credit, reserve, and what credit paid of invoices.
Result<BigInt> money_within_reach(db::Connection& connection, AccountId account, const Currency& currency);

/// Writes off `minor` of what is open of one invoice. Errors: bad_request (more than is open).
Result<void> write_off_invoice(db::Connection& connection, AccountId account, const InvoiceDue& due,
                               const BigInt& minor, const Currency& currency, Instant at, std::string_view source);

}  // namespace postage::invoice
