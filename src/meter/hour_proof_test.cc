// Proofs of one account's usage: they add up to what bills read, hold, and show nobody else's records.
#include "meter/hour_proof.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "meter/file_io.h"
#include "meter/fold_check.h"
#include "meter/test_site.h"
#include "meter/verifier.h"

namespace postage::meter {
namespace {

struct HourProofTest : testing::Test {
  TestFolder folder;
  std::vector<HourProof> proofs;

  SealKey key(const TestSite& site) { return std::move(*SealKey::from_public_file(site.public_key())); }
  void read(TestSite& site, std::vector<ProjectId> projects) {
    proofs.clear();
    auto reader = HourProofs::open(*site.database, site.journal());
    ASSERT_TRUE(reader);
    const auto done = reader->each({AccountId{1}, std::move(projects), kJanuary}, [&](const HourProof& proof) {
      proofs.push_back(proof);
      return Result<void>();
    });
    ASSERT_TRUE(done) << done.error().to_string();
  }
};

/// Two runs with a death between them, five projects, usage in some hours only.
void two_runs(const std::string& path) {
  {
    TestSite site(path);
    site.start_or_die();
    site.meter->storage().change(site.project(8), 64, site.clock.wall());
    TestSite::lose(site.connect(7, 1));
    TestSite::lose(site.connect(9, 2));
    for (int i = 0; i < 5; ++i) {
      for (std::int64_t project = 7; project < 12; ++project) site.add(project, project * 10 + i, i % 2);
      site.go(milliseconds(50 * kMinuteMs));
    }
    site.add(7, 3);
    site.die();
  }
  TestSite site(path, kTen + milliseconds(5 * kHourMs));
  site.start_or_die();
  site.meter->storage().restore(site.project(8), 64, site.clock.wall());
  site.add(7, 4);
  site.go(milliseconds(90 * kMinuteMs));
  site.add(8, 5);
  CHECK(site.meter->stop(site.clock.wall()).ok());
}

TEST_F(HourProofTest, ProofsOfTwoRunsAddUpToTheBill) {
  two_runs(folder.path);
  TestSite site(folder.path, kTen + milliseconds(9 * kHourMs));
  site.start_or_die();
  const SealKey public_key = key(site);
  ASSERT_TRUE(verify_journal(site.journal(), public_key)->ok());
  for (const std::int64_t project : {7, 8, 9}) {
    read(site, {ProjectId{project}});
    std::int64_t units = 0, peak = 0, samples = 0;
    for (const HourProof& proof : proofs) {
      ASSERT_TRUE(proves(public_key, proof.end));
      for (const ProvenRecord& each : proof.records) {
        ASSERT_TRUE(proves(proof.end, each));
        const bool account = each.record.meter == MeterKind::account_peak;
        ASSERT_EQ(each.record.subject, account ? 1 : project);
        if (each.record.meter == MeterKind::messages) units += each.record.value;
        if (each.record.meter == MeterKind::peak) peak = std::max(peak, each.record.value);
        if (each.record.meter == MeterKind::storage) samples += each.record.value;
      }
    }
    const ProjectUsage billed = site.usage(project, {kJanuary.start, kTen + milliseconds(9 * kHourMs)});
    EXPECT_EQ(units, billed.units);
    EXPECT_EQ(peak, billed.peak);
    EXPECT_EQ(static_cast<UInt128>(samples), billed.byte_hours());
  }
}

TEST_F(HourProofTest, HoursWithoutUsageSayThatTheMeterWasAlive) {
  two_runs(folder.path);
  TestSite site(folder.path, kTen + milliseconds(9 * kHourMs));
  site.start_or_die();
  read(site, {ProjectId{99}});
  std::map<std::int64_t, std::int64_t> minutes;
  for (const HourProof& proof : proofs) minutes[proof.end.hour] |= proof.end.minutes;
  EXPECT_EQ(minutes[kTenHour], (std::int64_t(1) << 0) | (std::int64_t(1) << 50));
  const Instant bounds[] = {kJanuary.start, kJanuary.end};
  std::int64_t covered = 0;
  for (const auto& [hour, bits] : minutes) covered += __builtin_popcountll(static_cast<unsigned long long>(bits));
  const ProjectId one[] = {ProjectId{99}};
  EXPECT_EQ(covered, site.meter->reader().series(one, bounds)->front().covered_minutes);
}

TEST_F(HourProofTest, NothingButTheVeryRecordIsProven) {
  two_runs(folder.path);
  TestSite site(folder.path, kTen + milliseconds(9 * kHourMs));
  site.start_or_die();
  const SealKey public_key = key(site);
  read(site, {ProjectId{7}});
  const auto found = std::find_if(proofs.begin(), proofs.end(), [](const auto& each) { return !each.records.empty(); });
  ASSERT_NE(found, proofs.end());
  const ProvenRecord good = found->records.front();
  const auto refused = [&](auto change) {
    ProvenRecord other = good;
    change(other);
    return !proves(found->end, other);
  };
  EXPECT_TRUE(refused([](ProvenRecord& each) { ++each.record.value; }));
  EXPECT_TRUE(refused([](ProvenRecord& each) { ++each.record.subject; }));
  EXPECT_TRUE(refused([](ProvenRecord& each) { ++each.record.sequence; }));
  EXPECT_TRUE(refused([](ProvenRecord& each) { ++each.record.hour; }));
  EXPECT_TRUE(refused([](ProvenRecord& each) { ++each.record.run; }));
  EXPECT_TRUE(refused([](ProvenRecord& each) { each.record.meter = MeterKind::storage; }));
  EXPECT_TRUE(refused([](ProvenRecord& each) { each.record.final = false; }));
  EXPECT_TRUE(refused([](ProvenRecord& each) { each.record.instant += milliseconds(1); }));
  EXPECT_TRUE(refused([](ProvenRecord& each) { each.record.note[3] ^= 1; }));
  EXPECT_TRUE(refused([](ProvenRecord& each) { each.before[31] ^= 1; }));
  EXPECT_TRUE(refused([](ProvenRecord& each) { each.path.push_back({}); }));
  HourEnd end = found->end;
  EXPECT_TRUE(proves(public_key, end));
  end.minutes ^= 2;
  EXPECT_FALSE(proves(public_key, end));
  end = found->end;
  end.root[0] ^= 1;
  EXPECT_FALSE(proves(public_key, end));
}

TEST_F(HourProofTest, StoredFoldsAreHeldAgainstTheJournal) {
  two_runs(folder.path);
  TestSite site(folder.path, kTen + milliseconds(9 * kHourMs));
  const auto key = std::move(*SealKey::from_public_file(site.public_key()));
  const auto check = [&] {
    const FoldedHours folded = *folded_hours(*site.database);
    return *check_folds(*site.database, folded, *verify_journal(site.journal(), key));
  };
  EXPECT_FALSE(check().finding.has_value()) << *check().finding;
  EXPECT_EQ(check().waiting, 0);
  EXPECT_GT(check().values, 10);
  const auto run = [&](const char* sql) {
    ASSERT_TRUE(site.database->write([&](db::Connection& c) -> Result<void> {
      TRY_VOID(c.run(sql));
      return {};
    }));
  };
  run("update meter_day set value = value + 1 where meter = 1 and subject = 7");
  EXPECT_NE(check().finding->find("project 7"), std::string::npos);
  run("update meter_day set value = value - 1 where meter = 1 and subject = 7");
  run("update meter_fold set value = value + 1 where meter = 2 and subject = 9");
  EXPECT_NE(check().finding->find("2026-01-15T10:00"), std::string::npos);
  run("insert into meter_closed(node, run, hour) values ('node-1', 1, 5)");
  EXPECT_NE(check().finding->find("not in the journal"), std::string::npos);
}

TEST_F(HourProofTest, ADamagedJournalProvesNothing) {
  two_runs(folder.path);
  TestSite site(folder.path, kTen + milliseconds(9 * kHourMs));
  site.start_or_die();
  const std::string path = site.journal() + "/00000001.journal";
  std::string bytes = *read_file(path, 1 << 24);
  // The chained hash of a value in the first hour's end.
  const std::size_t at = static_cast<std::size_t>(
      *site.database->reader()->integer("select offset_bytes from meter_hour_end order by hour limit 1"));
  bytes[at + kRecordBytesMin + kFinalBytes - 1] ^= 1;
  ASSERT_TRUE(replace_file(path, bytes, false));
  auto reader = HourProofs::open(*site.database, site.journal());
  const auto done =
      reader->each({AccountId{1}, {ProjectId{7}}, kJanuary}, [](const HourProof&) { return Result<void>(); });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::corrupt_record);
}

}  // namespace
}  // namespace postage::meter
