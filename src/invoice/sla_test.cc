// Downtime and money: the credit of billing rules 1.11 and decision 17, in running bills and invoices.
#include "invoice/sla.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "invoice/replay.h"
#include "invoice/testing.h"

namespace postage::invoice {
namespace {

using testing::at;

constexpr AccountId kAcme{1};

/// So many minutes down at the start of what is asked for.
class FakeUptime final : public UptimeSource {
 public:
  std::optional<std::int64_t> down = 0;
  mutable std::vector<InstantRange> asked;
  mutable bool skipped = false;
  [[nodiscard]] Result<std::optional<Uptime>> uptime(const InstantRange& range, bool skip_maintenance) const override {
    asked.push_back(range);
    skipped = skip_maintenance;
    if (!down) return std::optional<Uptime>();
    Uptime measured{(range.end - range.start) / std::chrono::minutes(1), *down, {}};
    if (*down > 0) measured.ranges = {{range.start, range.start + std::chrono::minutes(*down), "lane"}};
    return std::optional<Uptime>(std::move(measured));
  }
};

/// A room whose billing and close know the uptime.
struct SlaRoom : testing::Room {
  SlaRoom() {
    billing = std::make_unique<Billing>(Billing::Ports{*database, accounts, catalogues, usage, nullptr, &uptime});
  }
  StoredInvoice invoice_of(const char* closed_at) {
    MonthClose closing({*database, billing->history(), accounts, usage, &outbox, &uptime}, {});
    CHECK(closing.tick(at(closed_at)).ok());
    const auto all = billing->invoices(kAcme, INT64_MAX, 10);
    CHECK(all.ok() && !all->empty());
    return all->front();
  }
  FakeUptime uptime;
};

std::string credit_of(const rating::Bill& bill) {
  const rating::Line* line = bill.line(rating::LineKind::sla_credit);
  return line == nullptr ? "none" : money_text(line->amount, bill.currency);
}

TEST(SlaCredit, FollowsTheCataloguesStepsAndIsTheSameInBillAndInvoice) {
  struct Row {
    std::int64_t down;
    const char* percent;
    const char* credit;
  };
  // November: 43,200 minutes. 21.6 may be down; below 99 % from 433 minutes on, below 95 % from 2,161 on.
  const Row rows[] = {{0, "0", "none"},      {21, "0", "none"},       {22, "10", "-39.90"},    {30, "10", "-39.90"},
                      {432, "10", "-39.90"}, {433, "25", "-99.75"},   {2160, "25", "-99.75"},  {2161, "50", "-199.50"},
                      {43200, "50", "-199.50"}};
  for (const Row& row : rows) {
    SlaRoom room;
    room.uptime.down = row.down;
    room.open(kAcme, "basic", at("2026-11-01T00:00:00+08:00"));
    const auto running = room.billing->running(kAcme, at("2026-11-30T23:59:59.999+08:00")).value();
    EXPECT_EQ(running.sla.credit_percent.to_plain(), row.percent) << row.down;
    EXPECT_EQ(credit_of(running.bill), row.credit) << row.down;
    const StoredInvoice invoice = room.invoice_of("2026-12-01T00:00:10+08:00");
    EXPECT_EQ(invoice.total, money_text(running.bill.total, running.bill.currency)) << row.down;
    const auto document = nlohmann::json::parse(invoice.document);
    const auto shown = nlohmann::json::parse(invoice_json(running));
    EXPECT_EQ(document["lines"], shown["lines"]);
    EXPECT_EQ(document["sla"], shown["sla"]);
  }
}

TEST(SlaCredit, TheInvoiceExplainsItAndReplays) {
  SlaRoom room;
  room.uptime.down = 30;
  room.open(kAcme, "basic", at("2026-11-01T00:00:00+08:00"));
  const StoredInvoice invoice = room.invoice_of("2026-12-01T00:00:10+08:00");
  const auto sla = nlohmann::json::parse(invoice.document)["sla"];
  const auto expected = nlohmann::json::parse(R"({"minutes":"43200","down":"30","uptime_percent":"99.930556",
    "target_percent":"99.95","credit_percent":"10","down_ranges":[{"start":"2026-11-01T00:00:00.000+08:00",
    "end":"2026-11-01T00:30:00.000+08:00","cause":"lane"}]})");
  EXPECT_EQ(sla, expected) << sla.dump();
  ASSERT_TRUE(room.database->read([](db::Connection& connection) { return verify_invoices(connection); }));
  const std::string text(*catalog::builtin_text("cn26"));
  ASSERT_TRUE(replay(invoice.document, text));
  std::string forged = invoice.document;
  forged.replace(forged.find("\"down\":\"30\""), 11, "\"down\":\"21\"");
  const auto refused = replay(forged, text);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("SLA"), std::string::npos) << refused.error().detail;
}

TEST(SlaCredit, OnlyPlansWithTheRowAndOnlyWhatWasMeasured) {
  SlaRoom room;
  room.uptime.down = 3000;
  room.open(kAcme, "free", at("2026-11-01T00:00:00+08:00"));
  const Instant end = at("2026-11-30T23:59:59.999+08:00");
  const auto free = room.billing->running(kAcme, end).value();
  EXPECT_EQ(credit_of(free.bill), "none");
  EXPECT_FALSE(free.sla.measured);
  EXPECT_EQ(invoice_json(free).find("\"sla\""), std::string::npos);
  ASSERT_TRUE(room.billing->change_plan(kAcme, "basic", at("2026-11-20T00:00:00+08:00"), {"test", ""}));
  EXPECT_EQ(credit_of(room.billing->running(kAcme, end)->bill), "-199.50");
  room.uptime.down = std::nullopt;
  EXPECT_EQ(credit_of(room.billing->running(kAcme, end)->bill), "none");
}

TEST(SlaCredit, AMonthCountsSinceTheAccountExists) {
  SlaRoom room;
  room.uptime.down = 8;
  room.open(kAcme, "basic", at("2026-11-21T00:00:00+08:00"));
  const auto running = room.billing->running(kAcme, at("2026-11-22T00:00:00+08:00")).value();
  EXPECT_EQ(room.uptime.asked.back(), (InstantRange{at("2026-11-21T00:00:00+08:00"), at("2026-12-01T00:00:00+08:00")}));
  EXPECT_EQ(running.sla.measured->minutes, 14'400);
  EXPECT_EQ(running.sla.credit_percent, Rational(10));  // 7.2 minutes may be down in ten days.
  EXPECT_FALSE(room.uptime.skipped);
}

TEST(SlaCredit, AllowedMinutesOfEveryMonth) {
  const auto cn26 = catalog::builtin("cn26").value();
  EXPECT_EQ(sla_target(*cn26).to_plain(), "99.95");
  for (const auto& [minutes, allowed] :
       {std::pair(40'320, "20.16"), std::pair(41'760, "20.88"), std::pair(43'200, "21.6"), std::pair(44'640, "22.32")}) {
    EXPECT_EQ(sla_allowed_minutes(*cn26, minutes).to_plain(), allowed);
  }
}

TEST(SlaCredit, AnOfferShowsTheCreditOfThePlanThatIsAskedFor) {
  SlaRoom room;
  room.uptime.down = 30;
  room.open(kAcme, "free", at("2026-11-01T00:00:00+08:00"));
  const auto offer = room.billing->offer(kAcme, "basic", at("2026-11-10T00:00:00+08:00")).value();
  EXPECT_EQ(credit_of(offer.before.bill), "none");
  EXPECT_EQ(credit_of(offer.after.bill), "-39.90");
}

}  // namespace
}  // namespace postage::invoice
