// The price shown before a change of plan is the price on the invoice, over any sequence of changes, under every rule.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "invoice/testing.h"

namespace postage::invoice {
namespace {

using testing::at;
using testing::Room;

const AccountId kAccount{7};
const char* const kPlans[] = {"free", "basic", "premium", "flagship", "enterprise"};

Rational base_part(const rating::Bill& bill) {
  const rating::Line* proration = bill.line(rating::LineKind::proration);
  return bill.line(rating::LineKind::base)->amount + (proration != nullptr ? proration->amount : Rational());
}

std::string catalogue_with(const char* upgrade, const char* rounding, const char* scope) {
  auto document = nlohmann::ordered_json::parse(*catalog::builtin_text("cn26"));
  document["name"] = "ruled";
  document["rules"]["upgrade"] = upgrade;
  document["rules"]["proration_rounding"] = rounding;
  document["rules"]["rounding_scope"] = scope;
  return document.dump();
}

RC_GTEST_PROP(OfferLaw, TheShownPricesAddUpToTheInvoiceUnderEveryRule, ()) {
  const char* const upgrade = *rc::gen::element("full_month", "pro_rata_days", "pro_rata_seconds");
  Room room;
  room.catalogues.add(catalogue_with(upgrade, *rc::gen::element("difference", "parts"), *rc::gen::element("lines", "total")));
  const Instant start = at("2026-01-01T00:00:00+08:00"), end = at("2026-02-01T00:00:00+08:00");
  const auto later = [&](Instant from) {
    const auto room_left = (end - from).count() - 1;
    return from + milliseconds(*rc::gen::inRange<std::int64_t>(0, std::max<std::int64_t>(1, room_left / 2)));
  };
  Instant now = *rc::gen::arbitrary<bool>() ? start : later(start);
  room.open(kAccount, *rc::gen::elementOf(std::vector<std::string>(std::begin(kPlans), std::end(kPlans))), now, "ruled");
  room.usage.set(ProjectId{70}, start, *rc::gen::inRange(0, 4000), *rc::gen::inRange(0, 200'000'000), 12'345'678'901);
  if (*rc::gen::arbitrary<bool>()) {
    CHECK(room.billing->set_contract(kAccount, rating::Contract{Rational(15), std::nullopt}, now, {"t", ""}).ok());
  }
  const Rational first = base_part(room.billing->running(kAccount, now)->bill);
  Rational shown;
  std::string expected_total = money_text(room.billing->running(kAccount, now)->bill.total, *find_currency("CNY"));
  std::optional<std::string> pending;
  const int changes = *rc::gen::inRange(0, 8);
  for (int i = 0; i < changes; ++i) {
    if (*rc::gen::arbitrary<bool>()) now = later(now);  // Else several changes at one instant.
    const std::string plan = kPlans[*rc::gen::inRange(0, 5)];
    const PlanOffer offer = *room.billing->offer(kAccount, plan, now);
    const PlanOffer made = *room.billing->change_plan(kAccount, plan, now, {"t", ""});
    RC_ASSERT(offer.price_now == made.price_now);
    RC_ASSERT(offer.change == made.change);
    RC_ASSERT(offer.effective_at == made.effective_at);
    shown += offer.price_now;
    pending = offer.change == PlanChange::downgraded ? std::optional(plan) : std::nullopt;
    if (offer.change == PlanChange::downgraded) {
      RC_ASSERT(offer.price_now.is_zero());
      RC_ASSERT(offer.effective_at == end);
    } else {
      expected_total = money_text(offer.after.bill.total, offer.after.bill.currency);
    }
    const RatedMonth running = *room.billing->running(kAccount, now);
    RC_ASSERT(money_text(running.bill.total, running.bill.currency) == expected_total);
    RC_ASSERT(base_part(running.bill) == first + shown);
  }
  const std::string before = room.billing->terms(kAccount, now)->subscription.plan()->name;
  MonthClose close = room.close();
  RC_ASSERT(close.tick(end + seconds(10))->closed == 1);
  const auto invoice = room.billing->invoices(kAccount, 100, 1)->front();
  RC_ASSERT(invoice.total == expected_total);
  RC_ASSERT(room.billing->terms(kAccount, end)->subscription.plan()->name == pending.value_or(before));
}

// X8: several changes on one day count as the last one; X13: a sign-up in the middle of the month.
TEST(PlanChanges, OfOneDayCountAsTheLastUnderEveryRule) {
  const char* const kRules[][3] = {{"full_month", "1499.00", "399.00"},
                                   {"pro_rata_days", "725.32", "154.45"},
                                   {"pro_rata_seconds", "725.32", "154.45"}};
  for (const auto& [rule, changed, signed_up] : kRules) {
    Room room;
    room.catalogues.add(catalogue_with(rule, "difference", "lines"));
    room.open(kAccount, "free", at("2026-01-01T00:00:00+08:00"), "ruled");
    room.open(AccountId{8}, "basic", at("2026-01-20T00:00:00+08:00"), "ruled");
    const Instant noon = at("2026-01-17T00:00:00+08:00");
    EXPECT_TRUE(room.billing->change_plan(kAccount, "basic", noon, {"t", ""}));
    EXPECT_TRUE(room.billing->change_plan(kAccount, "premium", noon, {"t", ""}));
    const Instant last = at("2026-01-31T23:59:59+08:00");
    const auto bill = room.billing->running(kAccount, last)->bill;
    EXPECT_EQ(money_text(bill.total, bill.currency), changed) << rule;
    EXPECT_EQ(room.billing->running(AccountId{8}, last)->bill.total.to_fixed(2), signed_up) << rule;
  }
}

}  // namespace
}  // namespace postage::invoice
