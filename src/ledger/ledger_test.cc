#include "ledger/ledger.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace postage::ledger {
namespace {

constexpr Instant kNow{milliseconds{1'767'225'600'000}};

std::unique_ptr<db::Database> fresh() {
  auto database = db::Database::open({.path = ":memory:", .sync = false});
  CHECK(database.ok());
  CHECK(migrate(**database, kNow).ok());
  return std::move(*database);
}

Draft bill(const std::string& source, AccountId owner, const BigInt& amount) {
  return {source, owner, "CNY", kNow, "January", {{"receivable", amount}, {"revenue:base", -amount}}};
}

Result<std::int64_t> posted(db::Database& database, const Draft& draft) {
  return database.write([&](db::Connection& connection) { return post(connection, draft); });
}

BigInt balance_of(db::Database& database, AccountId owner, std::string_view code) {
  auto found = database.read([&](db::Connection& connection) { return balances(connection, owner); });
  for (const Balance& each : *found) {
    if (each.code == code) return each.minor;
  }
  return 0;
}

TEST(Ledger, PostsAndSumsBalances) {
  auto database = fresh();
  ASSERT_TRUE(posted(*database, bill("invoice:1", {7}, 39900)).ok());
  ASSERT_TRUE(posted(*database, bill("invoice:2", {7}, 100)).ok());
  ASSERT_TRUE(posted(*database, bill("invoice:3", {8}, 5)).ok());
  EXPECT_EQ(balance_of(*database, {7}, "receivable"), 40000);
  EXPECT_EQ(balance_of(*database, {7}, "revenue:base"), -40000);
  EXPECT_EQ(balance_of(*database, {8}, "receivable"), 5);
  auto proof = database->read([](db::Connection& connection) { return verify(connection); });
  ASSERT_TRUE(proof.ok());
  EXPECT_EQ(proof->transactions, 3);
  EXPECT_EQ(proof->entries, 6);
}

TEST(Ledger, ARepeatedSourcePostsNothingAndAnotherContentIsRefused) {
  auto database = fresh();
  const auto first = posted(*database, bill("invoice:1", {7}, 39900));
  const auto second = posted(*database, bill("invoice:1", {7}, 39900));
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(*first, *second);
  EXPECT_EQ(balance_of(*database, {7}, "receivable"), 39900);
  const auto other = posted(*database, bill("invoice:1", {7}, 39901));
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().code, Errc::conflict);
  EXPECT_EQ(balance_of(*database, {7}, "receivable"), 39900);
}

TEST(Ledger, AmountsBeyond64BitsStayExact) {
  auto database = fresh();
  const BigInt huge("123456789012345678901234567890123456789");
  ASSERT_TRUE(posted(*database, bill("invoice:1", {7}, huge)).ok());
  ASSERT_TRUE(posted(*database, bill("invoice:2", {7}, huge)).ok());
  EXPECT_EQ(balance_of(*database, {7}, "receivable").str(), "246913578024691357802469135780246913578");
}

TEST(Ledger, NothingCanBeChangedOrRemoved) {
  auto database = fresh();
  ASSERT_TRUE(posted(*database, bill("invoice:1", {7}, 39900)).ok());
  for (const char* sql :
       {"update ledger_entry set minor = '0'", "delete from ledger_entry", "delete from ledger_transaction",
        "update ledger_transaction set at = 0", "update ledger_account set owner = 9", "delete from ledger_account"}) {
    const auto done = database->write([&](db::Connection& connection) { return connection.run(sql); });
    EXPECT_FALSE(done.ok()) << sql;
  }
  EXPECT_EQ(balance_of(*database, {7}, "receivable"), 39900);
}

TEST(Ledger, AReversalRestoresTheBalance) {
  auto database = fresh();
  ASSERT_TRUE(posted(*database, bill("invoice:1", {7}, 39900)).ok());
  const auto done = database->write([&](db::Connection& connection) {
    return reverse(connection, "invoice:1", "void:1", kNow, "issued by mistake");
  });
  ASSERT_TRUE(done.ok());
  EXPECT_EQ(balance_of(*database, {7}, "receivable"), 0);
  const auto none = database->write(
      [&](db::Connection& connection) { return reverse(connection, "invoice:9", "void:9", kNow, "no such"); });
  EXPECT_EQ(none.error().code, Errc::not_found);
}

TEST(Ledger, VerifyNamesATamperedBalance) {
  auto database = fresh();
  ASSERT_TRUE(posted(*database, bill("invoice:1", {7}, 39900)).ok());
  ASSERT_TRUE(database
                  ->write([](db::Connection& c) {
                    return c.run("update ledger_balance set minor = '1' where minor = '39900'");
                  })
                  .ok());
  const auto proof = database->read([](db::Connection& connection) { return verify(connection); });
  ASSERT_FALSE(proof.ok());
  EXPECT_EQ(proof.error().code, Errc::corrupt_record);
}

TEST(Ledger, VerifyNamesATransactionThatDoesNotSumToZero) {
  auto database = fresh();
  ASSERT_TRUE(posted(*database, bill("invoice:1", {7}, 39900)).ok());
  ASSERT_TRUE(database
                  ->write([](db::Connection& c) {
                    return c.run("insert into ledger_entry (transaction_id, account_id, minor) values (1, 1, '5')");
                  })
                  .ok());
  const auto proof = database->read([](db::Connection& connection) { return verify(connection); });
  ASSERT_FALSE(proof.ok());
  EXPECT_NE(proof.error().detail.find("transaction 1 does not sum to zero"), std::string::npos);
}

TEST(Ledger, EntriesAreListedNewestFirstInPages) {
  auto database = fresh();
  for (int i = 1; i <= 5; ++i) ASSERT_TRUE(posted(*database, bill("invoice:" + std::to_string(i), {7}, i)).ok());
  const auto page = database->read([](db::Connection& c) { return entries(c, {7}, INT64_MAX, 3); });
  ASSERT_EQ(page->size(), 3U);
  EXPECT_EQ(page->front().source, "invoice:5");
  const auto rest = database->read([&](db::Connection& c) { return entries(c, {7}, page->back().id, 100); });
  EXPECT_EQ(rest->size(), 7U);
}

RC_GTEST_PROP(LedgerProperty, WhateverIsPostedTheBooksSumToZero, ()) {
  auto database = fresh();
  const auto amounts = *rc::gen::nonEmpty<std::vector<std::vector<std::int64_t>>>();
  BigInt expected = 0;
  int number = 0;
  for (const auto& each : amounts) {
    Draft draft{"t:" + std::to_string(++number), {1 + number % 3}, "CNY", kNow, "", {}};
    BigInt sum = 0;
    for (std::size_t i = 0; i < each.size() && i < 90; ++i) {
      const BigInt wide = BigInt(each[i]) * each[i] * each[i];
      draft.postings.push_back({"revenue:" + std::to_string(i % 4), wide});
      sum += wide;
    }
    draft.postings.push_back({"tax", BigInt(7)});
    draft.postings.push_back({"receivable", -sum - 7});
    if (draft.owner == AccountId{1}) expected -= sum + 7;
    RC_ASSERT(posted(*database, draft).ok());
  }
  RC_ASSERT(database->read([](db::Connection& c) { return verify(c); }).ok());
  RC_ASSERT(balance_of(*database, {1}, "receivable") == expected);
}

}  // namespace
}  // namespace postage::ledger
