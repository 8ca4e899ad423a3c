#include "rating/rating.h"

#include <gtest/gtest.h>

#include "rating/split.h"

namespace postage::rating {
namespace {
Rational money(const char* text) { return parse_decimal(text)->value; }

MonthInput month(const char* catalogue, const char* plan) {
  MonthInput input;
  input.catalogue = *catalog::builtin(catalogue);
  input.plan = input.catalogue->find(plan);
  return input;
}
std::string lines(const Bill& bill) {
  std::string out;
  for (const Line& line : bill.lines) append_line_json(out, line, bill.currency);
  return out;
}

TEST(Rate, PrintsBaseAndMetersAlwaysAndTheRestWhenItIsNotZero) {
  MonthInput input = month("cn26", "free");
  input.contract.discount_percent = 15;
  input.tax.rate_percent = 6;
  EXPECT_EQ(lines(rate(input)),
            R"({"kind":"base","amount":"0.00"})"
            R"({"kind":"pcu","quantity":"0","included":"100","overage":"0","unit_price":"0.2","amount":"0.00"})"
            R"({"kind":"messages","quantity":"0","included":"3000000","overage":"0","unit_price":"0.00002","amount":"0.00"})"
            R"({"kind":"storage","quantity":"0","included":"1","overage":"0","unit_price":"100","amount":"0.00"})");
}

TEST(Rate, AHardPlanShowsTheTrueQuantityAndNeverChargesIt) {
  MonthInput input = month("cn26", "free");
  input.usage = {Rational(160), Rational(3'000'000), money("1.0333333333"), 744};
  const Bill bill = rate(input);
  EXPECT_EQ(bill.line(LineKind::pcu)->meter->quantity, Rational(160));
  EXPECT_TRUE(bill.line(LineKind::pcu)->meter->overage.is_zero());
  EXPECT_TRUE(bill.total.is_zero());
}

TEST(Rate, PayAsYouGoIncludesNothing) {
  MonthInput input = month("cn26", "flagship");
  input.usage.pcu = 3;
  const Bill bill = rate(input);
  const Line& line = *bill.line(LineKind::pcu);
  EXPECT_TRUE(line.meter->included.is_zero());
  EXPECT_EQ(line.meter->overage, Rational(3));
}

TEST(Rate, TheMinimumIsThatOfThePlanAtTheEndUnlessTheContractNamesOne) {
  MonthInput input = month("cn26", "basic");
  input.minimum_plan = input.catalogue->find("enterprise");
  EXPECT_EQ(rate(input).total, Rational(1500));
  input.contract.minimum_spend = Rational(0);
  EXPECT_EQ(rate(input).total, Rational(399));
  input.contract.minimum_spend = money("400.01");
  EXPECT_EQ(rate(input).line(LineKind::minimum)->amount, money("1.01"));
}

TEST(Rate, PercentagesOfPrintedSumsAndOfExactSumsGoApart) {
  MonthInput input = month("cn26", "flagship");
  input.usage.messages = 250;  // 0.005 exact, 0.01 printed.
  input.contract.discount_percent = 50;
  input.tax.rate_percent = 100;
  const Bill bill = rate(input);
  // Printed: 0.01 - 0.01 (half of a cent, away from zero) = 0; exact: 0.0025, doubled by the tax.
  EXPECT_EQ(money_text(bill.total, bill.currency), "0.00");
  EXPECT_EQ(bill.exact_total, money("0.005"));
}

TEST(Rate, AnSlaCreditIsTakenAfterTheMinimumAndBeforeTax) {
  MonthInput input = month("cn26", "enterprise");
  input.sla_credit_percent = 10;
  input.tax.rate_percent = 6;
  const Bill bill = rate(input);
  EXPECT_EQ(money_text(bill.line(LineKind::sla_credit)->amount, bill.currency), "-150.00");
  EXPECT_EQ(money_text(bill.line(LineKind::tax)->amount, bill.currency), "81.00");
  EXPECT_EQ(money_text(bill.total, bill.currency), "1431.00");
}

TEST(Quantities, FollowTheCataloguesRules) {
  auto catalogue = std::make_shared<catalog::Catalogue>(**catalog::builtin("cn26"));
  const Usage usage{700, 420, 5, static_cast<UInt128>(744) << 30, 744};
  EXPECT_EQ(quantities(*catalogue, usage).pcu, Rational(700));
  EXPECT_EQ(quantities(*catalogue, usage).storage_gb, Rational(BigInt(744), BigInt(720)));
  catalogue->rules.pcu = catalog::PcuRule::account_simultaneous;
  catalogue->rules.storage_divisor = catalog::StorageDivisor::month_hours;
  EXPECT_EQ(quantities(*catalogue, usage).pcu, Rational(420));
  EXPECT_EQ(quantities(*catalogue, usage).storage_gb, Rational(1));
  MonthInput input;
  input.catalogue = catalogue;
  input.plan = catalogue->find("basic");
  input.usage = quantities(*catalogue, usage);
  EXPECT_EQ(money_text(rate(input).total, catalogue->currency), "399.00");
}

// Z21: half a unit of a currency without minor units.
TEST(Rate, RoundsHalfAwayOrHalfEvenAsTheCatalogueSays) {
  auto catalogue = std::make_shared<catalog::Catalogue>(**catalog::builtin("cn26"));
  auto plan = std::make_shared<catalog::Plan>(*catalogue->find("flagship"));
  catalogue->currency = *find_currency("JPY");
  plan->rates.pcu = Rational(1);
  MonthInput input;
  input.catalogue = catalogue;
  input.plan = plan;
  const auto totals = [&](catalog::Rounding rounding) {
    catalogue->rules.rounding = rounding;
    std::string out;
    for (const char* amount : {"0.49", "0.5", "1.5", "2.5"}) {
      input.usage.pcu = money(amount);
      out += money_text(rate(input).total, catalogue->currency) + " ";
    }
    return out;
  };
  EXPECT_EQ(totals(catalog::Rounding::half_away), "0 1 2 3 ");
  EXPECT_EQ(totals(catalog::Rounding::half_even), "0 0 2 2 ");
}

TEST(Rate, WithTheScopeTotalTheTotalIsTheExactTotalRoundedOnceAndStillTheSumOfTheLines) {
  auto catalogue = std::make_shared<catalog::Catalogue>(**catalog::builtin("cn26"));
  catalogue->rules.rounding_scope = catalog::RoundingScope::total;
  MonthInput input;
  input.catalogue = catalogue;
  input.contract.discount_percent = money("12.5");
  input.contract.minimum_spend = money("500.00");
  input.sla_credit_percent = 10;
  input.tax = {money("6"), false};
  for (const char* name : {"basic", "premium", "flagship"}) {
    input.plan = catalogue->find(name);
    for (int i = 0; i < 200; ++i) {
      input.usage = {Rational(7 * i), Rational(std::int64_t{30'000'000} + 1234567 * i), Rational(BigInt(i), BigInt(7)), 744};
      const Bill bill = rate(input);
      Rational sum;
      for (const Line& line : bill.lines) sum += line.amount;
      EXPECT_EQ(bill.total, sum);
      EXPECT_EQ(bill.total, round_money(bill.exact_total, bill.currency)) << name << i;
    }
  }
}

TEST(Split, PartsAlwaysAddUpToTheLine) {
  const Currency& yuan = *find_currency("CNY");
  const auto text = [&](const char* amount, std::vector<Rational> weights) {
    std::string out;
    for (const Rational& part : split(money(amount), weights, yuan)) out += money_text(part, yuan) + " ";
    return out;
  };
  EXPECT_EQ(text("300.00", {20'000'000, 15'000'000, 10'000'000}), "133.33 100.00 66.67 ");
  EXPECT_EQ(text("100.00", {1, 1, 1}), "33.34 33.33 33.33 ");
  EXPECT_EQ(text("-100.00", {1, 1, 1}), "-33.34 -33.33 -33.33 ");
  EXPECT_EQ(text("0.02", {1, 1, 1}), "0.01 0.01 0.00 ");
  EXPECT_EQ(text("5.00", {0, 0}), "5.00 0.00 ");
  EXPECT_EQ(text("5.00", {}), "");
}
}  // namespace
}  // namespace postage::rating
