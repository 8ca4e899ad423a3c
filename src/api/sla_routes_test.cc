// Uptime and maintenance through the real router.
#include <gtest/gtest.h>

#include "api/testing.h"
#include "observe/uptime_log.h"

namespace postage::api {
namespace {

using invoice::testing::at;
using testing::Seen;
using testing::World;

observe::Mark mark_at(Instant at) { return {at.time_since_epoch() / seconds(1), 0, observe::Cause::lane}; }

/// The world with a measured uptime. Its clock stands at 2026-01-17T00:00+08:00; acme exists since the month's first instant.
struct SlaTest : ::testing::Test {
  SlaTest() { CHECK(world.uptime_log->write(mark_at(at("2025-12-01T00:00:00Z")), {}).ok()); }
  void down(const char* from, int minutes) {
    const Instant start = at(from);
    CHECK(world.uptime_log->write(mark_at(start), {{{start, start + std::chrono::minutes(minutes), observe::Cause::probe}}, {}}).ok());
  }
  World world;
};

TEST_F(SlaTest, ShowsTheMonthWithItsRangesAndWhatIsLeft) {
  down("2026-01-05T12:00:00+08:00", 10);
  const Seen seen = world.get(world.account_path() + "/sla", world.owner);
  ASSERT_EQ(seen.status, 200) << seen.body;
  EXPECT_EQ(seen.text("month"), "2026-01");
  EXPECT_EQ(seen.json["promised"], true);
  EXPECT_EQ(seen.text("target_percent"), "99.95");
  EXPECT_EQ(seen.text("minutes"), "44640");
  EXPECT_EQ(seen.text("down_minutes"), "10");
  EXPECT_EQ(seen.text("uptime_percent"), "99.977599");
  EXPECT_EQ(seen.text("uptime_so_far_percent"), "99.956597");  // 10 of 23,040 minutes.
  EXPECT_EQ(seen.text("allowed_minutes"), "22.32");
  EXPECT_EQ(seen.text("allowed_minutes_left"), "12.32");
  EXPECT_EQ(seen.text("credit_percent"), "0");
  ASSERT_EQ(seen.json["down_ranges"].size(), 1U);
  EXPECT_EQ(seen.json["down_ranges"][0]["cause"], "probe");
  EXPECT_EQ(seen.json["down_ranges"][0]["minutes"], "10");
}

TEST_F(SlaTest, ABreachIsCreditedInTheRunningBillToo) {
  down("2026-01-05T12:00:00+08:00", 30);
  const Seen seen = world.get(world.account_path() + "/sla", world.owner);
  EXPECT_EQ(seen.text("credit_percent"), "10");
  EXPECT_EQ(seen.text("allowed_minutes_left"), "0");
  const Seen bill = world.get(world.account_path() + "/bill", world.owner);
  EXPECT_EQ(bill.json["lines"].back()["kind"], "sla_credit");
  EXPECT_EQ(bill.json["lines"].back()["amount"], "-39.90");
  EXPECT_EQ(bill.json["sla"]["down"], "30");
  const std::string rival = "/v1/accounts/" + std::to_string(world.rival.value) + "/sla";
  const Seen free = world.get(rival, world.operator_token);
  EXPECT_EQ(free.json["promised"], false);
  EXPECT_EQ(free.text("credit_percent"), "0");
  EXPECT_EQ(free.text("down_minutes"), "30");
}

TEST_F(SlaTest, MonthsAreNamedAndChecked) {
  world.clock.set(at("2026-03-05T00:00:00+08:00"));
  world.operator_token = world.operator_of("march@postage.example", auth::Role::operator_);
  EXPECT_EQ(world.get(world.account_path() + "/sla?month=2026-02", world.operator_token).text("minutes"), "40320");
  const Seen future = world.get(world.account_path() + "/sla?month=2026-04", world.operator_token);
  EXPECT_EQ(future.status, 400);
  EXPECT_EQ(future.text("pointer"), "?month");
  EXPECT_EQ(world.get(world.account_path() + "/sla?month=2026-13", world.operator_token).status, 400);
  EXPECT_EQ(world.get(world.account_path() + "/sla?month=2025-12", world.operator_token).status, 404);
}

TEST_F(SlaTest, NobodyMeasuredSaysSo) {
  World fresh;
  const Seen seen = fresh.get(fresh.account_path() + "/sla", fresh.owner);
  EXPECT_EQ(seen.json["measured"], false);
  EXPECT_FALSE(seen.json.contains("uptime_percent"));
}

TEST_F(SlaTest, MaintenanceIsAnnouncedByOperatorsBeforehand) {
  const std::string good = R"({"starts_at":"2026-01-20T00:00:00Z","ends_at":"2026-01-20T02:00:00Z","reason":"disk"})";
  EXPECT_EQ(world.send("POST", "/v1/maintenance", world.owner, good).status, 403);
  const Seen made = world.send("POST", "/v1/maintenance", world.operator_token, good);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.text("start"), "2026-01-20T00:00:00.000Z");
  EXPECT_EQ(world.get("/v1/maintenance", world.owner).json["items"].size(), 1U);
  EXPECT_EQ(world.get("/v1/maintenance?from=2026-01-01T00:00:00Z&to=2026-01-19T00:00:00Z", world.owner).json["items"].size(), 0U);
  const Seen late = world.send("POST", "/v1/maintenance", world.operator_token,
                               R"({"starts_at":"2026-01-10T00:00:00Z","ends_at":"2026-01-20T02:00:00Z","reason":"disk"})");
  EXPECT_EQ(late.status, 400);
  EXPECT_EQ(late.text("pointer"), "/starts_at");
  const Seen bad = world.send("POST", "/v1/maintenance", world.operator_token,
                              R"({"starts_at":"soon","ends_at":"2026-01-20T02:00:00Z","reason":"disk"})");
  EXPECT_EQ(bad.text("pointer"), "/starts_at");
}

}  // namespace
}  // namespace postage::api
