// Counters, connections and stored bytes by themselves: no journal, no store.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>
#include <thread>

#include "meter/test_site.h"
#include "meter/window_file.h"

namespace postage::meter {
namespace {

struct LiveTest : testing::Test {
  LiveTest() {
    slots = std::move(*Slots::open(folder.path + "/slots"));
    connections = std::move(*Connections::create(folder.path, 1));
    storage = std::move(*Storage::open(folder.path));
    slots->on_grow([this](std::uint32_t count) -> Result<void> {
      TRY_VOID(connections->grow(count));
      return storage->grow(count);
    });
    project = *slots->of(ProjectId{7});
    account = *slots->of(AccountId{1});
  }
  Cell open(Instant at, std::int64_t session = 1) {
    auto cell = connections->open(
        {project, account, SessionId{session}, ConnectionId{session}, "u" + std::to_string(session), at});
    CHECK(cell.ok());
    return std::move(*cell);
  }
  std::int64_t peak(std::int64_t hour) { return connections->peak_of(project.value, hour); }

  TestFolder folder;
  std::unique_ptr<Slots> slots;
  std::unique_ptr<Connections> connections;
  std::unique_ptr<Storage> storage;
  ProjectSlot project;
  AccountSlot account;
};

TEST_F(LiveTest, ASlotStaysWithItsProjectForGood) {
  const ProjectSlot other = *slots->of(ProjectId{8});
  EXPECT_NE(other, project);
  EXPECT_EQ(*slots->of(ProjectId{7}), project);
  slots = nullptr;
  slots = std::move(*Slots::open(folder.path + "/slots"));
  EXPECT_EQ(*slots->of(ProjectId{8}), other);
  EXPECT_EQ(*slots->of(AccountId{1}), account);
  EXPECT_EQ(slots->count(), 3u);
  EXPECT_EQ(slots->key(account.value), -1);
}

TEST_F(LiveTest, AWindowHoldsTheUnitsOfItsHourAndTheNextOne) {
  Windows windows(folder.path, 1, 2, *slots);
  ASSERT_TRUE(windows.prepare(kTen));
  ShardWindows& shard = windows.shard(0);
  shard.begin_turn();
  shard.add(project, kTen, 3);
  shard.add(project, kTen + milliseconds(kHourMs - 1), 4);
  shard.add(project, kTen + milliseconds(kHourMs), 5);
  shard.add(project, kTen + milliseconds(kHourMs - 1), 6);  // Accepted just before the hour, queued after it.
  shard.end_turn();
  windows.shard(1).begin_turn();
  windows.shard(1).add(project, kTen, 10);
  windows.shard(1).end_turn();
  EXPECT_EQ(windows.units(project.value, kTenHour), 23);
  EXPECT_EQ(windows.units(project.value, kTenHour + 1), 5);
  EXPECT_EQ(windows.totals(kTenHour, 2)[project.value], 23);
}

TEST_F(LiveTest, AnHourClosesOnlyWhenNoTurnCanStillAddToIt) {
  Windows windows(folder.path, 1, 1, *slots);
  ASSERT_TRUE(windows.prepare(kTen));
  ShardWindows& shard = windows.shard(0);
  shard.begin_turn();
  shard.add(project, kTen, 1);
  EXPECT_FALSE(windows.close_before(kTenHour + 1));  // The turn began before the mark.
  shard.add(project, kTen, 1);
  shard.end_turn();
  EXPECT_TRUE(windows.close_before(kTenHour + 1));
  shard.begin_turn();
  EXPECT_TRUE(windows.close_before(kTenHour + 1));
  shard.add(project, kTen, 40);  // Late: counted in the oldest open hour.
  shard.end_turn();
  EXPECT_EQ(windows.units(project.value, kTenHour), 2);
  EXPECT_EQ(windows.units(project.value, kTenHour + 1), 40);
  EXPECT_EQ(shard.late_adds(), 1);
  ASSERT_TRUE(windows.drop(kTenHour));
  EXPECT_EQ(windows.units(project.value, kTenHour), 0);
}

TEST_F(LiveTest, SlotsThatAreGivenLaterHaveRoomInOpenWindows) {
  Windows windows(folder.path, 1, 1, *slots);
  slots->on_grow([&](std::uint32_t count) -> Result<void> {
    TRY_VOID(connections->grow(count));
    TRY_VOID(storage->grow(count));
    return windows.grow(count);
  });
  ASSERT_TRUE(windows.prepare(kTen));
  windows.shard(0).begin_turn();
  for (std::int64_t id = 100; id < 2000; ++id) windows.shard(0).add(*slots->of(ProjectId{id}), kTen, id);
  windows.shard(0).end_turn();
  for (std::int64_t id = 100; id < 2000; ++id) {
    ASSERT_EQ(windows.units(slots->of(ProjectId{id})->value, kTenHour), id);
  }
  slots->on_grow(nullptr);
}

TEST_F(LiveTest, C8AConnectionOverTheHourCountsInBoth) {
  Cell cell = open(kTen - milliseconds(1));
  cell.close(kTen + milliseconds(1));
  EXPECT_EQ(peak(kTenHour), 1);
  std::map<std::int64_t, std::int64_t> taken;
  for (const HourPeak& p : connections->changes()) {
    if (p.slot == project.value) taken[p.hour] = p.peak;
  }
  EXPECT_EQ(taken, (std::map<std::int64_t, std::int64_t>{{kTenHour - 1, 1}, {kTenHour, 1}}));
}

TEST_F(LiveTest, AConnectionThatEndsAtTheVeryHourIsNotInIt) {
  Cell first = open(kTen - milliseconds(5), 1), second = open(kTen - milliseconds(4), 2),
       third = open(kTen - milliseconds(3), 3);
  first.close(kTen);
  second.close(kTen);
  EXPECT_EQ(peak(kTenHour), 1);
  EXPECT_EQ(peak(kTenHour - 1), 3);
}

TEST_F(LiveTest, C9AndC10CloseThenOpenAtOneInstantIsOne) {
  Cell first = open(kTen, 1);
  first.close(kTen + milliseconds(5));
  Cell second = open(kTen + milliseconds(5), 2);
  EXPECT_EQ(peak(kTenHour), 1);
  EXPECT_EQ(connections->open_count(project), 1);
  EXPECT_EQ(connections->open_count(account), 1);
}

TEST_F(LiveTest, WhoStaysIsCarriedThroughEveryHourWithoutEvents) {
  Cell cell = open(kTen);
  connections->roll(kTen + milliseconds(3 * kHourMs));
  for (int i = 0; i <= 3; ++i) EXPECT_EQ(peak(kTenHour + i), 1) << i;
  const auto changes = connections->changes();
  std::set<std::int64_t> hours;
  for (const HourPeak& p : changes) {
    if (p.slot == project.value) hours.insert(p.hour - kTenHour);
  }
  EXPECT_EQ(hours, (std::set<std::int64_t>{0, 1, 2, 3}));
  connections->taken(changes);
  EXPECT_TRUE(connections->changes().empty());
}

TEST_F(LiveTest, HoursWithoutATickAreKeptUntilTheyAreTaken) {
  for (int i = 0; i < 4; ++i) {
    std::vector<Cell> cells;
    for (int n = 0; n <= i; ++n) cells.push_back(open(kTen + milliseconds(i * kHourMs), n + 1));
    for (Cell& cell : cells) cell.close(kTen + milliseconds(i * kHourMs + 5));
  }
  std::map<std::int64_t, std::int64_t> taken;
  const auto changes = connections->changes();
  for (const HourPeak& p : changes) {
    if (p.slot == project.value) taken[p.hour - kTenHour] = p.peak;
  }
  EXPECT_EQ(taken, (std::map<std::int64_t, std::int64_t>{{0, 1}, {1, 2}, {2, 3}, {3, 4}}));
  connections->taken(changes);
  EXPECT_TRUE(connections->changes().empty());
}

TEST_F(LiveTest, TheEvidenceOfAPeakIsExactlyThoseWhoWereOpenThen) {
  std::vector<Cell> cells;
  for (int i = 1; i <= 5; ++i) cells.push_back(open(kTen, i));
  cells[1].close(kTen + milliseconds(1));
  cells.push_back(open(kTen + milliseconds(2), 6));  // Again 5, but the first time stands.
  cells[0].close(kTen + milliseconds(3));
  const auto members = connections->members_at_peak(project, 100);
  std::set<std::int64_t> sessions;
  for (const PeakMember& member : members) sessions.insert(member.session.value);
  EXPECT_EQ(sessions, (std::set<std::int64_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(members.front().user.substr(0, 1), "u");
  EXPECT_EQ(connections->members_at_peak(project, 2).size(), 2u);
}

TEST_F(LiveTest, CellsCountTheirUnitsAndAreUsedAgain) {
  for (int round = 0; round < 3; ++round) {
    std::vector<Cell> cells;
    for (int i = 0; i < 2000; ++i) cells.push_back(open(kTen, i + 1));
    for (Cell& cell : cells) cell.add(2);
    EXPECT_EQ(cells.back().units(), 2);
    for (Cell& cell : cells) cell.close(kTen);
    connections->begin_harvest();
    ASSERT_TRUE(connections->harvest());
  }
  EXPECT_LT(std::filesystem::file_size(cells_path(folder.path, 1)), 64u * 5000);
}

TEST_F(LiveTest, ACellThatDiesClosesItself) {
  {
    Cell cell = open(kTen);
  }
  EXPECT_EQ(connections->open_count(project), 0);
}

TEST_F(LiveTest, T14WhatComesAndGoesBetweenSamplesIsNotStored) {
  storage->change(project, 500, kTen + milliseconds(5 * kMinuteMs));
  storage->change(project, -500, kTen + milliseconds(55 * kMinuteMs));
  EXPECT_TRUE(storage->due(kTen + milliseconds(2 * kHourMs)).empty());
}

TEST_F(LiveTest, AChangeAtTheSamplesInstantIsInIt) {
  storage->change(project, 100, kTen);
  storage->change(project, 11, kTen + milliseconds(1));
  storage->change(project, 1000, kTen + milliseconds(kHourMs));
  const auto first = storage->due(kTen + milliseconds(kHourMs));
  std::map<std::int64_t, std::int64_t> samples;
  for (const StorageSample& s : first) samples[s.hour - kTenHour] = s.bytes;
  EXPECT_EQ(samples, (std::map<std::int64_t, std::int64_t>{{0, 100}, {1, 1111}}));
}

TEST_F(LiveTest, ALateChangeReachesTheSampleThatSawItTooEarly) {
  storage->change(project, 100, kTen);
  storage->taken(storage->due(kTen));
  auto due = storage->due(kTen + milliseconds(kHourMs));
  ASSERT_EQ(due, (std::vector<StorageSample>{{project.value, kTenHour + 1, 100}}));
  storage->taken(due);
  storage->change(project, 7, kTen + milliseconds(kHourMs - 1));
  EXPECT_EQ(storage->due(kTen + milliseconds(kHourMs)),
            (std::vector<StorageSample>{{project.value, kTenHour + 1, 107}}));
}

TEST_F(LiveTest, T17SamplesOfADownTimeAreReadOffTheStepFunction) {
  storage->change(project, 1 << 30, kTen);
  storage->taken(storage->due(kTen));
  storage = nullptr;
  storage = std::move(*Storage::open(folder.path));
  ASSERT_TRUE(storage->grow(slots->count()));
  storage->restore(project, 1 << 29, kTen + milliseconds(6 * kHourMs + 5));
  const auto due = storage->due(kTen + milliseconds(6 * kHourMs + 5));
  ASSERT_EQ(due.size(), 6u);
  for (const StorageSample& s : due) EXPECT_EQ(s.bytes, 1 << 29);
  storage->taken(due);
  EXPECT_TRUE(storage->due(kTen + milliseconds(6 * kHourMs + 6)).empty());
}

TEST_F(LiveTest, TwoThreadsCountEveryConnection) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      std::vector<Cell> mine;
      for (int i = 0; i < 5000; ++i) mine.push_back(open(kTen, t * 10000 + i + 1));
      for (int i = 0; i < 4000; ++i) mine[static_cast<std::size_t>(i)].close(kTen + milliseconds(1));
      for (int i = 4000; i < 5000; ++i) mine[static_cast<std::size_t>(i)].close(kTen + milliseconds(kHourMs));
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(connections->open_count(project), 0);
  EXPECT_GE(peak(kTenHour), 5000);
  EXPECT_LE(peak(kTenHour), 10000);
}

/// Oracle of stored bytes: every hour's sample from the list of changes.
RC_GTEST_FIXTURE_PROP(LiveTest, SamplesEqualAnOracleWhateverTheTicks, ()) {
  std::vector<std::pair<std::int64_t, std::int64_t>> changes;  // ms, bytes
  std::int64_t at = 0, stored = 0;
  std::map<std::int64_t, std::int64_t> taken;
  const auto steps = *rc::gen::inRange(1, 40);
  const auto drain = [&](std::int64_t now) {
    for (;;) {
      const auto due = storage->due(kTen + milliseconds(now));
      if (due.empty()) return;
      for (const StorageSample& s : due) taken[s.hour - kTenHour] = s.bytes;
      storage->taken(due);
    }
  };
  for (int i = 0; i < steps; ++i) {
    at += *rc::gen::element<std::int64_t>(0, 1, kHourMs - 1, kHourMs, 17 * kMinuteMs, 3 * kHourMs);
    const std::int64_t bytes = *rc::gen::inRange<std::int64_t>(-stored, 1000);
    stored += bytes;
    storage->change(project, bytes, kTen + milliseconds(at));
    changes.emplace_back(at, bytes);
    if (*rc::gen::arbitrary<bool>()) drain(at);
  }
  const std::int64_t end = at + 2 * kHourMs;
  drain(end);
  for (std::int64_t hour = 0; hour * kHourMs <= end; ++hour) {
    std::int64_t expected = 0;
    for (const auto& [ms, bytes] : changes) expected += ms <= hour * kHourMs ? bytes : 0;
    RC_ASSERT((taken.contains(hour) ? taken[hour] : 0) == expected);
  }
}

/// Oracle of peaks: the highest count over each hour of the step function, as [open, close).
RC_GTEST_FIXTURE_PROP(LiveTest, PeaksEqualAnOracleWhateverTheTicks, ()) {
  std::vector<Cell> open_cells;
  std::map<std::int64_t, std::int64_t> expected, taken;
  std::int64_t at = 0, session = 0;
  const auto take = [&] {
    const auto changes = connections->changes();
    for (const HourPeak& p : changes) {
      if (p.slot == project.value) taken[p.hour - kTenHour] = std::max(taken[p.hour - kTenHour], p.peak);
    }
    connections->taken(changes);
  };
  const auto count = [&] { return static_cast<std::int64_t>(open_cells.size()); };
  const int steps = *rc::gen::inRange(1, 60);
  for (int i = 0; i < steps; ++i) {
    const std::int64_t next =
        at + *rc::gen::element<std::int64_t>(1, 7, 20 * kMinuteMs + 1, 61 * kMinuteMs, 150 * kMinuteMs + 1);
    for (std::int64_t hour = at / kHourMs + 1; hour <= next / kHourMs; ++hour) {
      expected[hour] = std::max(expected[hour], count());
    }
    at = next;
    if (open_cells.empty() || *rc::gen::inRange(0, 3) > 0) {
      open_cells.push_back(open(kTen + milliseconds(at), ++session));
    } else {
      open_cells.back().close(kTen + milliseconds(at));
      open_cells.pop_back();
    }
    expected[at / kHourMs] = std::max(expected[at / kHourMs], count());
    if (*rc::gen::arbitrary<bool>()) take();
  }
  connections->roll(kTen + milliseconds(at));
  take();
  for (const auto& [hour, most] : expected) RC_ASSERT(taken[hour] == most);
  for (Cell& cell : open_cells) cell.close(kTen + milliseconds(at));
}

}  // namespace
}  // namespace postage::meter
