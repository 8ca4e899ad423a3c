// Folding records into the control store: any order, any repetition, the same sums.
#include "meter/folds.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "meter/test_site.h"
#include "meter/usage_queries.h"

namespace postage::meter {
namespace {

std::unique_ptr<db::Database> store() {
  auto database = std::move(*db::Database::open({.path = ":memory:"}));
  CHECK(migrate_meter(*database, kTen).ok());
  return database;
}

/// Everything that bills read, as text.
std::string dump(db::Database& database) {
  std::string text;
  auto lease = database.reader();
  for (const char* sql : {"select subject, meter, hour, run, value from meter_fold order by 1, 2, 3, 4",
                          "select subject, meter, day, value, 0 from meter_day order by 1, 2, 3",
                          "select run, hour, meter, subject, value from meter_running order by 1, 2, 3, 4",
                          "select hour, minutes, 0, 0, 0 from meter_coverage order by 1",
                          "select run, last_sequence, ended, 0, 0 from meter_run order by 1",
                          "select project, month_hour, peak, reached_at, 0 from meter_peak order by 1, 2",
                          "select run, sequence, session, units, 0 from meter_cut order by 1, 2"}) {
    CHECK(lease
              ->each(sql,
                     [&](db::Row& row) {
                       for (int i = 0; i < 5; ++i) text += std::to_string(row.integer(i)) + " ";
                       text += "\n";
                     })
              .ok());
    text += "--\n";
  }
  return text;
}

/// What two runs of a meter write: growing values, finals, markers.
std::vector<Record> history(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Record> records;
  for (std::int64_t run = 1; run <= 2; ++run) {
    std::int64_t sequence = 0;
    const auto push = [&](Record record) {
      record.run = run;
      record.sequence = ++sequence;
      records.push_back(std::move(record));
    };
    push({.kind = RecordKind::run_started, .instant = kTen});
    for (std::int64_t hour = kTenHour + 10; hour < kTenHour + 16; ++hour) {
      std::map<std::pair<int, std::int64_t>, std::int64_t> values;
      for (int i = 0; i < 12; ++i) {
        const int meter = 1 + static_cast<int>(random() % 3);
        const std::int64_t subject = 7 + static_cast<std::int64_t>(random() % 2);
        std::int64_t& value = values[{meter, subject}];
        value += static_cast<std::int64_t>(random() % 50);
        push({.kind = RecordKind::usage,
              .meter = static_cast<MeterKind>(meter),
              .subject = subject,
              .hour = hour,
              .value = value,
              .instant = hour_start(hour)});
        push({.kind = RecordKind::heartbeat,
              .instant = hour_start(hour) + milliseconds(static_cast<std::int64_t>(random() % kHourMs))});
      }
      if (run == 2 && hour == kTenHour + 15) break;  // The hour that is still open.
      for (const auto& [key, value] : values) {
        push({.kind = RecordKind::usage,
              .meter = static_cast<MeterKind>(key.first),
              .final = true,
              .subject = key.second,
              .hour = hour,
              .value = value,
              .instant = hour_start(hour)});
      }
      // A final value that is written again, larger, as an interrupted close may do: the later sequence counts.
      const auto& [key, value] = *values.begin();
      push({.kind = RecordKind::usage,
            .meter = static_cast<MeterKind>(key.first),
            .final = true,
            .subject = key.second,
            .hour = hour,
            .value = value + 5,
            .instant = hour_start(hour)});
      push({.kind = RecordKind::hour_closed, .hour = hour, .instant = hour_start(hour)});
    }
    push({.kind = RecordKind::peak_evidence, .subject = 7, .hour = kTenHour, .value = run * 10, .instant = kTen});
    if (run == 1)
      push({.kind = RecordKind::connection_cut,
            .subject = 7,
            .value = 3,
            .instant = kTen,
            .note = std::string(24, '\1')});
    if (run == 1) push({.kind = RecordKind::run_recovered, .instant = kTen});
  }
  return records;
}

void fold(db::Database& database, std::span<const Record> records) {
  CHECK(database.write([&](db::Connection& c) { return Folds::apply(c, "n1", records); }).ok());
}

TEST(FoldsTest, Z18ARecordDeliveredTwiceCountsOnce) {
  const auto records = history(1);
  auto once = store(), twice = store();
  fold(*once, records);
  fold(*twice, records);
  fold(*twice, std::span(records).subspan(records.size() / 3));
  fold(*twice, records);
  EXPECT_EQ(dump(*once), dump(*twice));
}

TEST(FoldsTest, Z19RecordsInAnyOrderAndAnyBatchesGiveTheSame) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto records = history(seed);
    auto straight = store();
    fold(*straight, records);
    std::mt19937_64 random(seed);
    auto shuffled = records;
    shuffled.insert(shuffled.end(), records.begin(), records.begin() + static_cast<std::ptrdiff_t>(records.size() / 2));
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    auto other = store();
    for (std::size_t at = 0; at < shuffled.size();) {
      const std::size_t size = std::min<std::size_t>(1 + random() % 40, shuffled.size() - at);
      fold(*other, std::span(shuffled).subspan(at, size));
      at += size;
    }
    ASSERT_EQ(dump(*straight), dump(*other)) << "seed " << seed;
  }
}

TEST(FoldsTest, AFinalValueThatIsCorrectedReplacesTheFirst) {
  const auto final = [](std::int64_t sequence, std::int64_t value) {
    return Record{.kind = RecordKind::usage,
                  .meter = MeterKind::messages,
                  .final = true,
                  .run = 1,
                  .sequence = sequence,
                  .subject = 7,
                  .hour = kTenHour,
                  .value = value,
                  .instant = kTen};
  };
  for (const bool backwards : {false, true}) {
    auto database = store();
    const Record first[] = {final(1, 3)}, second[] = {final(2, 10)};
    fold(*database, backwards ? second : first);
    fold(*database, backwards ? first : second);
    auto lease = database->reader();
    const UsageQueries stored(*lease, "n1", 0, INT64_MAX);
    EXPECT_EQ(*stored.units(7, {kTenHour, kTenHour + 1}), 10);
    EXPECT_EQ(*stored.units(7, {kTenHour - 100, kTenHour + 100}), 10);  // From the day's fold.
  }
}

TEST(FoldsTest, RunsAddUnitsAndShareTheirPeak) {
  auto database = store();
  const auto final = [](std::int64_t run, MeterKind meter, std::int64_t value) {
    return Record{.kind = RecordKind::usage,
                  .meter = meter,
                  .final = true,
                  .run = run,
                  .sequence = 1 + static_cast<std::int64_t>(meter),
                  .subject = 7,
                  .hour = kTenHour,
                  .value = value,
                  .instant = kTen};
  };
  const Record records[] = {final(1, MeterKind::messages, 3), final(2, MeterKind::messages, 4),
                            final(1, MeterKind::peak, 5),     final(2, MeterKind::peak, 2),
                            final(1, MeterKind::storage, 9),  final(2, MeterKind::storage, 9)};
  fold(*database, records);
  auto lease = database->reader();
  for (const HourRange range : {HourRange{kTenHour, kTenHour + 1}, HourRange{kTenHour - 100, kTenHour + 100}}) {
    const UsageQueries stored(*lease, "n1", 0, INT64_MAX);
    EXPECT_EQ(*stored.units(7, range), 7);
    EXPECT_EQ(*stored.peak(MeterKind::peak, 7, range), 5);
    EXPECT_EQ(*stored.samples(7, range), (std::map<std::int64_t, std::int64_t>{{kTenHour, 9}}));
  }
  // The live run's own rows are left out.
  EXPECT_EQ(*UsageQueries(*lease, "n1", 2, kTenHour).units(7, {kTenHour, kTenHour + 1}), 3);
}

/// Days and edge hours give what hours alone give.
RC_GTEST_PROP(FoldsProperty, DayFoldsNeverDifferFromHours, ()) {
  auto database = store();
  std::map<std::int64_t, std::int64_t> units, peaks;
  std::vector<Record> records;
  const int count = *rc::gen::inRange(1, 40);
  for (int i = 0; i < count; ++i) {
    const std::int64_t hour = *rc::gen::inRange<std::int64_t>(480, 560);
    const std::int64_t value = *rc::gen::inRange<std::int64_t>(1, 1000);
    if (units.contains(hour)) continue;
    units[hour] = peaks[hour] = value;
    for (const MeterKind meter : {MeterKind::messages, MeterKind::peak}) {
      records.push_back({.kind = RecordKind::usage,
                         .meter = meter,
                         .final = true,
                         .run = 1,
                         .sequence = static_cast<std::int64_t>(records.size()) + 1,
                         .subject = 7,
                         .hour = hour,
                         .value = value,
                         .instant = kTen});
    }
  }
  fold(*database, records);
  const std::int64_t from = *rc::gen::inRange<std::int64_t>(470, 560);
  const std::int64_t to = *rc::gen::inRange<std::int64_t>(from + 1, 570);
  const std::int64_t open_from = *rc::gen::element<std::int64_t>(INT64_MAX, 500, 530);
  std::int64_t sum = 0, most = 0;
  for (const auto& [hour, value] : units) {
    sum += hour >= from && hour < to ? value : 0;
    most = hour >= from && hour < to ? std::max(most, value) : most;
  }
  auto lease = database->reader();
  const UsageQueries stored(*lease, "n1", 99, open_from);
  const auto totals = *stored.totals(std::vector<std::int64_t>{5, 7, 9}, {from, to});
  const auto together = totals.contains(7) ? totals.at(7) : SubjectTotals{};
  RC_ASSERT(together.units == sum);
  RC_ASSERT(together.peak == most);
  RC_ASSERT(together.samples == *stored.samples(7, {from, to}));
  RC_ASSERT(*stored.units(7, {from, to}) == sum);
  RC_ASSERT(*stored.peak(MeterKind::peak, 7, {from, to}) == most);
}

TEST(FoldsTest, MembersOfAPeakFitTheirNote) {
  std::vector<NoteMember> members;
  for (int i = 0; i < 5000; ++i)
    members.push_back({i, i + 1, i + 2, std::string(static_cast<std::size_t>(i % 60), 'u')});
  const std::string note = encode_members(members);
  EXPECT_LE(note.size(), kNoteBytesMax);
  const auto back = decode_members(note);
  ASSERT_GT(back.size(), 1000u);
  for (std::size_t i = 0; i < back.size(); ++i) {
    ASSERT_EQ(back[i].user, members[i].user);
    ASSERT_EQ(back[i].opened_ms, members[i].opened_ms);
  }
  EXPECT_EQ(decode_members(note.substr(0, 30)).size(), 1u);
}

}  // namespace
}  // namespace postage::meter
