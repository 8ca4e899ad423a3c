// What comes late: events with an instant of an hour that closes at that very moment, or is closed. A closed hour never
// changes, and nothing is lost.
#include <gtest/gtest.h>

#include <set>

#include "meter/test_site.h"
#include "meter/verifier.h"
#include "meter/window_file.h"

namespace postage::meter {
namespace {

VerifyReport verified(const TestSite& site) {
  auto key = SealKey::from_public_file(site.public_key());
  CHECK(key.ok());
  auto report = verify_journal(site.journal(), *key);
  CHECK(report.ok());
  return std::move(*report);
}

/// The first event ever of a project, the login and the stored bytes of it, all at `at`; the connection stays.
void first_events(TestSite& site, std::int64_t id, Instant at) {
  auto cell =
      site.meter->connections().open({site.project(id), site.account(id), SessionId{id}, ConnectionId{id}, "ann", at});
  CHECK(cell.ok());
  site.lose(std::move(*cell));
  site.meter->storage().change(site.project(id), 100, at);
  ShardWindows& windows = site.meter->windows().shard(0);
  windows.begin_turn();
  windows.add(site.project(id), at, 3);
  windows.end_turn();
}

/// A life in which the first events of project 8 come at the n-th step of the ticks that close an hour; then a stop or
/// a death, a start, and the bill. Returns how many steps there were; their names are added to `names`.
std::int64_t life_with_events_at(std::int64_t events_at, Instant late, bool killed, std::set<std::string>& names) {
  TestFolder folder;
  std::int64_t steps = 0;
  {
    TestSite site(folder.path);
    bool armed = false;
    site.options.on_step = [&](const char* name) {
      if (!armed) return;
      names.insert(name);
      if (++steps == events_at) first_events(site, 8, late);
    };
    site.start_or_die();
    site.add(7, 5);
    site.project(8);  // The slots are there, nothing has happened in them.
    site.account(8);
    site.go(milliseconds(kHourMs - 1));
    armed = true;
    site.go(milliseconds(kHourMs + 6'000));
    site.go(milliseconds(1'000));
    armed = false;
    site.go(milliseconds(kHourMs));
    EXPECT_LE(events_at, steps);
    EXPECT_EQ(site.usage(8, kJanuary).peak, 1) << events_at;
    if (killed) {
      site.die();
    } else {
      EXPECT_TRUE(site.meter->stop(site.clock.wall()));
    }
  }
  TestSite site(folder.path, kTen + milliseconds(6 * kHourMs));
  site.start_or_die();
  EXPECT_EQ(site.usage(7, kJanuary).units, 5);
  EXPECT_EQ(site.usage(8, kJanuary).units, 3) << events_at;
  EXPECT_EQ(site.usage(8, kJanuary).peak, 1) << events_at;
  const VerifyReport report = verified(site);
  EXPECT_TRUE(report.ok()) << events_at << ": " << report.finding->text();
  return steps;
}

TEST(LateTest, FirstEventsOfAClosingHourAtAnyStepOfItsCloseCountOnce) {
  for (const Instant late : {kTen, kTen + milliseconds(kHourMs - 1)}) {
    for (const bool killed : {false, true}) {
      std::set<std::string> names;
      std::int64_t steps = 1;
      for (std::int64_t at = 1; at <= steps; ++at) {
        steps = life_with_events_at(at, late, killed, names);
      }
      EXPECT_TRUE(names.contains("tick.closing"));
      EXPECT_TRUE(names.contains("close.finals"));
      EXPECT_TRUE(names.contains("close.drop"));
      EXPECT_GE(steps, 10);
    }
  }
}

TEST(LateTest, AFirstLoginThatComesForAClosedHourIsInTheOldestOpenOne) {
  TestFolder folder;
  TestSite site(folder.path);
  site.start_or_die();
  site.add(7, 5);
  site.go(milliseconds(kHourMs + 6'000));
  first_events(site, 8, kTen + milliseconds(kHourMs - 1));
  site.go(milliseconds(1'000));
  EXPECT_EQ(site.usage(8, hours(kTenHour, kTenHour + 1)).peak, 0);
  EXPECT_EQ(site.usage(8, hours(kTenHour, kTenHour + 1)).units, 0);
  EXPECT_EQ(site.usage(8, hours(kTenHour + 1, kTenHour + 2)).peak, 1);
  EXPECT_EQ(site.usage(8, hours(kTenHour + 1, kTenHour + 2)).units, 3);
  ASSERT_TRUE(site.meter->stop(site.clock.wall()));
  const VerifyReport report = verified(site);
  ASSERT_TRUE(report.ok()) << report.finding->text();
  EXPECT_EQ(report.usage.count({kTenHour, MeterKind::peak, 8}), 0u);
  EXPECT_EQ(report.usage.count({kTenHour, MeterKind::storage, 8}), 0u);
  EXPECT_EQ(report.usage.at({kTenHour + 1, MeterKind::peak, 8}), 1);
  EXPECT_EQ(report.usage.at({kTenHour + 1, MeterKind::account_peak, 8}), 1);
  EXPECT_EQ(report.usage.at({kTenHour + 1, MeterKind::storage, 8}), 100);
  EXPECT_EQ(report.usage.at({kTenHour + 1, MeterKind::messages, 8}), 3);
}

TEST(LateTest, HoursThatTheDiskHadNoRoomForAreCountedInTheLastOneThatStaysOpen) {
  TestFolder folder;
  TestSite site(folder.path);
  site.start_or_die();
  std::vector<std::string> blocked;
  for (std::int64_t hour = kTenHour + 2; hour < kTenHour + 5; ++hour) {
    blocked.push_back(WindowName{.run = 1, .shard = 0, .hour = hour}.path(site.options.folder + "/live"));
    ASSERT_TRUE(std::filesystem::create_directory(blocked.back()));  // No file can be made there.
  }
  site.add(7, 1);
  for (int hour = 1; hour <= 3; ++hour) {
    site.clock.advance(milliseconds(kHourMs + 6'000));
    site.add(7, 10);
    EXPECT_FALSE(site.meter->tick(site.clock.wall()));
    site.add(7, 100);
  }
  for (const std::string& path : blocked) std::filesystem::remove_all(path);
  site.go(milliseconds(1'000));
  site.add(7, 1000);
  site.go(milliseconds(2 * kHourMs));
  site.add(7, 10'000);
  EXPECT_EQ(site.usage(7, kJanuary).units, 11'331);
  ASSERT_TRUE(site.meter->stop(site.clock.wall()));
  EXPECT_EQ(site.usage(7, kJanuary).units, 11'331);
  const VerifyReport report = verified(site);
  EXPECT_TRUE(report.ok()) << report.finding->text();
}

}  // namespace
}  // namespace postage::meter
