#pragma once
// Credit notes as they are stored: append-only, numbered without gaps (CN-<year of issue>-<6 digits>), posted to the
// ledger in the same transaction. An issued invoice is never edited: what was charged too much is taken back by these.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/audit_trail.h"
#include "db/database.h"
#include "invoice/account_history.h"
#include "invoice/credit/credit_paper.h"

namespace postage::invoice {

struct StoredCredit {
  std::int64_t id = 0;
  std::string number;  ///< "CN-2026-000001"
  std::int64_t invoice = 0;
  AccountId account;
  std::string kind;  ///< "void" (nothing of the invoice is left) or "partial"
  std::string currency;
  std::string total;  ///< what the customer gets, decimal text
  Instant issued_at;
  std::string document;  ///< credit_json
  std::string sha256;
};

/// The tables of this folder: component "credit".
Result<void> migrate_credit(db::Database& database, Instant now);

/// Writes the note that `ask` asks for, inside the caller's write transaction: number, rows, ledger, audit, and the row
/// of what must be told. Two at once are done one after the other, and the later sees what the earlier left. Errors:
/// not_found (no such invoice of the account), and those of draft_credit.
Result<StoredCredit> add_credit(db::Connection& connection, AccountId account, std::string_view invoice,
                                const CreditAsk& ask, const std::optional<Issuer>& issuer, Instant now,
                                const ChangedBy& by, db::AuditTrail* audit);
/// What add_credit would take back, and of which invoice; nothing is written.
Result<CreditPaper> preview_credit(db::Connection& connection, AccountId account, std::string_view invoice,
                                   const CreditAsk& ask, Instant now);

/// The account's notes with ids below `before`, newest first; `limit` 1 to 201.
Result<std::vector<StoredCredit>> list_credits(db::Connection& connection, AccountId account, std::int64_t before,
                                               std::int64_t limit);
/// None when that account has no note of that number; account 0: of any account.
Result<std::optional<StoredCredit>> find_credit(db::Connection& connection, AccountId account, std::string_view number);
/// Notes of one invoice (its id), oldest first.
Result<std::vector<StoredCredit>> credits_of(db::Connection& connection, std::int64_t invoice);

/// Proves all notes: hashes fit, numbers have no gap, the notes of an invoice add up to no more than it charged, and to
/// all of it exactly when it is void. How many; corrupt_record names the first that does not hold.
Result<std::int64_t> verify_credits(db::Connection& connection);

/// A note that was issued, for the e-mail about it.
struct CreditTodo {
  std::int64_t note = 0;
  AccountId account;
  std::string number, invoice, month, total, currency;
};
/// Notes that were not told yet and are due, oldest first, at most 100.
Result<std::vector<CreditTodo>> credits_to_tell(db::Connection& connection, Instant now);
/// It was told, or is to be told again at `again`.
Result<void> credit_told(db::Connection& connection, std::int64_t note, std::optional<Instant> again);

}  // namespace postage::invoice
