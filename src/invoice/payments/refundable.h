#pragma once
// What can be paid back of an account's credit.
#include "base/ids.h"
#include "base/money.h"
#include "base/rational.h"
#include "base/result.h"
#include "db/database.h"

namespace postage::invoice {

/// The most that Payments::refund pays back now: credit that was paid in, not reversed and not paid back; minor units of
/// `currency`, never below 0. Thread: any; blocks on SQL. Errors: store_failed, unavailable, corrupt_record.
Result<BigInt> refundable(db::Database& database, AccountId account, const Currency& currency);

}  // namespace postage::invoice
