#include "catalog/catalog.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace postage::catalog {
namespace {
using Json = nlohmann::ordered_json;

/// "free hard 100/3000000/1/0 | ..." of a catalogue.
std::string rows(const Catalogue& catalogue) {
  std::string text;
  for (const PlanPtr& plan : catalogue.plans) {
    text += (text.empty() ? "" : " | ") + plan->name + " " + std::string(plan_kind_name(plan->kind)) + " " +
            std::to_string(plan->quotas.pcu) + "/" + std::to_string(plan->quotas.messages) + "/" +
            plan->quotas.storage_gb.to_plain() + "/" + plan->base_fee.to_plain() + "/" + plan->minimum_spend.to_plain();
  }
  return text;
}

TEST(Builtin, CataloguesHaveThePublishedRows) {
  EXPECT_EQ(builtin_names(), (std::vector<std::string>{"cn23", "cn26", "cn26-tiers", "us23", "us25", "us26"}));
  EXPECT_EQ(rows(**builtin("cn26")), "free hard 100/3000000/1/0/0 | basic soft 500/30000000/2/399/0 | "
            "premium soft 2500/150000000/10/1499/0 | flagship payg 0/0/0/0/0 | enterprise payg 0/0/0/0/1500");
  EXPECT_EQ(rows(**builtin("cn26-tiers")), "free hard 100/3000000/1/0/0 | basic soft 500/30000000/2/399/0 | "
            "premium soft 2500/150000000/10/1499/0 | flagship soft 10000/500000000/20/3899/0 | enterprise payg 0/0/0/0/1500");
  EXPECT_EQ(rows(**builtin("cn23")), "free hard 100/3000000/1/0/0 | startup soft 500/30000000/2/399/0 | "
            "business soft 10000/600000000/10/5499/0 | enterprise payg 0/0/0/0/0");
  EXPECT_EQ(rows(**builtin("us23")), "free hard 100/3000000/1/0/0 | starter soft 500/30000000/2/59/0 | "
            "pro soft 5000/300000000/5/399/0 | business soft 10000/600000000/10/820/0 | enterprise payg 0/0/0/0/0");
  EXPECT_EQ(rows(**builtin("us25")), "free hard 20/1000000/1/0/0 | starter soft 500/30000000/2/59/0 | "
            "pro soft 2500/150000000/10/399/0 | business soft 5000/500000000/20/820/0 | enterprise payg 0/0/0/0/0");
  EXPECT_EQ(rows(**builtin("us26")), "free hard 20/1000000/1/0/0 | lite soft 300/18000000/1.5/39/0 | "
            "starter soft 500/30000000/2/59/0 | pro soft 2500/150000000/10/279/0 | business soft 5000/500000000/20/749/0 | "
            "enterprise payg 0/0/0/0/0");
}

TEST(Builtin, RatesZonesAndRules) {
  const char* const kRates[][6] = {{"cn26", "0.2", "0.00002", "100", "Asia/Shanghai", "CNY"},
                                   {"cn26-tiers", "0.2", "0.00002", "100", "Asia/Shanghai", "CNY"},
                                   {"cn23", "0.1", "0.00001", "50", "Asia/Shanghai", "CNY"},
                                   {"us23", "0.015", "0.0000015", "7.5", "UTC", "USD"},
                                   {"us25", "0.03", "0.000003", "15", "UTC", "USD"},
                                   {"us26", "0.03", "0.000003", "15", "UTC", "USD"}};
  for (const auto& [name, pcu, message, gb, zone, currency] : kRates) {
    const auto catalogue = *builtin(name);
    EXPECT_EQ(catalogue->name, name);
    EXPECT_EQ(catalogue->zone.name(), zone);
    EXPECT_EQ(catalogue->currency.code, currency);
    EXPECT_EQ(catalogue->rules.upgrade, UpgradeRule::full_month);
    EXPECT_EQ(catalogue->rules.storage_divisor_hours, 720);
    EXPECT_EQ(catalogue->gigabyte, std::int64_t{1} << 30);
    for (const PlanPtr& plan : catalogue->plans) {
      EXPECT_EQ(plan->rates.pcu.to_plain(), pcu);
      EXPECT_EQ(plan->rates.message.to_plain(), message);
      EXPECT_EQ(plan->rates.storage_gb.to_plain(), gb);
      EXPECT_EQ(plan->features.size(), 24u);
      EXPECT_EQ(plan->daily_messages.has_value(), std::string_view(name) == "us23" && plan->name == "free");
    }
  }
  EXPECT_EQ(builtin("cn99").error().code, Errc::invalid_catalogue);
}

TEST(Builtin, FeaturesAreThoseOfTheSeedsTable) {
  const auto catalogue = *builtin("cn26");
  const auto& free = *catalogue->find("free");
  const auto& premium = *catalogue->find("premium");
  EXPECT_TRUE(free.has("stream_channel"));
  EXPECT_FALSE(free.has("uptime_sla"));
  EXPECT_FALSE(free.has("slack_support"));
  EXPECT_FALSE(catalogue->find("basic")->has("geo_fencing"));
  EXPECT_TRUE(premium.has("geo_fencing"));
  EXPECT_FALSE(premium.has("teleport"));
  for (const char* larger : {"flagship", "enterprise"}) {
    for (const Feature& feature : premium.features) {
      EXPECT_TRUE(!premium.has(feature.name) || catalogue->find(larger)->has(feature.name)) << larger << feature.name;
    }
  }
  EXPECT_FALSE((*builtin("us25"))->find("free")->has("webhook"));
}

TEST(Builtin, AMissedUptimeEarnsTheStepItFallsIn) {
  const auto catalogue = *builtin("cn26");
  const auto percent = [&](const char* uptime) { return catalogue->sla_credit_percent(parse_decimal(uptime)->value).to_plain(); };
  EXPECT_EQ(percent("99.95"), "0");
  // 30 minutes down in 30 days: 21.6 were allowed.
  const Rational uptime = Rational(100) - Rational(BigInt(30 * 100), BigInt(30 * 24 * 60));
  EXPECT_EQ(uptime.to_fixed(4), "99.9306");
  EXPECT_EQ(catalogue->sla_credit_percent(uptime).to_plain(), "10");
  EXPECT_EQ(percent("98.99"), "25");
  EXPECT_EQ(percent("94.9"), "50");
}

TEST(Load, NamesThePlaceAndWhatIsWrongThere) {
  const char* const kCases[][2] = {
      {R"([{"op":"remove","path":"/plans/2/quota/pcu"}])", "/plans/2/quota/pcu: is missing"},
      {R"([{"op":"replace","path":"/plans/2/quota/pcu","value":-1}])", "/plans/2/quota/pcu: must be a whole number"},
      {R"([{"op":"replace","path":"/plans/2/quota/pcu","value":400}])", "/plans/2/quota/pcu: is less than"},
      {R"([{"op":"replace","path":"/plans/1/base_fee","value":"399.001"}])", "/plans/1/base_fee: must be a decimal"},
      {R"([{"op":"replace","path":"/plans/1/base_fee","value":399.5}])", "/plans/1/base_fee: must be a decimal string"},
      {R"([{"op":"replace","path":"/plans/1/name","value":"free"}])", "/plans/1/name: plan 'free' is there twice"},
      {R"([{"op":"replace","path":"/plans/1/name","value":"A B"}])", "/plans/1/name: must be 1 to 40"},
      {R"([{"op":"copy","from":"/plans/0/title","path":"/plans/1/title"}])", "/plans/1/title: two plans"},
      {R"([{"op":"remove","path":"/plans/1/features/lock"}])", "/plans/1/features/lock: is missing"},
      {R"([{"op":"replace","path":"/plans/1/features/lock","value":null}])", "/plans/1/features/lock: must be true or false"},
      {R"([{"op":"add","path":"/plans/3/quota","value":{}}])", "/plans/3: a pay-as-you-go plan has no quota"},
      {R"([{"op":"add","path":"/plans/1/daily_messages","value":5}])", "/plans/1/daily_messages: only a plan with hard"},
      {R"([{"op":"add","path":"/plans/0/daily_messages","value":0}])", "/plans/0/daily_messages: must be a whole number"},
      {R"([{"op":"replace","path":"/zone","value":"Asia/Kolkata"}])", "/zone: months of Asia/Kolkata do not begin"},
      {R"([{"op":"replace","path":"/zone","value":"Moon/Base"}])", "/zone: unknown time zone"},
      {R"([{"op":"replace","path":"/currency","value":"XTS"}])", "/currency: unknown currency"},
      {R"([{"op":"replace","path":"/schema","value":2}])", "/schema: must be a whole number from 1 to 1"},
      {R"([{"op":"replace","path":"/effective_from","value":"2026-02-30"}])", "/effective_from: must be a date"},
      {R"([{"op":"replace","path":"/thresholds","value":[80,50]}])", "/thresholds/1: must be larger"},
      {R"([{"op":"replace","path":"/thresholds","value":[0]}])", "/thresholds/0: must be a whole number"},
      {R"([{"op":"replace","path":"/rules/upgrade","value":"sometimes"}])", "/rules/upgrade: must be one of full_month"},
      {R"([{"op":"replace","path":"/rules/storage_divisor","value":0}])", "/rules/storage_divisor: must be a whole number"},
      {R"([{"op":"add","path":"/rules/colour","value":1}])", "/rules/colour: is not a member"},
      {R"([{"op":"replace","path":"/sla/1/below","value":"90"}])", "/sla/1/below: must be larger"},
      {R"([{"op":"replace","path":"/sla/2/percent","value":"60"}])", "/sla/2/percent: a better uptime"},
      {R"([{"op":"replace","path":"/rates/pcu","value":"-0.2"}])", "/rates/pcu: must be a decimal"},
      {R"([{"op":"replace","path":"/plans","value":[]}])", "/plans: must be an array of 1 to 64"},
      {R"([{"op":"replace","path":"","value":[]}])", "the catalogue: must be an object"},
  };
  const Json base = Json::parse(*builtin_text("cn26"));
  for (const auto& [patch, complaint] : kCases) {
    const auto loaded = load(base.patch(Json::parse(patch)).dump());
    ASSERT_FALSE(loaded) << patch;
    EXPECT_EQ(loaded.error().code, Errc::invalid_catalogue);
    EXPECT_TRUE(loaded.error().detail.starts_with(complaint)) << loaded.error().detail << " for " << patch;
  }
  for (const char* text : {"", "{", "null", "\"cn26\"", "[[[[[[[[[[[[]]]]]]]]]]]]"}) EXPECT_FALSE(load(text)) << text;
}

TEST(Load, EveryRuleCanBeSwitched) {
  Json document = Json::parse(*builtin_text("cn26"));
  document["zone"] = "America/New_York";
  document["currency"] = "JPY";
  for (auto& plan : document["plans"]) plan["base_fee"] = "100", plan["minimum_spend"] = "0";
  document["plans"][1]["rates"] = {{"pcu", "1"}, {"messages_per_million", "2"}, {"storage_gb", "3"}};
  document["rules"] = {{"upgrade", "pro_rata_days"}, {"proration_rounding", "parts"}, {"storage_divisor", "month_hours"},
                       {"storage_quota", "gb_hours"}, {"storage_decimals", 2}, {"pcu", "account_simultaneous"},
                       {"minimum", "before_discount"}, {"filtered_events", "counted"}, {"presence_snapshot", "counted"},
                       {"metadata", "per_call"}, {"rounding", "half_even"}, {"rounding_scope", "total"}};
  const auto loaded = load(document.dump());
  ASSERT_TRUE(loaded) << loaded.error().detail;
  const Rules& rules = (*loaded)->rules;
  EXPECT_EQ(rules.upgrade, UpgradeRule::pro_rata_days);
  EXPECT_EQ(rules.proration_rounding, ProrationRounding::parts);
  EXPECT_EQ(rules.storage_divisor, StorageDivisor::month_hours);
  EXPECT_EQ(rules.storage_quota, StorageQuota::gb_hours);
  EXPECT_EQ(rules.storage_decimals, 2);
  EXPECT_EQ(rules.pcu, PcuRule::account_simultaneous);
  EXPECT_EQ(rules.minimum, MinimumRule::before_discount);
  EXPECT_EQ(rules.filtered_events, FilteredEvents::counted);
  EXPECT_EQ(rules.presence_snapshot, PresenceSnapshot::counted);
  EXPECT_EQ(rules.metadata, MetadataUnit::per_call);
  EXPECT_EQ(rules.rounding, Rounding::half_even);
  EXPECT_EQ(rules.rounding_scope, RoundingScope::total);
  EXPECT_TRUE(rules.pro_rata());
  document["rules"] = {{"upgrade", "pro_rata_seconds"}};
  EXPECT_EQ((*load(document.dump()))->rules.upgrade, UpgradeRule::pro_rata_seconds);
  EXPECT_EQ((*loaded)->currency.minor_digits, 0);
  EXPECT_EQ((*loaded)->find("basic")->rates.storage_gb, Rational(3));
  EXPECT_EQ((*loaded)->find("premium")->rates.storage_gb, Rational(100));
}
}  // namespace
}  // namespace postage::catalog
