#include "ledger/ledger.h"

#include <algorithm>
#include <map>

namespace postage::ledger {
namespace {

constexpr std::size_t kPostingsMax = 100;
constexpr std::size_t kDigitsMax = 200;

/// Reads a stored amount: an optional '-' and digits.
Result<BigInt> read_minor(std::string_view text) {
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  const bool plain = std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  if (digits.empty() || digits.size() > kDigitsMax || !plain) {
    return Error(Errc::corrupt_record, "ledger: an amount is not a whole number");
  }
  TRY(number, parse_decimal(text));
  return number.value.numerator();
}

void check(const Draft& draft) {
  CHECK(!draft.source.empty() && draft.source.size() <= 200);
  CHECK(draft.owner && draft.currency.size() == 3);
  CHECK(draft.postings.size() >= 2 && draft.postings.size() <= kPostingsMax);
  BigInt sum = 0;
  for (const Posting& each : draft.postings) {
    CHECK(!each.code.empty() && each.code.size() <= 64);
    sum += each.minor;
  }
  CHECK(sum == 0);
}

/// Id of the owner's ledger account, made on first use.
Result<std::int64_t> account_id(db::Connection& connection, const Draft& draft, const std::string& code) {
  const auto id = [](db::Row& row) { return row.integer(0); };
  TRY(found, connection.first("select id from ledger_account where owner = ? and code = ? and currency = ?", id,
                              draft.owner, code, draft.currency));
  if (found) return *found;
  TRY(made, connection.first("insert into ledger_account (owner, code, currency) values (?, ?, ?) returning id", id,
                             draft.owner, code, draft.currency));
  return *made;
}

Result<void> add_to_balance(db::Connection& connection, std::int64_t account, const BigInt& minor) {
  TRY(before,
      connection.first(
          "select minor from ledger_balance where account_id = ?", [](db::Row& row) { return row.text(0); }, account));
  BigInt sum = minor;
  if (before) {
    TRY(held, read_minor(*before));
    sum += held;
  }
  TRY_VOID(connection.run(
      "insert into ledger_balance (account_id, minor, entries) values (?, ?, 1) "
      "on conflict (account_id) do update set minor = excluded.minor, entries = ledger_balance.entries + 1",
      account, sum.str()));
  return {};
}

struct StoredPosting {
  std::string code;
  std::string minor;
};

/// The entries of a stored transaction, in their order.
Result<std::vector<StoredPosting>> postings_of(db::Connection& connection, std::int64_t transaction) {
  return connection.all(
      "select a.code, e.minor from ledger_entry e join ledger_account a on a.id = e.account_id "
      "where e.transaction_id = ? order by e.id",
      [](db::Row& row) { return StoredPosting{row.text(0), row.text(1)}; }, transaction);
}

/// A repeated source must carry what it carried before.
Result<std::int64_t> repeated(db::Connection& connection, std::int64_t transaction, const Draft& draft) {
  TRY(stored, postings_of(connection, transaction));
  const bool same = std::ranges::equal(stored, draft.postings, [](const StoredPosting& a, const Posting& b) {
    return a.code == b.code && a.minor == b.minor.str();
  });
  if (!same) return Error(Errc::conflict, "ledger: " + draft.source + " is posted already with other entries");
  return transaction;
}

struct Header {
  std::int64_t id = 0;
  AccountId owner;
  std::string currency;
};

Result<std::optional<Header>> find(db::Connection& connection, std::string_view source) {
  return connection.first(
      "select id, owner, currency from ledger_transaction where source = ?",
      [](db::Row& row) { return Header{row.integer(0), row.id<AccountId>(1), row.text(2)}; }, source);
}

}  // namespace

Result<std::int64_t> post(db::Connection& connection, const Draft& draft) {
  check(draft);
  CHECK(connection.in_transaction());
  TRY(existing, find(connection, draft.source));
  if (existing) return repeated(connection, existing->id, draft);
  TRY(id, connection.first(
              "insert into ledger_transaction (source, owner, currency, at, text) values (?, ?, ?, ?, ?) "
              "returning id",
              [](db::Row& row) { return row.integer(0); }, draft.source, draft.owner, draft.currency, draft.at,
              draft.text));
  for (const Posting& each : draft.postings) {
    TRY(account, account_id(connection, draft, each.code));
    TRY_VOID(connection.run("insert into ledger_entry (transaction_id, account_id, minor) values (?, ?, ?)", *id,
                            account, each.minor.str()));
    TRY_VOID(add_to_balance(connection, account, each.minor));
  }
  return *id;
}

Result<std::int64_t> reverse(db::Connection& connection, std::string_view source, std::string_view reversal_source,
                             Instant at, std::string_view text) {
  TRY(original, find(connection, source));
  if (!original) return Error(Errc::not_found, "ledger: no transaction " + std::string(source));
  TRY(stored, postings_of(connection, original->id));
  Draft draft{std::string(reversal_source), original->owner, original->currency, at, std::string(text), {}};
  for (const StoredPosting& each : stored) {
    TRY(minor, read_minor(each.minor));
    draft.postings.push_back({each.code, -minor});
  }
  return post(connection, draft);
}

Result<std::vector<Balance>> balances(db::Connection& connection, AccountId owner) {
  std::vector<Balance> found;
  Result<void> wrong;
  TRY_VOID(connection.each(
      "select a.code, a.currency, b.minor, b.entries from ledger_balance b join ledger_account a on a.id = "
      "b.account_id "
      "where a.owner = ? order by a.code, a.currency",
      [&](db::Row& row) {
        auto minor = read_minor(row.text(2));
        if (!minor)
          wrong = minor.error();
        else
          found.push_back({row.text(0), row.text(1), *minor, row.integer(3)});
      },
      owner));
  TRY_VOID(wrong);
  return found;
}

Result<std::vector<Entry>> entries(db::Connection& connection, AccountId owner, std::int64_t before,
                                   std::int64_t limit) {
  CHECK(limit >= 1 && limit <= 1000);
  std::vector<Entry> found;
  Result<void> wrong;
  TRY_VOID(connection.each(
      "select e.id, t.id, t.source, t.at, t.text, a.code, a.currency, e.minor from ledger_account a "
      "join ledger_entry e on e.account_id = a.id join ledger_transaction t on t.id = e.transaction_id "
      "where a.owner = ? and e.id < ? order by e.id desc limit ?",
      [&](db::Row& row) {
        auto minor = read_minor(row.text(7));
        if (!minor)
          wrong = minor.error();
        else
          found.push_back({row.integer(0), row.integer(1), row.text(2), row.instant(3), row.text(4), row.text(5),
                           row.text(6), *minor});
      },
      owner, before, limit));
  TRY_VOID(wrong);
  return found;
}

Result<std::vector<Turnover>> turnover(db::Connection& connection, AccountId owner, std::string_view currency,
                                       std::span<const std::string_view> codes) {
  std::vector<Turnover> found;
  Result<void> wrong;
  TRY_VOID(connection.each(
      "select t.id, t.source, t.at, t.text, a.code, e.minor from ledger_account a "
      "join ledger_entry e on e.account_id = a.id join ledger_transaction t on t.id = e.transaction_id "
      "where a.owner = ? and a.currency = ? order by t.at, t.id, e.id",
      [&](db::Row& row) {
        if (std::ranges::find(codes, row.text(4)) == codes.end()) return;
        const auto minor = read_minor(row.text(5));
        if (!minor) {
          wrong = minor.error();
          return;
        }
        const std::int64_t id = row.integer(0);
        if (found.empty() || found.back().transaction != id) {
          found.push_back({id, row.text(1), row.instant(2), row.text(3), 0});
        }
        found.back().minor += *minor;
      },
      owner, currency));
  TRY_VOID(wrong);
  std::erase_if(found, [](const Turnover& each) { return each.minor == 0; });
  return found;
}

}  // namespace postage::ledger
