#include "rating/break_even.h"

#include <algorithm>

namespace postage::rating {
namespace {

struct Growing {
  const char* name;
  LineKind line;
};
constexpr Growing kMeters[] = {{"pcu", LineKind::pcu},
                               {"messages", LineKind::messages},
                               {"storage_gb", LineKind::storage}};

/// Bills of the month on one plan with one meter at a given count, in whole steps of the meter's own unit.
class OneMeter {
 public:
  OneMeter(const MonthInput& input, const catalog::PlanPtr& plan, LineKind meter) : input_(input), meter_(meter) {
    input_.plan = plan;
    input_.minimum_plan = plan;
    input_.segments.clear();
  }

  [[nodiscard]] Rational quantity(const BigInt& count) const {
    if (meter_ != LineKind::storage) return Rational(count);
    return storage_gb(*input_.catalogue, static_cast<UInt128>(count), input_.usage.month_hours);
  }
  [[nodiscard]] Bill bill(const BigInt& count) {
    Rational value = quantity(count);
    if (meter_ == LineKind::pcu) input_.usage.pcu = std::move(value);
    else if (meter_ == LineKind::messages) input_.usage.messages = std::move(value);
    else input_.usage.storage_gb = std::move(value);
    return rate(input_);
  }
  /// The count that fills the quota of the meter's line.
  [[nodiscard]] BigInt quota() {
    const Rational included = bill(0).line(meter_)->meter->included;
    if (meter_ != LineKind::storage) return included.floor();
    const Rational one = quantity(power_of_ten(30)) / Rational(power_of_ten(30));
    return one.is_zero() ? BigInt(0) : (included / one).floor();
  }

 private:
  MonthInput input_;
  LineKind meter_;
};

/// Counts worth a look, ascending: powers of two and both quotas.
std::vector<BigInt> grid(OneMeter& here, OneMeter& there) {
  std::vector<BigInt> counts{0};
  for (int bit = 0; bit <= 62; ++bit) counts.push_back(BigInt(1) << bit);
  for (OneMeter* line : {&here, &there}) {
    const BigInt quota = line->quota();
    counts.insert(counts.end(), {quota, BigInt(quota + 1)});
  }
  std::ranges::sort(counts);
  return counts;
}

BreakEven break_even(const MonthInput& input, const Growing& meter, const catalog::PlanPtr& to) {
  OneMeter here(input, input.plan, meter.line), there(input, to, meter.line);
  const auto cheaper = [&](const BigInt& count) { return there.bill(count).exact_total < here.bill(count).exact_total; };
  BreakEven found{meter.name, to, std::nullopt, {}, false, {}, {}};
  const std::vector<BigInt> counts = grid(here, there);
  const auto first = std::ranges::find_if(counts, cheaper);
  if (first == counts.end()) return found;
  BigInt high = *first;
  if (first != counts.begin()) {
    BigInt low = *(first - 1);
    while (high - low > 1) {
      const BigInt middle = low + (high - low) / 2;
      (cheaper(middle) ? high : low) = middle;
    }
    found.equal_before = there.bill(low).exact_total == here.bill(low).exact_total;
  }
  found.here = here.bill(high).exact_total;
  found.there = there.bill(high).exact_total;
  found.quantity = here.quantity(high);
  found.cheaper_from = std::move(high);
  return found;
}

}  // namespace

std::vector<BreakEven> break_evens(const MonthInput& input) {
  std::vector<BreakEven> rows;
  const catalog::Catalogue& catalogue = *input.catalogue;
  const int rank = catalogue.rank(input.plan->name);
  for (const Growing& meter : kMeters) {
    for (auto i = static_cast<std::size_t>(rank + 1); i < catalogue.plans.size(); ++i) {
      if (!catalogue.plans[i]->hard()) rows.push_back(break_even(input, meter, catalogue.plans[i]));
    }
  }
  return rows;
}

}  // namespace postage::rating
