// Ten laws that hold for every month, tried on random ones. POSTAGE_LAW_MONTHS says how many months each of the hundred
// cases of a law tries; the full test run asks for many more.
#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdlib>
#include <map>
#include <rapidcheck/gtest.h>
#include <set>

#include "app/random_month_test.h"
#include "app/simulate.h"
#include "app/simulate_random_test.h"
#include "rating/split.h"

namespace postage::app {
namespace {
using Json = nlohmann::ordered_json;
using rating::LineKind;

int months_per_case() {
  static const int kMonths = [] {
    const char* text = std::getenv("POSTAGE_LAW_MONTHS");
    return text != nullptr ? std::clamp(std::atoi(text), 1, 100'000) : 120;
  }();
  return kMonths;
}

/// Months tried by this process, printed at its end.
std::map<std::string, std::int64_t>& tried() {
  static std::map<std::string, std::int64_t> kTried;
  return kTried;
}

/// Tries `law` on the months that follow from a seed.
template <class Law>
void for_months(const char* name, std::uint32_t seed, const Law& law) {
  std::mt19937 seeds(seed);
  for (int i = 0; i < months_per_case(); ++i) {
    RandomMonth month(static_cast<std::uint32_t>(seeds()));
    law(month);
    ++tried()[name];
  }
}

class Laws : public testing::Test {};

/// Says at the end how many months were tried.
class Told final : public testing::Environment {
 public:
  void TearDown() override {
    std::int64_t sum = 0;
    for (const auto& [name, count] : tried()) sum += count;
    if (sum > 0) std::printf("%lld random months\n", static_cast<long long>(sum));
  }
};
const testing::Environment* const kTold = testing::AddGlobalTestEnvironment(new Told);

std::string text(const rating::Bill& bill) {
  std::string out;
  rating::append_bill_json(out, bill);
  return out;
}

Rational absolute(const Rational& value) { return value.is_negative() ? -value : value; }

/// What a message, a peak and a byte-hour more do to the usage.
void use_more(RandomMonth& month) {
  meter::ProjectUsage& project = month.usage.projects.front();
  if (project.units < INT64_MAX - 1000) project.units += month.below(500);
  if (project.peak < INT64_MAX - 1000) project.peak += month.below(3);
  month.usage.simultaneous_peak = std::max(month.usage.simultaneous_peak, project.peak);
  project.storage.push_back({static_cast<std::int64_t>(month.random()), 1});
}

RC_GTEST_FIXTURE_PROP(Laws, L1_ProjectsAddUpToTheAccount, (std::uint32_t seed)) {
  for_months("L1", seed, [](RandomMonth& month) {
    Rational peaks, units, byte_hours;
    std::vector<Rational> weights;
    for (const meter::ProjectUsage& project : month.usage.projects) {
      peaks += Rational(project.peak);
      units += Rational(project.units);
      byte_hours += Rational(project.byte_hours());
      weights.emplace_back(project.units);
    }
    const rating::Bill bill = month.bill();
    const bool summed = month.catalogue->rules.pcu == catalog::PcuRule::sum_of_project_peaks;
    if (summed) RC_ASSERT(bill.line(LineKind::pcu)->meter->quantity == peaks);
    RC_ASSERT(bill.line(LineKind::messages)->meter->quantity == units);
    RC_ASSERT(Rational(month.usage.byte_hours()) == byte_hours);
    Rational sum;
    const Rational& amount = bill.line(LineKind::messages)->amount;
    for (const Rational& part : rating::split(amount, weights, bill.currency)) sum += part;
    RC_ASSERT(sum == amount);
  });
}

RC_GTEST_FIXTURE_PROP(Laws, L1_ProjectsAddUpToTheAccountThroughTheSimulator, (std::uint32_t seed)) {
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

RC_GTEST_FIXTURE_PROP(Laws, L2_TheOrderOfRecordsDoesNotChangeTheBill, (std::uint32_t seed)) {
  for_months("L2", seed, [](RandomMonth& month) {
    const std::string before = text(month.bill());
    std::shuffle(month.usage.projects.begin(), month.usage.projects.end(), month.random);
    for (auto& project : month.usage.projects) std::shuffle(project.storage.begin(), project.storage.end(), month.random);
    RC_ASSERT(text(month.bill()) == before);
  });
}

RC_GTEST_FIXTURE_PROP(Laws, L2_TheOrderOfPublishesDoesNotChangeTheBill, (std::uint32_t seed)) {
  std::mt19937 random(seed);
  std::vector<Json> what;
  for (int i = 0; i < 12; ++i) {
    what.push_back({{"do", "publish"}, {"project", i % 2 == 0 ? "p" : "q"}, {"bytes", random() % 5000},
                    {"receivers", random() % 9000}, {"times", random() % 900}});
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

RC_GTEST_FIXTURE_PROP(Laws, L3_ReplayingAnySuffixChangesNothing, (std::uint32_t seed)) {
  for_months("L3", seed, [](RandomMonth& month) {
    // Records are cumulative values by project and hour: applying the last ones again finds them applied.
    std::map<int, std::int64_t> hours;
    std::vector<std::pair<int, std::int64_t>> records;
    std::int64_t value = 0;
    for (int i = 0; i < 20; ++i) records.emplace_back(i / 3, value += month.below(1000));
    const auto apply = [&](std::size_t from) {
      for (std::size_t i = from; i < records.size(); ++i) {
        std::int64_t& held = hours[records[i].first];
        held = std::max(held, records[i].second);
      }
      std::int64_t sum = 0;
      for (const auto& [hour, units] : hours) sum += units;
      month.usage.projects.front().units = sum;
      return text(month.bill());
    };
    const std::string once = apply(0);
    RC_ASSERT(apply(static_cast<std::size_t>(month.below(20))) == once);
    meter::ProjectMonth single({1}, "p", month.period), doubled({1}, "p", month.period);
    for (int i = 0; i < 10; ++i) {
      const auto bytes = static_cast<std::int64_t>(month.random());
      const Instant at = month.period.start + std::chrono::minutes(i * 4000 + month.below(4000));
      single.store(bytes, at);
      doubled.store(bytes, at);
      doubled.store(bytes, at);
      doubled.sample_until(at);
    }
    single.sample_until(month.period.end);
    doubled.sample_until(month.period.end);
    RC_ASSERT(single.usage().byte_hours() == doubled.usage().byte_hours());
  });
}

RC_GTEST_FIXTURE_PROP(Laws, L4_MoreUsageNeverMakesASmallerBill, (std::uint32_t seed)) {
  for_months("L4", seed, [](RandomMonth& month) {
    month.input.highest_passed = month.may_fall();
    const rating::Bill before = month.bill();
    use_more(month);
    const rating::Bill after = month.bill();
    RC_ASSERT(after.total >= before.total);
    RC_ASSERT(after.exact_total >= before.exact_total);
  });
}

RC_GTEST_FIXTURE_PROP(Laws, L5_TheQuotaIsFreeAndTheNextUnitIsOne, (std::uint32_t seed)) {
  for_months("L5", seed, [](RandomMonth& month) {
    month.input.segments.clear();
    const catalog::Plan& plan = *month.input.plan;
    if (plan.kind != catalog::PlanKind::soft) return;
    month.usage.projects.resize(1);
    meter::ProjectUsage& project = month.usage.projects.front();
    project.units = plan.quotas.messages;
    project.peak = month.usage.simultaneous_peak = plan.quotas.pcu;
    rating::Bill bill = month.bill();
    RC_ASSERT(bill.line(LineKind::messages)->meter->overage.is_zero());
    RC_ASSERT(bill.line(LineKind::pcu)->meter->overage.is_zero());
    RC_ASSERT(bill.line(LineKind::messages)->amount.is_zero());
    ++project.units;
    ++project.peak;
    ++month.usage.simultaneous_peak;
    bill = month.bill();
    RC_ASSERT(bill.line(LineKind::messages)->meter->overage == Rational(1));
    RC_ASSERT(bill.line(LineKind::messages)->exact == plan.rates.message);
    RC_ASSERT(bill.line(LineKind::pcu)->meter->overage == Rational(1));
    RC_ASSERT(bill.line(LineKind::pcu)->exact == plan.rates.pcu);
  });
}

RC_GTEST_FIXTURE_PROP(Laws, L6_RoundingMovesTheTotalByAtMostHalfACentALine, (std::uint32_t seed)) {
  for_months("L6", seed, [](RandomMonth& month) {
    const rating::Bill bill = month.bill();
    const Rational half(BigInt(1), BigInt(2) * power_of_ten(bill.currency.minor_digits));
    Rational sum, roundings;
    for (const auto& line : bill.lines) {
      const bool parts = line.kind == LineKind::proration &&
                         month.catalogue->rules.proration_rounding == catalog::ProrationRounding::parts;
      // Rounded apart, a proration is one rounding for each charge and each credit.
      const Rational own(parts ? static_cast<std::int64_t>(2 * month.input.segments.size()) : 1);
      roundings += own;
      if (line.meter || line.kind == LineKind::base || line.kind == LineKind::proration) {
        // Where the running sum is rounded, a line is the difference of two roundings.
        const bool total = month.catalogue->rules.rounding_scope == catalog::RoundingScope::total;
        RC_ASSERT(absolute(line.amount - line.exact) <= half * own * Rational(total ? 2 : 1));
      }
      if (!line.inclusive) sum += line.amount;
    }
    RC_ASSERT(sum == bill.total);
    // A zero line is left out but was rounded; a tax on top enlarges the error of what it taxes.
    const Rational lines = roundings + Rational(4);
    const Rational taxed = Rational(1) + month.input.tax.rate_percent / Rational(100);
    RC_ASSERT(absolute(bill.total - bill.exact_total) <= half * lines * taxed);
  });
}

RC_GTEST_FIXTURE_PROP(Laws, L7_AnUpgradeCostsTheNewPlansFullPrice, (std::uint32_t seed)) {
  for_months("L7", seed, [](RandomMonth& month) {
    month.catalogue->rules.upgrade = catalog::UpgradeRule::full_month;
    const auto& plans = month.catalogue->plans;
    const catalog::PlanPtr wanted = plans[static_cast<std::size_t>(month.below(static_cast<int>(plans.size())))];
    invoice::Subscription subscription(month.catalogue, plans.front(), month.period.start);
    subscription.change(wanted, month.period.end - milliseconds(1 + month.below(1'000'000)));
    RC_ASSERT(subscription.plan() == wanted);
    RC_ASSERT(subscription.rated_by()->base_fee >= wanted->base_fee);
    if (subscription.rated_by() == wanted) {
      month.input.plan = subscription.rated_by();
      month.input.segments = subscription.segments();
      const rating::Bill upgraded = month.bill();
      RC_ASSERT(upgraded.line(LineKind::base)->amount == round_money(wanted->base_fee, upgraded.currency));
      RC_ASSERT(upgraded.line(LineKind::proration) == nullptr);
      invoice::Subscription whole(month.catalogue, wanted, month.period.start);
      month.input.plan = whole.rated_by();
      month.input.segments = whole.segments();
      RC_ASSERT(text(month.bill()) == text(upgraded));
    }
    subscription.roll();
    RC_ASSERT(subscription.rated_by() == wanted);
  });
}

RC_GTEST_FIXTURE_PROP(Laws, L8_CumulativePartsAddUpToTheOneInvoice, (std::uint32_t seed)) {
  for_months("L8", seed, [](RandomMonth& month) {
    month.input.highest_passed = month.may_fall();
    const meter::MonthUsage whole = month.usage;
    const rating::Bill one = month.bill();
    Rational settled;
    for (int part = 1; part <= 4; ++part) {
      const auto share = [&](std::int64_t value) { return static_cast<std::int64_t>(Int128{value} * part / 4); };
      month.usage = whole;
      month.usage.simultaneous_peak = share(whole.simultaneous_peak);
      for (meter::ProjectUsage& project : month.usage.projects) {
        project.peak = share(project.peak);
        project.units = share(project.units);
        for (meter::StorageRun& run : project.storage) run.bytes = share(run.bytes);
      }
      const Rational due = month.bill().total - settled;
      RC_ASSERT(!due.is_negative());
      settled += due;
    }
    RC_ASSERT(settled == one.total);
  });
}

RC_GTEST_FIXTURE_PROP(Laws, L9_ABillReadsItsOwnCatalogueOnly, (std::uint32_t seed)) {
  for_months("L9", seed, [](RandomMonth& month) {
    const std::string before = text(month.bill());
    auto later = std::make_shared<catalog::Catalogue>(*month.catalogue);
    later->effective_from = "2040-01-01";
    for (catalog::PlanPtr& each : later->plans) {
      auto plan = std::make_shared<catalog::Plan>(*each);
      plan->base_fee += Rational(12345);
      plan->rates = {Rational(99), Rational(99), Rational(99)};
      each = std::move(plan);
    }
    RC_ASSERT(text(month.bill()) == before);
    month.input.catalogue = later;
    month.input.contract = {};
    month.input.segments.clear();
    month.input.plan = later->find(month.input.plan->name);
    RC_ASSERT(month.bill().line(LineKind::base)->amount >= Rational(12345));
    RC_ASSERT(text(month.bill()) != before);
  });
}

RC_GTEST_FIXTURE_PROP(Laws, L10_NothingOverflows, (std::uint32_t seed)) {
  for_months("L10", seed, [](RandomMonth& month) {
    month.input.segments.clear();
    month.catalogue->rules.pcu = catalog::PcuRule::sum_of_project_peaks;
    month.catalogue->rules.storage_decimals.reset();
    month.usage.projects.clear();
    for (std::int64_t id = 1; id <= 1000; ++id) {
      const bool first = id == 1;
      month.usage.projects.push_back({ProjectId{id}, "p", INT64_MAX, first ? INT64_MAX - month.below(10) : 0, {}});
      if (first) month.usage.projects.back().storage.push_back({std::int64_t{1} << 60, month.usage.month_hours()});
    }
    const rating::Bill bill = month.bill();
    using Number = boost::multiprecision::cpp_rational;
    const auto number = [](const Rational& value) {
      return Number(boost::multiprecision::cpp_int(value.numerator().str()),
                    boost::multiprecision::cpp_int(value.denominator().str()));
    };
    const auto& pcu = *bill.line(LineKind::pcu);
    const auto& messages = *bill.line(LineKind::messages);
    const auto& storage = *bill.line(LineKind::storage);
    RC_ASSERT(number(pcu.meter->quantity) == Number(INT64_MAX) * 1000);
    RC_ASSERT(number(messages.meter->quantity) == Number(month.usage.projects.front().units));
    const bool fixed = month.catalogue->rules.storage_divisor == catalog::StorageDivisor::fixed;
    const std::int64_t divisor = fixed ? month.catalogue->rules.storage_divisor_hours : month.usage.month_hours();
    RC_ASSERT(number(storage.meter->quantity) * divisor * month.catalogue->gigabyte ==
              Number(std::int64_t{1} << 60) * month.usage.month_hours());
    for (const rating::Line* line : {&pcu, &messages, &storage}) {
      RC_ASSERT(number(line->exact) == number(line->meter->overage) * number(line->meter->unit_price));
    }
    RC_ASSERT(!bill.total.is_negative());
  });
}
}  // namespace
}  // namespace postage::app
