#pragma once
// The tables of payments, all named payment*.
#include "base/clock.h"
#include "base/result.h"
#include "db/database.h"

namespace postage::invoice {

/// Brings the tables of payments up to date; those of invoice and ledger must be there. invoice::migrate calls it.
Result<void> migrate_payments(db::Database& database, Instant now);

}  // namespace postage::invoice
