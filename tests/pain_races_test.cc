// The class of the pain catalogue about races (table at the head of pain_catalogue_test.cc), and that every class has its test.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "invoice/credit/credit_notes.h"
#include "invoice/documents/read_back.h"
#include "invoice/payments/testing.h"

namespace postage {
namespace {

using invoice::testing::at;
using invoice::testing::PaymentRoom;
using invoice::testing::Scratch;

const Instant kNewYear = at("2026-01-01T00:00:00+08:00");
const Instant kNow = at("2026-02-03T10:00:00+08:00");
const invoice::ChangedBy kBy{"finance", "test"};
constexpr AccountId kOne{1};

Rational money(const char* text) { return parse_decimal(text)->value; }

/// Eight people at once on one invoice of 399.00: notes of a part, of all that is left, one coupon that everybody tries to
/// redeem, and a payment. Whatever comes first, the notes never pass the invoice, one void wins, the coupon counts once, and
/// the books say the sum of what was admitted.
void race(std::uint32_t seed) {
  const Scratch scratch;
  PaymentRoom room({}, scratch.file("race.db"));
  room.open(kOne, "basic", kNewYear);
  ASSERT_EQ(room.close_months(at("2026-02-01T00:00:10+08:00")), 1);
  std::atomic<int> voids{0}, coupons{0};
  std::atomic<std::int64_t> cents{-39900};
  const auto note = [&](const invoice::CreditAsk& ask) {
    const auto made = room.database->write([&](db::Connection& c) {
      return invoice::add_credit(c, kOne, "PO-2026-000001", ask, std::nullopt, kNow, kBy, nullptr);
    });
    ASSERT_TRUE(made || made.error().code == Errc::conflict) << made.error().to_string();
    if (!made) return;
    voids += made->kind == "void" ? 1 : 0;
    cents += to_int64(money(made->total.c_str()) * Rational(100)).value();
  };
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      invoice::CreditAsk part{.everything = false, .lines = {}, .amount = money("60.01"), .reason = "outage"};
      invoice::CreditAsk line{.everything = false, .lines = {{0, money("33.33")}}, .amount = {}, .reason = "goodwill"};
      invoice::CreditAsk all{.everything = true, .lines = {}, .amount = {}, .reason = "wrong account"};
      for (std::uint32_t turn = 0; turn < 4; ++turn) {
        const std::uint32_t what = (seed + i * 5 + turn * 3) % 7;
        if (what < 2) note(part);
        if (what == 2 || what == 3) note(line);
        if (what == 4) note(all);
        if (what == 5) {
          const auto coupon = room.payments.credit(kOne, {"COUPON-7", money("20.00"), ""}, kNow, kBy);
          ASSERT_TRUE(coupon) << coupon.error().to_string();
          if (coupon->is_new) ++coupons, cents += 2000;
        }
        if (what == 6) {
          const auto paid = room.pay(kOne, "TX-1", "50.00", kNow);
          if (paid.result == invoice::Booking::booked) cents += 5000;
        }
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_LE(voids, 1);
  EXPECT_LE(coupons, 1);
  const auto notes = room.database->read([](db::Connection& c) { return invoice::list_credits(c, kOne, INT64_MAX, 200); });
  Rational credited;
  for (const invoice::StoredCredit& each : *notes) credited += money(each.total.c_str());
  EXPECT_LE(credited, money("399.00"));
  EXPECT_EQ(credited == money("399.00"), voids == 1);
  const auto proof = room.database->read([](db::Connection& c) { return invoice::verify_credits(c); });
  ASSERT_TRUE(proof) << proof.error().to_string();
  EXPECT_EQ(*proof, static_cast<std::int64_t>(notes->size()));
  EXPECT_TRUE(room.books_hold());
  EXPECT_EQ(room.money(kOne).balance(), BigInt(cents.load()));
}

TEST(PainCatalogue, RacesOfCreditNoteCouponVoid) {
  for (std::uint32_t seed = 0; seed < 7; ++seed) ASSERT_NO_FATAL_FAILURE(race(seed));
}

TEST(PainCatalogue, EveryClassHasATestOfItsName) {
  const char* const classes[] = {
      "TwoInvoicesForOnePeriodBecauseOfTimeZone", "ChangeOfCustomerTimeZoneLeavesGapOrOverlap",
      "DstEndlessLoopMissingOrDoubledHour", "ConcurrentFinalisationOrDuplicatePeriodicJob",
      "RacesOfCreditNoteCouponVoid", "DuplicateInAdvanceFees", "RoundingOfTaxesAndCreditNotes",
      "ProrationOffByOneOrOnTheWrongBase", "TimestampPrecision", "DuplicatesAfterReprocessing",
      "DoubleCountedFilters", "DedupSwallowsRealEvents", "BigNumbersVanish", "SafetyGuardRefusesARightInvoice",
      "UniqueIdentifierMissingOrRejected", "PeriodBoundaryDriftLastHoursMissing", "ZeroUsageOrMeteringOutage",
      "HardCapsWanted", "CapsMinimumsPrepaidInAdvance", "TimeZones", "SumOfDetailIsNotTheInvoice"};
  EXPECT_EQ(std::size(classes), 21u);
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  const testing::TestSuite* suite = nullptr;
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    if (std::string_view(all.GetTestSuite(i)->name()) == "PainCatalogue") suite = all.GetTestSuite(i);
  }
  ASSERT_NE(suite, nullptr);
  for (const std::string_view wanted : classes) {
    bool found = false;
    for (int i = 0; i < suite->total_test_count(); ++i) found = found || suite->GetTestInfo(i)->name() == wanted;
    EXPECT_TRUE(found) << wanted;
  }
}

}  // namespace
}  // namespace postage
