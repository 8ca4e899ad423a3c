// What a contract changes of a bill: bundles, volume discounts, overrides, and the order in which they apply.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "rating/own_plans.h"

namespace postage::rating {
namespace {

Rational money(const char* text) { return parse_decimal(text)->value; }

/// A month on `plan` of cn26 with `contract`.
MonthInput month(const char* plan, const Contract& contract = {}) {
  MonthInput input;
  input.contract = contract;
  input.catalogue = with_contract(*catalog::builtin("cn26"), contract);
  input.plan = input.catalogue->find(plan);
  return input;
}
std::string amount(const Bill& bill, LineKind kind) {
  const Line* line = bill.line(kind);
  return line == nullptr ? "none" : money_text(line->amount, bill.currency);
}
std::string total(const Bill& bill) { return money_text(bill.total, bill.currency); }

Contract volume(bool whole, std::vector<VolumeTier> tiers) {
  Contract contract;
  contract.volume = {std::move(tiers), whole};
  return contract;
}

/// A pay-as-you-go bill whose fee before discounts is `fee`.
Bill bill_of_fee(Contract contract, const Rational& fee) {
  MonthInput input = month("flagship", contract);
  input.usage.messages = fee / input.plan->rates.message;
  return rate(input);
}

TEST(Contract, WithoutNewPartsABillIsWhatItWas) {
  MonthInput input = month("basic", {15, money("500.00")});
  const Bill bill = rate(input);
  EXPECT_EQ(bill.line(LineKind::bundle), nullptr);
  EXPECT_EQ(bill.line(LineKind::volume_discount), nullptr);
  EXPECT_EQ(total(bill), "500.00");
}

TEST(Contract, B28BothReadings) {
  Contract contract{15, money("1500.00")};
  MonthInput input = month("flagship", contract);
  input.usage.messages = 80'000'000;
  EXPECT_EQ(total(rate(input)), "1500.00");
  EXPECT_EQ(amount(rate(input), LineKind::minimum), "140.00");
  auto before = std::make_shared<catalog::Catalogue>(*input.catalogue);
  before->rules.minimum = catalog::MinimumRule::before_discount;
  input.catalogue = before;
  EXPECT_EQ(total(rate(input)), "1360.00");
  EXPECT_EQ(amount(rate(input), LineKind::minimum), "none");
}

TEST(Contract, B24ToB27OnAContract) {
  MonthInput input = month("enterprise");
  input.usage.messages = 60'000'000;
  EXPECT_EQ(amount(rate(input), LineKind::minimum), "300.00");
  EXPECT_EQ(total(rate(input)), "1500.00");
  input.usage.messages = 75'000'000;
  EXPECT_EQ(total(rate(input)), "1500.00");
  EXPECT_EQ(amount(rate(input), LineKind::minimum), "none");
  input.usage.messages = 75'000'500;
  EXPECT_EQ(total(rate(input)), "1500.01");
  input.usage = {Rational(20'000), Rational(800'000'000), money("3.9333"), 720};
  input.contract.discount_percent = 15;
  EXPECT_EQ(amount(rate(input), LineKind::discount), "-3059.00");
  EXPECT_EQ(total(rate(input)), "17334.33");
  input.contract.discount_percent = money("12.5");
  EXPECT_EQ(total(rate(input)), "17844.16");
}

TEST(Volume, GraduatedTiersCountTheirOwnPartOnly) {
  const Contract contract = volume(false, {{0, 0}, {1000, 10}, {5000, 20}});
  const struct { const char *fee, *discount; } cases[] = {
      {"999.99", "none"}, {"1000.00", "none"}, {"1000.10", "-0.01"}, {"5000.00", "-400.00"},
      {"5000.10", "-400.02"}, {"10000.00", "-1400.00"}};
  for (const auto& each : cases) {
    EXPECT_EQ(amount(bill_of_fee(contract, money(each.fee)), LineKind::volume_discount), each.discount) << each.fee;
  }
}

TEST(Volume, AWholeTierCountsForEverythingFromItsEdgeOn) {
  const Contract contract = volume(true, {{0, 0}, {1000, 10}, {5000, 20}});
  const struct { const char *fee, *discount; } cases[] = {
      {"999.99", "none"}, {"1000.00", "-100.00"}, {"4999.99", "-500.00"}, {"5000.00", "-1000.00"}};
  for (const auto& each : cases) {
    EXPECT_EQ(amount(bill_of_fee(contract, money(each.fee)), LineKind::volume_discount), each.discount) << each.fee;
  }
}

/// The same bill by changed rules of the catalogue.
template <class Change>
Bill bill_by(const Contract& contract, const char* fee, const Change& change) {
  MonthInput input = month("flagship", contract);
  auto changed = std::make_shared<catalog::Catalogue>(*input.catalogue);
  change(changed->rules);
  input.catalogue = changed;
  input.usage.messages = money(fee) / input.plan->rates.message;
  return rate(input);
}

TEST(Minimum, BelowAMinimumBeforeDiscountsAMonthCostsWhatTheMinimumCosts) {
  Contract contract{15, money("1500.00")};
  contract.volume = {{{1000, 10}}, false};
  // 1500.00 - 50.00 - 15 % of 1450.00 = 1232.50.
  const struct { const char *fee, *minimum, *total; } cases[] = {
      {"0", "1232.50", "1232.50"},   {"100.00", "1147.50", "1232.50"}, {"1000.00", "382.50", "1232.50"},
      {"1499.99", "0.01", "1232.50"}, {"1500.00", "none", "1232.50"},  {"1600.00", "none", "1309.00"}};
  for (const auto& each : cases) {
    const Bill bill =
        bill_by(contract, each.fee, [](catalog::Rules& rules) { rules.minimum = catalog::MinimumRule::before_discount; });
    EXPECT_EQ(amount(bill, LineKind::minimum), each.minimum) << each.fee;
    EXPECT_EQ(total(bill), each.total) << each.fee;
  }
}

TEST(Volume, HalfToEvenRoundsWhatIsLeftSoThatATierOfAHundredPercentTakesNoTwoCentsForOne) {
  const Contract contract = volume(false, {{0, 50}, {money("0.01"), 100}});
  Rational before;
  for (const char* fee : {"0.00", "0.01", "0.02", "0.03", "0.04"}) {
    const Bill bill = bill_by(contract, fee, [](catalog::Rules& rules) { rules.rounding = catalog::Rounding::half_even; });
    EXPECT_GE(bill.total, before) << fee;
    EXPECT_EQ(bill.exact_total, std::min(money(fee), money("0.01")) / Rational(2)) << fee;
    before = bill.total;
  }
}

TEST(Volume, ThePrintedFeeChoosesTheTierOfTheExactBillToo) {
  const Bill bill = bill_of_fee(volume(true, {{0, 0}, {1000, 10}}), money("999.996"));
  EXPECT_EQ(amount(bill, LineKind::volume_discount), "-100.00");
  EXPECT_EQ(total(bill), "900.00");
  EXPECT_EQ(bill.exact_total, money("899.9964"));
}

TEST(Contract, AppliesInTheDocumentedOrder) {
  Contract contract = volume(false, {{1000, 10}});
  contract.discount_percent = 50;
  contract.minimum_spend = money("2000.00");
  contract.bundles = {{"Start", money("300.00"), {100, 1'000'000, 1}}};
  MonthInput input = month("premium", contract);
  input.usage.messages = 161'000'000;  // 10 M above 150 M + 1 M
  input.sla_credit_percent = 10;
  input.tax.rate_percent = 6;
  const Bill bill = rate(input);
  std::string kinds;
  for (const Line& line : bill.lines) kinds += std::string(line_kind_name(line.kind)) + " ";
  EXPECT_EQ(kinds, "base bundle pcu messages storage volume_discount discount minimum sla_credit tax ");
  EXPECT_EQ(amount(bill, LineKind::messages), "200.00");
  EXPECT_EQ(amount(bill, LineKind::volume_discount), "-99.90");  // (1499 + 300 + 200 - 1000) x 10 %
  EXPECT_EQ(amount(bill, LineKind::discount), "-949.55");        // half of 1899.10
  EXPECT_EQ(amount(bill, LineKind::minimum), "1050.45");
  EXPECT_EQ(amount(bill, LineKind::sla_credit), "-200.00");
  EXPECT_EQ(amount(bill, LineKind::tax), "108.00");
  EXPECT_EQ(total(bill), "1908.00");
  std::string json;
  append_bill_json(json, bill);
  EXPECT_NE(json.find(R"({"kind":"bundle","name":"Start","amount":"300.00"})"), std::string::npos);
}

TEST(Bundles, AddToQuotasAndAreTakenFromWhatPayAsYouGoBills) {
  Contract contract;
  contract.bundles = {{"A", money("10.00"), {50, 1'000'000, 1}}, {"B", 0, {0, 500'000, 0}}};
  MonthInput soft = month("basic", contract);
  soft.usage = {Rational(560), Rational(31'500'001), Rational(3), 720};
  const Bill basic = rate(soft);
  EXPECT_EQ(basic.line(LineKind::pcu)->meter->included, Rational(550));
  EXPECT_EQ(basic.line(LineKind::pcu)->meter->overage, Rational(10));
  EXPECT_EQ(basic.line(LineKind::messages)->meter->overage, Rational(1));
  EXPECT_TRUE(basic.line(LineKind::storage)->meter->overage.is_zero());
  EXPECT_EQ(total(basic), "411.00");
  MonthInput payg = month("flagship", contract);
  payg.usage = {Rational(51), Rational(1'500'000), Rational(0), 720};
  const Bill flagship = rate(payg);
  EXPECT_EQ(flagship.line(LineKind::pcu)->meter->included, Rational(50));
  EXPECT_EQ(flagship.line(LineKind::messages)->meter->overage, Rational(0));
  EXPECT_EQ(total(flagship), "10.20");
  EXPECT_EQ(month("free", contract).plan->quotas.messages, 4'500'000);  // A hard quota too.
}

TEST(Bundles, AreWholeUnderTheProRataRule) {
  Contract contract;
  contract.bundles = {{"A", money("10.00"), {0, 1'000'000, 0}}};
  auto catalogue = std::make_shared<catalog::Catalogue>(**catalog::builtin("cn26"));
  catalogue->rules.upgrade = catalog::UpgradeRule::pro_rata_days;
  MonthInput input;
  input.contract = contract;
  input.catalogue = catalog::with_contract(catalogue, {}, contract.bundles);
  input.plan = input.catalogue->find("premium");
  input.segments = {{input.catalogue->find("basic"), 15}, {input.plan, 15}};
  const Bill bill = rate(input);
  EXPECT_EQ(bill.line(LineKind::messages)->meter->included, Rational(91'000'000));  // 15 M + 75 M + 1 M
  EXPECT_EQ(amount(bill, LineKind::bundle), "10.00");
  EXPECT_EQ(bill.lines[1].kind, LineKind::bundle);
}

TEST(Overrides, ChangeThePlansTheyNameAndNoOther) {
  catalog::PlanOverrides overrides;
  overrides.plan = "basic";
  overrides.kind = catalog::PlanKind::hard;
  overrides.base_fee = money("99.00");
  overrides.messages = 40'000'000;
  overrides.message_rate = money("0.00001");
  overrides.features = {{"uptime_sla", false}, {"service_hours", std::string("24x7")}};
  const catalog::CataloguePtr list = *catalog::builtin("cn26");
  const catalog::CataloguePtr own = catalog::with_contract(list, overrides, {});
  const catalog::Plan& basic = *own->find("basic");
  EXPECT_TRUE(basic.hard());
  EXPECT_EQ(basic.base_fee, Rational(99));
  EXPECT_EQ(basic.quotas.messages, 40'000'000);
  EXPECT_EQ(basic.quotas.pcu, 500);
  EXPECT_FALSE(basic.has("uptime_sla"));
  EXPECT_TRUE(list->find("basic")->has("uptime_sla"));
  EXPECT_EQ(own->find("premium")->base_fee, Rational(1499));
  EXPECT_EQ(catalog::with_contract(list, {}, {}), list);
}

TEST(Overrides, ThatNoPlanCanHaveAreTold) {
  const catalog::CataloguePtr list = *catalog::builtin("cn26");
  const auto why = [&](const catalog::PlanOverrides& overrides) {
    const auto checked = catalog::check_overrides(*list, overrides, {});
    return checked ? std::string() : checked.error().detail.substr(0, checked.error().detail.find(':'));
  };
  catalog::PlanOverrides overrides;
  overrides.plan = "gold";
  EXPECT_EQ(why(overrides), "/overrides/plan");
  overrides.plan = "flagship";
  overrides.pcu = 5;
  EXPECT_EQ(why(overrides), "/overrides/quota");
  overrides.kind = catalog::PlanKind::soft;
  EXPECT_EQ(why(overrides), "/overrides/quota");
  overrides.messages = 5;
  overrides.storage_gb = 5;
  EXPECT_EQ(why(overrides), "");
  overrides.daily_messages = 5;
  EXPECT_EQ(why(overrides), "/overrides/daily_messages");
}

/// Graduated tiers never make more usage cheaper; whole tiers do, and the bill that limits look at does not.
RC_GTEST_PROP(Volume, TheBillNeverFallsWhenUsageGrows, ()) {
  std::vector<VolumeTier> tiers;
  Rational from;
  for (int i = *rc::gen::inRange(1, 5); i > 0; --i) {
    from += Rational(*rc::gen::inRange(1, 300));
    tiers.push_back({from, Rational(*rc::gen::inRange(0, 101))});
  }
  const bool whole = *rc::gen::arbitrary<bool>();
  Contract contract = volume(whole, tiers);
  contract.discount_percent = *rc::gen::inRange(0, 101);
  if (*rc::gen::arbitrary<bool>()) contract.minimum_spend = Rational(*rc::gen::inRange(0, 400));
  MonthInput input = month("flagship", contract);
  input.highest_passed = whole;
  const auto units = *rc::gen::inRange<std::int64_t>(0, 60'000'000);
  const auto more = *rc::gen::inRange<std::int64_t>(0, 10'000'000);
  input.usage.messages = Rational(units);
  const Bill small = rate(input);
  input.usage.messages = Rational(units + more);
  const Bill large = rate(input);
  RC_ASSERT(large.exact_total >= small.exact_total);
  RC_ASSERT(large.total >= small.total);
  input.highest_passed = false;
  RC_ASSERT(large.exact_total >= rate(input).exact_total);  // Limits look at no less than what is charged.
}

TEST(Contract, WithoutItsAmountsOnlyTheRestIsLeft) {
  Contract contract = volume(false, {{money("0"), 5}});
  contract.discount_percent = 15;
  contract.minimum_spend = money("500.00");
  contract.bundles = {{"Pack", money("40.00"), {100, 0, Rational(0)}}};
  contract.overrides.base_fee = money("1.00");
  contract.overrides.pcu_rate = contract.overrides.message_rate = contract.overrides.storage_rate = money("2");
  contract.overrides.pcu = 700;
  contract.overrides.features = {{"slack_support", true}};
  const Contract rest = without_amounts(contract);
  EXPECT_EQ(rest.discount_percent, Rational(15));
  EXPECT_EQ(rest.overrides.pcu, 700);
  EXPECT_EQ(rest.overrides.features.size(), 1U);
  EXPECT_FALSE(rest.minimum_spend || rest.overrides.base_fee || rest.overrides.pcu_rate || rest.overrides.message_rate ||
               rest.overrides.storage_rate);
  EXPECT_TRUE(rest.bundles.empty() && rest.volume.tiers.empty());
  const catalog::CataloguePtr own = with_contract(*catalog::builtin("us26"), rest);
  EXPECT_EQ(own->plans[1]->base_fee, (*catalog::builtin("us26"))->plans[1]->base_fee);
}

}  // namespace
}  // namespace postage::rating
