#include "invoice/close.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "invoice/replay.h"
#include "invoice/testing.h"
#include "ledger/ledger.h"

namespace postage::invoice {
namespace {

using testing::at;
using testing::Room;

const Instant kJanuary = at("2026-01-01T00:00:00+08:00");
const Instant kFebruary = at("2026-02-01T00:00:00+08:00");
constexpr milliseconds kGrace{10'000};

std::int64_t count(db::Database& database, std::string_view sql) {
  return database.read([&](db::Connection& connection) { return connection.integer(sql); }).value();
}

Result<CloseStatus> status_of(Room& room, Instant now) {
  return room.database->read([&](db::Connection& c) { return close_status(c, now); });
}

std::vector<StoredInvoice> invoices(Room& room, AccountId account) {
  return room.billing->invoices(account, INT64_MAX, 200).value();
}

/// The part of a document that is the bill: from "plan" to the usage.
std::string bill_part(const std::string& document) {
  const std::size_t from = document.find(",\"plan\":"), to = document.find(",\"terms\":");
  return document.substr(from, to - from);
}

TEST(MonthClose, WaitsForTheMonthsEndAndTheGrace) {
  Room room;
  room.open({1}, "basic", kJanuary);
  auto close = room.close();
  EXPECT_EQ(close.tick(kFebruary - milliseconds(1))->closed, 0);
  EXPECT_EQ(close.tick(kFebruary + kGrace - milliseconds(1))->closed, 0);
  EXPECT_EQ(close.tick(kFebruary + kGrace)->closed, 1);
  const auto found = invoices(room, {1});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].number, "PO-2026-000001");
  EXPECT_EQ(found[0].total, "399.00");
  EXPECT_EQ(found[0].issued_at, kFebruary);
}

TEST(MonthClose, TheInvoiceIsTheRunningBillOfTheLastInstant) {
  Room room;
  room.open({1}, "basic", kJanuary);
  room.usage.set({10}, kJanuary, 700, 31'000'000, std::int64_t{3} << 30);
  ASSERT_TRUE(room.billing->set_tax({1}, rating::Tax{6, false}, kJanuary, {"ops", "VAT"}).ok());
  const auto running = room.billing->running({1}, kFebruary - milliseconds(1));
  ASSERT_TRUE(running.ok());
  ASSERT_EQ(room.close().tick(kFebruary + kGrace)->closed, 1);
  const auto found = invoices(room, {1});
  EXPECT_EQ(bill_part(invoice_json(*running)), bill_part(found[0].document));
  EXPECT_EQ(found[0].total, money_text(running->bill.total, running->bill.currency));
}

TEST(MonthClose, ClosingTwiceBillsOnce) {
  Room room;
  room.open({1}, "basic", kJanuary);
  EXPECT_EQ(room.close().tick(kFebruary + kGrace)->closed, 1);
  EXPECT_EQ(room.close().tick(kFebruary + kGrace)->closed, 0);
  EXPECT_EQ(invoices(room, {1}).size(), 1U);
  EXPECT_EQ(room.outbox.notices.size(), 1U);
}

TEST(MonthClose, APendingDowngradeTakesEffectAfterTheCloseAndAnUpgradeAtOnce) {
  Room room;
  room.open({1}, "premium", kJanuary);
  const auto down = room.billing->change_plan({1}, "basic", at("2026-01-10T12:00:00+08:00"), {"a", ""});
  ASSERT_TRUE(down.ok());
  EXPECT_EQ(down->effective_at, kFebruary);
  EXPECT_EQ(room.accounts.told.back().second, "premium");
  ASSERT_EQ(room.close().tick(kFebruary + kGrace)->closed, 1);
  EXPECT_EQ(room.accounts.told.back().second, "basic");
  const auto up = room.billing->change_plan({1}, "premium", at("2026-02-17T00:00:00+08:00"), {"a", ""});
  EXPECT_EQ(money_text(up->price_now, up->before.bill.currency), "1100.00");
  EXPECT_EQ(room.accounts.told.back().second, "premium");
  ASSERT_EQ(room.close().tick(at("2026-03-01T00:00:10+08:00"))->closed, 1);
  const auto found = invoices(room, {1});
  EXPECT_EQ(found[1].plan, "premium");
  EXPECT_EQ(found[0].plan, "premium");
  EXPECT_EQ(found[0].total, "1499.00");
}

TEST(MonthClose, ClocksMonthsAheadCloseEveryMonthInOrder) {
  Room room;
  room.open({1}, "basic", kJanuary);
  room.open({2}, "starter", at("2026-02-15T00:00:00Z"), "us25");
  CloseSettings settings;
  settings.batch = 2;
  const auto report = room.close(settings).tick(at("2027-03-05T00:00:00Z"));
  EXPECT_EQ(report->closed, 14 + 13);
  const auto first = invoices(room, {1});
  ASSERT_EQ(first.size(), 14U);
  EXPECT_EQ(first.back().month, "2026-01");
  EXPECT_EQ(first.front().month, "2027-02");
  EXPECT_EQ(first.front().number.substr(0, 8), "PO-2027-");
  EXPECT_TRUE(room.database->read([](db::Connection& c) { return verify_invoices(c); }).ok());
}

TEST(MonthClose, AnAccountThatCannotBeRatedIsPutOffAndOthersGoOn) {
  Room room;
  room.open({1}, "basic", kJanuary);
  room.open({2}, "basic", kJanuary);
  room.accounts.rows.erase({1});
  auto close = room.close();
  auto report = close.tick(kFebruary + kGrace);
  EXPECT_EQ(report->closed, 1);
  EXPECT_EQ(report->failed, 1);
  EXPECT_EQ(close.tick(kFebruary + kGrace + seconds(1))->failed, 0);
  room.accounts.add({1}, "basic", kJanuary);
  EXPECT_EQ(close.tick(kFebruary + kGrace + seconds(61))->closed, 1);
}

TEST(MonthClose, ABadRowOfOneAccountPutsOffThatAccountOnlyAndTheStatusSaysWhy) {
  Room room;
  for (std::int64_t id = 1; id <= 3; ++id) room.open({id}, "basic", kJanuary);
  ASSERT_TRUE(room.database
                  ->write([](db::Connection& c) {
                    return c.run("insert into invoice_account_event (account, at, kind, value, by_whom, why) values "
                                 "(2, ?, 'wish', '{}', 'x', '')", kJanuary + seconds(5));
                  })
                  .ok());
  auto close = room.close();
  const auto report = close.tick(kFebruary + kGrace);
  EXPECT_EQ(report->closed, 2);
  EXPECT_EQ(report->failed, 1);
  const auto status = status_of(room, kFebruary + kGrace);
  ASSERT_TRUE(status.ok());
  EXPECT_EQ(status->due, 1);
  ASSERT_EQ(status->failures.size(), 1U);
  EXPECT_EQ(status->failures[0].account, AccountId{2});
  EXPECT_NE(status->failures[0].reason.find("no known kind"), std::string::npos);
  EXPECT_EQ(status->failures[0].next_try_at, kFebruary + kGrace + seconds(60));
  EXPECT_EQ(close.tick(kFebruary + kGrace + seconds(60))->failed, 1);
  EXPECT_EQ(status_of(room, kFebruary + kGrace)->failures[0].tries, 2);
}

TEST(MonthClose, TheStatusShowsWhatIsDueTheRateAndWhenItEnds) {
  Room room;
  for (std::int64_t id = 1; id <= 10; ++id) room.open({id}, "basic", kJanuary);
  const Instant now = kFebruary + kGrace;
  EXPECT_EQ(status_of(room, now - milliseconds(1))->due, 0);
  auto status = status_of(room, now);
  EXPECT_EQ(status->due, 10);
  EXPECT_FALSE(status->estimated_end);
  CloseSettings settings;
  settings.batch = 2;
  settings.months_per_tick = 2;
  auto close = room.close(settings);
  for (int second = 0; second < 3; ++second) ASSERT_TRUE(close.tick(now + seconds(second))->more);
  status = status_of(room, now + seconds(2));
  ASSERT_EQ(status->months.size(), 1U);
  EXPECT_EQ(status->months[0].month, "2026-01");
  EXPECT_EQ(status->months[0].ended_at, kFebruary);
  EXPECT_EQ(status->months[0].closed, 6);
  EXPECT_EQ(status->months[0].due, 4);
  EXPECT_EQ(status->per_second, 3);  // Six in two seconds.
  EXPECT_EQ(status->estimated_end, now + seconds(2) + milliseconds(1333));
  EXPECT_EQ(status->untold, 0);
  while (close.tick(now + seconds(3))->more) continue;
  status = status_of(room, now + seconds(3));
  EXPECT_EQ(status->months[0].closed, 10);
  EXPECT_EQ(status->due, 0);
  EXPECT_FALSE(status->estimated_end);
}

/// Each look at it is a second later.
class HurriedClock final : public Clock {
 public:
  [[nodiscard]] Instant wall() const override { return kFebruary + kGrace; }
  [[nodiscard]] Steady steady() const override { return Steady(seconds(++looks_)); }

 private:
  mutable std::int64_t looks_ = 0;
};

TEST(MonthClose, ATickEndsWhenItsTimeIsOverAndTheNextGoesOn) {
  Room room;
  for (std::int64_t id = 1; id <= 3; ++id) room.open({id}, "basic", kJanuary);
  const HurriedClock clock;
  CloseSettings settings;
  settings.batch = 1;
  MonthClose close({*room.database, room.billing->history(), room.accounts, room.usage, &room.outbox, nullptr, &clock},
                   settings);
  std::int64_t closed = 0;
  for (int tick = 1; tick <= 3; ++tick) {
    const auto report = close.tick(clock.wall());
    EXPECT_TRUE(report->more);
    EXPECT_EQ(closed += report->closed, tick);
  }
  EXPECT_FALSE(close.tick(clock.wall())->more);
  EXPECT_EQ(room.outbox.notices.size(), 3U);
}

TEST(MonthClose, WhatCannotBeToldIsToldLater) {
  Room room;
  room.open({1}, "basic", kJanuary);
  room.outbox.failing = true;
  auto close = room.close();
  EXPECT_EQ(close.tick(kFebruary + kGrace)->told, 1);
  EXPECT_TRUE(room.outbox.notices.empty());
  room.outbox.failing = false;
  EXPECT_EQ(close.tick(kFebruary + kGrace + seconds(61))->told, 1);
  ASSERT_EQ(room.outbox.notices.size(), 1U);
  EXPECT_EQ(room.outbox.notices[0].number, "PO-2026-000001");
}

TEST(MonthClose, ALateChangeNeverReachesTheClosedMonth) {
  Room room;
  room.open({1}, "basic", kJanuary);
  ASSERT_EQ(room.close().tick(kFebruary + kGrace)->closed, 1);
  ASSERT_TRUE(room.billing->history().change_plan({1}, "premium", kFebruary - milliseconds(1), {"late", ""}).ok());
  EXPECT_EQ(room.billing->history().events({1})->back().at, kFebruary);
  EXPECT_TRUE(room.database->read([](db::Connection& c) { return verify_invoices(c); }).ok());
}

TEST(MonthClose, PostsEveryInvoiceToTheLedger) {
  Room room;
  room.open({1}, "basic", kJanuary);
  room.usage.set({10}, kJanuary, 700, 31'000'000, std::int64_t{3} << 30);
  ASSERT_TRUE(room.billing->set_tax({1}, rating::Tax{6, true}, kJanuary, {"ops", ""}).ok());
  ASSERT_EQ(room.close().tick(kFebruary + kGrace)->closed, 1);
  const auto balances = room.database->read([](db::Connection& c) { return ledger::balances(c, {1}); });
  BigInt sum = 0, receivable = 0;
  for (const ledger::Balance& each : *balances) {
    sum += each.minor;
    if (each.code == "receivable") receivable = each.minor;
  }
  EXPECT_EQ(sum, 0);
  EXPECT_EQ(receivable, 55900);  // 399 + 200 x 0.2 + 1 M x 20 + 1 GB x 100
  EXPECT_TRUE(room.database->read([](db::Connection& c) { return ledger::verify(c); }).ok());
}

/// Closes three accounts' two months in a child that ends itself at the `stop`-th step. False when it ran to the end.
bool close_until(const std::string& path, int stop) {
  const pid_t child = fork();
  if (child == 0) {
    Room room(path);
    for (std::int64_t id = 1; id <= 3; ++id) room.accounts.add({id}, "basic", kJanuary);
    int steps = 0;
    CloseSettings settings;
    settings.batch = 2;
    settings.between_steps = [&](std::string_view) {
      if (++steps == stop) _exit(9);
    };
    const auto report = room.close(settings).tick(at("2026-03-01T00:00:10+08:00"));
    _exit(report.ok() ? 0 : 1);
  }
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 9));
  return WEXITSTATUS(status) == 9;
}

TEST(MonthClose, KilledBetweenAnyTwoStepsItBillsExactlyOnce) {
  const auto folder = std::filesystem::path(::testing::TempDir()) / ("close" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const std::string path = folder / "control.db";
  {
    Room room(path);
    for (std::int64_t id = 1; id <= 3; ++id) room.open({id}, "basic", kJanuary);
  }
  int kills = 0;
  for (int stop = 1; close_until(path, stop); ++stop) {
    ++kills;
    Room room(path);
    ASSERT_TRUE(room.database->read([](db::Connection& c) { return verify_invoices(c); }).ok()) << stop;
    ASSERT_TRUE(room.database->read([](db::Connection& c) { return ledger::verify(c); }).ok()) << stop;
    ASSERT_EQ(count(*room.database, "select count(*) from invoice"),
              count(*room.database, "select count(*) from ledger_transaction"));
    ASSERT_LT(stop, 200);
  }
  EXPECT_GE(kills, 10);
  Room room(path);
  EXPECT_EQ(count(*room.database, "select count(*) from invoice"), 6);
  EXPECT_EQ(count(*room.database, "select last from invoice_counter where year = 2026"), 6);
  EXPECT_EQ(count(*room.database, "select count(*) from invoice_todo"), 0);
  EXPECT_EQ(room.database->read([](db::Connection& c) { return verify_invoices(c); }).value(), 6);
  std::filesystem::remove_all(folder);
}

TEST(MonthClose, TwoThousandAccountsCloseInOneTick) {
  Room room;
  for (std::int64_t id = 1; id <= 2000; ++id) {
    room.open({id}, id % 3 == 0 ? "premium" : "basic", kJanuary);
    room.usage.set({id * 10}, kJanuary, id, id * 100'000, id << 20);
  }
  const Steady start = system_clock().steady();
  const auto report = room.close().tick(kFebruary + kGrace);
  const auto took = std::chrono::duration_cast<milliseconds>(system_clock().steady() - start);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->closed, 2000);
  RecordProperty("milliseconds", static_cast<int>(took.count()));
  std::printf("2000 accounts closed in %lld ms\n", static_cast<long long>(took.count()));
  EXPECT_EQ(room.database->read([](db::Connection& c) { return verify_invoices(c); }).value(), 2000);
  EXPECT_EQ(room.database->read([](db::Connection& c) { return ledger::verify(c); })->transactions, 2000);
}

}  // namespace
}  // namespace postage::invoice
