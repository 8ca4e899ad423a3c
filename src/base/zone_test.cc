#include "base/zone.h"

#include <gtest/gtest.h>

#include "base/month.h"

namespace postage {
namespace {
Instant at(const char* text) {
  const auto read = parse_instant(text);
  EXPECT_TRUE(read) << text;
  return *read;
}

TEST(InstantText, ReadsOffsetsAndFractions) {
  EXPECT_EQ(at("2026-01-31T23:59:59.999+08:00"), at("2026-01-31T15:59:59.999Z"));
  EXPECT_EQ(at("2026-01-31T23:59:59.5-03:30"), at("2026-02-01T03:29:59.500Z"));
  EXPECT_EQ(at("2026-01-31T23:59+00:00"), at("2026-01-31T23:59:00Z"));
  EXPECT_EQ(at("1970-01-01T00:00:00Z").time_since_epoch().count(), 0);
  EXPECT_EQ(at("1969-12-31T23:59:59.999Z").time_since_epoch().count(), -1);
}

TEST(InstantText, RefusesEverythingElse) {
  for (const char* text :
       {"", "2026-01-31", "2026-01-31T23:59:59", "2026-01-31T23:59:59.1234Z", "2026-01-31T23:59:59.Z", "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T23:60:00Z", "2026-01-31T23:59:60Z", "2026-01-31 23:59:59Z",
        "2026-01-31T23:59:59+0800", "2026-01-31T23:59:59+08", "2026-01-31T23:59:59+24:00", "2026-01-31T23:59:59+08:60",
        "2026-01-31T23:59:59Zz", "2026-1-31T23:59:59Z", "+2026-01-31T23:59:59Z", "2026-00-10T00:00:00Z", "2026-01-00T00:00:00Z",
        "2026-01-31T23:59:59.1+08:00+08:00"}) {
    EXPECT_FALSE(parse_instant(text)) << text;
  }
  EXPECT_TRUE(parse_instant("2028-02-29T00:00:00Z"));
}

TEST(InstantText, IsWrittenInTheZoneWithItsOffset) {
  const Zone shanghai = *Zone::find("Asia/Shanghai");
  EXPECT_EQ(instant_text(at("2026-01-05T02:00:00.007Z"), shanghai), "2026-01-05T10:00:00.007+08:00");
  EXPECT_EQ(instant_text(at("2026-01-05T02:00:00Z"), Zone()), "2026-01-05T02:00:00.000+00:00");
  EXPECT_EQ(instant_text(at("2026-07-05T02:00:00Z"), *Zone::find("America/New_York")), "2026-07-04T22:00:00.000-04:00");
  EXPECT_EQ(instant_text_utc(at("1969-12-31T23:59:59.999Z")), "1969-12-31T23:59:59.999Z");
  EXPECT_FALSE(Zone::find("Asia/Nowhere"));
  EXPECT_FALSE(Zone::find(""));
}

TEST(Month, BelongsToTheZone) {
  const Zone shanghai = *Zone::find("Asia/Shanghai");
  EXPECT_EQ(month_of(at("2025-01-31T15:59:59.999Z"), shanghai), (MonthKey{2025, 1}));
  EXPECT_EQ(month_of(at("2025-01-31T16:00:00Z"), shanghai), (MonthKey{2025, 2}));
  EXPECT_EQ(month_of(at("2025-01-31T16:00:00Z"), Zone()), (MonthKey{2025, 1}));
  EXPECT_EQ((MonthKey{2025, 12}.next()), (MonthKey{2026, 1}));
  EXPECT_EQ((MonthKey{2025, 1}.previous()), (MonthKey{2024, 12}));
  EXPECT_EQ(MonthKey({2025, 3}).text(), "2025-03");
  EXPECT_EQ(days_in({2028, 2}), 29);
  EXPECT_EQ(*parse_month("2026-02"), (MonthKey{2026, 2}));
  for (const char* text : {"2026-13", "2026-00", "2026-2", "2026/02", "202a-02", ""}) EXPECT_FALSE(parse_month(text)) << text;
}

TEST(Month, HasADifferentNumberOfHoursWhereClocksChange) {
  const Zone york = *Zone::find("America/New_York");
  const auto hours = [&](MonthKey month) {
    const InstantRange range = month_range(month, york);
    return (range.end - range.start).count() / 3'600'000;
  };
  EXPECT_EQ(hours({2026, 3}), 743);
  EXPECT_EQ(hours({2026, 11}), 721);
  EXPECT_EQ(hours({2026, 1}), 744);
}

TEST(Month, EachInstantBelongsToExactlyOneInEveryZone) {
  const auto names = Zone::names();
  ASSERT_GT(names.size(), 300u);
  for (const std::string& name : names) {
    const Zone zone = *Zone::find(name);
    InstantRange before = month_range({1997, 12}, zone);
    for (MonthKey month{1998, 1}; month.year < 2031; month = month.next()) {
      const InstantRange range = month_range(month, zone);
      ASSERT_EQ(range.start, before.end) << name << month.text();
      ASSERT_LT(range.start, range.end);
      ASSERT_EQ(month_of(range.start, zone), month) << name << month.text();
      ASSERT_EQ(month_of(range.end - milliseconds(1), zone), month) << name << month.text();
      before = range;
    }
  }
}

TEST(Day, StartsAreOrderedInEveryZone) {
  for (const char* name : {"UTC", "Asia/Shanghai", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Apia", "America/New_York"}) {
    const Zone zone = *Zone::find(name);
    for (Instant now = at("2011-12-20T00:30:00Z"); now < at("2012-12-31T00:00:00Z"); now += std::chrono::hours(7)) {
      ASSERT_LE(zone.day_start(now), now) << name;
      ASSERT_GT(zone.next_day_start(now), now) << name;
      ASSERT_LE(zone.next_day_start(now) - zone.day_start(now), std::chrono::hours(49)) << name;
    }
  }
}
}  // namespace
}  // namespace postage
