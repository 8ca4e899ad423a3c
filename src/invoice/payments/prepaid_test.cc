// Prepaid balance: order of drawing, ends, the month's invoice, and that nothing is ever lost or spent twice.
#include "invoice/payments/prepaid.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "invoice/payments/settlement.h"
#include "invoice/payments/testing.h"

namespace postage::invoice {
namespace {

using testing::at;
using testing::PaymentRoom;

const Zone kShanghai = Zone::find("Asia/Shanghai").value();
const Instant kJanuary = at("2026-01-01T00:00:00+08:00");
const ChangedBy kBy{"finance", "test"};
constexpr milliseconds kGrace{10'000};

NewGrant paid(const std::string& reference, const std::string& amount, std::optional<Instant> end = std::nullopt) {
  return {GrantKind::paid, reference, parse_decimal(amount)->value, end};
}

/// Sets the month's messages of account 1, on the flagship plan 0.00002 each.
void use(PaymentRoom& room, Instant month, std::int64_t units) { room.usage.set({10}, month, 0, units, 0); }

std::string available(PaymentRoom& room, Instant now) {
  const auto found = room.payments.prepaid_available({1}, now);
  CHECK(found.ok());
  return *found ? (*found)->to_fixed(2) : "none";
}

struct PrepaidTest : ::testing::Test {
  PrepaidTest() {
    room.open({1}, "flagship", kJanuary);
    CHECK(room.payments.set_prepaid({1}, true, kJanuary, kBy).ok());
  }
  PaymentRoom room;
};

TEST(Prepaid, EarliestEndFirstThenGivenBeforePaidThenOlder) {
  const Instant soon = at("2026-02-01T00:00:00Z"), late = at("2026-03-01T00:00:00Z");
  const std::vector<Grant> grants{{1, GrantKind::paid, 10, 10, kJanuary, std::nullopt},
                                  {2, GrantKind::paid, 10, 10, kJanuary, late},
                                  {3, GrantKind::granted, 10, 10, kJanuary, late},
                                  {4, GrantKind::paid, 10, 10, kJanuary, soon},
                                  {5, GrantKind::granted, 10, 10, kJanuary, std::nullopt}};
  std::string order;
  for (const GrantUse& each : draw_grants(grants, 45, std::nullopt, false)) {
    order += std::to_string(each.grant) + ":" + each.consumed.str() + " ";
  }
  EXPECT_EQ(order, "4:10 3:10 2:10 5:10 1:5 ");
  const auto ended = draw_grants(grants, 4, soon, true);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].consumed, 4);
  EXPECT_EQ(ended[0].expired, 6);
}

TEST_F(PrepaidTest, TheMonthsInvoiceDrawsTheGrantsInItsOwnTransaction) {
  EXPECT_EQ(available(room, kJanuary), "0.00");
  ASSERT_TRUE(room.payments.grant({1}, paid("G1", "100.00"), kJanuary, kBy).ok());
  EXPECT_EQ(available(room, kJanuary), "100.00");
  use(room, kJanuary, 3'000'000);  // 60.00
  const Instant february = at("2026-02-01T00:00:00+08:00");
  EXPECT_EQ(available(room, february), "40.00");  // January is not closed yet and is taken off already.
  room.close_months(february + kGrace);
  EXPECT_EQ(available(room, february + kGrace), "40.00");
  EXPECT_EQ(room.balance({1}), "0.00");
  EXPECT_EQ(room.money({1}).prepaid, 4000);
  EXPECT_EQ(room.payments.grant({1}, paid("G1", "100.00"), february, kBy)->grant.id, 1);
  EXPECT_EQ(room.payments.grant({1}, paid("G1", "99.00"), february, kBy).error().code, Errc::conflict);
  EXPECT_TRUE(room.books_hold());
}

TEST_F(PrepaidTest, AnEndInsideTheMonthKeepsWhatTheMonthUsedAndBreaksTheRest) {
  const Instant end = at("2026-01-10T00:00:00+08:00");
  ASSERT_TRUE(room.payments.grant({1}, paid("G1", "100.00", end), kJanuary, kBy).ok());
  ASSERT_TRUE(room.payments.grant({1}, paid("G2", "50.00"), kJanuary, kBy).ok());
  use(room, kJanuary, 3'000'000);  // 60.00 at the end of G1
  EXPECT_EQ(available(room, end - milliseconds(1)), "150.00");
  EXPECT_EQ(available(room, end), "110.00");
  room.control(end);
  EXPECT_EQ(room.money({1}).prepaid, 15000);
  room.control(end + kGrace);
  EXPECT_EQ(room.money({1}).prepaid, 5000);
  EXPECT_EQ(room.money({1}).drawn, 6000);
  EXPECT_EQ(available(room, end + kGrace), "110.00");
  use(room, kJanuary, 5'500'000);  // 110.00
  room.close_months(at("2026-02-01T00:00:10+08:00"));
  EXPECT_EQ(room.balance({1}), "0.00");
  EXPECT_EQ(room.money({1}).prepaid, 0);
  EXPECT_EQ(room.money({1}).drawn, 0);
  const auto view = room.payments.prepaid({1}, at("2026-02-01T00:00:10+08:00"));
  EXPECT_EQ(view->grants[0].consumed, 6000);
  EXPECT_EQ(view->grants[0].expired, 4000);
  EXPECT_TRUE(room.books_hold());
}

TEST_F(PrepaidTest, ATopUpIsTheRestOfAPaymentAndCannotBeReversed) {
  use(room, kJanuary, 1'000'000);  // 20.00, nothing to pay it
  room.close_months(at("2026-02-01T00:00:10+08:00"));
  EXPECT_EQ(room.balance({1}), "-20.00");
  const BookedLine line = room.pay({1}, "TX-1", "120.00", at("2026-02-02T00:00:00+08:00"));
  EXPECT_EQ(room.money({1}).owed, 0);
  EXPECT_EQ(room.money({1}).credit, 0);
  EXPECT_EQ(available(room, at("2026-02-02T00:00:00+08:00")), "100.00");
  EXPECT_FALSE(room.accounts.told.empty());
  EXPECT_EQ(room.payments.reverse({1}, line.payment, at("2026-02-03T00:00:00+08:00"), kBy).error().code, Errc::conflict);
}

TEST_F(PrepaidTest, LevelsAndEndsAreToldOnce) {
  const Instant end = at("2026-01-20T00:00:00+08:00");
  ASSERT_TRUE(room.payments.grant({1}, paid("G1", "100.00", end), kJanuary, kBy).ok());
  const auto levels = [&](std::int64_t units, Instant now) {
    use(room, kJanuary, units);
    room.control(now);
    return room.letters.count(MoneyMail::prepaid_level);
  };
  EXPECT_EQ(levels(3'999'999, at("2026-01-05T00:00:00+08:00")), 1U);  // 79.99998 is printed as 80.00.
  EXPECT_EQ(levels(3'999'000, at("2026-01-05T00:00:01+08:00")), 1U);
  EXPECT_EQ(levels(4'750'000, at("2026-01-05T00:00:02+08:00")), 2U);
  EXPECT_EQ(room.letters.count(MoneyMail::prepaid_expiry), 0U);
  EXPECT_EQ(levels(5'000'000, at("2026-01-13T00:00:00+08:00")), 3U);
  EXPECT_EQ(levels(5'000'000, at("2026-01-13T00:00:01+08:00")), 3U);
  EXPECT_EQ(room.letters.count(MoneyMail::prepaid_expiry), 1U);
  EXPECT_EQ(room.letters.notices.back().kind, MoneyMail::prepaid_expiry);
  ASSERT_TRUE(room.payments.grant({1}, paid("G2", "25.00"), at("2026-01-13T00:00:02+08:00"), kBy).ok());
  EXPECT_EQ(levels(5'000'000, at("2026-01-13T00:00:03+08:00")), 4U);  // 80 % of 125.00
}

TEST_F(PrepaidTest, MistakesAreRefusedByName) {
  for (const NewGrant& bad : {paid("", "1.00"), paid("payment:1", "1.00"), paid("G", "0"), paid("G", "1.001"),
                              paid("G", "1.00", kJanuary)}) {
    EXPECT_EQ(room.payments.grant({1}, bad, kJanuary, kBy).error().code, Errc::bad_request);
  }
  EXPECT_EQ(room.payments.grant({9}, paid("G", "1.00"), kJanuary, kBy).error().code, Errc::no_account);
}

// For random grants, ends and usage over months: consumed + left + expired = granted, the ledger holds and says the same,
// nothing is ever below zero, and what grants gave is what the invoices got.
RC_GTEST_PROP(PrepaidProperty, ConsumedLeftAndExpiredAreWhatWasGranted, ()) {
  PaymentRoom room;
  room.open({1}, "flagship", kJanuary);
  RC_ASSERT(room.payments.set_prepaid({1}, true, kJanuary, kBy).ok());
  BigInt granted = 0;
  Instant month = kJanuary;
  for (int i = 0; i < 4; ++i) {
    const Instant end_of_month = month_range(month_of(month, kShanghai), kShanghai).end;
    std::int64_t units = 0;
    Instant now = month;
    const auto steps = *rc::gen::inRange(0, 6);
    for (int step = 0; step < steps; ++step) {
      now += std::chrono::hours(*rc::gen::inRange(1, 24 * 4));
      if (now >= end_of_month) break;
      if (*rc::gen::inRange(0, 2) == 0) {
        const auto minor = *rc::gen::inRange(1, 20'000);
        std::optional<Instant> end;
        if (*rc::gen::inRange(0, 3) != 0) end = now + std::chrono::hours(*rc::gen::inRange(1, 24 * 60));
        const NewGrant grant{*rc::gen::inRange(0, 2) == 0 ? GrantKind::paid : GrantKind::granted,
                             "G" + std::to_string(i) + "-" + std::to_string(step), from_minor(minor, *find_currency("CNY")), end};
        RC_ASSERT(room.payments.grant({1}, grant, now, kBy).ok());
        granted += minor;
      } else {
        // As the gate would: the bill never passes what is available.
        const Rational most = **room.payments.prepaid_available({1}, now);
        const BigInt units_most = (most / parse_decimal("0.00002")->value).floor();
        units = std::max<std::int64_t>(units, std::min<std::int64_t>(units + *rc::gen::inRange(0, 6'000'000), static_cast<std::int64_t>(units_most)));
        use(room, month, units);
      }
      room.control(now);
      room.control(now + kGrace);
    }
    room.control(end_of_month + kGrace);
    RC_ASSERT(room.balance({1}) == "0.00");  // Every invoice was paid by the grants: nothing was admitted beyond them.
    month = end_of_month;
  }
  const auto view = room.payments.prepaid({1}, month + kGrace);
  BigInt left = 0, consumed = 0, expired = 0;
  for (const StoredGrant& each : view->grants) {
    RC_ASSERT(each.grant.left >= 0);
    RC_ASSERT(each.consumed + each.expired + each.grant.left == each.grant.amount);
    left += each.grant.left;
    consumed += each.consumed;
    expired += each.expired;
  }
  RC_ASSERT(left + consumed + expired == granted);
  RC_ASSERT(room.money({1}).prepaid == left);
  BigInt invoiced = 0;
  const auto invoices = room.billing->invoices({1}, INT64_MAX, 100);
  for (const StoredInvoice& each : *invoices) invoiced += to_minor(parse_decimal(each.total)->value, *find_currency("CNY"));
  RC_ASSERT(invoiced + room.money({1}).drawn == consumed);
  RC_ASSERT(room.books_hold());
}

// ---- weekly settlement

TEST(WeeklySettlement, Z4AndZ5TheToleranceIsOfTheShortfall) {
  const Currency& usd = *find_currency("USD");
  const auto ask = [&](std::int64_t balance, std::int64_t bill) {
    AccountMoney money;
    money.credit = balance;
    return settle_week(bill, 0, money, Rational(50), usd);
  };
  EXPECT_EQ(ask(2000, 2500).short_by, 500);
  EXPECT_FALSE(ask(2000, 2500).ask);  // Z4
  EXPECT_EQ(ask(2000, 2500).reserve, 2000);
  EXPECT_FALSE(ask(0, 5000).ask);  // Z5
  EXPECT_TRUE(ask(0, 5001).ask);
}

TEST(WeeklySettlement, Z5AsksOnThe14thAndSuspends24HoursLaterUntilZero) {
  PaymentRoom room(testing::weekly());
  room.open({1}, "flagship", kJanuary);
  CHECK(room.payments.tick(kJanuary).ok());
  use(room, kJanuary, 2'500'000);  // 50.00
  room.control(at("2026-01-07T00:00:00+08:00"));
  EXPECT_TRUE(room.letters.notices.empty());
  use(room, kJanuary, 2'500'500);  // 50.01
  const Instant fourteenth = at("2026-01-14T00:00:00+08:00");
  room.control(fourteenth);
  ASSERT_EQ(room.letters.notices.size(), 1U);
  EXPECT_EQ(room.letters.notices[0].kind, MoneyMail::weekly_request);
  EXPECT_EQ(room.letters.notices[0].amount, "50.01");
  room.control(fourteenth + std::chrono::hours(24) - milliseconds(1));
  EXPECT_FALSE(room.doors.closed[{1}]);
  room.control(fourteenth + std::chrono::hours(24));
  EXPECT_TRUE(room.doors.closed[{1}]);
  room.pay({1}, "TX-1", "50.00", fourteenth + std::chrono::hours(25));
  EXPECT_TRUE(room.doors.closed[{1}]);
  room.pay({1}, "TX-2", "0.01", fourteenth + std::chrono::hours(26));
  EXPECT_FALSE(room.doors.closed[{1}]);
  EXPECT_TRUE(room.books_hold());
}

TEST(WeeklySettlement, TheRunningBillIsSetAsideAndTheMonthsEndSettlesBothWays) {
  testing::FakeCollector card;
  PaymentRoom room(testing::weekly(), ":memory:", &card);
  room.open({1}, "flagship", kJanuary);
  CHECK(room.payments.tick(kJanuary).ok());
  room.pay({1}, "TX-1", "30.00", kJanuary + seconds(1));
  use(room, kJanuary, 1'000'000);  // 20.00
  room.control(at("2026-01-07T00:00:00+08:00"));
  EXPECT_EQ(room.money({1}).reserved, 2000);
  EXPECT_EQ(room.money({1}).credit, 1000);
  EXPECT_EQ(room.balance({1}), "30.00");
  EXPECT_EQ(room.payments.refund({1}, {"R1", parse_decimal("10.01")->value, ""}, kJanuary + seconds(2), kBy).error().code,
            Errc::bad_request);  // What is set aside is not paid back.
  room.control(at("2026-01-14T00:00:00+08:00"));
  use(room, kJanuary, 5'000'000);  // 100.00
  room.control(at("2026-01-21T00:00:00+08:00"));
  EXPECT_EQ(room.money({1}).reserved, 3000);
  ASSERT_EQ(card.wishes.size(), 1U);
  EXPECT_EQ(card.wishes[0], Rational(70));
  room.pay({1}, "TX-2", "70.00", at("2026-01-21T00:00:05+08:00"));
  EXPECT_EQ(room.state({1}, at("2026-01-21T00:00:05+08:00")), ArrearsState::clear);
  use(room, kJanuary, 4'900'000);  // A contract made it cheaper: 98.00.
  room.close_months(at("2026-02-01T00:00:10+08:00"));
  EXPECT_EQ(room.money({1}).reserved, 0);
  EXPECT_EQ(room.balance({1}), "2.00");
  const auto rows = room.database->read([](db::Connection& c) {
    return c.all("select delta from payment_settlement order by at", [](db::Row& row) { return row.text(0); });
  });
  EXPECT_EQ(*rows, (std::vector<std::string>{"2000", "0", "8000"}));
  EXPECT_TRUE(room.books_hold());
}

}  // namespace
}  // namespace postage::invoice
