#pragma once
// Random months for the laws of money: catalogues with random prices, quotas and switches, plan changes, contracts, taxes and
// usage up to the ends of the counters.
#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "invoice/subscription.h"
#include "meter/month_usage.h"
#include "rating/rating.h"

namespace postage::app {

/// One month of one account, from one seed.
class RandomMonth {
 public:
  explicit RandomMonth(std::uint32_t seed) : random(seed) {
    make_catalogue();
    make_contract();
    make_plans();
    make_usage();
  }

  /// The contract has a volume discount on the whole fee with a tier at which the bill falls: what a contract must
  /// acknowledge. Limits rate it with `highest_passed`, which never falls.
  [[nodiscard]] bool may_fall() const {
    const rating::VolumeDiscount& volume = input.contract.volume;
    Rational percent;
    for (const rating::VolumeTier& tier : volume.tiers) {
      if (volume.whole && tier.percent > percent && !tier.from.is_zero()) return true;
      percent = tier.percent;
    }
    return false;
  }

  /// The month rated as it stands.
  rating::Bill bill() {
    input.usage = rating::quantities(*input.catalogue, rating::usage_of(usage));
    return rating::rate(input);
  }
  int below(int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); }
  bool chance(int one_in) { return below(one_in) == 0; }
  /// 0 to `most` cents, as money.
  Rational money(int most) { return Rational(BigInt(below(most + 1)), BigInt(100)); }
  /// 0, near `middle`, some thirty times it, or the end of the counters.
  std::int64_t number(std::int64_t middle) {
    switch (below(8)) {
      case 0:
        return 0;
      case 1:
      case 2:
        return std::max<std::int64_t>(0, middle + below(5) - 2);
      case 3:
        return INT64_MAX - below(3);
      default: {
        std::int64_t many = 0;
        const bool over = __builtin_mul_overflow(random(), middle / 134'217'728 + 1, &many);
        return over ? INT64_MAX : many;
      }
    }
  }

  std::mt19937 random;
  std::shared_ptr<catalog::Catalogue> catalogue;
  rating::MonthInput input;
  meter::MonthUsage usage;
  InstantRange period;

 private:
  void make_catalogue() {
    static const std::vector<std::string> kNames = catalog::builtin_names();
    static const std::vector<catalog::CataloguePtr> kBuiltin = [] {
      std::vector<catalog::CataloguePtr> all;
      for (const std::string& name : kNames) all.push_back(*catalog::builtin(name));
      return all;
    }();
    catalogue = std::make_shared<catalog::Catalogue>(*kBuiltin[static_cast<std::size_t>(below(static_cast<int>(kBuiltin.size())))]);
    catalog::Rules& rules = catalogue->rules;
    if (chance(2)) rules.upgrade = catalog::UpgradeRule::pro_rata_days;
    if (chance(2)) rules.proration_rounding = catalog::ProrationRounding::parts;
    if (chance(3)) rules.storage_divisor = catalog::StorageDivisor::month_hours;
    if (chance(3)) rules.storage_quota = catalog::StorageQuota::gb_hours;
    if (chance(4)) rules.storage_decimals = below(4);
    if (chance(4)) rules.pcu = catalog::PcuRule::account_simultaneous;
    if (chance(4)) rules.minimum = catalog::MinimumRule::before_discount;
    if (chance(4)) rules.rounding = catalog::Rounding::half_even;
    if (chance(4)) rules.rounding_scope = catalog::RoundingScope::total;
    if (chance(4)) catalogue->gigabyte = 1'000'000'000;
    if (chance(3)) change_prices();
  }
  /// Larger plans cost more and hold more, as the check of catalogues asks for.
  void change_prices() {
    Rational fee;
    std::int64_t size = 1 + below(50);
    for (catalog::PlanPtr& each : catalogue->plans) {
      auto plan = std::make_shared<catalog::Plan>(*each);
      plan->base_fee = fee;
      if (chance(4)) plan->minimum_spend = money(300'000);
      plan->rates = {money(500), money(500) / Rational(1'000'000), money(20'000)};
      if (plan->kind != catalog::PlanKind::payg) plan->quotas = {size, size * 1000, Rational(BigInt(size), BigInt(10))};
      fee += money(100'000);
      size += below(500);
      each = std::move(plan);
    }
  }
  catalog::PlanPtr any_plan() { return catalogue->plans[static_cast<std::size_t>(below(static_cast<int>(catalogue->plans.size())))]; }

  /// A month in which the account begins or has been, with up to three changes.
  void make_plans() {
    const MonthKey month{2024 + below(8), 1 + below(12)};
    period = month_range(month, catalogue->zone);
    const auto moment = [&] {
      return period.start + milliseconds(static_cast<std::int64_t>(random()) % (period.end - period.start).count());
    };
    invoice::Subscription subscription(catalogue, any_plan(), chance(4) ? moment() : period.start);
    std::vector<Instant> changes;
    for (int i = below(4); i > 0; --i) changes.push_back(std::max(moment(), subscription.spans().front().from));
    std::ranges::sort(changes);
    for (const Instant at : changes) subscription.change(any_plan(), at);
    input.plan = subscription.rated_by();
    input.minimum_plan = subscription.plan();
    input.segments = subscription.segments();
    input.month_days = days_in(month);
  }
  void make_contract() {
    if (chance(3)) input.contract.discount_percent = money(10'000);
    if (chance(3)) input.contract.minimum_spend = money(300'000);
    if (chance(2)) input.tax = {money(3'000), chance(2)};
    if (chance(8)) input.sla_credit_percent = Rational(10 * (1 + below(5)));
    if (chance(3)) make_volume_discount();
    if (chance(3)) make_bundles();
    input.catalogue = catalogue;
  }
  /// Up to four tiers, near each other or far apart, of any percentages.
  void make_volume_discount() {
    rating::VolumeDiscount& volume = input.contract.volume;
    volume.whole = chance(3);
    Rational from = chance(2) ? Rational() : money(200'000);
    for (int i = 1 + below(4); i > 0; --i) {
      volume.tiers.push_back({from, chance(6) ? Rational(100) : money(10'000)});
      from += Rational(BigInt(1), BigInt(100)) + (chance(3) ? money(3) : money(1'000'000));
    }
  }
  /// Up to three packages, some free of charge, some that include nothing of a meter; in the plans as a contract has them.
  void make_bundles() {
    for (int i = 1 + below(3); i > 0; --i) {
      const catalog::Quotas included{number(100) / 8, number(1'000'000) / 8, Rational(BigInt(below(50)), BigInt(10))};
      input.contract.bundles.push_back({"pack " + std::to_string(i), chance(4) ? Rational() : money(50'000), included});
    }
    catalogue = std::make_shared<catalog::Catalogue>(*catalog::with_contract(catalogue, {}, input.contract.bundles));
  }
  void make_usage() {
    usage.period = period;
    const int projects = 1 + below(4);
    for (int i = 0; i < projects; ++i) {
      meter::ProjectUsage project{ProjectId{i + 1}, "p" + std::to_string(i), 0, 0, {}};
      project.peak = number(input.plan->quotas.pcu / projects);
      project.units = number(input.plan->quotas.messages / projects);
      for (std::int64_t left = usage.month_hours(); left > 0 && !chance(4);) {
        const std::int64_t samples = 1 + static_cast<std::int64_t>(random()) % left;
        project.storage.push_back({chance(6) ? std::int64_t{1} << 60 : number(std::int64_t{1} << 31), samples});
        left -= samples;
      }
      usage.simultaneous_peak = std::max(usage.simultaneous_peak, project.peak);
      usage.projects.push_back(std::move(project));
    }
  }
};

}  // namespace postage::app
