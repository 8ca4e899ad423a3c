// What users of other billing systems report, class by class, and the test that this system does not do it.
//
//   class                                             test (PainCatalogue.*)
//   two invoices for one period because of time zone  TwoInvoicesForOnePeriodBecauseOfTimeZone
//   change of customer time zone: gap or overlap      ChangeOfCustomerTimeZoneLeavesGapOrOverlap
//   DST: endless loop, missing or doubled hour        DstEndlessLoopMissingOrDoubledHour
//   concurrent finalisation, duplicate periodic job   ConcurrentFinalisationOrDuplicatePeriodicJob
//   races of credit note, coupon, void                RacesOfCreditNoteCouponVoid (pain_races_test.cc)
//   duplicate in-advance fees                         DuplicateInAdvanceFees
//   rounding of taxes, credit notes                   RoundingOfTaxesAndCreditNotes (pain_money_test.cc)
//   proration off by one, base of proration           ProrationOffByOneOrOnTheWrongBase (pain_money_test.cc)
//   timestamp precision                               TimestampPrecision
//   duplicates after re-processing                    DuplicatesAfterReprocessing
//   double-counted filters                            DoubleCountedFilters (pain_money_test.cc)
//   dedup swallows real events                        DedupSwallowsRealEvents
//   big numbers vanish                                BigNumbersVanish
//   safety guard refuses a right invoice              SafetyGuardRefusesARightInvoice
//   unique identifier missing or rejected             UniqueIdentifierMissingOrRejected
//   period boundary drift, last hours missing         PeriodBoundaryDriftLastHoursMissing
//   "zero usage or metering outage?"                  ZeroUsageOrMeteringOutage
//   hard caps wanted                                  HardCapsWanted (pain_money_test.cc)
//   caps, minimums, prepaid credits, in-advance usage CapsMinimumsPrepaidInAdvance (pain_money_test.cc)
//   time zones                                        TimeZones
//   sum of detail is not the invoice                  SumOfDetailIsNotTheInvoice (pain_money_test.cc)
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <regex>
#include <set>
#include <thread>

#include "invoice/replay.h"
#include "invoice/testing.h"
#include "ledger/ledger.h"
#include "meter/folds.h"
#include "meter/test_site.h"

namespace postage {
namespace {

using invoice::testing::at;
using invoice::testing::Room;
using Json = nlohmann::json;

const Instant kNewYear = at("2026-01-01T00:00:00+08:00");
const Instant kFebruary = at("2026-02-01T00:00:00+08:00");
constexpr seconds kGrace{10};

std::vector<invoice::StoredInvoice> invoices(Room& room, std::int64_t account) {
  return room.billing->invoices({account}, INT64_MAX, 200).value();
}

std::int64_t count(Room& room, std::string_view sql) {
  return room.database->read([&](db::Connection& c) { return c.integer(sql); }).value();
}

TEST(PainCatalogue, TwoInvoicesForOnePeriodBecauseOfTimeZone) {
  std::mt19937_64 random(20260101);
  const std::vector<std::string> names = Zone::names();
  ASSERT_GT(names.size(), 300U);
  for (const std::string& name : names) {
    const Zone zone = Zone::find(name).value();
    MonthKey month{2025, 11};
    InstantRange range = month_range(month, zone);
    for (int i = 0; i < 15; ++i) {
      const InstantRange next = month_range(month.next(), zone);
      ASSERT_EQ(range.end, next.start) << name << month.text();
      const auto inside = range.start + milliseconds(random() % static_cast<std::uint64_t>((range.end - range.start).count()));
      for (const Instant instant : {range.start, inside, range.end - milliseconds(1)}) {
        ASSERT_EQ(month_of(instant, zone), month) << name;
        ASSERT_TRUE(range.holds(instant) && !next.holds(instant)) << name;
      }
      month = month.next();
      range = next;
    }
  }
}

TEST(PainCatalogue, ChangeOfCustomerTimeZoneLeavesGapOrOverlap) {
  Room room;
  room.open({1}, "basic", kNewYear);
  ASSERT_EQ(room.close().tick(kFebruary + kGrace)->closed, 1);
  // The customer's row now names a catalogue of another zone: months that were begun go on in theirs.
  room.accounts.rows[{1}].catalogue = "us25";
  ASSERT_EQ(room.close().tick(at("2026-05-01T12:00:00Z"))->closed, 3);
  const auto all = invoices(room, 1);
  ASSERT_EQ(all.size(), 4U);
  Instant end = kNewYear;
  for (auto each = all.rbegin(); each != all.rend(); ++each) {
    const Json document = Json::parse(each->document);
    EXPECT_EQ(at(document.at("start")), end) << each->month;
    end = at(document.at("end"));
  }
  EXPECT_EQ(end, at("2026-05-01T00:00:00+08:00"));
}

TEST(PainCatalogue, DstEndlessLoopMissingOrDoubledHour) {
  const Zone york = Zone::find("America/New_York").value();
  for (const auto& [month, hours] : {std::pair(MonthKey{2026, 3}, 743), std::pair(MonthKey{2026, 11}, 721)}) {
    const InstantRange range = month_range(month, york);
    EXPECT_EQ(meter::samples_in(range), hours);
    meter::ProjectMonth project({1}, "p", range);
    project.store(1, range.start);
    std::int64_t samples = 0;
    for (Instant hour = range.start; hour < range.end; hour += std::chrono::hours(1)) {
      project.sample_until(hour + milliseconds(1));
      ++samples;
    }
    EXPECT_EQ(samples, hours);
    EXPECT_EQ(project.usage().byte_hours(), static_cast<UInt128>(hours));
  }
  for (const std::string& name : Zone::names()) {
    const Zone zone = Zone::find(name).value();
    const InstantRange year{month_range({2026, 1}, zone).start, month_range({2027, 1}, zone).start};
    int days = 0;
    for (Instant day = year.start; day < year.end; ++days) {
      const Instant next = zone.next_day_start(day);
      ASSERT_GT(next, day) << name;
      ASSERT_LE(next - day, std::chrono::hours(50)) << name;
      ASSERT_EQ(zone.day_start(next - milliseconds(1)), day) << name;
      day = next;
    }
    ASSERT_GE(days, 364) << name;
    ASSERT_LE(days, 366) << name;
  }
}

/// A directory that may be told from two threads.
class SharedAccounts final : public invoice::AccountBook {
 public:
  explicit SharedAccounts(const invoice::testing::FakeAccounts& accounts) : accounts_(accounts) {}
  [[nodiscard]] std::optional<invoice::AccountFacts> account(AccountId id) const override { return accounts_.account(id); }
  [[nodiscard]] std::vector<invoice::AccountFacts> accounts() const override { return accounts_.accounts(); }
  [[nodiscard]] std::vector<meter::NamedProject> projects(AccountId id) const override { return accounts_.projects(id); }
  Result<void> terms_changed(AccountId, const std::string&, const std::string&) override { return {}; }

 private:
  const invoice::testing::FakeAccounts& accounts_;
};

/// A folder that goes with the test.
struct Folder {
  Folder() {
    path = (std::filesystem::path(::testing::TempDir()) / ("pain" + std::to_string(getpid()))).string();
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};

TEST(PainCatalogue, ConcurrentFinalisationOrDuplicatePeriodicJob) {
  const Folder folder;
  Room room(folder.path + "/control.db");
  for (std::int64_t id = 1; id <= 60; ++id) room.open({id}, "basic", kNewYear);
  SharedAccounts accounts(room.accounts);
  std::atomic<std::int64_t> closed{0};
  const auto work = [&] {
    invoice::CloseSettings settings;
    settings.batch = 3;
    invoice::MonthClose close({*room.database, room.billing->history(), accounts, room.usage, nullptr, nullptr, nullptr},
                              settings);
    for (int i = 0; i < 200; ++i) {
      const auto report = close.tick(kFebruary + kGrace);
      if (report) closed += report->closed;
    }
  };
  std::thread first(work), second(work);
  first.join();
  second.join();
  EXPECT_EQ(closed, 60);
  EXPECT_EQ(count(room, "select count(*) from invoice"), 60);
  EXPECT_EQ(count(room, "select count(distinct account) from invoice"), 60);
  EXPECT_EQ(count(room, "select last from invoice_counter"), 60);
  EXPECT_TRUE(room.database->read([](db::Connection& c) { return invoice::verify_invoices(c); }).ok());
  EXPECT_EQ(room.database->read([](db::Connection& c) { return ledger::verify(c); })->transactions, 60);
}

TEST(PainCatalogue, DuplicateInAdvanceFees) {
  Room room;
  room.open({1}, "basic", kNewYear);
  const Instant when = kNewYear + std::chrono::hours(300);
  for (int retry = 0; retry < 3; ++retry) ASSERT_TRUE(room.billing->change_plan({1}, "premium", when, {"a", ""}).ok());
  ASSERT_EQ(room.close().tick(kFebruary + kGrace)->closed, 1);
  const auto found = invoices(room, 1);
  EXPECT_EQ(found[0].total, "1499.00");
  std::set<std::string> kinds;
  const auto lines = room.billing->lines(found[0].id).value();
  for (const auto& line : lines) EXPECT_TRUE(kinds.insert(line.kind).second) << line.kind;
  // The same month once more is refused by its key.
  const auto again = room.billing->running({1}, kFebruary - milliseconds(1));
  const auto added = room.database->write(
      [&](db::Connection& c) { return invoice::add_invoice(c, *again, {"", kFebruary}); });
  ASSERT_FALSE(added.ok());
  EXPECT_EQ(added.error().code, Errc::conflict);
}

TEST(PainCatalogue, TimestampPrecision) {
  EXPECT_FALSE(parse_instant("2026-01-31T15:59:59.9999Z").ok());  // A fourth digit is refused, not rounded into February.
  const Zone china = Zone::find("Asia/Shanghai").value();
  EXPECT_EQ(month_of(at("2026-01-31T15:59:59.999Z"), china), (MonthKey{2026, 1}));
  EXPECT_EQ(month_of(at("2026-01-31T16:00:00.000Z"), china), (MonthKey{2026, 2}));
  for (const char* text : {"2026-01-31T23:59:59.999+08:00", "1999-12-31T23:59:59.001+08:00"}) {
    EXPECT_EQ(instant_text(at(text), china), text);
  }
  const InstantRange month = month_range({2026, 1}, china);
  EXPECT_EQ(meter::samples_before(month, month.start), 0);
  EXPECT_EQ(meter::samples_before(month, month.start + milliseconds(1)), 1);
}

TEST(PainCatalogue, DuplicatesAfterReprocessing) {
  const meter::TestFolder folder;
  meter::TestSite site(folder.path);
  std::vector<meter::Record> records;
  for (std::int64_t i = 1; i <= 200; ++i) {
    records.push_back({.kind = meter::RecordKind::usage,
                       .meter = meter::MeterKind::messages,
                       .final = true,
                       .run = 1 + i % 3,
                       .sequence = i,
                       .subject = 1 + i % 5,
                       .hour = meter::kTenHour + i / 15,
                       .value = i * 17,
                       .instant = meter::kTen});
  }
  const auto apply = [&] {
    ASSERT_TRUE(site.database->write([&](db::Connection& c) { return meter::Folds::apply(c, "node-1", records); }).ok());
  };
  const auto all = [&] {
    return site.database
        ->read([](db::Connection& c) {
          return c.all("select subject || ' ' || meter || ' ' || day || ' ' || value from meter_day order by 1",
                       [](db::Row& row) { return row.text(0); });
        })
        .value();
  };
  apply();
  const auto once = all();
  ASSERT_EQ(once.size(), 5U);
  std::mt19937 random(7);
  for (int i = 0; i < 5; ++i) {
    std::ranges::shuffle(records, random);
    records.resize(records.size() - 20);  // Part of what was sent before comes again.
    apply();
    EXPECT_EQ(all(), once);
  }
}

/// Keeps mails by key, in the store, as the real outbox does.
class KeyedOutbox final : public invoice::InvoiceOutbox {
 public:
  explicit KeyedOutbox(db::Database& database) : database_(database) {}
  Result<void> invoice_issued(const invoice::IssuedNotice& notice) override {
    return database_.write([&](db::Connection& c) -> Result<void> {
      TRY_VOID(c.run("insert into kept (key) values (?) on conflict (key) do nothing", notice.number));
      return {};
    });
  }
  Result<void> credit_note_issued(const invoice::CreditNotice&) override { return {}; }

 private:
  db::Database& database_;
};

TEST(PainCatalogue, DedupSwallowsRealEvents) {
  // Killed between any claim and the write that follows it, what was claimed is done by the next run, once.
  const Folder folder;
  const std::string path = folder.path + "/control.db";
  {
    Room room(path);
    ASSERT_TRUE(room.database->write([](db::Connection& c) { return c.run("create table kept (key text primary key)"); }).ok());
    for (std::int64_t id = 1; id <= 4; ++id) room.open({id}, "basic", kNewYear);
  }
  const auto run = [&](int die_at) {
    const pid_t child = fork();
    if (child == 0) {
      Room room(path);
      for (std::int64_t id = 1; id <= 4; ++id) room.accounts.add({id}, "basic", kNewYear);
      KeyedOutbox outbox(*room.database);
      int steps = 0;
      invoice::CloseSettings settings;
      settings.batch = 2;
      settings.between_steps = [&](std::string_view) {
        if (++steps == die_at) _exit(9);
      };
      invoice::MonthClose close({*room.database, room.billing->history(), room.accounts, room.usage, &outbox, nullptr, nullptr},
                                settings);
      _exit(close.tick(kFebruary + kGrace).ok() ? 0 : 1);
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return WEXITSTATUS(status);
  };
  for (int step = 1; step < 100; ++step) {
    const int ended = run(step);
    ASSERT_TRUE(ended == 0 || ended == 9) << step;
    if (ended == 0) break;
  }
  Room room(path);
  EXPECT_EQ(count(room, "select count(*) from invoice"), 4);
  EXPECT_EQ(count(room, "select count(*) from kept k join invoice i on i.number = k.key"), 4);
  EXPECT_EQ(count(room, "select count(*) from invoice_todo"), 0);
}

TEST(PainCatalogue, BigNumbersVanish) {
  Room room;
  room.open({1}, "flagship", kNewYear);
  room.usage.set({10}, kNewYear, 0, INT64_MAX, 0);
  ASSERT_EQ(room.close().tick(kFebruary + kGrace)->closed, 1);
  const auto found = invoices(room, 1);
  EXPECT_EQ(found[0].total, "184467440737095.52");
  const Json document = Json::parse(found[0].document);
  EXPECT_EQ(document.at("usage").at("messages"), "9223372036854775807");
  const auto balances = room.database->read([](db::Connection& c) { return ledger::balances(c, {1}); });
  EXPECT_EQ(balances->front().minor, BigInt("18446744073709552"));
  EXPECT_TRUE(room.database->read([](db::Connection& c) { return invoice::verify_invoices(c); }).ok());
}

TEST(PainCatalogue, SafetyGuardRefusesARightInvoice) {
  // A month a million times the one before is right, and billed.
  Room room;
  room.open({1}, "flagship", kNewYear);
  room.usage.set({10}, kNewYear, 1, 1'000, 0);
  room.usage.set({10}, kFebruary, 1'000'000, 1'000'000'000'000, 0);
  ASSERT_EQ(room.close().tick(at("2026-03-01T00:00:10+08:00"))->closed, 2);
  EXPECT_EQ(invoices(room, 1)[0].total, "20200000.00");
  // What is refused says why, to the operator, and is tried again.
  room.open({2}, "basic", kNewYear);
  room.accounts.rows.erase({2});
  EXPECT_EQ(room.close().tick(kFebruary + kGrace)->failed, 1);
  const auto status = room.database->read([](db::Connection& c) { return invoice::close_status(c, kFebruary + kGrace); }).value();
  ASSERT_EQ(status.failures.size(), 1U);
  EXPECT_NE(status.failures[0].reason.find("the directory has no account 2"), std::string::npos);
  room.accounts.add({2}, "basic", kNewYear);
  EXPECT_EQ(room.close().tick(status.failures[0].next_try_at)->closed, 1);
}

TEST(PainCatalogue, UniqueIdentifierMissingOrRejected) {
  Room room;
  for (std::int64_t id = 1; id <= 5; ++id) room.open({id}, "basic", kNewYear);
  ASSERT_EQ(room.close().tick(at("2027-03-02T00:00:00+08:00"))->closed, 5 * 14);
  std::set<std::string> numbers;
  std::map<std::string, int> of_year;
  const std::regex form("PO-[0-9]{4}-[0-9]{6}");
  for (std::int64_t id = 1; id <= 5; ++id) {
    for (const auto& each : invoices(room, id)) {
      EXPECT_TRUE(std::regex_match(each.number, form)) << each.number;
      EXPECT_TRUE(numbers.insert(each.number).second) << each.number;
      ++of_year[each.number.substr(3, 4)];
      EXPECT_EQ(Json::parse(each.document).at("number"), each.number);
    }
  }
  EXPECT_EQ(of_year, (std::map<std::string, int>{{"2026", 55}, {"2027", 15}}));
  for (const auto& [year, most] : of_year) EXPECT_TRUE(numbers.contains("PO-" + year + "-0000" + std::to_string(most)));
}

TEST(PainCatalogue, PeriodBoundaryDriftLastHoursMissing) {
  // A burst over the month's last and first milliseconds, the meter ticking in between: each unit in its own month.
  const meter::TestFolder folder;
  meter::TestSite site(folder.path, kFebruary - seconds(3));
  site.start_or_die();
  const InstantRange january{kNewYear, kFebruary}, february{kFebruary, at("2026-03-01T00:00:00+08:00")};
  std::int64_t before = 0, after = 0;
  for (int step = 0; step < 60; ++step) {
    const std::int64_t units = 1 + step * 7 % 13;
    (site.clock.wall() < kFebruary ? before : after) += units;
    site.add(1, units, step % 2);
    if (step % 5 == 0) site.tick();
    site.clock.advance(step == 29 ? kFebruary - milliseconds(1) - site.clock.wall()
                                  : milliseconds(step == 30 ? 1 : step < 29 ? 100 : 400));
  }
  ASSERT_GT(before, 0);
  ASSERT_GT(after, 0);
  EXPECT_EQ(site.usage(1, january).units, before);
  EXPECT_EQ(site.usage(1, february).units, after);
  site.go(std::chrono::hours(1));
  EXPECT_EQ(site.usage(1, january).units, before);
  EXPECT_EQ(site.usage(1, february).units, after);
}

TEST(PainCatalogue, ZeroUsageOrMeteringOutage) {
  const meter::TestFolder folder;
  meter::TestSite site(folder.path);
  site.start_or_die();
  site.tick();
  site.project(1);
  for (int minute = 0; minute < 60; ++minute) site.go(std::chrono::minutes(1));
  site.die();
  site.clock.advance(std::chrono::hours(2));
  site.start_or_die();
  site.tick();
  const auto points = site.meter->reader().series(
      std::vector<ProjectId>{{1}}, std::vector<Instant>{meter::kTen, meter::kTen + std::chrono::hours(1), meter::kTen + std::chrono::hours(2)});
  ASSERT_TRUE(points.ok());
  EXPECT_EQ((*points)[0].units, 0);
  EXPECT_TRUE((*points)[0].covered());  // No usage.
  EXPECT_EQ((*points)[1].units, 0);
  EXPECT_FALSE((*points)[1].covered());  // No meter.
  const auto gaps = site.meter->reader().gaps({meter::kTen, meter::kTen + std::chrono::hours(3)});
  ASSERT_EQ(gaps->size(), 1U);
  EXPECT_GE(gaps->front().end - gaps->front().start, std::chrono::minutes(115));
}

TEST(PainCatalogue, TimeZones) {
  // One instant, two price books: each account's month begins in its own catalogue's zone.
  Room room;
  room.open({1}, "basic", kNewYear);
  room.open({2}, "starter", at("2026-01-01T00:00:00Z"), "us25");
  EXPECT_EQ(room.close().tick(kFebruary + kGrace)->closed, 1);
  EXPECT_EQ(room.billing->running({1}, kFebruary + kGrace)->month, (MonthKey{2026, 2}));
  EXPECT_EQ(room.billing->running({2}, kFebruary + kGrace)->month, (MonthKey{2026, 1}));
  EXPECT_EQ(room.close().tick(at("2026-02-01T00:00:10Z"))->closed, 1);
  EXPECT_EQ(Json::parse(invoices(room, 2)[0].document).at("end"), "2026-02-01T00:00:00.000+00:00");
}

}  // namespace
}  // namespace postage
