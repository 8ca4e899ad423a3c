// The classes of the pain catalogue (table at the head of pain_catalogue_test.cc) that are about amounts.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <thread>

#include "app/random_month_test.h"
#include "invoice/replay.h"
#include "invoice/testing.h"
#include "ledger/ledger.h"
#include "quota/gate.h"
#include "quota/terms.h"
#include "rating/split.h"

namespace postage {
namespace {

using app::RandomMonth;
using invoice::testing::at;
using invoice::testing::Room;
using rating::LineKind;

const Instant kNewYear = at("2026-01-01T00:00:00+08:00");
const Instant kFebruary = at("2026-02-01T00:00:00+08:00");
constexpr seconds kGrace{10};

Rational decimal(const char* text) { return parse_decimal(text)->value; }

TEST(PainCatalogue, RoundingOfTaxesAndCreditNotes) {
  // Known amounts: the tax of what is printed, half away from zero, to the cent and without tolerance.
  struct Case {
    const char* net;
    const char* percent;
    const char* tax;
  };
  const auto catalogue = *catalog::builtin("cn26");
  for (const Case& each : {Case{"193.33", "25", "48.33"}, Case{"0.50", "7", "0.04"}, Case{"0.50", "9", "0.05"},
                           Case{"1999.00", "6", "119.94"}, Case{"3058.95", "9", "275.31"}, Case{"0.10", "5", "0.01"},
                           Case{"0.09", "5", "0.00"}, Case{"279.16", "20", "55.83"}, Case{"1.00", "8.875", "0.09"}}) {
    auto plan = std::make_shared<catalog::Plan>(*catalogue->find("basic"));
    plan->base_fee = decimal(each.net);
    rating::MonthInput input;
    input.catalogue = catalogue;
    input.plan = plan;
    input.tax = {decimal(each.percent), false};
    const rating::Bill bill = rating::rate(input);
    const rating::Line* tax = bill.line(LineKind::tax);
    EXPECT_EQ(tax ? money_text(tax->amount, bill.currency) : "0.00", each.tax) << each.net;
    EXPECT_EQ(bill.total, decimal(each.net) + decimal(each.tax));
  }
  // Whatever the month: an inclusive tax and its net are the total, and the lines are the total, exactly.
  for (std::uint32_t seed = 1; seed <= 2000; ++seed) {
    RandomMonth month(seed);
    month.catalogue->rules.rounding = catalog::Rounding::half_away;
    month.catalogue->rules.rounding_scope = catalog::RoundingScope::lines;
    const rating::Bill bill = month.bill();
    Rational sum;
    for (const auto& line : bill.lines) sum += line.inclusive ? Rational() : line.amount;
    ASSERT_EQ(sum, bill.total) << seed;
    const rating::Line* tax = bill.line(LineKind::tax);
    if (tax == nullptr) continue;
    const Rational& rate = month.input.tax.rate_percent;
    const Rational base = tax->inclusive ? bill.total * rate / (Rational(100) + rate) : (bill.total - tax->amount) * rate / Rational(100);
    ASSERT_EQ(tax->amount, round_money(base, bill.currency)) << seed;
  }
}

TEST(PainCatalogue, ProrationOffByOneOrOnTheWrongBase) {
  auto rules = std::make_shared<catalog::Catalogue>(**catalog::builtin("cn26"));
  rules->rules.upgrade = catalog::UpgradeRule::pro_rata_days;
  const catalog::CataloguePtr catalogue = rules;
  const auto basic = catalogue->find("basic"), premium = catalogue->find("premium");
  for (const MonthKey key : {MonthKey{2027, 2}, MonthKey{2028, 2}, MonthKey{2026, 4}, MonthKey{2026, 1}}) {
    const InstantRange month = month_range(key, catalogue->zone);
    const int days = days_in(key);
    for (int day = 1; day <= days; ++day) {
      const Instant dawn = month.start + std::chrono::days(day - 1);
      for (const Instant when : {dawn, dawn + std::chrono::days(1) - milliseconds(1)}) {
        invoice::Subscription subscription(catalogue, basic, month.start);
        const invoice::PlanPreview preview = subscription.preview(premium, when);
        subscription.change(premium, when);
        int sum = 0;
        for (const auto& segment : subscription.segments()) sum += segment.days;
        ASSERT_EQ(sum, days) << key.text() << day;
        // The day of the change belongs to the new plan; the first day is the whole month, the last is one day.
        const Rational price = round_money(Rational(1100) * Rational(BigInt(days - day + 1), BigInt(days)), catalogue->currency);
        const Rational due = day == 1 ? Rational(1100) : price;
        ASSERT_EQ(preview.extra_base_fee, due) << key.text() << " " << day;
      }
    }
  }
}

TEST(PainCatalogue, DoubleCountedFilters) {
  for (std::uint32_t seed = 1; seed <= 1000; ++seed) {
    RandomMonth month(seed);
    const rating::Bill bill = month.bill();
    std::multiset<LineKind> kinds;
    for (const auto& line : bill.lines) kinds.insert(line.kind);
    for (const LineKind kind : {LineKind::pcu, LineKind::messages, LineKind::storage}) ASSERT_EQ(kinds.count(kind), 1U) << seed;
    Rational units;
    for (const auto& project : month.usage.projects) units += Rational(project.units);
    const rating::MeterPart& part = *bill.line(LineKind::messages)->meter;
    ASSERT_EQ(part.quantity, units) << seed;
    // What is included and what is over never overlap.
    if (month.input.plan->kind != catalog::PlanKind::hard && part.quantity > part.included) {
      ASSERT_EQ(part.included + part.overage, part.quantity) << seed;
    }
  }
}

TEST(PainCatalogue, HardCapsWanted) {
  // A cap in money: the last unit that fits is admitted, the next one never, by whoever of many asks.
  quota::GateTerms terms;
  terms.catalogue = *catalog::builtin("cn26");
  terms.plan = terms.catalogue->find("basic");
  terms.budget = Rational(500);
  quota::GateUsage usage;
  usage.messages = 35'049'000;
  quota::Gate gate(terms, kNewYear, usage);
  std::atomic<std::int64_t> admitted{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 500; ++k) admitted += gate.admit_messages(1, kNewYear) ? 1 : 0;
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(admitted, 1000);
  quota::Refusal why;
  EXPECT_FALSE(gate.admit_messages(1, kNewYear, &why));
  EXPECT_EQ(why.code, Errc::budget);
}

TEST(PainCatalogue, CapsMinimumsPrepaidInAdvance) {
  Room room;
  room.open({1}, "enterprise", kNewYear);
  room.open({2}, "premium", kNewYear);
  rating::Contract contract;
  contract.discount_percent = Rational(15);
  contract.minimum_spend = Rational(1500);
  ASSERT_TRUE(room.billing->set_contract({1}, contract, kNewYear, {"ops", "agreed"}).ok());
  room.usage.set({10}, kNewYear, 8000, 0, 0);
  ASSERT_EQ(room.close().tick(kFebruary + kGrace)->closed, 2);
  const auto lines = room.billing->lines(room.billing->invoices({1}, INT64_MAX, 1)->front().id).value();
  // 1,600.00 of usage, 240.00 off, topped up to the minimum after the discount.
  EXPECT_EQ(lines.back().kind, "minimum");
  EXPECT_EQ(lines.back().amount, "140.00");
  EXPECT_EQ(room.billing->invoices({1}, INT64_MAX, 1)->front().total, "1500.00");
  // What is paid in advance is paid once: the fee of the month, whatever was used.
  EXPECT_EQ(room.billing->invoices({2}, INT64_MAX, 1)->front().total, "1499.00");
}

TEST(PainCatalogue, SumOfDetailIsNotTheInvoice) {
  for (std::uint32_t seed = 1; seed <= 1000; ++seed) {
    RandomMonth month(seed);
    const rating::Bill bill = month.bill();
    Rational total;
    for (const auto& line : bill.lines) {
      if (line.inclusive) continue;
      total += line.amount;
      if (!line.meter) continue;
      // A line shown by project: parts of whole cents that add up to it.
      std::vector<Rational> weights;
      for (const auto& project : month.usage.projects) {
        weights.push_back(line.kind == LineKind::pcu        ? Rational(project.peak)
                          : line.kind == LineKind::messages ? Rational(project.units)
                                                            : Rational(project.byte_hours()));
      }
      Rational parts;
      for (const Rational& part : rating::split(line.amount, weights, bill.currency)) {
        ASSERT_EQ(part, round_money(part, bill.currency)) << seed;
        parts += part;
      }
      ASSERT_EQ(parts, line.amount) << seed;
    }
    ASSERT_EQ(total, bill.total) << seed;
  }
}

}  // namespace
}  // namespace postage
