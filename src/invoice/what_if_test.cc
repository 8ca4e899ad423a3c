#include "invoice/account_what_if.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "invoice/testing.h"
#include "rating/break_even.h"

namespace postage::invoice {
namespace {

using testing::at;
using testing::Room;

const AccountId kAccount{7};
const ProjectId kChat{70};
const Instant kJanuary = at("2026-01-01T00:00:00+08:00");
const Instant kNow = at("2026-01-17T00:00:00+08:00");

/// Bytes that give `gb` billed GB over the fake month's 720 samples.
std::int64_t gb(std::int64_t tenths) { return tenths * (std::int64_t{1} << 30) / 10; }

struct WhatIfTest : ::testing::Test {
  void on(const char* plan, std::int64_t pcu, std::int64_t messages, std::int64_t bytes, const char* catalogue = "cn26") {
    room.open(kAccount, plan, kJanuary, catalogue);
    room.usage.set(kChat, kJanuary, pcu, messages, bytes);
  }
  WhatIf ask(const std::optional<std::string>& catalogue) {
    return *what_if_of(*room.billing, *room.billing->running(kAccount, kNow), catalogue);
  }
  /// "premium 1499.00 | basic 2699.00 <- | ... | free not possible"
  std::string rows(const std::optional<std::string>& catalogue) {
    std::string text;
    for (const WhatIfRow& row : ask(catalogue).rows) {
      text += (text.empty() ? "" : " | ") + row.plan->name + " " +
              (row.passed.empty() ? money_text(row.bill.total, row.bill.currency) : "not possible") + (row.current ? " <-" : "");
    }
    return text;
  }
  std::string even(const std::string& meter, const std::string& plan) {
    const RatedMonth month = *room.billing->running(kAccount, kNow);
    for (const rating::BreakEven& each : rating::break_evens(month.input)) {
      if (each.meter != meter || each.to->name != plan) continue;
      if (!each.cheaper_from) return "never";
      return each.quantity.to_plain() + (each.equal_before ? " after equal " : " ") + each.here.to_plain() + " " +
             each.there.to_plain();
    }
    return "no row";
  }
  Room room;
};

TEST_F(WhatIfTest, B36TheAdvisorNamesPremium) {
  on("basic", 2'000, 100'000'000, gb(80));
  EXPECT_EQ(rows("cn26"), "premium 1499.00 | basic 2699.00 <- | flagship 3200.00 | enterprise 3200.00 | free not possible");
  EXPECT_EQ(rows("cn26-tiers"), "premium 1499.00 | basic 2699.00 | enterprise 3200.00 | flagship 3899.00 | free not possible");
}

TEST_F(WhatIfTest, B37TheAdvisorNamesBasic) {
  on("premium", 600, 31'000'000, gb(21));
  EXPECT_EQ(rows("cn26"), "basic 449.00 | flagship 950.00 | premium 1499.00 <- | enterprise 1500.00 | free not possible");
}

TEST_F(WhatIfTest, B38TheAdvisorNamesPayAsYouGo) {
  on("basic", 200, 10'000'000, gb(10));
  EXPECT_EQ(rows("cn26"), "flagship 340.00 | basic 399.00 <- | premium 1499.00 | enterprise 1500.00 | free not possible");
}

TEST_F(WhatIfTest, NamesTheQuotasAHardPlanWouldHaveRefusedAt) {
  on("basic", 101, 3'000'000, gb(11));
  const WhatIf answer = ask("cn26");
  const WhatIfRow& free = answer.rows.back();
  ASSERT_EQ(free.plan->name, "free");
  ASSERT_EQ(free.passed.size(), 2U);
  EXPECT_EQ(free.passed[0].meter + " " + free.passed[0].used.to_plain() + " " + free.passed[0].quota.to_plain(), "pcu 101 100");
  EXPECT_EQ(free.passed[1].meter, "storage_gb");
  EXPECT_EQ(free.bill.line(rating::LineKind::messages)->meter->quantity, Rational(3'000'000));
}

TEST_F(WhatIfTest, TheCurrentRowIsTheBillAndContractAndTaxApplyToAll) {
  on("basic", 600, 31'000'000, gb(21));
  ASSERT_TRUE(room.billing->change_plan(kAccount, "premium", at("2026-01-05T00:00:00+08:00"), {"t", ""}));
  ASSERT_TRUE(room.billing->set_contract(kAccount, rating::Contract{Rational(10), Rational(1000)}, kNow, {"t", ""}));
  ASSERT_TRUE(room.billing->set_tax(kAccount, rating::Tax{Rational(6), false}, kNow, {"t", ""}));
  const RatedMonth bill = *room.billing->running(kAccount, kNow);
  const WhatIf answer = ask(std::nullopt);
  int current = 0;
  for (const WhatIfRow& row : answer.rows) {
    EXPECT_EQ(row.bill.currency.code, "CNY");
    if (row.current) {
      ++current;
      EXPECT_EQ(row.bill.total, bill.bill.total);
      EXPECT_TRUE(row.difference->is_zero());
    }
    EXPECT_EQ(*row.difference, row.bill.total - bill.bill.total);
  }
  EXPECT_EQ(current, 1);
  EXPECT_EQ(answer.rows.size(), 14U);  // cn26 and cn26-tiers five each, cn23 four.
  // 404.10 after 10 %, topped up to 1,000.00, and 6 % tax.
  EXPECT_EQ(money_text(answer.rows.front().bill.total, bill.bill.currency), "1060.00");
}

/// Premium at 999.00 with 4,000 connections and messages at 10.00 a million, for the account with it only.
rating::Contract own_premium() {
  rating::Contract contract;
  contract.overrides.plan = "premium";
  contract.overrides.base_fee = Rational(999);
  contract.overrides.pcu = 4'000;
  contract.overrides.message_rate = Rational(BigInt(1), BigInt(100'000));
  return contract;
}

TEST_F(WhatIfTest, OtherPlansAreWhatTheContractMakesOfThem) {
  on("basic", 4'000, 170'000'000, gb(80));
  EXPECT_EQ(rows("cn26"), "premium 2199.00 | basic 4499.00 <- | flagship 5000.00 | enterprise 5000.00 | free not possible");
  ASSERT_TRUE(room.billing->set_contract(kAccount, own_premium(), kNow, {"t", ""}));
  // 999.00, 4,000 connections included, 20 million messages at 10.00.
  EXPECT_EQ(rows("cn26"), "premium 1199.00 | basic 4499.00 <- | flagship 5000.00 | enterprise 5000.00 | free not possible");
  ASSERT_TRUE(room.billing->change_plan(kAccount, "premium", kNow, {"t", ""}));
  EXPECT_EQ(money_text(room.billing->running(kAccount, kNow)->bill.total, *find_currency("CNY")), "1199.00")
      << "the row was what the account pays when it goes there";
}

TEST_F(WhatIfTest, BundlesAndVolumeDiscountsAreOfEveryPlan) {
  on("basic", 600, 31'000'000, gb(21));
  rating::Contract contract;
  contract.bundles = {{"Pack", Rational(40), {100, 5'000'000, Rational(1)}}};
  contract.volume = {{{Rational(0), Rational(0)}, {Rational(400), Rational(50)}}, false};
  ASSERT_TRUE(room.billing->set_contract(kAccount, contract, kNow, {"t", ""}));
  for (const WhatIfRow& row : ask("cn26").rows) {
    rating::MonthInput input = room.billing->running(kAccount, kNow)->input;
    input.plan = input.minimum_plan = input.catalogue->find(row.plan->name);
    EXPECT_EQ(row.bill.total, rating::rate(input).total) << row.plan->name;
    EXPECT_EQ(money_text(row.bill.line(rating::LineKind::bundle)->amount, row.bill.currency), "40.00");
  }
  // Basic: everything lies within 500 + 100 connections, 30 + 5 million messages, 2 + 1 GB: 439.00 less half of 39.00.
  EXPECT_EQ(rows("cn26").substr(0, 12), "basic 419.50");
}

TEST_F(WhatIfTest, AmountsOfTheContractSayNothingInAnotherCurrency) {
  on("basic", 600, 31'000'000, gb(21));
  const WhatIf before = ask("us26");
  rating::Contract contract = own_premium();
  contract.overrides.plan.clear();
  contract.overrides.kind = catalog::PlanKind::soft;
  contract.overrides.pcu = 700;
  contract.overrides.messages = 1'000'000;
  contract.overrides.storage_gb = Rational(1);
  contract.bundles = {{"Pack", Rational(40), {}}};
  contract.minimum_spend = Rational(9'000);
  ASSERT_TRUE(room.billing->set_contract(kAccount, contract, kNow, {"t", ""}));
  const WhatIf after = ask("us26");
  ASSERT_EQ(after.rows.size(), before.rows.size());
  for (const WhatIfRow& row : after.rows) {
    EXPECT_EQ(row.bill.line(rating::LineKind::bundle), nullptr);
    EXPECT_LT(row.bill.total, Rational(9'000));
    const auto old = std::ranges::find_if(before.rows, [&](const WhatIfRow& each) { return each.plan->name == row.plan->name; });
    EXPECT_EQ(row.bill.line(rating::LineKind::base)->amount, old->bill.line(rating::LineKind::base)->amount);
    EXPECT_EQ(row.plan->quotas.pcu, 700) << "a quota is no amount: " << row.plan->name;
  }
}

TEST_F(WhatIfTest, AnotherCurrencyIsStatedAndNotCompared) {
  on("basic", 600, 31'000'000, gb(21));
  for (const WhatIfRow& row : ask("us26").rows) {
    EXPECT_EQ(row.bill.currency.code, "USD");
    EXPECT_FALSE(row.difference);
  }
  EXPECT_FALSE(what_if_of(*room.billing, *room.billing->running(kAccount, kNow), "cn99"));
}

TEST_F(WhatIfTest, AClosedMonthIsItsInvoice) {
  on("basic", 600, 31'000'000, gb(21));
  MonthClose close = room.close();
  const Instant later = at("2026-03-10T00:00:00+08:00");
  ASSERT_EQ(close.tick(later)->closed, 2);
  const RatedMonth again = *room.billing->month(kAccount, MonthKey{2026, 1}, later);
  EXPECT_EQ(money_text(again.bill.total, again.bill.currency), (*room.billing->invoices(kAccount, 100, 10))[1].total);
  EXPECT_EQ(again.month, (MonthKey{2026, 1}));
  EXPECT_EQ(room.billing->month(kAccount, MonthKey{2026, 3}, later)->month, (MonthKey{2026, 3}));
  EXPECT_EQ(room.billing->month(kAccount, MonthKey{2026, 4}, later).error().code, Errc::not_found);
  EXPECT_EQ(room.billing->month(kAccount, MonthKey{2025, 12}, later).error().code, Errc::not_found);
}

TEST_F(WhatIfTest, B39AndB40BreakEvenOfBasicAndPremium) {
  on("basic", 500, 30'000'000, gb(20));
  EXPECT_EQ(even("messages", "premium"), "85000001 after equal 1499.00002 1499");
  EXPECT_EQ(even("pcu", "premium"), "never");  // 2,000 more connections are worth 400.00, the plan costs 1,100.00 more.
}

RC_GTEST_PROP(BreakEvenLaw, BelowTheFirstOneStayingIsNotDearerAndFromItOnThePlanIsCheaper, ()) {
  Room room;
  room.open(kAccount, "basic", kJanuary);
  room.usage.set(kChat, kJanuary, *rc::gen::inRange<std::int64_t>(0, 5000), *rc::gen::inRange<std::int64_t>(0, 200'000'000),
                 *rc::gen::inRange<std::int64_t>(0, std::int64_t{20} << 30));
  const RatedMonth month = *room.billing->running(kAccount, kNow);
  for (const rating::BreakEven& each : rating::break_evens(month.input)) {
    if (!each.cheaper_from || each.meter == "storage_gb") continue;
    const auto cheaper = [&](const BigInt& count) {
      rating::MonthInput here = month.input;
      (each.meter == "pcu" ? here.usage.pcu : here.usage.messages) = Rational(count);
      rating::MonthInput there = here;
      there.plan = each.to;
      there.minimum_plan = each.to;
      return rating::rate(there).exact_total < rating::rate(here).exact_total;
    };
    RC_ASSERT(cheaper(*each.cheaper_from));
    if (*each.cheaper_from > 0) RC_ASSERT(!cheaper(*each.cheaper_from - 1));
  }
}

}  // namespace
}  // namespace postage::invoice
