#pragma once
// Immutable double entry. A transaction is a set of entries that sums to zero; nothing is ever changed or removed, a
// mistake is reversed by another transaction. Balances are projections and can be proved from the entries at any time.
//
// Amounts are whole minor units (cents) of any size, stored as decimal text so that they are exact beyond 64 bits.
// Thread: any; every function blocks on SQL.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/rational.h"
#include "base/result.h"
#include "db/database.h"

namespace postage::ledger {

/// One side of a transaction, before it is stored. `code` names the ledger account inside the owner's books:
/// "receivable", "revenue:pcu", "tax", "cash"; 1 to 64 bytes.
struct Posting {
  std::string code;
  BigInt minor;  ///< debit above zero, credit below
};

/// A transaction, before it is stored.
struct Draft {
  std::string source;             ///< what caused it, unique: "invoice:PO-2026-000001"; 1 to 200 bytes
  AccountId owner;                ///< whose books
  std::string currency;           ///< "CNY"
  Instant at;                     ///< when it counts
  std::string text;               ///< for people
  std::vector<Posting> postings;  ///< 2 to 100, sum zero
};

/// A stored entry with its transaction's facts.
struct Entry {
  std::int64_t id = 0;  ///< grows with each entry
  std::int64_t transaction = 0;
  std::string source;
  Instant at;
  std::string text;
  std::string code;
  std::string currency;
  BigInt minor;
};

struct Balance {
  std::string code;
  std::string currency;
  BigInt minor;
  std::int64_t entries = 0;
};

/// What verify() counted.
struct Proof {
  std::int64_t transactions = 0;
  std::int64_t entries = 0;
  std::int64_t accounts = 0;
};

/// Migrations of this room ("ledger").
Result<void> migrate(db::Database& database, Instant now);

/// Posts inside the caller's write transaction. The same source again with the same content does nothing (so that what
/// was interrupted may be repeated); with another content it is refused: conflict. Sums other than zero, mixed books
/// and bad bounds are mistakes of ours: CHECK. Returns the transaction's id.
Result<std::int64_t> post(db::Connection& connection, const Draft& draft);

/// The mirror image of the transaction `source`, posted under `reversal_source`. Errors: not_found.
Result<std::int64_t> reverse(db::Connection& connection, std::string_view source, std::string_view reversal_source,
                             Instant at, std::string_view text);

/// All balances of an owner, by code and currency.
Result<std::vector<Balance>> balances(db::Connection& connection, AccountId owner);
/// Entries of an owner with ids below `before`, newest first, at most `limit` (1 to 1000).
Result<std::vector<Entry>> entries(db::Connection& connection, AccountId owner, std::int64_t before,
                                   std::int64_t limit);

/// What one transaction moved on some accounts together.
struct Turnover {
  std::int64_t transaction = 0;
  std::string source;
  Instant at;
  std::string text;
  BigInt minor;  ///< sum of its entries on those codes; never 0
};
/// What moved on `codes` of an owner in one currency, by transaction, oldest first (by instant, then id). Transactions
/// whose entries on those codes cancel out are left out.
Result<std::vector<Turnover>> turnover(db::Connection& connection, AccountId owner, std::string_view currency,
                                       std::span<const std::string_view> codes);

/// Proves the books: every transaction sums to zero per owner and currency, every balance is the sum of its entries.
/// corrupt_record names the first that does not fit.
Result<Proof> verify(db::Connection& connection);

}  // namespace postage::ledger
