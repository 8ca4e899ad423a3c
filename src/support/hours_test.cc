#include "support/hours.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace postage::support {
namespace {

Instant at(const std::string& text) { return parse_instant(text).value(); }
Zone zone(const char* name) { return Zone::find(name).value(); }
Promise promise(const char* hours, const char* response) { return parse_promise(hours, response).value(); }

struct Row {
  const char* what;
  const char* zone;
  const char* hours;
  const char* response;
  const char* opened;
  const char* due;  ///< nullptr: none
};

// The desk works 09:00-21:00 local.
constexpr Row kRows[] = {
    {"free: best effort", "Asia/Shanghai", "12x7", "best_effort", "2026-11-05T10:00:00+08:00", nullptr},
    {"premium: an hour, at once", "Asia/Shanghai", "24x7", "1h", "2026-11-05T23:30:00+08:00", "2026-11-06T00:30:00+08:00"},
    {"enterprise: the same", "Asia/Shanghai", "24x7x365", "1h", "2026-11-05T23:30:00+08:00", "2026-11-06T00:30:00+08:00"},
    {"basic by day: 24 h are a day", "Asia/Shanghai", "12x7", "24h", "2026-11-05T10:00:00+08:00", "2026-11-06T10:00:00+08:00"},
    {"basic at night: from the opening", "Asia/Shanghai", "12x7", "24h", "2026-11-05T22:00:00+08:00", "2026-11-07T09:00:00+08:00"},
    {"basic before the opening", "Asia/Shanghai", "12x7", "24h", "2026-11-05T03:00:00+08:00", "2026-11-06T09:00:00+08:00"},
    {"at the closing", "Asia/Shanghai", "12x7", "24h", "2026-11-05T21:00:00+08:00", "2026-11-07T09:00:00+08:00"},
    {"ends in the night: as long after the opening", "Asia/Shanghai", "12x7", "12h", "2026-11-05T10:00:00+08:00", "2026-11-06T10:00:00+08:00"},
    {"working hours by day: two service days", "Asia/Shanghai", "12x7", "24wh", "2026-11-05T10:00:00+08:00", "2026-11-07T10:00:00+08:00"},
    {"working hours at night: from the opening", "Asia/Shanghai", "12x7", "24wh", "2026-11-05T22:00:00+08:00", "2026-11-07T21:00:00+08:00"},
    {"working hours before the opening", "Asia/Shanghai", "12x7", "24wh", "2026-11-05T03:00:00+08:00", "2026-11-06T21:00:00+08:00"},
    {"working hours of a desk that is always open", "Asia/Shanghai", "24x7", "24wh", "2026-11-05T22:00:00+08:00", "2026-11-06T22:00:00+08:00"},
    {"at the opening", "Asia/Shanghai", "12x7", "1h", "2026-11-05T09:00:00+08:00", "2026-11-05T10:00:00+08:00"},
    {"a millisecond before it", "Asia/Shanghai", "12x7", "1h", "2026-11-05T08:59:59.999+08:00", "2026-11-05T10:00:00+08:00"},
    {"at the closing", "Asia/Shanghai", "12x7", "1h", "2026-11-05T21:00:00+08:00", "2026-11-06T10:00:00+08:00"},
    {"a millisecond before it", "Asia/Shanghai", "12x7", "1h", "2026-11-05T20:59:59.999+08:00", "2026-11-06T09:59:59.999+08:00"},
    {"exactly until the closing", "Asia/Shanghai", "12x7", "1h", "2026-11-05T20:00:00+08:00", "2026-11-05T21:00:00+08:00"},
    {"over the end of a month", "Asia/Shanghai", "12x7", "1h", "2026-11-30T20:30:00+08:00", "2026-12-01T09:30:00+08:00"},
    {"over a leap day", "Asia/Shanghai", "12x7", "24wh", "2028-02-28T12:00:00+08:00", "2028-03-01T12:00:00+08:00"},
    {"February without one", "Asia/Shanghai", "12x7", "24wh", "2027-02-27T12:00:00+08:00", "2027-03-01T12:00:00+08:00"},
    {"over New Year", "Asia/Shanghai", "12x7", "24wh", "2026-12-31T12:00:00+08:00", "2027-01-02T12:00:00+08:00"},
    {"clocks go forward in the night", "America/New_York", "12x7", "1h", "2026-03-07T20:30:00-05:00", "2026-03-08T09:30:00-04:00"},
    {"clocks go back in the night", "America/New_York", "12x7", "1h", "2026-10-31T20:30:00-04:00", "2026-11-01T09:30:00-05:00"},
    {"12x7 counts real hours over a change", "America/New_York", "12x7", "24h", "2026-03-07T12:00:00-05:00", "2026-03-08T13:00:00-04:00"},
    {"24x7 counts real hours over a change", "America/New_York", "24x7", "24h", "2026-03-07T12:00:00-05:00", "2026-03-08T13:00:00-04:00"},
    {"minutes", "UTC", "24x7", "30m", "2026-11-05T10:00:00Z", "2026-11-05T10:30:00Z"},
};

TEST(SupportHours, DueTimes) {
  for (const Row& row : kRows) {
    const auto found = due(at(row.opened), promise(row.hours, row.response), {}, zone(row.zone));
    if (row.due == nullptr) {
      EXPECT_EQ(found, std::nullopt) << row.what;
    } else {
      ASSERT_TRUE(found) << row.what;
      EXPECT_EQ(instant_text_utc(*found), instant_text_utc(at(row.due))) << row.what;
    }
  }
}

TEST(SupportHours, TwentyFourHoursAreADayOfTheClockAndWorkingHoursAreNamedSo) {
  const Zone china = zone("Asia/Shanghai");
  const Instant opened = at("2026-11-05T10:00:00+08:00");
  EXPECT_EQ(due(opened, promise("12x7", "24h"), {}, china), opened + std::chrono::hours(24));
  EXPECT_EQ(due(opened, promise("12x7", "24wh"), {}, china), opened + std::chrono::hours(48));
}

TEST(SupportHours, ADeskWithAShortDayIsDueByItsClosing) {
  const Desktime short_day = parse_desktime("09:00-11:00").value();
  EXPECT_EQ(due(at("2026-11-05T10:00:00Z"), promise("12x7", "12h"), short_day, Zone()), at("2026-11-06T11:00:00Z"));
  EXPECT_EQ(due(at("2026-11-05T10:00:00Z"), promise("12x7", "2h"), short_day, Zone()), at("2026-11-06T10:00:00Z"));
}

TEST(SupportHours, PartsOfTheTimeForReminders) {
  const Promise basic = promise("12x7", "24wh");
  const Zone china = zone("Asia/Shanghai");
  const Instant opened = at("2026-11-05T10:00:00+08:00");
  EXPECT_EQ(due(opened, promise("12x7", "24h"), {}, china, 50), at("2026-11-05T22:00:00+08:00"));
  EXPECT_EQ(due(opened, promise("12x7", "24h"), {}, china, 80), at("2026-11-06T05:12:00+08:00"));
  EXPECT_EQ(due(opened, basic, {}, china, 50), at("2026-11-06T10:00:00+08:00"));
  EXPECT_EQ(due(opened, basic, {}, china, 80), at("2026-11-06T17:12:00+08:00"));
}

TEST(SupportHours, TheDesksHoursAreASetting) {
  const Desktime night = parse_desktime("18:00-24:00").value();
  EXPECT_EQ(due(at("2026-11-05T10:00:00Z"), promise("12x7", "8h"), night, Zone()), at("2026-11-06T20:00:00Z"));
  for (const char* bad : {"", "9-21", "09:00", "21:00-09:00", "09:00-09:00", "09:00-24:01", "09:60-21:00", "0x:00-21:00", "09:00-21:00 "}) {
    EXPECT_FALSE(parse_desktime(bad)) << bad;
  }
}

TEST(SupportHours, WordsNobodyKnowsAreRefused) {
  for (const auto& [hours, response] : {std::pair("8x5", "1h"), {"24x7", "soon"}, {"24x7", ""}, {"24x7", "0h"}, {"24x7", "0wh"}, {"24x7", "wh"}, {"24x7", "1ww"}, {"24x7", "1wwh"}, {"24x7", "h"},
                                        {"24x7", "-1h"}, {"24x7", "10001h"}, {"24x7", "1.5h"}, {"", "1h"}}) {
    EXPECT_EQ(parse_promise(hours, response).error().code, Errc::invalid_catalogue) << hours << ' ' << response;
  }
}

TEST(SupportHours, EveryBuiltInPlanPromisesSomethingReadable) {
  for (const std::string& name : catalog::builtin_names()) {
    const auto catalogue = catalog::builtin(name).value();
    for (const catalog::PlanPtr& plan : catalogue->plans) EXPECT_TRUE(promise_of(*plan)) << name << '/' << plan->name;
  }
  const auto cn26 = catalog::builtin("cn26").value();
  EXPECT_EQ(promise_of(*cn26->find("free")).value(), (Promise{false, std::nullopt}));
  EXPECT_EQ(promise_of(*cn26->find("basic")).value(), (Promise{false, std::chrono::hours(24)}));
  EXPECT_EQ(promise_of(*cn26->find("premium")).value(), (Promise{true, std::chrono::hours(1)}));
}

/// Service time between two instants, counted minute by minute.
std::int64_t served_minutes(Instant from, Instant to, const Zone& zone) {
  std::int64_t served = 0;
  for (Instant minute = from; minute < to; minute += std::chrono::minutes(1)) {
    const auto of_day = (minute + zone.offset_at(minute)).time_since_epoch() % std::chrono::hours(24);
    served += of_day >= std::chrono::hours(9) && of_day < std::chrono::hours(21) ? 1 : 0;
  }
  return served;
}

RC_GTEST_PROP(SupportHours, ExactlyTheWorkingHoursOfServiceLieBetween, ()) {
  const Zone where = zone(*rc::gen::element("UTC", "Asia/Shanghai", "America/New_York", "Europe/Berlin"));
  const Instant opened = at("2026-01-01T00:00:00Z") + std::chrono::minutes(*rc::gen::inRange(0, 3 * 525'600));
  const int minutes = *rc::gen::inRange(1, 3000);
  const auto found = due(opened, {false, std::chrono::minutes(minutes), true}, {}, where);
  RC_ASSERT(found.has_value());
  RC_ASSERT(served_minutes(opened, *found, where) == minutes);
  RC_ASSERT(served_minutes(*found - std::chrono::minutes(1), *found, where) == 1);
}

RC_GTEST_PROP(SupportHours, AnAnswerIsDueInServiceNotBeforeItsHoursOfTheClockAndTheNextDayAtTheLatest, ()) {
  const Zone where = zone(*rc::gen::element("UTC", "Asia/Shanghai", "America/New_York", "Europe/Berlin"));
  const Instant opened = at("2026-01-01T00:00:00Z") + std::chrono::minutes(*rc::gen::inRange(0, 3 * 525'600));
  const std::chrono::minutes response(*rc::gen::inRange(1, 3000));
  const Promise promise{false, response};
  const Instant found = due(opened, promise, {}, where).value();
  RC_ASSERT(found >= opened + response);
  RC_ASSERT(found <= opened + response + std::chrono::hours(2 * 13));  // Two nights, one with a change of clocks.
  RC_ASSERT(served_minutes(found - std::chrono::minutes(1), found, where) == 1);
  RC_ASSERT(due(opened, promise, {}, where, 80).value() <= found);
}

}  // namespace
}  // namespace postage::support
