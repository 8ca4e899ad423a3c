// An account on another catalogue: at a month's first instant only, without gap or overlap, and old months stay as they
// were.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "invoice/replay.h"
#include "invoice/testing.h"

namespace postage::invoice {
namespace {

using Json = nlohmann::ordered_json;
using testing::at;
using testing::Room;

const ChangedBy kBy{"op", "new prices"};
const AccountId kAccount{7};
const std::map<std::string, std::string> kWest{{"basic", "starter"}, {"premium", "pro"}, {"flagship", "business"}};

/// cn26 under another name, dearer.
std::string cn27() {
  Json document = Json::parse(*catalog::builtin_text("cn26"));
  document["name"] = "cn27";
  document["effective_from"] = "2026-03-01";
  document["plans"][1]["base_fee"] = "429.00";
  return document.dump();
}

struct CatalogueMoveTest : ::testing::Test {
  CatalogueMoveTest() {
    room.catalogues.add(cn27());
    room.open(kAccount, "basic", at("2026-01-01T00:00:00+08:00"));
  }
  Result<void> move(const char* target, MonthKey from, const char* now, std::map<std::string, std::string> plans = {}) {
    return room.billing->history().move_catalogue(kAccount, target, from, plans, at(now), kBy);
  }
  std::string on(const char* when) {
    const Terms terms = *room.billing->terms(kAccount, at(when));
    EXPECT_EQ(terms.catalogue.catalogue, terms.subscription.catalogue());
    return terms.catalogue.catalogue->name + " " + terms.subscription.plan()->name;
  }
  Room room;
};

TEST_F(CatalogueMoveTest, TakesEffectAtTheFirstInstantOfTheMonth) {
  ASSERT_TRUE(move("cn27", {2026, 3}, "2026-01-10T00:00:00+08:00"));
  EXPECT_EQ(on("2026-02-28T23:59:59.999+08:00"), "cn26 basic");
  EXPECT_EQ(on("2026-03-01T00:00:00+08:00"), "cn27 basic");
  MonthClose close = room.close();
  ASSERT_EQ(close.tick(at("2026-04-01T00:01:00+08:00"))->closed, 3);
  const auto invoices = *room.billing->invoices(kAccount, 100, 10);
  ASSERT_EQ(invoices.size(), 3U);
  EXPECT_EQ(invoices[2].catalogue + " " + invoices[2].total, "cn26 399.00");
  EXPECT_EQ(invoices[1].catalogue + " " + invoices[1].total, "cn26 399.00");
  EXPECT_EQ(invoices[0].catalogue + " " + invoices[0].total, "cn27 429.00");
  EXPECT_EQ(room.accounts.rows[kAccount].catalogue, "cn27");
  EXPECT_EQ(*room.database->read([](db::Connection& c) { return verify_invoices(c); }), 3);
}

TEST_F(CatalogueMoveTest, IsReplacedAndTakenBackUntilItBegins) {
  ASSERT_TRUE(move("cn27", {2026, 3}, "2026-01-10T00:00:00+08:00"));
  ASSERT_TRUE(move("cn27", {2026, 4}, "2026-01-11T00:00:00+08:00"));
  EXPECT_EQ(on("2026-03-31T00:00:00+08:00"), "cn26 basic");
  ASSERT_TRUE(room.database->write([&](db::Connection& c) {
    return room.billing->history().stay_on_catalogue(c, kAccount, at("2026-01-12T00:00:00+08:00"), kBy);
  }));
  EXPECT_EQ(on("2026-05-01T00:00:00+08:00"), "cn26 basic");
  EXPECT_FALSE(room.billing->terms(kAccount, at("2026-01-12T00:00:00+08:00"))->subscription.move());
}

TEST_F(CatalogueMoveTest, NeverInsideAMonthNorBeforeTheCatalogueIsInForce) {
  const auto refused = [&](const Result<void>& done, Errc code, const char* about) {
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, code);
    EXPECT_NE(done.error().detail.find(about), std::string::npos) << done.error().detail;
  };
  refused(move("cn27", {2026, 1}, "2026-01-10T00:00:00+08:00"), Errc::bad_request, "from:");
  refused(move("cn27", {2026, 2}, "2026-01-10T00:00:00+08:00"), Errc::bad_request, "in force from 2026-03-01");
  refused(move("cn99", {2026, 3}, "2026-01-10T00:00:00+08:00"), Errc::invalid_catalogue, "cn99");
  refused(move("us25", {2026, 3}, "2026-01-10T00:00:00+08:00"), Errc::bad_request, "follows basic");
  refused(move("cn27", {2026, 3}, "2026-01-10T00:00:00+08:00", {{"gold", "free"}}), Errc::bad_request, "no plan gold");
  Json other = Json::parse(cn27());
  other["name"] = "kilo";
  other["kilobyte"] = 1000;
  room.catalogues.add(other.dump());
  refused(move("kilo", {2026, 3}, "2026-01-10T00:00:00+08:00"), Errc::conflict, "message unit");
  const Instant now = at("2026-01-10T00:00:00+08:00");
  ASSERT_TRUE(room.billing->set_budget(kAccount, Rational(500), now, kBy));
  refused(move("us25", {2026, 3}, "2026-01-10T00:00:00+08:00", kWest), Errc::conflict, "currency");
}

TEST_F(CatalogueMoveTest, AnotherZoneAndCurrencyMeetWithoutGapOrOverlap) {
  ASSERT_TRUE(move("us25", {2026, 2}, "2026-01-10T00:00:00+08:00", kWest));
  // Set after the move was asked for, in yuan: it ends with the currency.
  ASSERT_TRUE(room.billing->set_budget(kAccount, Rational(500), at("2026-01-11T00:00:00+08:00"), kBy));
  const Instant border = at("2026-02-01T00:00:00+08:00");
  const Terms before = *room.billing->terms(kAccount, border - milliseconds(1));
  const Terms after = *room.billing->terms(kAccount, border);
  EXPECT_EQ(before.subscription.period().end, after.subscription.period().start);
  EXPECT_EQ(after.subscription.period(), (InstantRange{border, at("2026-03-01T00:00:00Z")}));
  EXPECT_TRUE(before.budget);
  EXPECT_FALSE(after.budget);
  room.usage.set(ProjectId{70}, border, 0, 30'000'001, 0);
  MonthClose close = room.close();
  ASSERT_EQ(close.tick(at("2026-03-01T00:00:10Z"))->closed, 2);
  const auto invoices = *room.billing->invoices(kAccount, 100, 10);
  EXPECT_EQ(invoices[0].currency + " " + invoices[0].plan + " " + invoices[0].month + " " + invoices[0].total,
            "USD starter 2026-02 59.00");
  EXPECT_EQ(Json::parse(invoices[0].document)["start"], "2026-01-31T16:00:00.000+00:00");
  EXPECT_EQ(*room.database->read([](db::Connection& c) { return verify_invoices(c); }), 2);
}

RC_GTEST_PROP(CatalogueMoveLaw, EachInstantBelongsToOneMonthOverAnyMovesBetweenZones, ()) {
  const char* const kZones[] = {"Asia/Shanghai", "UTC", "America/New_York", "Pacific/Kiritimati", "Pacific/Honolulu",
                                "Europe/Berlin"};
  std::vector<catalog::CataloguePtr> catalogues;
  for (const char* zone : kZones) {
    auto changed = std::make_shared<catalog::Catalogue>(**catalog::builtin("cn26"));
    changed->zone = *Zone::find(zone);
    if (*rc::gen::arbitrary<bool>()) changed->rules.upgrade = catalog::UpgradeRule::pro_rata_days;
    catalogues.push_back(std::move(changed));
  }
  const auto any = [&] { return catalogues[static_cast<std::size_t>(*rc::gen::inRange(0, 6))]; };
  const catalog::CataloguePtr first = any();
  Subscription subscription(first, first->find("basic"), at("2026-01-15T12:00:00Z"));
  Instant ended = subscription.period().end;
  MonthKey month = subscription.month();
  for (int i = 0; i < 24; ++i) {
    if (*rc::gen::arbitrary<bool>()) subscription.move_to(CatalogueMove{any(), month.next(), {}});
    subscription.roll();
    RC_ASSERT(subscription.month() == month.next());
    RC_ASSERT(subscription.period().start == ended);
    RC_ASSERT(subscription.period().end - ended >= std::chrono::hours(24 * 27));
    int days = 0;
    for (const rating::Segment& segment : subscription.segments()) days += segment.days;
    if (subscription.catalogue()->rules.pro_rata()) RC_ASSERT(days == subscription.month_days());
    month = subscription.month();
    ended = subscription.period().end;
  }
}

}  // namespace
}  // namespace postage::invoice
