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
