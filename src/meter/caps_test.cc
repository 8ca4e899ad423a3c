// What caps see: counted in slots of their own beside the project's, recovered and folded like units, never billed.
#include <gtest/gtest.h>

#include "meter/test_site.h"
#include "meter/verifier.h"

namespace postage::meter {
namespace {

constexpr CapId kCap{7};  // The number of a project too: the two must not be mixed up.

struct CapsSite : TestSite {
  using TestSite::TestSite;
  void add_both(std::int64_t units, int shard = 0) {
    const CapSlot slot = *meter->slots().of(kCap);
    ShardWindows& windows = meter->windows().shard(shard);
    windows.begin_turn();
    windows.add(slot, clock.wall(), units);
    windows.add(project(7), clock.wall(), units);
    windows.end_turn();
  }
  std::int64_t seen() { return *meter->reader().cap_units(kCap, kJanuary); }
};

TEST(Caps, KeysLieApartFromProjectsAndAccounts) {
  EXPECT_TRUE(is_cap_key(key_of_cap(CapId{1})));
  EXPECT_FALSE(is_cap_key(-1));
  EXPECT_FALSE(is_cap_key(1));
  EXPECT_EQ(cap_of_key(key_of_cap(CapId{12345})), CapId{12345});
}

TEST(Caps, AreCountedPerHourAndNeverBilled) {
  const TestFolder folder;
  CapsSite site(folder.path);
  site.start_or_die();
  site.add_both(5, 0);
  site.add_both(6, 1);
  site.add(7, 100);
  EXPECT_EQ(site.seen(), 11);
  EXPECT_EQ(site.usage(7, kJanuary).units, 111);
  site.go(std::chrono::hours(2));  // The hour closes and folds.
  EXPECT_EQ(site.seen(), 11);
  EXPECT_EQ(site.usage(7, kJanuary).units, 111);
  site.add_both(1);
  EXPECT_EQ(site.seen(), 12);
  ASSERT_TRUE(site.meter->stop(site.clock.wall()).ok());
  const auto key = SealKey::from_public_file(site.public_key());
  const auto report = verify_journal(site.journal(), *key);
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->ok()) << report->finding->text();
  EXPECT_EQ(report->usage.at({kTenHour, MeterKind::cap, 7}), 11);
  EXPECT_EQ(report->usage.at({kTenHour, MeterKind::messages, 7}), 111);
  EXPECT_EQ(*site.database->reader()->integer("select count(*) from meter_fold where meter = 1 and subject <> 7"), 0);
}

TEST(Caps, SurviveAKillToTheUnit) {
  const TestFolder folder;
  for (int round = 1; round <= 3; ++round) {
    CapsSite site(folder.path, kTen + std::chrono::minutes(40 * round));  // Over an hour's end too.
    site.start_or_die();
    EXPECT_EQ(site.seen(), 10 * (round - 1));
    site.add_both(4);
    if (round == 2) site.tick();
    site.add_both(6);
    EXPECT_EQ(site.seen(), 10 * round);
    site.die();
  }
  CapsSite site(folder.path, kTen + std::chrono::hours(30));  // Another day: whole days are folded.
  site.start_or_die();
  EXPECT_EQ(site.seen(), 30);
  EXPECT_EQ(site.usage(7, kJanuary).units, 30);
}

}  // namespace
}  // namespace postage::meter
