#include "observe/minutes.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace postage::observe {
namespace {

constexpr std::int64_t kStart = 1'800'000'000;  // A full minute.
static_assert(kStart % 60 == 0);

Instant at(std::int64_t second) { return Instant(seconds(kStart + second)); }

/// A judge that judges every second of [from, to).
struct Bench {
  void seconds_of(std::int64_t from, std::int64_t to, Verdict verdict = {}) {
    for (std::int64_t second = from; second < to; ++second) judge.judge(at(second) + milliseconds(400), verdict);
  }
  std::int64_t down_minutes() {
    std::int64_t sum = 0;
    for (const DownRange& each : judge.take().down) sum += (each.end - each.start) / std::chrono::minutes(1);
    return sum;
  }
  MinuteJudge judge;
};

TEST(MinuteJudge, AMinuteWithHalfItsSecondsGoodIsUp) {
  for (const auto& [bad, down] : {std::pair(30, 0), std::pair(31, 1), std::pair(0, 0), std::pair(60, 1)}) {
    Bench bench;
    bench.seconds_of(0, 60);
    bench.seconds_of(60, 60 + bad, {false, Cause::meter});
    bench.seconds_of(60 + bad, 180);
    EXPECT_EQ(bench.down_minutes(), down) << bad;
  }
}

TEST(MinuteJudge, TheFirstMinuteHoldsNothingBeforeTheFirstSecond) {
  Bench bench;
  bench.seconds_of(50, 60);
  bench.seconds_of(60, 121);
  EXPECT_EQ(bench.down_minutes(), 0);
}

TEST(MinuteJudge, NeighboursWithOneCauseAreOneRange) {
  Bench bench;
  bench.seconds_of(0, 60);
  bench.seconds_of(60, 240, {false, Cause::lane});
  bench.seconds_of(240, 300, {false, Cause::probe});
  bench.seconds_of(300, 361);
  const std::vector<DownRange> expected = {{at(60), at(240), Cause::lane}, {at(240), at(300), Cause::probe}};
  EXPECT_EQ(bench.judge.take().down, expected);
  EXPECT_TRUE(bench.judge.take().down.empty());
}

TEST(MinuteJudge, ASecondIsBadWhenOneOfItsJudgementsWas) {
  Bench bench;
  bench.seconds_of(0, 60);
  for (std::int64_t second = 60; second < 91; ++second) {
    bench.judge.judge(at(second), {});
    bench.judge.judge(at(second) + milliseconds(900), {false, Cause::probe});
    bench.judge.judge(at(second) + milliseconds(950), {});
    bench.judge.judge(at(second) + milliseconds(990), {false, Cause::probe});
  }
  bench.seconds_of(91, 121);
  const std::vector<DownRange> expected = {{at(60), at(120), Cause::probe}};
  EXPECT_EQ(bench.judge.take().down, expected);
}

TEST(MinuteJudge, AJudgementSpeaksForFiveSecondsAndNoMore) {
  Bench often;
  for (std::int64_t second = 0; second <= 600; second += 5) often.judge.judge(at(second), {});
  EXPECT_EQ(often.down_minutes(), 0);
  Bench seldom;
  for (std::int64_t second = 0; second <= 600; second += 20) seldom.judge.judge(at(second), {});
  EXPECT_EQ(seldom.down_minutes(), 10);
}

TEST(MinuteJudge, WhatLiesBetweenTwoRunsWasNotRunning) {
  Bench before;
  before.seconds_of(0, 140);  // 20 seconds into the third minute.
  Bench after;
  after.judge.restore(*before.judge.mark());
  after.seconds_of(140 + 1800, 2100);
  // The minute of the stop had 20 good seconds; that of the start 40.
  EXPECT_EQ(before.down_minutes(), 0);
  const std::vector<DownRange> found = after.judge.take().down;
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].start, at(120));
  EXPECT_EQ(found[0].end, at(1920));
  EXPECT_EQ(found[0].cause, Cause::not_running);
}

TEST(MinuteJudge, AShortRestartCostsNoMinute) {
  Bench before;
  before.seconds_of(0, 100);
  Bench after;
  after.judge.restore(*before.judge.mark());
  after.seconds_of(110, 300);
  EXPECT_EQ(after.down_minutes(), 0);
}

TEST(MinuteJudge, AStepOfTheClockIsDownUnlessTheClockWasSetByHand) {
  Bench stood_still, set;
  stood_still.seconds_of(0, 60);
  stood_still.seconds_of(60 + 31 * 86'400, 60 + 31 * 86'400 + 61);
  EXPECT_EQ(stood_still.down_minutes(), 31 * 1440);
  // Set over 31 days in the second that follows a full minute; a day later by 20 seconds into the minute.
  set.seconds_of(0, 60);
  set.judge.judge(at(60 + 31 * 86'400), {}, std::chrono::days(31));
  set.seconds_of(61 + 31 * 86'400, 80 + 31 * 86'400);
  set.judge.judge(at(110 + 32 * 86'400), {}, std::chrono::days(1) + seconds(30));
  set.seconds_of(111 + 32 * 86'400, 300 + 32 * 86'400);
  const Found found = set.judge.take();
  EXPECT_TRUE(found.down.empty());
  ASSERT_EQ(found.unseen.size(), 2U);
  EXPECT_EQ(found.unseen[0], (InstantRange{at(60), at(60 + 31 * 86'400)}));
  EXPECT_EQ(found.unseen[1], (InstantRange{at(60 + 31 * 86'400), at(120 + 32 * 86'400)}));
}

TEST(MinuteJudge, WhatWasBadBeforeTheClockWasSetDoesNotHoldOverTheStep) {
  Bench bench;
  bench.seconds_of(0, 60);
  bench.seconds_of(60, 120, {false, Cause::lane});
  bench.judge.judge(at(7200), {false, Cause::lane}, seconds(7080));
  bench.seconds_of(7201, 7260, {false, Cause::lane});
  bench.seconds_of(7260, 7321);
  const std::vector<DownRange> expected = {{at(60), at(120), Cause::lane}, {at(7200), at(7260), Cause::lane}};
  const Found found = bench.judge.take();
  EXPECT_EQ(found.down, expected);
  ASSERT_EQ(found.unseen.size(), 1U);
  EXPECT_EQ(found.unseen[0], (InstantRange{at(120), at(7200)}));
}

TEST(MinuteJudge, TimeThatPassedByItselfBesideAStepIsJudgedAsEver) {
  Bench bench;
  bench.seconds_of(0, 60);
  bench.judge.judge(at(60 + 600 + 3600), {}, seconds(3600));  // Ten minutes nobody judged, then an hour set.
  bench.seconds_of(4261, 4381);
  const Found found = bench.judge.take();
  ASSERT_EQ(found.down.size(), 1U);
  EXPECT_EQ(found.down[0], (DownRange{at(60), at(660), Cause::not_running}));
  EXPECT_EQ(found.unseen.at(0), (InstantRange{at(660), at(4260)}));
}

TEST(MinuteJudge, TheClockGoingBackChangesNothing) {
  Bench bench;
  bench.seconds_of(0, 120);
  bench.seconds_of(30, 100, {false, Cause::lane});
  bench.seconds_of(120, 181);
  EXPECT_EQ(bench.down_minutes(), 0);
}

/// Whatever is seen and however often: the minutes are those of the plain rule over single seconds.
RC_GTEST_PROP(MinuteJudge, AgreesWithCountingSecondBySecond, ()) {
  constexpr int kMinutes = 20;
  std::vector<bool> good(kMinutes * 60, true);
  Bench bench;
  bool state = true;
  for (std::size_t second = 0; second < good.size(); ++second) {
    if (*rc::gen::inRange(0, 25) == 0) state = !state;
    good[second] = state;
    bench.judge.judge(at(static_cast<std::int64_t>(second)), {state, Cause::meter});
  }
  std::int64_t expected = 0;
  for (int minute = 0; minute < kMinutes; ++minute) {
    int count = 0;
    for (int i = 0; i < 60; ++i) count += good[static_cast<std::size_t>(minute * 60 + i)] ? 1 : 0;
    expected += count < kGoodSecondsMin ? 1 : 0;
  }
  RC_ASSERT(bench.down_minutes() == expected);
}

/// A run cut anywhere and gone on from its mark finds what one run finds.
RC_GTEST_PROP(MinuteJudge, AnyCutWithoutAPauseChangesNothing, ()) {
  const std::int64_t cut = *rc::gen::inRange<std::int64_t>(1, 299);
  const std::int64_t bad_from = *rc::gen::inRange<std::int64_t>(0, 299);
  Bench whole, before, after;
  const auto run = [&](Bench& bench, std::int64_t from, std::int64_t to) {
    for (std::int64_t second = from; second < to; ++second) {
      bench.judge.judge(at(second), {second < bad_from, Cause::lane});
    }
  };
  run(whole, 0, 300);
  run(before, 0, cut);
  after.judge.restore(*before.judge.mark());
  run(after, cut, 300);
  RC_ASSERT(whole.down_minutes() == before.down_minutes() + after.down_minutes());
  RC_ASSERT(whole.judge.mark() == after.judge.mark());
}

}  // namespace
}  // namespace postage::observe
