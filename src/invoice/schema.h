#pragma once
// The tables of this room, all named invoice_*.
#include "base/clock.h"
#include "base/result.h"
#include "db/database.h"

namespace postage::invoice {

/// Brings the tables of invoice and ledger up to date.
Result<void> migrate(db::Database& database, Instant now);

}  // namespace postage::invoice
