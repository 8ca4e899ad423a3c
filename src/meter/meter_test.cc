// The whole meter, stepped by hand: what is counted is what is read, live, folded, after a stop and after a kill.
#include <gtest/gtest.h>

#include <fstream>

#include "meter/test_site.h"
#include "meter/verifier.h"

namespace postage::meter {
namespace {

struct MeterTest : testing::Test {
  MeterTest() : site(folder.path) { site.start_or_die(); }
  void expect_valid() {
    auto key = SealKey::from_public_file(site.public_key());
    ASSERT_TRUE(key);
    auto report = verify_journal(site.journal(), *key);
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->ok()) << report->finding->text();
  }
  std::int64_t units(std::int64_t id = 7) { return site.usage(id, kJanuary).units; }
  std::int64_t peak(std::int64_t id = 7) { return site.usage(id, kJanuary).peak; }

  TestFolder folder;
  TestSite site;
};

TEST_F(MeterTest, AUnitIsReadTheMomentItIsCounted) {
  site.add(7, 5);
  EXPECT_EQ(units(), 5);
  site.tick();
  site.add(7, 6, 1);
  EXPECT_EQ(units(), 11);
  EXPECT_EQ(site.usage(8, kJanuary).units, 0);
}

TEST_F(MeterTest, ClosingHoursChangesNothingThatIsRead) {
  site.add(7, 5);
  for (int i = 0; i < 30; ++i) {
    site.go(milliseconds(kHourMs));
    site.add(7, 1);
    site.go(milliseconds(6'000));  // Past the grace: the hour before is folded now.
    ASSERT_EQ(units(), 6 + i);
  }
  EXPECT_GT(*site.database->reader()->integer("select count(*) from meter_fold where meter = 1"), 25);
  EXPECT_GT(*site.database->reader()->integer("select count(*) from meter_day where meter = 1"), 1);
  expect_valid();
}

TEST_F(MeterTest, AnOrderlyStopLeavesNothingBehindAndNothingOut) {
  site.add(7, 5);
  Cell cell = site.connect(7);
  site.go(milliseconds(1000));
  site.add(7, 2);
  ASSERT_TRUE(site.meter->stop(site.clock.wall()));
  EXPECT_EQ(units(), 7);
  EXPECT_EQ(peak(), 1);
  EXPECT_TRUE(std::filesystem::is_empty(site.options.folder + "/live"));
  expect_valid();
  cell = Cell();
  site.die();
  site.start_or_die();
  EXPECT_EQ(site.meter->run(), 2);
  EXPECT_EQ(site.meter->recovery().dead_runs, 0);
  site.add(7, 1);
  EXPECT_EQ(units(), 8);
}

TEST_F(MeterTest, C8AMonthsBoundarySeparatesConnectionsAndUnits) {
  site.go_to(kJanuary.end - milliseconds(1000));
  Cell cell = site.connect(7);
  site.add(7, 3);
  site.clock.advance(milliseconds(1001));
  site.add(7, 4);
  cell.close(kJanuary.end + milliseconds(1000));
  const InstantRange february = {kJanuary.end, kJanuary.end + milliseconds(28 * 24 * kHourMs)};
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(site.usage(7, kJanuary).units, 3);
    EXPECT_EQ(site.usage(7, kJanuary).peak, 1);
    EXPECT_EQ(site.usage(7, february).units, 4);
    EXPECT_EQ(site.usage(7, february).peak, 1);
    site.go(milliseconds(10'000));
  }
  EXPECT_EQ(site.month({7}, february).simultaneous_peak, 1);
}

TEST_F(MeterTest, AMonthOfAnotherZoneIsASetOfWholeHours) {
  const InstantRange shanghai = {kJanuary.start - milliseconds(8 * kHourMs), kJanuary.end - milliseconds(8 * kHourMs)};
  site.go_to(shanghai.end - milliseconds(1));
  site.add(7, 1);
  site.go_to(shanghai.end);
  site.add(7, 10);
  site.go(milliseconds(3 * kHourMs));
  EXPECT_EQ(site.usage(7, shanghai).units, 1);
  EXPECT_EQ(site.usage(7, kJanuary).units, 11);
}

TEST_F(MeterTest, C2PeaksOfProjectsAreTheirOwnAndTheAccountHasItsOwnToo) {
  std::vector<Cell> cells;
  for (int i = 0; i < 3; ++i) cells.push_back(site.connect(7, i + 1));
  site.go(milliseconds(1000));
  cells.clear();
  for (int i = 0; i < 2; ++i) cells.push_back(site.connect(8, i + 1));
  site.go(milliseconds(2 * kHourMs));
  const MonthUsage usage = site.month({7, 8}, kJanuary);
  EXPECT_EQ(usage.projects[0].peak, 3);
  EXPECT_EQ(usage.projects[1].peak, 2);
  EXPECT_EQ(usage.simultaneous_peak, 3);
}

TEST_F(MeterTest, C12NothingUsedIsZeroAndCovered) {
  for (int i = 0; i < 120; ++i) site.go(milliseconds(kMinuteMs));
  const ProjectUsage usage = site.usage(7, kJanuary);
  EXPECT_EQ(usage.peak, 0);
  EXPECT_EQ(usage.units, 0);
  EXPECT_TRUE(usage.storage.empty());
  const Instant bounds[] = {kTen, kTen + milliseconds(2 * kHourMs)};
  const ProjectId ids[] = {ProjectId{7}};
  auto points = site.meter->reader().series(ids, bounds);
  ASSERT_TRUE(points);
  EXPECT_EQ((*points)[0].due_minutes, 120);
  EXPECT_TRUE((*points)[0].covered());
  EXPECT_TRUE(site.meter->reader().gaps(kJanuary)->empty());
}

TEST_F(MeterTest, ATimeWithoutAMeterIsAGapAndNotAZero) {
  site.go(milliseconds(kMinuteMs));
  ASSERT_TRUE(site.meter->stop(site.clock.wall()));
  site.die();
  site.clock.advance(milliseconds(10 * kMinuteMs));
  site.start_or_die();
  site.go(milliseconds(kMinuteMs));
  site.go(milliseconds(kMinuteMs));
  const auto gaps = site.meter->reader().gaps(kJanuary);
  ASSERT_TRUE(gaps);
  ASSERT_EQ(gaps->size(), 1u);
  EXPECT_EQ(gaps->front().start, kTen + milliseconds(2 * kMinuteMs));
  EXPECT_EQ(gaps->front().end, kTen + milliseconds(11 * kMinuteMs));
}

TEST_F(MeterTest, StorageIsSampledEachHourAndReconstructedAfterADownTime) {
  site.meter->storage().change(site.project(7), 1000, site.clock.wall());
  site.tick();
  site.go(milliseconds(kHourMs));
  site.die();
  site.clock.advance(milliseconds(5 * kHourMs));
  site.start_or_die();
  site.meter->storage().restore(site.project(7), 1000, site.clock.wall());
  site.tick();
  site.go(milliseconds(kHourMs + 10'000));
  const ProjectUsage usage = site.usage(7, kJanuary);
  EXPECT_EQ(usage.storage, (std::vector<StorageRun>{{1000, 8}}));
  EXPECT_EQ(usage.byte_hours(), UInt128(8000));
  EXPECT_EQ(site.meter->reader().stored_bytes(ProjectId{7}), 1000);
  ASSERT_TRUE(site.meter->stop(site.clock.wall()));
  EXPECT_EQ(site.usage(7, kJanuary).byte_hours(), UInt128(8000));
  expect_valid();
}

TEST_F(MeterTest, AFullMonthOfConstantStorageHas744Samples) {
  site.die();
  site.clock.set(kJanuary.start);
  TestFolder fresh;
  TestSite other(fresh.path, kJanuary.start);
  other.start_or_die();
  other.meter->storage().change(other.project(7), 2, other.clock.wall());
  for (int day = 0; day < 32; ++day) other.go(milliseconds(24 * kHourMs));  // The clock jumps a day at a time.
  EXPECT_EQ(other.usage(7, kJanuary).storage, (std::vector<StorageRun>{{2, 744}}));
}

TEST_F(MeterTest, TheSeriesAddsUpToTheMonth) {
  std::vector<Cell> cells;
  for (int i = 0; i < 50; ++i) {
    site.add(7, i);
    site.add(8, 1, 1);
    if (i % 10 == 0) cells.push_back(site.connect(7, i + 1));
    site.go(milliseconds(37 * kMinuteMs));
  }
  const ProjectId ids[] = {ProjectId{7}, ProjectId{8}};
  for (const Step step : {Step::hour, Step::day, Step::month}) {
    auto bounds = step_bounds(step, kTen, kTen + milliseconds(40 * kHourMs), Zone());
    ASSERT_TRUE(bounds);
    auto points = site.meter->reader().series(ids, *bounds);
    ASSERT_TRUE(points);
    std::int64_t sum = 0, most = 0;
    for (const UsagePoint& point : *points) {
      sum += point.units;
      most = std::max(most, point.peak);
    }
    EXPECT_EQ(sum, units(7) + units(8));
    EXPECT_EQ(most, 5);
  }
  EXPECT_EQ(site.meter->reader().series(ids, {}).error().code, Errc::bad_request);
  const Instant odd[] = {kTen, kTen + milliseconds(1)};
  EXPECT_EQ(site.meter->reader().series(ids, odd).error().code, Errc::bad_request);
}

TEST_F(MeterTest, TheEvidenceOfTheMonthsPeakNamesTheConnections) {
  std::vector<Cell> cells;
  for (int i = 1; i <= 3; ++i) cells.push_back(site.connect(7, i, "user-" + std::to_string(i)));
  const Instant at = site.clock.wall();
  site.go(milliseconds(1000));
  cells.pop_back();
  site.go(milliseconds(kMinuteMs));
  site.go(milliseconds(kMinuteMs));
  auto evidence = site.meter->reader().evidence(ProjectId{7}, kJanuary.start);
  ASSERT_TRUE(evidence);
  EXPECT_EQ(evidence->peak, 3);
  EXPECT_EQ(evidence->at, at);
  ASSERT_EQ(evidence->members.size(), 3u);
  EXPECT_EQ(evidence->members[2].user, "user-3");
  EXPECT_EQ(site.meter->reader().evidence(ProjectId{8}, kJanuary.start).error().code, Errc::not_found);
  std::vector<ProjectId> many;  // More than one query's worth.
  for (std::int64_t id = 100; id > 0; --id) many.push_back(ProjectId{id});
  const auto peaks = site.meter->reader().peaks(many, kJanuary.start, 2).value();
  ASSERT_EQ(peaks.size(), 1u);
  EXPECT_EQ(peaks[0].project, ProjectId{7});
  EXPECT_EQ(peaks[0].peak, 3);
  EXPECT_EQ(peaks[0].at, at);
  ASSERT_EQ(peaks[0].members.size(), 2u);
  EXPECT_EQ(peaks[0].members[1].user, "user-2");
  EXPECT_EQ(site.meter->reader().open_connections(ProjectId{7}), 2);
  // What a recovery knows of a peak may be without names.
  ASSERT_TRUE(site.database->write([](db::Connection& c) {
    return c.run("insert into meter_peak (project, month_hour, peak, reached_at, members) values (8, ?, 5, 0, x'')",
                 hour_of(kJanuary.start));
  }));
  EXPECT_EQ(site.meter->reader().peaks(many, kJanuary.start, 2).value().size(), 2u);
}

TEST_F(MeterTest, AKilledRunIsBilledOnceAndItsConnectionsAreNamed) {
  Cell cell = site.connect(7, 99);
  cell.add(12);
  site.add(7, 12);
  site.tick();
  site.add(7, 5);
  TestSite::lose(std::move(cell));
  site.die();
  site.start_or_die();
  const Recovery& recovery = site.meter->recovery();
  EXPECT_EQ(recovery.dead_runs, 1);
  ASSERT_EQ(recovery.cut.size(), 1u);
  EXPECT_EQ(recovery.cut[0].session, SessionId{99});
  EXPECT_EQ(recovery.cut[0].project, ProjectId{7});
  EXPECT_EQ(recovery.cut[0].units, 12);
  EXPECT_EQ(units(), 17);
  EXPECT_EQ(peak(), 1);
  site.die();
  site.start_or_die();
  site.die();
  site.start_or_die();
  EXPECT_EQ(units(), 17);
  EXPECT_EQ(*site.database->reader()->integer("select count(*) from meter_cut"), 1);
  expect_valid();
}

TEST_F(MeterTest, TheFoldsCanBeBuiltAnewFromTheJournal) {
  for (int i = 0; i < 10; ++i) {
    site.add(7, i + 1);
    site.go(milliseconds(40 * kMinuteMs));
  }
  ASSERT_TRUE(site.meter->stop(site.clock.wall()));
  const std::int64_t before = units();
  site.die();
  for (const char* table : {"meter_checkpoint", "meter_run", "meter_running", "meter_fold", "meter_day", "meter_closed",
                            "meter_coverage", "meter_peak", "meter_cut"}) {
    ASSERT_TRUE(site.database->writer()->run(std::string("delete from ") + table));
  }
  site.start_or_die();
  EXPECT_EQ(units(), before);
  EXPECT_EQ(site.meter->run(), 2);
}

TEST_F(MeterTest, ASecondInWhichNothingHappensWritesNothing) {
  Cell cell = site.connect(7);
  site.add(7, 1);
  site.meter->storage().change(site.project(7), 9, site.clock.wall());
  site.go(milliseconds(1000));
  const auto size = [&] {
    std::uintmax_t bytes = 0;
    for (const auto& file : std::filesystem::directory_iterator(site.journal())) bytes += file.file_size();
    return bytes;
  };
  const auto before = size();
  for (int i = 0; i < 10; ++i) site.go(milliseconds(1000));
  EXPECT_EQ(size(), before);
  site.add(7, 1);
  site.go(milliseconds(1000));
  EXPECT_EQ(size(), before + 88);
}

TEST_F(MeterTest, OneProcessHasTheFolder) {
  EXPECT_EQ(Meter::open(site.options, *site.database, site.clock).error().code, Errc::unavailable);
}

TEST_F(MeterTest, ABoundOnRecordsASecondDelaysTheJournalAndLosesNothing) {
  site.die();
  site.options.records_per_tick_max = 3;
  site.start_or_die();
  for (std::int64_t id = 10; id < 30; ++id) site.add(id, id);
  site.tick();
  for (std::int64_t id = 10; id < 30; ++id) EXPECT_EQ(units(id), id);
  for (int i = 0; i < 10; ++i) site.go(milliseconds(1000));
  site.die();
  site.start_or_die();
  for (std::int64_t id = 10; id < 30; ++id) EXPECT_EQ(units(id), id);
  expect_valid();
}

TEST_F(MeterTest, AClockThatJumpsMonthsKeepsEachMonthsPeak) {
  Cell cell = site.connect(7);
  site.go_to(kTen + milliseconds(90LL * 24 * kHourMs));
  site.go(milliseconds(2 * kHourMs));
  for (int month = 1; month <= 4; ++month) {
    EXPECT_EQ(site.usage(7, month_range({2026, month}, Zone())).peak, 1) << month;
  }
}

TEST_F(MeterTest, ARangeThatIsNotWholeHoursIsRefused) {
  const NamedProject projects[] = {{ProjectId{7}, "p"}};
  const auto& reader = site.meter->reader();
  EXPECT_EQ(reader.month(AccountId{1}, projects, {kTen, kTen}).error().code, Errc::bad_request);
  EXPECT_EQ(reader.month(AccountId{1}, projects, {kTen + milliseconds(1), kTen + milliseconds(kHourMs)}).error().code,
            Errc::bad_request);
}

}  // namespace
}  // namespace postage::meter
