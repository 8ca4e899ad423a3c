#include "meter/month_usage.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace postage::meter {
namespace {
const InstantRange kJanuary = month_range({2026, 1}, Zone());
const InstantRange kFebruary = month_range({2026, 2}, Zone());
using std::chrono::hours;

TEST(Samples, AreTakenAtTheFirstInstantAndEachFullHour) {
  EXPECT_EQ(samples_in(kJanuary), 744);
  EXPECT_EQ(samples_in(kFebruary), 672);
  EXPECT_EQ(samples_before(kJanuary, kJanuary.start), 0);
  EXPECT_EQ(samples_before(kJanuary, kJanuary.start + milliseconds(1)), 1);
  EXPECT_EQ(samples_before(kJanuary, kJanuary.start + hours(1)), 1);
  EXPECT_EQ(samples_before(kJanuary, kJanuary.start + hours(1) + milliseconds(1)), 2);
  EXPECT_EQ(samples_before(kJanuary, kJanuary.end + hours(50)), 744);
  EXPECT_EQ(samples_before(kJanuary, kJanuary.start - hours(50)), 0);
}

TEST(ProjectMonth, CarriesOpenConnectionsAndBytesIntoTheNextMonth) {
  ProjectMonth project({1}, "p", kJanuary);
  project.connect(60);
  EXPECT_EQ(project.disconnect(50), 50);
  project.add_units(5);
  project.store(100, kJanuary.end - hours(1));
  const ProjectUsage january = project.roll(kFebruary);
  EXPECT_EQ(january.peak, 60);
  EXPECT_EQ(january.units, 5);
  EXPECT_EQ(january.storage, (std::vector<StorageRun>{{0, 743}, {100, 1}}));
  EXPECT_EQ(project.usage().peak, 10);
  EXPECT_EQ(project.usage().units, 0);
  EXPECT_EQ(project.disconnect(50), 10);
  project.sample_until(kFebruary.start + hours(2));
  EXPECT_EQ(project.usage().storage, (std::vector<StorageRun>{{100, 2}}));
}

TEST(MonthUsage, AProjectThatMovesLeavesItsPeakWithTheAccountThatOwnedIt) {
  MonthUsage before{kJanuary, {{{1}, "p", 60, 7, {}}, {{2}, "q", 10, 1, {}}}, 70}, after{kJanuary, {{{1}, "p", 20, 3, {}}}, 20};
  EXPECT_TRUE(before.sum_of_peaks() == 70 && before.message_units() == 8);
  EXPECT_TRUE(after.sum_of_peaks() == 20 && after.message_units() == 3);
}

TEST(MonthUsage, SumsPassSixtyFourBits) {
  const ProjectUsage large{{1}, "p", INT64_MAX, INT64_MAX, {{std::int64_t{1} << 60, 744}}};
  const MonthUsage usage{kJanuary, {large, large}, 0};
  EXPECT_EQ(Rational(usage.sum_of_peaks()).to_plain(), "18446744073709551614");
  EXPECT_EQ(Rational(usage.byte_hours()).to_plain(), "1715547198854988300288");
}

RC_GTEST_PROP(ProjectMonth, TheStepFunctionEqualsSamplingEachHour, (std::uint32_t seed)) {
  std::uint64_t state = seed;
  const auto below = [&](std::uint64_t n) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % n;
  };
  ProjectMonth project({1}, "p", kJanuary);
  Instant at = kJanuary.start;
  std::int64_t bytes = 0;
  UInt128 sum = 0;
  for (int i = 0; i < 40; ++i) {
    const Instant next = at + milliseconds(below(3) == 0 ? 3'600'000 * static_cast<std::int64_t>(below(30))
                                                         : static_cast<std::int64_t>(below(50'000'000)));
    for (Instant sample = kJanuary.start; sample < kJanuary.end; sample += hours(1)) {
      if (sample >= at && sample < next) sum += static_cast<UInt128>(bytes);
    }
    at = std::min(next, kJanuary.end);
    bytes = static_cast<std::int64_t>(below(1000));
    project.store(bytes, at);
  }
  for (Instant sample = kJanuary.start; sample < kJanuary.end; sample += hours(1)) {
    if (sample >= at) sum += static_cast<UInt128>(bytes);
  }
  RC_ASSERT(project.roll(kFebruary).byte_hours() == sum);
}
}  // namespace
}  // namespace postage::meter
