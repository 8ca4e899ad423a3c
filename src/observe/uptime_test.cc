#include <gtest/gtest.h>

#include "observe/uptime_log.h"
#include "observe/uptime_watch.h"

namespace postage::observe {
namespace {

Instant at(const char* text) { return parse_instant(text).value(); }

std::unique_ptr<db::Database> store() {
  auto opened = db::Database::open({.path = ":memory:", .readers = 2, .sync = false});
  CHECK(opened.ok());
  CHECK(migrate(**opened, Instant{}).ok());
  return std::move(*opened);
}

Mark mark_at(Instant at) { return {at.time_since_epoch() / seconds(1), 0, Cause::lane}; }

/// Z17 for every length of month: 30 minutes down, and the minutes that are allowed.
TEST(UptimeLog, Z17ThirtyMinutesDownInMonthsOfEveryLength) {
  struct Row {
    MonthKey month;
    std::int64_t minutes;
    const char* allowed;
    const char* percent;  // after 30 minutes, 4 decimals
  };
  const Row rows[] = {{{2027, 2}, 40'320, "20.16", "99.9256"},
                      {{2028, 2}, 41'760, "20.88", "99.9282"},
                      {{2026, 11}, 43'200, "21.6", "99.9306"},
                      {{2026, 12}, 44'640, "22.32", "99.9328"}};
  const Zone zone = Zone::find("Asia/Shanghai").value();
  const Rational target = parse_decimal("99.95")->value;
  for (const Row& row : rows) {
    const auto database = store();
    UptimeLog log(*database, "n");
    const InstantRange month = month_range(row.month, zone);
    ASSERT_TRUE(log.write(mark_at(month.start - std::chrono::hours(48)), {}));
    ASSERT_TRUE(log.write(mark_at(month.start), {{{month.start, month.start + std::chrono::minutes(30), Cause::lane}}, {}}));
    const auto uptime = log.uptime(month, false).value();
    ASSERT_TRUE(uptime);
    EXPECT_EQ(uptime->minutes, row.minutes);
    EXPECT_EQ(uptime->down, 30);
    EXPECT_EQ(uptime->percent().rounded(4).to_plain(), row.percent);
    EXPECT_LT(uptime->percent(), target);
    EXPECT_EQ((Rational(row.minutes) * (Rational(100) - target) / Rational(100)).to_plain(), row.allowed);
  }
}

struct UptimeLogTest : testing::Test {
  std::unique_ptr<db::Database> database = store();
  UptimeLog log{*database, "n"};
  const InstantRange day{at("2026-11-05T00:00:00Z"), at("2026-11-06T00:00:00Z")};
  void first(const char* text) { ASSERT_TRUE(log.write(mark_at(at(text)), {})); }
  void down(const char* from, const char* to, Cause cause = Cause::lane) {
    ASSERT_TRUE(log.write(mark_at(at(to)), {{{at(from), at(to), cause}}, {}}));
  }
};

TEST_F(UptimeLogTest, NobodyMeasuredIsNotUp) {
  EXPECT_EQ(log.uptime(day, false).value(), std::nullopt);
  first("2026-11-06T00:00:00Z");
  EXPECT_EQ(log.uptime(day, false).value(), std::nullopt);
}

TEST_F(UptimeLogTest, OnlyMinutesSinceTheFirstJudgementAndOfTheRangeCount) {
  first("2026-11-05T12:00:30Z");
  EXPECT_EQ(log.uptime(day, false).value()->minutes, 720);
  EXPECT_EQ(log.uptime({at("2026-11-05T20:00:30Z"), day.end}, false).value()->minutes, 239);
}

TEST_F(UptimeLogTest, RangesAreCutJoinedAndNeverCountedTwice) {
  first("2026-11-01T00:00:00Z");
  down("2026-11-04T23:50:00Z", "2026-11-05T00:10:00Z");
  down("2026-11-05T00:10:00Z", "2026-11-05T00:11:00Z");
  UptimeLog other(*database, "m");
  ASSERT_TRUE(other.write(mark_at(day.end), {{{at("2026-11-05T00:05:00Z"), at("2026-11-05T00:20:00Z"), Cause::probe}}, {}}));
  const auto uptime = log.uptime(day, false).value();
  ASSERT_TRUE(uptime);
  EXPECT_EQ(uptime->down, 20);
  // Whoever was down first keeps a minute that two nodes lost.
  const std::vector<DownRange> expected = {{day.start, at("2026-11-05T00:10:00Z"), Cause::lane},
                                           {at("2026-11-05T00:10:00Z"), at("2026-11-05T00:20:00Z"), Cause::probe}};
  EXPECT_EQ(uptime->ranges, expected);
  EXPECT_EQ(log.down_minutes().value(), 36);
}

TEST_F(UptimeLogTest, MaintenanceIsLeftOutOnlyWhenAsked) {
  first("2026-11-01T00:00:00Z");
  ASSERT_TRUE(database->write([&](db::Connection& connection) {
    return UptimeLog::announce(connection, {0, at("2026-11-05T01:59:30Z"), at("2026-11-05T03:00:30Z"), day.start, "op", "disk"});
  }));
  down("2026-11-05T02:30:00Z", "2026-11-05T03:30:00Z");
  EXPECT_EQ(log.uptime(day, false).value()->down, 60);
  EXPECT_EQ(log.uptime(day, false).value()->minutes, 1440);
  EXPECT_EQ(log.uptime(day, true).value()->down, 30);
  EXPECT_EQ(log.uptime(day, true).value()->minutes, 1380);
  const auto listed = log.maintenance(day).value();
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].start, at("2026-11-05T02:00:00Z"));
  EXPECT_EQ(listed[0].end, at("2026-11-05T03:00:00Z"));
}

TEST_F(UptimeLogTest, MaintenanceIsAnnouncedBeforeItBeginsAndIsBounded) {
  const auto announce = [&](const char* from, const char* to) {
    return database->write([&](db::Connection& connection) {
      return UptimeLog::announce(connection, {0, at(from), at(to), day.start, "op", "disk"});
    });
  };
  EXPECT_EQ(announce("2026-11-04T23:59:59Z", "2026-11-05T01:00:00Z").error().detail.substr(0, 9), "starts_at");
  EXPECT_EQ(announce("2026-11-05T01:00:10Z", "2026-11-05T01:01:50Z").error().detail.substr(0, 7), "ends_at");
  EXPECT_EQ(announce("2026-11-05T01:00:00Z", "2026-11-12T01:01:00Z").error().detail.substr(0, 7), "ends_at");
  EXPECT_TRUE(announce("2026-11-05T01:00:00Z", "2026-11-12T01:00:00Z"));
}

TEST_F(UptimeLogTest, TheStoreRefusesToChangeWhatWasMeasured) {
  first("2026-11-01T00:00:00Z");
  down("2026-11-05T02:30:00Z", "2026-11-05T03:30:00Z");
  for (const char* sql : {"update observe_down set ends_at = starts_at", "delete from observe_down"}) {
    EXPECT_FALSE(database->write([&](db::Connection& connection) { return connection.script(sql); })) << sql;
  }
}

TEST_F(UptimeLogTest, AStoreThatNobodyServesIsDownSinceItsMark) {
  first("2026-11-05T02:30:40Z");
  EXPECT_EQ(log.uptime(day, false, at("2026-11-05T02:31:50Z")).value()->down, 0);
  const auto silent = log.uptime(day, false, at("2026-11-05T03:00:00Z")).value();
  EXPECT_EQ(silent->down, 30);
  EXPECT_EQ(silent->ranges[0].cause, Cause::not_running);
}

struct FakePulse final : Pulse {
  explicit FakePulse(const Clock& given) : clock(given), seen(given.steady()) {}
  void ask() override {
    if (!wedged) seen = clock.steady();
  }
  [[nodiscard]] Steady last() const override { return seen; }
  const Clock& clock;
  Steady seen;
  bool wedged = false;
};

struct UptimeWatchTest : testing::Test {
  UptimeWatchTest() { CHECK(watch.begin().ok()); }
  void minutes(int count, UptimeWatch& of) {
    for (int second = 0; second < count * 60; ++second) {
      ASSERT_TRUE(of.round());
      clock.advance(seconds(1));
    }
  }
  void minutes(int count) { minutes(count, watch); }
  Uptime uptime() { return *log.uptime({start, start + std::chrono::hours(24)}, false).value(); }

  const Instant start = at("2026-11-05T00:00:00Z");
  ManualClock clock{start};
  std::unique_ptr<db::Database> database = store();
  UptimeLog log{*database, "n"};
  FakePulse one{clock}, two{clock};
  milliseconds moved{0};  ///< by hand
  UptimeWatch watch{{clock, log, {&one, &two}, [this] { return moved; }}};
};

TEST_F(UptimeWatchTest, AWedgedLaneIsDown) {
  minutes(10);
  EXPECT_TRUE(watch.gauges().up);
  two.wedged = true;
  minutes(10);
  EXPECT_FALSE(watch.gauges().up);
  two.wedged = false;
  minutes(10);
  EXPECT_TRUE(watch.gauges().up);
  // The lane was noticed after 6 seconds; the minute of its return lost only its first second.
  ASSERT_EQ(uptime().ranges.size(), 1U);
  EXPECT_EQ(uptime().ranges[0], (DownRange{start + std::chrono::minutes(10), start + std::chrono::minutes(20), Cause::lane}));
  EXPECT_EQ(watch.gauges().down_minutes, 10);
}

TEST_F(UptimeWatchTest, AFailingMeterAndAFailingProbeAreDown) {
  minutes(1);
  watch.meter(false);
  minutes(2);
  watch.meter(true);
  watch.probed(1, false, milliseconds(2000));
  minutes(3);
  watch.probed(1, true, milliseconds(3));
  minutes(1);
  minutes(1);
  ASSERT_EQ(uptime().ranges.size(), 2U);
  EXPECT_EQ(uptime().ranges[0].cause, Cause::meter);
  EXPECT_EQ(uptime().ranges[1].cause, Cause::probe);
  EXPECT_EQ(uptime().down, 5);
  EXPECT_EQ(watch.gauges().probes_failed, 1U);
  EXPECT_EQ(watch.gauges().slowest_probe, milliseconds(3));
}

TEST_F(UptimeWatchTest, AKilledRunLeavesItsGapToTheNext) {
  minutes(10);
  clock.advance(std::chrono::minutes(30));
  FakePulse again(clock);
  UptimeWatch next({clock, log, {&again}, [this] { return moved; }});
  ASSERT_TRUE(next.begin());
  EXPECT_EQ(next.gauges().down_minutes, 30);
  minutes(5, next);
  EXPECT_EQ(uptime().down, 30);
  EXPECT_EQ(uptime().ranges[0].cause, Cause::not_running);
  EXPECT_EQ(uptime().percent(), Rational(BigInt(1410 * 100), BigInt(1440)));
}

TEST_F(UptimeWatchTest, TimeThatTheClockWasSetOverIsNeitherUpNorDown) {
  minutes(10);
  two.wedged = true;
  minutes(10);
  // Set over four hours while a lane is wedged, which it stays for ten minutes more.
  moved += std::chrono::hours(4);
  clock.advance(std::chrono::hours(4));
  minutes(10);
  two.wedged = false;
  minutes(10);
  EXPECT_EQ(uptime().minutes, 1440 - 240);
  EXPECT_EQ(uptime().down, 20);
  ASSERT_EQ(uptime().ranges.size(), 2U);
  EXPECT_EQ(uptime().ranges[0].end, start + std::chrono::minutes(20));
  EXPECT_EQ(uptime().ranges[1].start, start + std::chrono::minutes(20) + std::chrono::hours(4));
  for (const char* sql : {"update observe_unseen set ends_at = starts_at", "delete from observe_unseen"}) {
    EXPECT_FALSE(database->write([&](db::Connection& connection) { return connection.script(sql); })) << sql;
  }
  // A process that ends right after is not down for what the clock was set over, but for what passes until the next.
  moved += std::chrono::hours(2);
  clock.advance(std::chrono::hours(2));
  ASSERT_TRUE(watch.round());
  clock.advance(std::chrono::minutes(5));
  FakePulse again(clock);
  UptimeWatch next({clock, log, {&again}, [this] { return moved; }});
  ASSERT_TRUE(next.begin());
  minutes(1, next);
  EXPECT_EQ(uptime().minutes, 1440 - 360);
  EXPECT_EQ(uptime().down, 25);
}

TEST_F(UptimeWatchTest, WhatTheStoreDidNotTakeIsStoredLater) {
  minutes(1);
  watch.meter(false);
  const auto lock = database->write([&](db::Connection& connection) { return connection.script("alter table observe_down rename to gone"); });
  ASSERT_TRUE(lock);
  for (int second = 0; second < 120; ++second) {
    const auto done = watch.round();
    (void)done;  // Fails whenever there is something to store.
    clock.advance(seconds(1));
  }
  ASSERT_TRUE(database->write([&](db::Connection& connection) { return connection.script("alter table gone rename to observe_down"); }));
  watch.meter(true);
  minutes(2);
  EXPECT_EQ(uptime().down, 2);
}

}  // namespace
}  // namespace postage::observe
