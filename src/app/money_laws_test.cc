// Ten laws that hold for every month, tried on random ones. RC_PARAMS="max_success=5000" makes a run longer.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <rapidcheck/gtest.h>

#include "app/simulate.h"
#include "app/simulate_random_test.h"
#include "invoice/subscription.h"
#include "meter/month_usage.h"
#include "rating/rating.h"

namespace postage::app {
namespace {
using Json = nlohmann::ordered_json;

/// A random plan of a random catalogue with a random contract, tax and month.
struct Month {
  rating::MonthInput input;
  rating::Usage usage;

  explicit Month(std::uint32_t seed) : random(seed) {
    const auto names = catalog::builtin_names();
    input.catalogue = *catalog::builtin(names[random() % names.size()]);
    input.plan = input.catalogue->plans[random() % input.catalogue->plans.size()];
    input.contract.discount_percent = Rational(BigInt(random() % 3 == 0 ? random() % 10001 : 0), BigInt(100));
    if (random() % 3 == 0) input.contract.minimum_spend = Rational(BigInt(random() % 300000), BigInt(100));
    input.tax = {Rational(BigInt(random() % 2 == 0 ? random() % 3000 : 0), BigInt(100)), random() % 2 == 0};
    usage.sum_of_peaks = number(input.plan->quotas.pcu);
    usage.message_units = number(input.plan->quotas.messages);
    usage.month_hours = 24 * (28 + random() % 4);
    usage.byte_hours = static_cast<UInt128>(number(std::int64_t{1} << 31)) * static_cast<UInt128>(usage.month_hours);
  }
  /// 0, near `middle`, or anything up to about thirty times it.
  std::int64_t number(std::int64_t middle) {
    switch (random() % 4) {
      case 0: return 0;
      case 1: return std::max<std::int64_t>(0, middle + static_cast<std::int64_t>(random() % 5) - 2);
      default: return static_cast<std::int64_t>(random()) * (middle / 134'217'728 + 1);
    }
  }
  rating::Bill bill() {
    input.usage = rating::quantities(*input.catalogue, usage);
    return rating::rate(input);
  }
  std::mt19937 random;
};

std::string text(const rating::Bill& bill) {
  std::string out;
  rating::append_bill_json(out, bill);
  return out;
}

RC_GTEST_PROP(Laws, L1_ProjectsAddUpToTheAccount, (std::uint32_t seed)) {
  std::mt19937 random(seed);
  const Json done = Json::parse(*simulate(random_scenario(random).dump()));
  for (const auto& [account, months] : done.at("usage").items()) {
    for (const auto& [month, usage] : months.items()) {
      for (const char* meter : {"pcu", "messages"}) {
        Rational sum;
        for (const auto& [name, project] : usage.at("projects").items()) {
          sum += parse_decimal(project.at(meter).get<std::string>())->value;
        }
        RC_ASSERT(sum == parse_decimal(usage.at(meter).get<std::string>())->value);
      }
    }
  }
}

RC_GTEST_PROP(Laws, L2_TheOrderOfPublishesDoesNotChangeTheBill, (std::uint32_t seed)) {
  std::mt19937 random(seed);
  std::vector<Json> what;
  for (int i = 0; i < 12; ++i) {
    what.push_back({{"do", "publish"}, {"project", i % 2 == 0 ? "p" : "q"}, {"bytes", random() % 5000}, {"receivers", random() % 9000},
                    {"times", random() % 900}});
  }
  const auto invoices = [&] {
    Json scenario = {{"start", "2026-01-01T00:00:00+08:00"}, {"until", "2026-02-01T00:00:00+08:00"}, {"steps", Json::array()},
                     {"accounts", Json::array({{{"id", "a"}, {"plan", "basic"}, {"projects", {"p", "q"}}}})}};
    for (std::size_t i = 0; i < what.size(); ++i) {
      what[i]["at"] = fmt::format("2026-01-{:02}T00:00:00+08:00", i + 1);
      scenario["steps"].push_back(what[i]);
    }
    return Json::parse(*simulate(scenario.dump())).at("invoices").dump();
  };
  const std::string before = invoices();
  std::shuffle(what.begin(), what.end(), random);
  RC_ASSERT(invoices() == before);
}

RC_GTEST_PROP(Laws, L3_ReplayingChangesNothing, (std::uint32_t seed)) {
  Month month(seed);
  RC_ASSERT(text(month.bill()) == text(month.bill()));
  const InstantRange january = month_range({2026, 1}, Zone());
  meter::ProjectMonth once({1}, "p", january), twice({1}, "p", january);
  for (int i = 0; i < 20; ++i) {
    const auto bytes = static_cast<std::int64_t>(month.random() % 1000);
    const Instant at = january.start + std::chrono::minutes(i * 2000 + static_cast<int>(month.random() % 2000));
    once.store(bytes, at);
    twice.store(bytes, at);
    twice.store(bytes, at);
    twice.sample_until(at);
  }
  once.sample_until(january.end);
  twice.sample_until(january.end);
  RC_ASSERT(once.usage().byte_hours() == twice.usage().byte_hours());
}

RC_GTEST_PROP(Laws, L4_MoreUsageNeverMakesASmallerBill, (std::uint32_t seed)) {
  Month month(seed);
  const rating::Bill before = month.bill();
  month.usage.sum_of_peaks += month.random() % 3;
  month.usage.message_units += month.random() % 500;
  month.usage.byte_hours += month.random();
  const rating::Bill after = month.bill();
  RC_ASSERT(after.total >= before.total);
  RC_ASSERT(after.exact_total >= before.exact_total);
}

RC_GTEST_PROP(Laws, L5_TheQuotaIsFreeAndTheNextUnitIsOne, (std::uint32_t seed)) {
  Month month(seed);
  const catalog::Plan& plan = *month.input.plan;
  if (plan.kind != catalog::PlanKind::soft) return;
  month.usage.message_units = plan.quotas.messages;
  month.usage.sum_of_peaks = plan.quotas.pcu;
  rating::Bill bill = month.bill();
  RC_ASSERT(bill.line(rating::LineKind::messages)->meter->overage.is_zero());
  RC_ASSERT(bill.line(rating::LineKind::pcu)->meter->overage.is_zero());
  month.usage.message_units += 1;
  month.usage.sum_of_peaks += 1;
  bill = month.bill();
  RC_ASSERT(bill.line(rating::LineKind::messages)->meter->overage == Rational(1));
  RC_ASSERT(bill.line(rating::LineKind::pcu)->exact == plan.rates.pcu);
}

RC_GTEST_PROP(Laws, L6_RoundingMovesALineByAtMostHalfACent, (std::uint32_t seed)) {
  Month month(seed);
  month.input.contract = {};
  month.input.tax = {};
  const rating::Bill bill = month.bill();
  Rational sum;
  for (const auto& line : bill.lines) {
    const Rational error = line.amount - line.exact;
    RC_ASSERT((error.is_negative() ? -error : error) <= Rational(BigInt(1), BigInt(200)));
    sum += line.amount;
  }
  RC_ASSERT(sum == bill.total);
  const Rational drift = bill.total - bill.exact_total;
  RC_ASSERT((drift.is_negative() ? -drift : drift) <= Rational(BigInt(static_cast<std::int64_t>(bill.lines.size())), BigInt(200)));
}

RC_GTEST_PROP(Laws, L7_AnUpgradeCostsTheNewPlansFullPrice, (std::uint32_t seed)) {
  Month month(seed);
  const auto& catalogue = month.input.catalogue;
  const Instant start = month_range({2026, 1}, catalogue->zone).start;
  invoice::Subscription subscription(catalogue, catalogue->plans.front(), start);
  subscription.change(month.input.plan, start + std::chrono::hours(month.random() % 744));
  RC_ASSERT(subscription.rated_by() == month.input.plan);
  RC_ASSERT(subscription.plan() == month.input.plan);
  subscription.roll();
  RC_ASSERT(subscription.rated_by() == month.input.plan);
}

RC_GTEST_PROP(Laws, L8_CumulativePartsAddUpToTheOneInvoice, (std::uint32_t seed)) {
  Month month(seed);
  const rating::Usage whole = month.usage;
  const rating::Bill one = month.bill();
  Rational settled;
  for (int part = 1; part <= 4; ++part) {
    month.usage.message_units = whole.message_units * part / 4;
    month.usage.sum_of_peaks = whole.sum_of_peaks * part / 4;
    month.usage.byte_hours = whole.byte_hours * static_cast<UInt128>(part) / 4;
    const Rational due = month.bill().total - settled;
    RC_ASSERT(!due.is_negative());
    settled += due;
  }
  RC_ASSERT(settled == one.total);
}

RC_GTEST_PROP(Laws, L9_ABillReadsItsOwnCatalogueOnly, (std::uint32_t seed)) {
  Month month(seed);
  const std::string before = text(month.bill());
  Json next = Json::parse(builtin_catalogue_text(month.input.catalogue->name));
  next["effective_from"] = "2027-01-01";
  next["rates"]["pcu"] = "99";
  for (auto& plan : next["plans"]) plan["base_fee"] = "12345.67";
  const auto later = catalog::load(next.dump());
  RC_ASSERT(later.ok());
  RC_ASSERT(text(month.bill()) == before);
  month.input.catalogue = *later;
  month.input.plan = (*later)->find(month.input.plan->name);
  RC_ASSERT(text(month.bill()) != before);
}

RC_GTEST_PROP(Laws, L10_NothingOverflows, (std::uint32_t seed)) {
  Month month(seed);
  month.usage.message_units = INT64_MAX - static_cast<std::int64_t>(month.random() % 10);
  month.usage.sum_of_peaks = static_cast<Int128>(INT64_MAX) * 1000;
  month.usage.byte_hours = (static_cast<UInt128>(1) << 60) * 744;
  const rating::Bill bill = month.bill();
  RC_ASSERT(!bill.total.is_negative());
  RC_ASSERT(bill.line(rating::LineKind::pcu)->meter->quantity == Rational(INT64_MAX) * Rational(1000));
  RC_ASSERT(bill.line(rating::LineKind::storage)->meter->quantity * Rational(BigInt(1) << 30) * Rational(720) ==
            Rational(month.usage.byte_hours));
}
}  // namespace
}  // namespace postage::app
