#include "invoice/subscription.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace postage::invoice {
namespace {
Instant at(const char* text) { return *parse_instant(text); }

struct SubscriptionTest : testing::Test {
  catalog::CataloguePtr cn26 = *catalog::builtin("cn26");
  catalog::PlanPtr free = cn26->find("free"), basic = cn26->find("basic"), premium = cn26->find("premium"),
                   flagship = cn26->find("flagship"), enterprise = cn26->find("enterprise");
  Instant start = at("2026-01-01T00:00:00+08:00");
};

TEST_F(SubscriptionTest, AnUpgradeIsInForceAtOnceAndRatesTheMonth) {
  Subscription subscription(cn26, basic, start);
  EXPECT_EQ(subscription.change(premium, at("2026-01-17T00:00:00+08:00")), PlanChange::upgraded);
  EXPECT_EQ(subscription.plan(), premium);
  EXPECT_EQ(subscription.rated_by(), premium);
}

TEST_F(SubscriptionTest, ADowngradeWaitsForTheNextMonth) {
  Subscription subscription(cn26, premium, start);
  EXPECT_EQ(subscription.change(free, start), PlanChange::downgraded);
  EXPECT_EQ(subscription.change(basic, start), PlanChange::downgraded);  // Replaces the first one.
  EXPECT_EQ(subscription.plan(), premium);
  EXPECT_EQ(subscription.pending(), basic);
  subscription.roll();
  EXPECT_EQ(subscription.plan(), basic);
  EXPECT_EQ(subscription.rated_by(), basic);
  EXPECT_EQ(subscription.pending(), nullptr);
  EXPECT_EQ(subscription.month(), (MonthKey{2026, 2}));
}

TEST_F(SubscriptionTest, TheSamePlanOrAnUpgradeCancelsAPendingDowngrade) {
  Subscription subscription(cn26, basic, start);
  subscription.change(free, start);
  EXPECT_EQ(subscription.change(basic, start), PlanChange::unchanged);
  EXPECT_EQ(subscription.pending(), nullptr);
  subscription.change(free, start);
  EXPECT_EQ(subscription.change(premium, start), PlanChange::upgraded);
  EXPECT_EQ(subscription.pending(), nullptr);
}

TEST_F(SubscriptionTest, TheLargestBaseFeeRatesAndOfEqualsTheLatest) {
  Subscription upward(cn26, premium, start);
  upward.change(enterprise, start);
  EXPECT_EQ(upward.rated_by(), premium);
  EXPECT_EQ(upward.plan(), enterprise);
  Subscription equal(cn26, free, start);
  equal.change(flagship, start);
  EXPECT_EQ(equal.rated_by(), flagship);
}

TEST_F(SubscriptionTest, APreviewSaysWhenAndWhatItCosts) {
  const Subscription subscription(cn26, basic, start);
  const Instant now = at("2026-01-17T12:00:00+08:00");
  const PlanPreview up = subscription.preview(premium, now), down = subscription.preview(free, now);
  EXPECT_EQ(up.change, PlanChange::upgraded);
  EXPECT_EQ(up.effective_at, now);
  EXPECT_EQ(up.extra_base_fee, Rational(1100));
  EXPECT_EQ(down.effective_at, at("2026-02-01T00:00:00+08:00"));
  EXPECT_TRUE(down.extra_base_fee.is_zero());
  EXPECT_EQ(subscription.plan(), basic);
}

TEST_F(SubscriptionTest, ThePreRataRuleCountsTheDayOfTheChangeForTheNewPlan) {
  auto document = nlohmann::json::parse(*catalog::builtin_text("cn26"));
  document["rules"]["upgrade"] = "pro_rata_days";
  const auto catalogue = *catalog::load(document.dump());
  Subscription subscription(catalogue, catalogue->find("basic"), start);
  EXPECT_EQ(subscription.preview(catalogue->find("premium"), at("2026-01-17T23:59:59+08:00")).extra_base_fee.to_fixed(2), "532.26");
  subscription.change(catalogue->find("premium"), at("2026-01-17T00:00:00+08:00"));
  const auto segments = subscription.segments();
  ASSERT_EQ(segments.size(), 2u);
  EXPECT_EQ(segments[0].days, 16);
  EXPECT_EQ(segments[1].days, 15);
  const Subscription late(catalogue, catalogue->find("basic"), at("2026-01-20T00:00:00+08:00"));
  EXPECT_EQ(late.segments()[0].days, 12);
}

TEST_F(SubscriptionTest, ByTheSecondTheSecondOfTheChangeIsTheNewPlans) {
  auto document = nlohmann::json::parse(*catalog::builtin_text("cn26"));
  document["rules"]["upgrade"] = "pro_rata_seconds";
  const auto catalogue = *catalog::load(document.dump());
  Subscription subscription(catalogue, catalogue->find("basic"), start);
  const Instant noon = at("2026-01-17T12:34:56.789+08:00");
  EXPECT_EQ(subscription.preview(catalogue->find("premium"), noon).extra_base_fee.to_fixed(2), "513.66");  // X7
  subscription.change(catalogue->find("premium"), noon);
  EXPECT_EQ(subscription.month_days(), 2'678'400);
  EXPECT_EQ(subscription.segments()[1].days, 1'250'704);
  EXPECT_EQ(subscription.segments()[0].days + subscription.segments()[1].days, 2'678'400);
}

// The class "change of time zone leaves gap or overlap": months meet, whichever zone is ahead.
TEST_F(SubscriptionTest, AMoveToAnotherZoneLeavesNoGapAndNoOverlap) {
  const auto us26 = *catalog::builtin("us26");
  const CatalogueMove west{us26, {2026, 2}, {{"basic", "starter"}, {"premium", "pro"}, {"flagship", "business"}}};
  const CatalogueMove east{cn26, {2026, 4}, {{"starter", "basic"}, {"lite", "basic"}, {"pro", "premium"}, {"business", "flagship"}}};
  Subscription subscription(cn26, basic, start);
  subscription.move_to(west);
  EXPECT_EQ(subscription.next_plan()->name, "starter");
  subscription.change(free, start);  // A pending downgrade goes along.
  Instant ended = subscription.period().end;
  const char* const kExpected[] = {"us26 free 2026-02 2026-01-31T16:00:00.000Z 2026-03-01T00:00:00.000Z",
                                   "us26 free 2026-03 2026-03-01T00:00:00.000Z 2026-04-01T00:00:00.000Z",
                                   "cn26 free 2026-04 2026-04-01T00:00:00.000Z 2026-04-30T16:00:00.000Z",
                                   "cn26 free 2026-05 2026-04-30T16:00:00.000Z 2026-05-31T16:00:00.000Z"};
  for (const char* expected : kExpected) {
    subscription.roll();
    if (subscription.month() == MonthKey{2026, 3}) subscription.move_to(east);
    EXPECT_EQ(subscription.period().start, ended);
    ended = subscription.period().end;
    EXPECT_EQ(subscription.catalogue()->name + " " + subscription.plan()->name + " " + subscription.month().text() + " " +
                  instant_text_utc(subscription.period().start) + " " + instant_text_utc(ended),
              expected);
  }
}

TEST_F(SubscriptionTest, AStoredMonthReadsBack) {
  Subscription subscription(cn26, {2026, 1}, {{basic, start}, {premium, start}}, free);
  EXPECT_EQ(subscription.rated_by(), premium);
  subscription.roll();
  EXPECT_EQ(subscription.plan(), free);
}
}  // namespace
}  // namespace postage::invoice
