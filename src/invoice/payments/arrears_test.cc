// Z6 and what lies around it: the bill on the 1st, the deduction on the 6th, suspension on the 11th, release at 0.
#include "invoice/payments/arrears.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "invoice/payments/testing.h"

namespace postage::invoice {
namespace {

using testing::at;
using testing::classic;
using testing::PaymentRoom;

const Zone kShanghai = Zone::find("Asia/Shanghai").value();
const Instant kJanuary = at("2026-01-01T00:00:00+08:00");
const Instant kFebruary = at("2026-02-01T00:00:00+08:00");
const Instant kSixth = at("2026-02-06T00:00:00+08:00");
const Instant kEleventh = at("2026-02-11T00:00:00+08:00");
constexpr milliseconds kTick{1};

Movement bill(const std::string& when, std::int64_t minor, const CollectionTerms& terms = classic()) {
  return {at(when), deduction_at(at(when), terms, kShanghai), BigInt(-minor)};
}
Movement paid(const std::string& when, std::int64_t minor) { return {at(when), at(when), BigInt(minor)}; }

TEST(Arrears, Z6TheDeductionDayRemindsAndFiveDaysLaterSuspends) {
  const std::vector<Movement> history{bill("2026-02-01T00:00:00+08:00", 39900)};
  struct Row {
    Instant now;
    ArrearsState state;
  };
  const Row rows[] = {{kFebruary, ArrearsState::clear},
                      {kSixth - kTick, ArrearsState::clear},
                      {kSixth, ArrearsState::reminded},
                      {at("2026-02-06T23:59:59.999+08:00"), ArrearsState::reminded},
                      {at("2026-02-07T00:00:00+08:00"), ArrearsState::grace},
                      {kEleventh - kTick, ArrearsState::grace},
                      {kEleventh, ArrearsState::suspended},
                      {at("2027-02-01T00:00:00+08:00"), ArrearsState::suspended}};
  for (const Row& row : rows) {
    const Arrears view = arrears_at(history, classic(), kShanghai, row.now);
    EXPECT_EQ(view.state, row.state) << instant_text(row.now, kShanghai);
    EXPECT_EQ(view.due_balance, row.now < kSixth ? 0 : -39900);
  }
  EXPECT_EQ(arrears_at(history, classic(), kShanghai, kFebruary).next_at, kSixth);
  EXPECT_EQ(arrears_at(history, classic(), kShanghai, kSixth).suspends_at, kEleventh);
  EXPECT_EQ(arrears_at(history, classic(), kShanghai, kEleventh).since, kEleventh);
}

TEST(Arrears, ABalanceOfZeroLiftsAndOneMinorUnitLessDoesNot) {
  std::vector<Movement> history{bill("2026-02-01T00:00:00+08:00", 39900), paid("2026-02-12T10:00:00+08:00", 39899)};
  const Instant later = at("2026-02-12T10:00:00+08:00");
  EXPECT_EQ(arrears_at(history, classic(), kShanghai, later).state, ArrearsState::suspended);
  EXPECT_EQ(arrears_at(history, classic(), kShanghai, later).since, kEleventh);
  history.push_back(paid("2026-02-12T11:00:00+08:00", 1));
  EXPECT_EQ(arrears_at(history, classic(), kShanghai, later).state, ArrearsState::suspended);
  EXPECT_EQ(arrears_at(history, classic(), kShanghai, later + std::chrono::hours(1)).state, ArrearsState::clear);
}

TEST(Arrears, MoneyThatArrivesWithTheDeductionPaysIt) {
  const std::vector<Movement> history{bill("2026-02-01T00:00:00+08:00", 39900), paid("2026-02-06T00:00:00+08:00", 39900)};
  EXPECT_EQ(arrears_at(history, classic(), kShanghai, kSixth).state, ArrearsState::clear);
}

TEST(Arrears, ANewDebtAfterAPaymentBeginsItsOwnDays) {
  const std::vector<Movement> history{bill("2026-02-01T00:00:00+08:00", 100), paid("2026-02-10T00:00:00+08:00", 100),
                                      bill("2026-03-01T00:00:00+08:00", 100)};
  EXPECT_EQ(arrears_at(history, classic(), kShanghai, at("2026-03-05T00:00:00+08:00")).state, ArrearsState::clear);
  EXPECT_EQ(arrears_at(history, classic(), kShanghai, at("2026-03-06T00:00:00+08:00")).state, ArrearsState::reminded);
}

TEST(Arrears, AnInvoiceIssuedAfterTheDayIsDueOnTheNext) {
  EXPECT_EQ(deduction_at(at("2026-02-06T00:00:00+08:00"), classic(), kShanghai), kSixth);
  EXPECT_EQ(deduction_at(at("2026-02-06T00:00:00.001+08:00"), classic(), kShanghai), at("2026-03-06T00:00:00+08:00"));
  EXPECT_EQ(deduction_at(at("2026-12-20T00:00:00+08:00"), classic(), kShanghai), at("2027-01-06T00:00:00+08:00"));
}

TEST(Arrears, DaysAreCalendarDaysAlsoWhenClocksChange) {
  const Zone york = Zone::find("America/New_York").value();
  CollectionTerms terms = classic();
  terms.deduction_day = 7;
  const Instant issued = york.first_instant(std::chrono::year(2026) / 3 / 1);
  const std::vector<Movement> history{{issued, deduction_at(issued, terms, york), BigInt(-1)}};
  const Instant twelfth = york.first_instant(std::chrono::year(2026) / 3 / 12);  // Five days of 119 hours.
  EXPECT_EQ(arrears_at(history, terms, york, twelfth - kTick).state, ArrearsState::grace);
  EXPECT_EQ(arrears_at(history, terms, york, twelfth).state, ArrearsState::suspended);
}

TEST(Arrears, OffNeverReminds) {
  const std::vector<Movement> history{bill("2026-02-01T00:00:00+08:00", 1)};
  const Arrears view = arrears_at(history, CollectionTerms{}, kShanghai, at("2027-01-01T00:00:00Z"));
  EXPECT_EQ(view.state, ArrearsState::clear);
  EXPECT_FALSE(view.next_at.has_value());
  EXPECT_EQ(view.due_balance, -1);
}

TEST(Arrears, WeeklyChecksSkipThe28thOfFebruary) {
  Instant check = at("2026-01-28T12:00:00+08:00");
  std::string days;
  for (int i = 0; i < 8; ++i) {
    check = next_weekly_check(check, kShanghai);
    days += instant_text(check, kShanghai).substr(5, 5) + " ";
  }
  EXPECT_EQ(days, "02-07 02-14 02-21 03-07 03-14 03-21 03-28 04-07 ");
}

TEST(Arrears, AWeeklyRequestSuspendsAfter24Hours) {
  const Instant asked = at("2026-02-14T00:00:00+08:00");
  const auto view = [&](Instant now) { return arrears_at({}, testing::weekly(), kShanghai, now, asked); };
  EXPECT_EQ(view(asked).state, ArrearsState::reminded);
  EXPECT_EQ(view(asked + std::chrono::hours(24) - kTick).state, ArrearsState::reminded);
  EXPECT_EQ(view(asked + std::chrono::hours(24)).state, ArrearsState::suspended);
  EXPECT_EQ(arrears_at({}, classic(), kShanghai, asked + std::chrono::hours(48), asked).state, ArrearsState::clear);
}

// The order of a history does not matter, and next_at is the only instant at which time alone changes the state.
RC_GTEST_PROP(ArrearsProperty, NothingChangesBeforeNextAt, ()) {
  std::vector<Movement> history;
  const auto count = *rc::gen::inRange(0, 8);
  for (int i = 0; i < count; ++i) {
    const Instant when = kJanuary + std::chrono::hours(*rc::gen::inRange(0, 24 * 120));
    const auto minor = *rc::gen::inRange(-500, 500);
    history.push_back({when, minor < 0 ? deduction_at(when, classic(), kShanghai) : when, BigInt(minor)});
  }
  const Instant now = kJanuary + std::chrono::hours(*rc::gen::inRange(0, 24 * 160));
  const Arrears view = arrears_at(history, classic(), kShanghai, now);
  std::vector<Movement> other(history.rbegin(), history.rend());
  RC_ASSERT(arrears_at(other, classic(), kShanghai, now).state == view.state);
  std::erase_if(history, [&](const Movement& each) { return each.at > now; });
  const Instant until = view.next_at.value_or(now + std::chrono::hours(24 * 400));
  RC_ASSERT(until > now);
  const Instant middle = now + (until - now) / 2;
  RC_ASSERT(arrears_at(history, classic(), kShanghai, middle).state == view.state);
  RC_ASSERT(arrears_at(history, classic(), kShanghai, until - kTick).state == view.state);
}

// ---- the same with the books, the letters and the doors

TEST(ArrearsStory, Z6WithLettersDoorsAndRelease) {
  PaymentRoom room(classic());
  room.open({1}, "basic", kJanuary);
  room.control(kFebruary + seconds(10));
  EXPECT_EQ(room.balance({1}), "-399.00");
  EXPECT_EQ(room.state({1}, kFebruary), ArrearsState::clear);
  room.control(kSixth - kTick);
  EXPECT_TRUE(room.letters.notices.empty());
  room.control(kSixth);
  room.control(kSixth + seconds(1));
  ASSERT_EQ(room.letters.notices.size(), 1U);
  EXPECT_EQ(room.letters.notices[0].kind, MoneyMail::reminder);
  EXPECT_EQ(room.letters.notices[0].balance, "-399.00");
  EXPECT_EQ(room.letters.notices[0].until, kEleventh);
  room.control(kEleventh - kTick);
  EXPECT_EQ(room.state({1}, kEleventh - kTick), ArrearsState::grace);
  EXPECT_FALSE(room.doors.closed[{1}]);
  room.control(kEleventh);
  EXPECT_TRUE(room.doors.closed[{1}]);
  EXPECT_EQ(room.letters.count(MoneyMail::suspended), 1U);
  room.pay({1}, "TX-1", "398.99", kEleventh + seconds(1));
  EXPECT_TRUE(room.doors.closed[{1}]);
  room.pay({1}, "TX-2", "0.01", kEleventh + seconds(2));  // The same call lifts it: no tick in between.
  EXPECT_FALSE(room.doors.closed[{1}]);
  EXPECT_EQ(room.state({1}, kEleventh + seconds(2)), ArrearsState::clear);
  EXPECT_EQ(room.letters.count(MoneyMail::released), 1U);
  EXPECT_EQ(room.letters.count(MoneyMail::received), 2U);
  const auto view = room.payments.arrears({1}, kEleventh + seconds(3));
  std::string story;
  for (const ArrearsEvent& each : view->events) {
    story += instant_text(each.at, kShanghai).substr(5, 14) + " " + std::string(arrears_state_name(each.after)) + "\n";
  }
  EXPECT_EQ(story, "02-06T00:00:00 reminded\n02-07T00:00:00 grace\n02-11T00:00:00 suspended\n02-11T00:00:02 clear\n");
}

TEST(ArrearsStory, AClockMovedByTwoMonthsTellsTheSameStory) {
  PaymentRoom room(classic());
  room.open({1}, "basic", kJanuary);
  CHECK(room.payments.tick(kJanuary).ok());
  room.control(at("2026-03-20T00:00:00+08:00"));
  const auto view = room.payments.arrears({1}, at("2026-03-20T00:00:00+08:00"));
  ASSERT_EQ(view->events.size(), 3U);
  EXPECT_EQ(view->events[0].at, kSixth);
  EXPECT_EQ(view->events[2].at, kEleventh);
  EXPECT_EQ(room.letters.count(MoneyMail::reminder), 1U);
  EXPECT_EQ(room.letters.count(MoneyMail::suspended), 1U);
  EXPECT_TRUE(room.doors.closed[{1}]);
}

TEST(ArrearsStory, TermsThatBeginLaterDoNotSuspendForOldInvoicesAtOnce) {
  const std::string path = ::testing::TempDir() + "arrears_begin.db";
  std::remove(path.c_str());
  {
    PaymentRoom room({}, path);
    room.open({1}, "basic", kJanuary);
    room.control(at("2026-03-20T00:00:00+08:00"));
    EXPECT_TRUE(room.letters.notices.empty());
    EXPECT_EQ(room.balance({1}), "-798.00");
  }
  PaymentRoom room(classic(), path);
  room.accounts.add({1}, "basic", kJanuary);
  room.control(at("2026-03-20T00:01:00+08:00"));
  EXPECT_EQ(room.state({1}, at("2026-03-20T00:01:00+08:00")), ArrearsState::clear);
  room.control(at("2026-04-06T00:00:00+08:00"));
  EXPECT_EQ(room.state({1}, at("2026-04-06T00:00:00+08:00")), ArrearsState::reminded);
  room.control(at("2026-04-11T00:00:00+08:00"));
  EXPECT_TRUE(room.doors.closed[{1}]);
  std::remove(path.c_str());
}

TEST(ArrearsStory, AnAccountMayHaveItsOwnTermsAndLeaveThemAgain) {
  PaymentRoom room(classic());
  room.open({1}, "basic", kJanuary);
  room.open({2}, "basic", kJanuary);
  CollectionTerms own = classic();
  own.deduction_day = 20;
  own.grace_days = 0;
  ASSERT_TRUE(room.payments.set_collection({2}, own, kJanuary, {"finance", "contract"}).ok());
  room.control(at("2026-02-19T00:00:00+08:00"));
  EXPECT_TRUE(room.doors.closed[{1}]);
  EXPECT_FALSE(room.doors.closed[{2}]);
  room.control(at("2026-02-20T00:00:00+08:00"));
  EXPECT_TRUE(room.doors.closed[{2}]);
  own.mode = CollectionMode::off;
  ASSERT_TRUE(room.payments.set_collection({2}, own, at("2026-02-20T00:00:01+08:00"), {"finance", "peace"}).ok());
  EXPECT_FALSE(room.doors.closed[{2}]);
  own.deduction_day = 29;
  EXPECT_EQ(room.payments.set_collection({2}, own, at("2026-02-20T00:00:02+08:00"), {"", ""}).error().code,
            Errc::bad_request);
  EXPECT_TRUE(room.books_hold());
}

TEST(ArrearsStory, ACreditNoteFromElsewhereLiftsASuspensionToo) {
  PaymentRoom room(classic());
  room.open({1}, "basic", kJanuary);
  room.control(kEleventh);
  EXPECT_TRUE(room.doors.closed[{1}]);
  ASSERT_TRUE(room.database->write([&](db::Connection& c) {
    return ledger::post(c, {"credit_note:1", {1}, "CNY", kEleventh, "note", {{"revenue:base", 39900}, {"receivable", -39900}}});
  }).ok());
  room.control(kEleventh + seconds(60));
  EXPECT_FALSE(room.doors.closed[{1}]);
  EXPECT_EQ(room.payments.invoice_payments({1}, "PO-2026-000001", kEleventh)->due.open, 0);
}

TEST(ArrearsStory, DoorsThatCannotBeToldAreToldLater) {
  PaymentRoom room(classic());
  room.open({1}, "basic", kJanuary);
  room.doors.failing = true;
  room.control(kEleventh);
  EXPECT_TRUE(room.doors.closed.empty());
  room.doors.failing = false;
  room.control(kEleventh + seconds(61));
  EXPECT_TRUE(room.doors.closed[{1}]);
}

TEST(ArrearsStory, ALetterThatCannotBeKeptKeepsTheStateBack) {
  PaymentRoom room(classic());
  room.open({1}, "basic", kJanuary);
  room.control(kFebruary + seconds(10));
  room.letters.failing = true;
  room.control(kSixth);
  EXPECT_EQ(room.state({1}, kSixth), ArrearsState::clear);
  room.letters.failing = false;
  room.control(kSixth + seconds(1));
  EXPECT_EQ(room.state({1}, kSixth), ArrearsState::reminded);
  EXPECT_EQ(room.letters.count(MoneyMail::reminder), 1U);
}

}  // namespace
}  // namespace postage::invoice
