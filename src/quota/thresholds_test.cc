#include "quota/thresholds.h"

#include <gtest/gtest.h>

namespace postage::quota {
namespace {
using Percents = std::vector<int>;

TEST(Thresholds, EachIsToldOnceAtGreaterOrEqual) {
  Thresholds thresholds;
  thresholds.begin({2026, 1}, "free");
  EXPECT_EQ(thresholds.reach(Meter::messages, 1'499'999, 3'000'000), Percents{});
  EXPECT_EQ(thresholds.reach(Meter::messages, 1'500'000, 3'000'000), Percents{50});
  EXPECT_EQ(thresholds.reach(Meter::messages, 1'500'000, 3'000'000), Percents{});
  EXPECT_EQ(thresholds.reach(Meter::messages, 3'000'000, 3'000'000), (Percents{80, 95, 100}));
  EXPECT_EQ(thresholds.next(Meter::messages), 0);
  EXPECT_EQ(thresholds.next(Meter::pcu), 50);
}

TEST(Thresholds, AnotherMonthOrPlanStartsAfresh) {
  Thresholds thresholds;
  thresholds.begin({2026, 1}, "basic");
  ASSERT_EQ(thresholds.reach(Meter::pcu, 400, 500), (Percents{50, 80}));
  thresholds.begin({2026, 1}, "basic");
  EXPECT_EQ(thresholds.told(Meter::pcu), (Percents{50, 80}));
  thresholds.begin({2026, 1}, "premium");
  EXPECT_EQ(thresholds.reach(Meter::pcu, 400, 2500), Percents{});
  thresholds.begin({2026, 2}, "premium");
  EXPECT_EQ(thresholds.reach(Meter::pcu, 2500, 2500), (Percents{50, 80, 95, 100}));
}

TEST(Thresholds, MarksReadBackAreNotToldAgain) {
  Thresholds thresholds({60, 90});
  thresholds.begin({2026, 1}, "basic");
  thresholds.mark(Meter::storage, 60);
  EXPECT_EQ(thresholds.reach(Meter::storage, 2, 2), Percents{90});
  EXPECT_EQ(thresholds.reach(Meter::storage, 5, 0), Percents{});
}
}  // namespace
}  // namespace postage::quota
