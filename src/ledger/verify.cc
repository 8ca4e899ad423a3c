#include <map>

#include "ledger/ledger.h"

namespace postage::ledger {
namespace {

struct Sums {
  std::map<std::int64_t, BigInt> by_account;
  std::map<std::int64_t, std::int64_t> entries_of;
  Proof proof;
  std::int64_t transaction = 0;
  BigInt running = 0;
  std::string wrong;  ///< the first finding
};

/// Whole numbers only; the sums go wrong loudly, not silently.
bool add(Sums& sums, std::int64_t account, const std::string& minor) {
  auto value = parse_decimal(minor);
  if (!value || value->decimals != 0) return false;
  sums.by_account[account] += value->value.numerator();
  sums.running += value->value.numerator();
  ++sums.entries_of[account];
  ++sums.proof.entries;
  return true;
}

void end_transaction(Sums& sums) {
  if (sums.transaction != 0) ++sums.proof.transactions;
  if (sums.running != 0 && sums.wrong.empty()) {
    sums.wrong = "transaction " + std::to_string(sums.transaction) + " does not sum to zero";
  }
  sums.running = 0;
}

void take(Sums& sums, db::Row& row) {
  const std::int64_t transaction = row.integer(0);
  if (transaction != sums.transaction) {
    end_transaction(sums);
    sums.transaction = transaction;
  }
  const bool same_books = row.integer(3) == row.integer(4) && row.text(5) == row.text(6);
  if (!same_books && sums.wrong.empty()) {
    sums.wrong = "transaction " + std::to_string(transaction) + " mixes books or currencies";
  }
  if (!add(sums, row.integer(1), row.text(2)) && sums.wrong.empty()) {
    sums.wrong = "transaction " + std::to_string(transaction) + " has an amount that is not a whole number";
  }
}

}  // namespace

Result<Proof> verify(db::Connection& connection) {
  Sums sums;
  TRY_VOID(connection.each(
      "select e.transaction_id, e.account_id, e.minor, t.owner, a.owner, t.currency, a.currency from ledger_entry e "
      "join ledger_transaction t on t.id = e.transaction_id join ledger_account a on a.id = e.account_id "
      "order by e.transaction_id, e.id",
      [&](db::Row& row) { take(sums, row); }));
  end_transaction(sums);
  TRY(headers, connection.integer("select count(*) from ledger_transaction"));
  if (headers != sums.proof.transactions && sums.wrong.empty()) sums.wrong = "a transaction has no entries";
  TRY_VOID(connection.each("select account_id, minor, entries from ledger_balance", [&](db::Row& row) {
    const std::int64_t account = row.integer(0);
    ++sums.proof.accounts;
    const bool same = sums.by_account[account].str() == row.text(1) && sums.entries_of[account] == row.integer(2);
    if (!same && sums.wrong.empty()) sums.wrong = "balance of ledger account " + std::to_string(account) + " differs";
  }));
  TRY(accounts, connection.integer("select count(*) from ledger_account"));
  if (accounts != sums.proof.accounts && sums.wrong.empty()) sums.wrong = "a ledger account has no balance";
  if (!sums.wrong.empty()) return Error(Errc::corrupt_record, "ledger: " + sums.wrong);
  return sums.proof;
}

}  // namespace postage::ledger
