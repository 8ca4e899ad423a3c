#include "invoice/forecast.h"

#include <gtest/gtest.h>

#include "invoice/testing.h"

namespace postage::invoice {
namespace {

using std::chrono::hours;
using testing::at;
using testing::Room;

const AccountId kAccount{7};
const ProjectId kChat{70};

/// A cn26 account in January 2026 (a Thursday comes first), with days made by hand.
struct ForecastTest : ::testing::Test {
  const Instant start = at("2026-01-01T00:00:00+08:00");

  RatedMonth running(const char* plan, const char* now, std::int64_t peak, std::int64_t units) {
    room.accounts.add(kAccount, plan, start);
    if (!room.billing->terms(kAccount, start)) CHECK(room.billing->open_account(kAccount, {"t", ""}).ok());
    room.usage.set(kChat, start, peak, units, 0);
    return *room.billing->running(kAccount, at(now));
  }
  /// `count` whole days that end at `end`, each with `units` by its weekday (0 = Sunday).
  std::vector<meter::UsagePoint> days(const char* end, int count, const std::function<std::int64_t(unsigned)>& units,
                                      std::int64_t peak = 0) {
    std::vector<meter::UsagePoint> points;
    const Zone zone = *Zone::find("Asia/Shanghai");
    for (int i = count; i > 0; --i) {
      meter::UsagePoint day;
      day.range = {at(end) - hours(24 * i), at(end) - hours(24 * (i - 1))};
      day.units = units(std::chrono::weekday(std::chrono::sys_days(zone.date_at(day.range.start))).c_encoding());
      day.peak = peak;
      day.samples = 24;
      day.covered_minutes = day.due_minutes = 1440;
      points.push_back(day);
    }
    return points;
  }
  static std::string when(const std::optional<Instant>& instant) { return instant ? instant_text_utc(*instant) : "never"; }
  Room room;
};

TEST_F(ForecastTest, ASteadyPaceGoesOn) {
  // 1.44 M a day: 1,000 a minute. 16 days used, 15 to come.
  const auto month = running("basic", "2026-01-17T00:00:00+08:00", 10, 16 * 1'440'000);
  const auto past = days("2026-01-17T00:00:00+08:00", 28, [](unsigned) { return 1'440'000; }, 10);
  const Forecast seen = forecast(month, {past, 0});
  const MeterForecast& messages = seen.meters[1];
  EXPECT_EQ(messages.expected, Rational(31 * 1'440'000));
  EXPECT_EQ(messages.low, messages.expected);
  EXPECT_EQ(messages.high, messages.expected);
  // 30,000,000 are reached 6,960 minutes (4 days 20 hours) later, on the hour.
  EXPECT_EQ(when(messages.crosses_at), "2026-01-21T12:00:00.000Z");
  EXPECT_FALSE(messages.reached);
  EXPECT_TRUE(seen.firm());
  // 14,640,000 over at 20 a million.
  EXPECT_EQ(money_text(seen.expected.total, seen.expected.currency), "691.80");
  EXPECT_EQ(when(seen.meters[0].crosses_at), "never");
}

TEST_F(ForecastTest, WeekdaysCountWhatTheyWereLike) {
  // Weekends are quiet. From Saturday the 17th on: 17, 18, 24, 25, 31 are weekend days, ten are working days.
  const auto month = running("basic", "2026-01-17T00:00:00+08:00", 10, 0);
  const auto past = days("2026-01-17T00:00:00+08:00", 28, [](unsigned day) { return day == 0 || day == 6 ? 144'000 : 1'440'000; });
  EXPECT_EQ(forecast(month, {past, 0}).meters[1].expected, Rational(10 * 1'440'000 + 5 * 144'000));
}

TEST_F(ForecastTest, TheRangeIsTheSlowestAndTheFastestOfEachWeekday) {
  const auto month = running("basic", "2026-01-17T00:00:00+08:00", 10, 0);
  auto past = days("2026-01-17T00:00:00+08:00", 28, [](unsigned) { return 1'440'000; });
  for (std::size_t i = 0; i < 14; ++i) past[i].units = 2'880'000;
  const MeterForecast messages = forecast(month, {past, 0}).meters[1];
  EXPECT_EQ(messages.low, Rational(15 * 1'440'000));
  EXPECT_EQ(messages.expected, Rational(15 * 2'160'000));
  EXPECT_EQ(messages.high, Rational(15 * 2'880'000));
}

TEST_F(ForecastTest, APeakNeverFallsAndComesBackOnItsWeekday) {
  const auto month = running("basic", "2026-01-17T12:00:00+08:00", 400, 0);
  auto past = days("2026-01-17T00:00:00+08:00", 28, [](unsigned) { return 0; }, 300);
  past[21 + 3].peak = 700;  // Tuesday the 13th.
  const MeterForecast pcu = forecast(month, {past, 0}).meters[0];
  EXPECT_EQ(pcu.expected, Rational(700));
  EXPECT_EQ(pcu.low, Rational(400));
  EXPECT_EQ(when(pcu.crosses_at), "2026-01-19T17:00:00.000Z");  // The first hour of Tuesday the 20th.
}

TEST_F(ForecastTest, StorageStaysAndTheRangeFollowsTheWeeksTrend) {
  const auto month = running("basic", "2026-01-17T00:30:00+08:00", 10, 0);
  auto past = days("2026-01-17T00:00:00+08:00", 8, [](unsigned) { return 0; });
  constexpr std::int64_t kGb = std::int64_t{1} << 30;
  for (std::size_t i = 0; i < past.size(); ++i) past[i].byte_hours = static_cast<UInt128>(i + 1) * kGb * 24;
  past.push_back(past.back());  // Today, not yet whole: it does not count for the trend.
  past.back().byte_hours = 0;
  const MeterForecast storage = forecast(month, {past, 8 * kGb}).meters[2];
  EXPECT_EQ(storage.expected, Rational(BigInt(359 * 8), BigInt(720)));  // 359 samples to come.
  EXPECT_EQ(storage.low, storage.expected);
  EXPECT_GT(storage.high, storage.expected);
}

TEST_F(ForecastTest, ABudgetIsCrossedWhenTheBillWillBeAboveIt) {
  ASSERT_TRUE((running("basic", "2026-01-02T00:00:00+08:00", 1, 0), true));
  ASSERT_TRUE(room.billing->set_budget(kAccount, Rational(500), at("2026-01-02T00:00:00+08:00"), {"t", ""}));
  const auto month = running("basic", "2026-01-17T00:00:00+08:00", 10, 30'000'000);
  const auto past = days("2026-01-17T00:00:00+08:00", 28, [](unsigned) { return 1'440'000; });
  const Forecast seen = forecast(month, {past, 0});
  // 101.00 buy 5,050,000 messages: 5,050 minutes; above it from the 85th full hour on.
  EXPECT_EQ(when(seen.budget_crosses_at), "2026-01-20T05:00:00.000Z");
  EXPECT_TRUE(seen.meters[1].reached);
  EXPECT_EQ(when(seen.meters[1].crosses_at), "never");
}

TEST_F(ForecastTest, WithoutAPastNothingIsExpectedAndItSaysSo) {
  const Forecast seen = forecast(running("basic", "2026-01-01T00:00:00+08:00", 0, 0), {{}, 0});
  EXPECT_FALSE(seen.firm());
  EXPECT_EQ(seen.meters[1].expected, Rational(0));
  EXPECT_EQ(money_text(seen.expected.total, seen.expected.currency), "399.00");
}

TEST_F(ForecastTest, PayAsYouGoHasNoQuotaToCross) {
  const auto month = running("flagship", "2026-01-17T00:00:00+08:00", 10, 1'000'000);
  const auto past = days("2026-01-17T00:00:00+08:00", 28, [](unsigned) { return 1'440'000; });
  const Forecast seen = forecast(month, {past, 0});
  EXPECT_FALSE(seen.meters[1].quota);
  EXPECT_EQ(when(seen.meters[1].crosses_at), "never");
}

}  // namespace
}  // namespace postage::invoice
