// The journal's bytes: what is written is read, what is torn is cut, what is changed is found and named.
#include "meter/journal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>
#include <random>

#include "meter/file_io.h"
#include "meter/test_site.h"
#include "meter/verifier.h"

namespace postage::meter {
namespace {

struct JournalTest : testing::Test {
  JournalTest() : key(std::move(*SealKey::open_or_make(folder.path, false))) {}
  std::unique_ptr<Journal> open(std::int64_t segment_bytes = 1 << 20) {
    auto journal = Journal::open(
        {.folder = folder.path + "/j", .node = "n1", .sync = false, .segment_bytes_max = segment_bytes}, key);
    CHECK(journal.ok());
    return std::move(*journal);
  }
  static Record usage(std::int64_t value, std::int64_t subject = 7) {
    return {.kind = RecordKind::usage,
            .meter = MeterKind::messages,
            .subject = subject,
            .hour = kTenHour,
            .value = value,
            .instant = kTen};
  }
  VerifyReport verify() {
    auto report = verify_journal(folder.path + "/j", key);
    CHECK(report.ok());
    return std::move(*report);
  }
  [[nodiscard]] std::string path(std::int64_t number) const { return folder.path + "/j/" + segment_name(number); }
  std::string bytes(std::int64_t number) { return *read_file(path(number), 1 << 24); }
  void put(std::int64_t number, const std::string& text) { CHECK(replace_file(path(number), text, false).ok()); }

  TestFolder folder;
  SealKey key;
};

TEST_F(JournalTest, AJournalOfSeveralSegmentsVerifies) {
  auto journal = open(600);
  journal->begin_stream(1, 0);
  for (int i = 1; i <= 40; ++i) {
    journal->append(usage(i));
    if (i % 5 == 0) journal->seal(kTen);
    ASSERT_TRUE(journal->flush(kTen));
  }
  ASSERT_TRUE(journal->end_segment(kTen));
  const VerifyReport report = verify();
  EXPECT_TRUE(report.ok()) << report.finding->text();
  EXPECT_GT(report.segments, 3);
  EXPECT_EQ(report.unsigned_records, 0);
  EXPECT_EQ(report.open_hours, 1);
  EXPECT_EQ(report.usage.at({kTenHour, MeterKind::messages, 7}), 40);
}

TEST_F(JournalTest, ANewDayBeginsANewSegment) {
  auto journal = open();
  journal->begin_stream(1, 0);
  journal->append(usage(1));
  ASSERT_TRUE(journal->flush(kTen));
  journal->append(usage(2));
  ASSERT_TRUE(journal->flush(kTen + milliseconds(24 * kHourMs)));
  journal->append(usage(3));
  ASSERT_TRUE(journal->flush(kTen + milliseconds(24 * kHourMs)));
  EXPECT_EQ(Journal::segments(folder.path + "/j")->size(), 2u);
  EXPECT_TRUE(verify().ok());
}

TEST_F(JournalTest, AnUnsignedTornTailIsCutAtEveryLength) {
  {
    auto journal = open();
    journal->begin_stream(1, 0);
    journal->append(usage(1));
    journal->seal(kTen);
    ASSERT_TRUE(journal->flush(kTen));
    journal->append(usage(2));
    journal->append(usage(3));
    ASSERT_TRUE(journal->flush(kTen));
  }
  const std::string whole = bytes(1);
  const std::size_t sealed = whole.size() - 2 * kRecordBytesMin;
  for (std::size_t size = sealed; size < whole.size(); ++size) {
    put(1, whole.substr(0, size));
    auto journal = open();
    const std::size_t kept = sealed + (size - sealed) / kRecordBytesMin * kRecordBytesMin;
    ASSERT_EQ(journal->torn_bytes(), static_cast<std::int64_t>(size - kept));
    ASSERT_EQ(bytes(1).size(), kept);
    ASSERT_TRUE(verify().ok());
  }
}

TEST_F(JournalTest, DamageBeforeASealIsNeverCut) {
  {
    auto journal = open();
    journal->begin_stream(1, 0);
    for (int i = 1; i <= 5; ++i) journal->append(usage(i));
    journal->seal(kTen);
    journal->append(usage(6));
    ASSERT_TRUE(journal->flush(kTen));
  }
  std::string damaged = bytes(1);
  damaged[kSegmentHeaderBytes + 2 * kRecordBytesMin + 1] ^= 1;  // The length of record 3.
  put(1, damaged);
  auto refused = Journal::open({.folder = folder.path + "/j", .node = "n1", .sync = false}, key);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::corrupt_record);
  EXPECT_NE(refused.error().detail.find("record 3"), std::string::npos) << refused.error().detail;
}

TEST_F(JournalTest, AnotherKeyOrNodeIsRefused) {
  {
    auto journal = open();
    journal->begin_stream(1, 0);
    journal->append(usage(1));
    ASSERT_TRUE(journal->flush(kTen));
  }
  EXPECT_EQ(Journal::open({.folder = folder.path + "/j", .node = "n2"}, key).error().code, Errc::corrupt_record);
  TestFolder elsewhere;
  const SealKey other = std::move(*SealKey::open_or_make(elsewhere.path));
  EXPECT_EQ(Journal::open({.folder = folder.path + "/j", .node = "n1"}, other).error().code, Errc::corrupt_record);
  EXPECT_FALSE(verify_journal(folder.path + "/j", other)->ok());
}

/// The hour ends with 300 units and a peak.
void append_hour_end(Journal& journal, std::int64_t units, std::int64_t minutes) {
  const Record value{.kind = RecordKind::usage,
                     .meter = MeterKind::messages,
                     .final = true,
                     .subject = 7,
                     .hour = kTenHour,
                     .value = units,
                     .instant = kTen};
  Record peak = value;
  peak.meter = MeterKind::peak;
  peak.value = 4;
  journal.append({.kind = RecordKind::hour_finals, .hour = kTenHour, .instant = kTen});
  journal.append(value);
  journal.append(peak);
  journal.append({.kind = RecordKind::hour_closed, .hour = kTenHour, .value = minutes, .instant = kTen});
  journal.seal(kTen);
}

TEST_F(JournalTest, HalfAnHoursEndIsCutWhole) {
  std::size_t kept = 0;
  {
    auto journal = open();
    journal->begin_stream(1, 0);
    journal->append(usage(300));
    ASSERT_TRUE(journal->flush(kTen));
    kept = bytes(1).size();
    append_hour_end(*journal, 300, 0);
    ASSERT_TRUE(journal->flush(kTen));
  }
  const std::string whole = bytes(1);
  ASSERT_EQ(whole.size() - kept, kRecordBytesMin + 2 * kFinalBytes + kHourClosedBytes + kSealBytes);
  for (std::size_t size = kept + 1; size < whole.size(); ++size) {
    put(1, whole.substr(0, size));
    auto journal = open();
    ASSERT_EQ(bytes(1).size(), kept) << size;
    journal->begin_stream(1, 1);
    append_hour_end(*journal, 300, 0);
    ASSERT_TRUE(journal->flush(kTen));
    ASSERT_TRUE(verify().ok()) << verify().finding->text();
  }
  put(1, whole);
  EXPECT_EQ(open()->torn_bytes(), 0);
  EXPECT_EQ(verify().closed.at({1, kTenHour}).at({kTenHour, MeterKind::messages, 7}), 300);
}

TEST_F(JournalTest, ARunningMetersUnfinishedWriteIsNoDamage) {
  auto journal = open();
  journal->begin_stream(1, 0);
  journal->append(usage(1));
  journal->seal(kTen);
  journal->append(usage(2));
  ASSERT_TRUE(journal->flush(kTen));
  const std::string whole = bytes(1);
  put(1, whole.substr(0, whole.size() - 3));
  EXPECT_FALSE(verify().ok());
  const auto report = verify_journal(folder.path + "/j", key, true);
  EXPECT_TRUE(report->ok());
  EXPECT_EQ(report->torn_bytes, static_cast<std::int64_t>(kRecordBytesMin) - 3);
  std::string damaged = whole;
  damaged[kSegmentHeaderBytes + 2] = 1;  // A length beyond the end, but a seal stands behind.
  put(1, damaged);
  EXPECT_FALSE(verify_journal(folder.path + "/j", key, true)->ok());
}

/// A journal of a living meter with several segments.
struct TamperTest : JournalTest {
  TamperTest() {
    auto journal = open(2000);
    for (std::int64_t run = 1; run <= 2; ++run) {
      journal->begin_stream(run, 0);
      for (int i = 1; i <= 30; ++i) {
        journal->append(usage(i * 10));
        if (i % 4 == 0) journal->append({.kind = RecordKind::heartbeat, .instant = kTen});
        if (i % 10 == 0) journal->seal(kTen);
        CHECK(journal->flush(kTen).ok());
      }
      append_hour_end(*journal, 300, 1);
      CHECK(journal->flush(kTen).ok());
    }
    CHECK(journal->end_segment(kTen).ok());
    numbers = *Journal::segments(folder.path + "/j");
  }
  /// (offset, record) of each record's first byte, with the end.
  std::vector<std::size_t> starts(std::int64_t number) {
    auto reader = *SegmentReader::open(path(number));
    std::vector<std::size_t> found;
    do found.push_back(static_cast<std::size_t>(reader.position().offset));
    while (*reader.next());
    return found;
  }
  std::vector<std::int64_t> numbers;
};

TEST_F(TamperTest, AnyFlippedBitIsFoundAndItsRecordNamed) {
  ASSERT_TRUE(verify().ok()) << verify().finding->text();
  std::mt19937_64 random(20260115);
  for (int flip = 0; flip < 300; ++flip) {
    const std::int64_t number = numbers[random() % numbers.size()];
    const std::string whole = bytes(number);
    const auto places = starts(number);
    const std::size_t at = random() % whole.size();
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
    put(number, damaged);
    const VerifyReport report = verify();
    ASSERT_FALSE(report.ok()) << "byte " << at << " of segment " << number;
    const auto record = static_cast<std::int64_t>(std::upper_bound(places.begin(), places.end(), at) - places.begin());
    EXPECT_EQ(report.finding->file, path(number));
    EXPECT_EQ(report.finding->record, record) << report.finding->text() << " byte " << at;
    const std::size_t offset = record > 0 ? places[static_cast<std::size_t>(record) - 1] : 0;
    EXPECT_EQ(report.finding->offset, static_cast<std::int64_t>(offset));
    put(number, whole);
  }
  EXPECT_TRUE(verify().ok());
}

TEST_F(TamperTest, ARemovedSegmentOrAShortenedOneIsFound) {
  std::filesystem::remove(path(2));
  EXPECT_FALSE(verify().ok());
  EXPECT_EQ(verify().finding->record, 0);
}

TEST_F(TamperTest, ASegmentWithoutItsFinalSealIsFound) {
  const std::string whole = bytes(1);
  put(1, whole.substr(0, whole.size() - kRecordBytesMin - sizeof(Signature)));
  EXPECT_FALSE(verify().ok());
}

TEST_F(TamperTest, ARecordMadeUpWithoutTheKeyIsUnsigned) {
  // Someone who can compute hashes but not sign rewrites a segment from one record on.
  auto reader = *SegmentReader::open(path(1));
  std::string forged = bytes(1).substr(0, kSegmentHeaderBytes);
  Hash chain = reader.position().chain;
  for (;;) {
    auto record = *reader.next();
    if (!record) break;
    if (record->kind == RecordKind::usage) record->value -= 1;
    append_record(forged, *record, chain);
  }
  put(1, forged);
  const VerifyReport report = verify();
  ASSERT_FALSE(report.ok());
  EXPECT_NE(report.finding->what.find("signature"), std::string::npos);
}

/// Rules beyond the chain: a signer that breaks them is found as well.
struct RuleCase {
  const char* name;
  std::vector<Record> records;
  const char* what;
};
TEST_F(JournalTest, BrokenRulesAreNamed) {
  const Record finals{.kind = RecordKind::hour_finals, .hour = kTenHour, .instant = kTen};
  const Record end{.kind = RecordKind::hour_closed, .hour = kTenHour, .instant = kTen};
  const Record beat{.kind = RecordKind::heartbeat, .instant = kTen + milliseconds(3 * kMinuteMs)};
  const Record seal{.kind = RecordKind::seal, .instant = kTen};
  Record covered = end;
  covered.value = 1 << 3;
  Record final_five = usage(5), final_four = usage(4), next_hour = usage(5);
  final_five.final = final_four.final = next_hour.final = true;
  next_hour.hour = kTenHour + 1;
  Record below = usage(-1);
  const std::vector<RuleCase> cases = {
      {"falls", {usage(5), usage(4)}, "falls"},
      {"below", {below}, "below zero"},
      {"after close", {finals, final_five, end, seal, usage(6)}, "closed"},
      {"not final", {usage(5), finals, end}, "not final"},
      {"final falls", {usage(5), finals, final_four}, "falls"},
      {"final alone", {final_five}, "outside"},
      {"close alone", {usage(5), end}, "without its final values"},
      {"no seal", {finals, final_five, end, beat}, "without its seal"},
      {"another record", {finals, final_five, beat}, "another record"},
      {"another hour", {finals, next_hour}, "another record"},
      {"value twice", {finals, final_five, final_five}, "twice"},
      {"minutes too many", {finals, final_five, covered}, "heartbeats"},
      {"minutes too few", {beat, finals, final_five, end}, "heartbeats"},
      {"twice", {finals, final_five, end, seal, finals}, "closed before"},
      {"after stop", {{.kind = RecordKind::run_stopped, .instant = kTen}, usage(1)}, "end of its run"},
      {"nothing", {usage(1, 0)}, "nothing"},
  };
  for (const RuleCase& rule : cases) {
    std::filesystem::remove_all(folder.path + "/j");
    auto journal = open();
    journal->begin_stream(1, 0);
    for (const Record& record : rule.records) journal->append(record);
    ASSERT_TRUE(journal->flush(kTen));
    const VerifyReport report = verify();
    ASSERT_FALSE(report.ok()) << rule.name;
    EXPECT_NE(report.finding->what.find(rule.what), std::string::npos) << rule.name << ": " << report.finding->what;
    EXPECT_EQ(report.finding->record, static_cast<std::int64_t>(rule.records.size())) << rule.name;
  }
}

TEST_F(JournalTest, ASequenceWithAGapIsNamed) {
  auto journal = open();
  journal->begin_stream(1, 3);
  journal->append(usage(1));
  ASSERT_TRUE(journal->flush(kTen));
  EXPECT_NE(verify().finding->what.find("sequence"), std::string::npos);
}

TEST_F(JournalTest, ThePrivateKeyIsPrivateAndStays) {
  EXPECT_EQ(static_cast<int>(std::filesystem::status(folder.path + "/seal_key.pem").permissions()) & 0777, 0600);
  const SealKey again = std::move(*SealKey::open_or_make(folder.path, false));
  EXPECT_EQ(again.id(), key.id());
  const Hash hash = sha256("x");
  const Signature signature = again.sign(hash);
  EXPECT_TRUE(key.verifies(hash, {reinterpret_cast<const char*>(signature.data()), signature.size()}));
  EXPECT_FALSE(key.verifies(sha256("y"), {reinterpret_cast<const char*>(signature.data()), signature.size()}));
  EXPECT_FALSE(SealKey::from_public_pem("rubbish"));
}

RC_GTEST_PROP(JournalFormat, ARecordComesBackAsItWent,
              (std::int64_t value, std::int64_t subject, std::string note, bool final)) {
  const Record record{.kind = RecordKind::usage,
                      .meter = MeterKind::peak,
                      .final = final,
                      .run = 1,
                      .sequence = 2,
                      .subject = subject,
                      .hour = -3,
                      .value = value,
                      .instant = kTen,
                      .note = note};
  std::string bytes;
  Hash written{}, read{};
  append_record(bytes, record, written);
  auto found = decode_record(bytes, read);
  RC_ASSERT(found.ok());
  RC_ASSERT(found->record == record);
  RC_ASSERT(found->bytes == bytes.size());
  RC_ASSERT(read == written);
}

TEST(JournalFormatTest, NamesOfSegmentsAreExact) {
  EXPECT_EQ(segment_name(1), "00000001.journal");
  EXPECT_EQ(segment_number("00000012.journal"), 12);
  for (const char* name :
       {"1.journal", "0000000a.journal", "00000000.journal", "00000001.journal.new", "x", "-0000001.journal"}) {
    EXPECT_EQ(segment_number(name), 0) << name;
  }
}

}  // namespace
}  // namespace postage::meter
