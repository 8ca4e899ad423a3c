#include "rating/rating.h"

#include <algorithm>
#include <utility>

namespace postage::rating {
namespace {
using catalog::Catalogue;
using catalog::Plan;
using catalog::PlanKind;

const Rational kHundred(100);

Rational at_least_zero(Rational value) { return value.is_negative() ? Rational() : value; }

/// The sums that percentages and the minimum look at: what was printed, and what it was before rounding.
struct Sums {
  Rational printed;
  Rational exact;
};

/// Rounded to the minor unit as the catalogue says.
Rational round_by(const catalog::Rules& rules, const Rational& amount, const Currency& currency) {
  return rules.rounding == catalog::Rounding::half_even ? amount.rounded_half_even(currency.minor_digits)
                                                        : round_money(amount, currency);
}

/// Appends lines, keeps both sums, and leaves out the zero lines that are not printed.
class Lines {
 public:
  Lines(Bill& bill, const catalog::Rules& rules) : bill_(bill), rules_(rules) {}

  /// What a line prints whose exact amount is `exact`: `own` rounded; where only the total is rounded, what the sum of
  /// the lines, rounded, grows by.
  [[nodiscard]] Rational printed(const Rational& exact, const Rational& own) const {
    if (rules_.rounding_scope == catalog::RoundingScope::lines) return round_by(rules_, own, bill_.currency);
    return round_by(rules_, sums_.exact + exact, bill_.currency) - sums_.printed;
  }

  /// The same for a discount whose tier may give back all that the fee grows by: half to even rounds what is left, for
  /// rounding the discount would take two cents for one.
  [[nodiscard]] Rational printed_of_fee(const Rational& exact, const Rational& own) const {
    const bool even = rules_.rounding == catalog::Rounding::half_even;
    if (!even || rules_.rounding_scope != catalog::RoundingScope::lines) return printed(exact, own);
    return round_by(rules_, sums_.printed + own, bill_.currency) - sums_.printed;
  }

  void add(Line line) {
    sums_.printed += line.amount;
    sums_.exact += line.exact;
    const bool always = line.kind == LineKind::base || line.kind == LineKind::bundle || line.meter.has_value();
    if (always || !line.amount.is_zero()) bill_.lines.push_back(std::move(line));
  }
  /// A line whose printed amount is its exact amount rounded.
  void add_rounded(LineKind kind, Rational exact, std::optional<MeterPart> meter = std::nullopt) {
    Rational amount = printed(exact, exact);
    add({.kind = kind, .name = {}, .meter = std::move(meter), .exact = std::move(exact), .amount = std::move(amount)});
  }
  /// The fee and the packages that belong to it.
  void add_base(const Rational& fee, const std::vector<catalog::Bundle>& bundles) {
    add_rounded(LineKind::base, fee);
    for (const catalog::Bundle& bundle : bundles) {
      add({.kind = LineKind::bundle, .name = bundle.name, .meter = {}, .exact = bundle.fee,
           .amount = printed(bundle.fee, bundle.fee)});
    }
  }
  [[nodiscard]] const Sums& sums() const { return sums_; }

 private:
  Bill& bill_;
  const catalog::Rules& rules_;
  Sums sums_;
};

/// Sum over the segments of quota times its share of the month.
template <class Member>
Rational weighted(const MonthInput& input, Member member) {
  Rational sum;
  for (const Segment& segment : input.segments) sum += member(*segment.plan) * Rational(segment.days);
  return sum / Rational(input.month_days);
}

struct Included {
  Rational pcu, messages, storage_gb;
};

/// A plan's own part of a quota; a pay-as-you-go plan has none.
template <class Number>
Number own(const Plan& plan, const Number& quota, const Number& bundled) {
  return plan.kind == PlanKind::payg ? Number(0) : Number(quota - bundled);
}

bool pro_rata(const MonthInput& input) {
  return input.catalogue->rules.pro_rata() && !input.segments.empty();
}

Included included(const MonthInput& input) {
  Included result;
  const catalog::Quotas& bundled = input.plan->bundled;
  if (input.plan->kind == PlanKind::payg) {
    result = {Rational(bundled.pcu), Rational(bundled.messages), bundled.storage_gb};
  } else if (pro_rata(input)) {
    // Bundles are charged in full and included in full; the plans' own quotas go by days.
    result.pcu = Rational(bundled.pcu) + weighted(input, [](const Plan& plan) {
                   return Rational(own(plan, plan.quotas.pcu, plan.bundled.pcu));
                 });
    result.messages = Rational(bundled.messages) + weighted(input, [](const Plan& plan) {
                        return Rational(own(plan, plan.quotas.messages, plan.bundled.messages));
                      });
    result.storage_gb = bundled.storage_gb + weighted(input, [](const Plan& plan) {
                          return own(plan, plan.quotas.storage_gb, plan.bundled.storage_gb);
                        });
  } else {
    const catalog::Quotas& quotas = input.plan->quotas;
    result = {Rational(quotas.pcu), Rational(quotas.messages), quotas.storage_gb};
  }
  const catalog::Rules& rules = input.catalogue->rules;
  if (rules.storage_quota == catalog::StorageQuota::gb_hours && rules.storage_divisor == catalog::StorageDivisor::fixed) {
    result.storage_gb *= Rational(BigInt(input.usage.month_hours), BigInt(rules.storage_divisor_hours));
  }
  return result;
}

void add_meter(Lines& lines, const Plan& plan, LineKind kind, const Rational& quantity, const Rational& quota,
               const Rational& rate) {
  MeterPart part{quantity, quota, Rational(), rate};
  if (plan.kind != PlanKind::hard) part.overage = at_least_zero(quantity - quota);
  Rational exact = part.overage * rate;
  lines.add_rounded(kind, std::move(exact), std::move(part));
}

/// Base and proration under the pro-rata rule. A change on day d of n counts the days from d to the end, d included;
/// several changes on one day count as one, because a segment of 0 days is no segment.
void add_pro_rata(Lines& lines, const MonthInput& input, const Currency& currency) {
  int left = 0;
  for (const Segment& segment : input.segments) left += segment.days;
  const bool began_late = left < input.month_days;
  const Plan* before = nullptr;
  Rational base, exact, parts;
  for (const Segment& segment : input.segments) {
    if (segment.days == 0) continue;
    if (before == nullptr && !began_late) {
      base = segment.plan->base_fee;
    } else {
      const Rational share(BigInt(left), BigInt(input.month_days));
      const Rational charge = segment.plan->base_fee * share;
      const Rational credit = before == nullptr ? Rational() : before->base_fee * share;
      exact += charge - credit;
      const catalog::Rules& rules = input.catalogue->rules;
      parts += round_by(rules, charge, currency) - round_by(rules, credit, currency);
    }
    before = segment.plan.get();
    left -= segment.days;
  }
  lines.add_base(base, input.contract.bundles);
  const bool apart = input.catalogue->rules.proration_rounding == catalog::ProrationRounding::parts &&
                     input.catalogue->rules.rounding_scope == catalog::RoundingScope::lines;
  Rational amount = apart ? parts : lines.printed(exact, exact);
  lines.add({.kind = LineKind::proration, .name = {}, .meter = {}, .exact = std::move(exact), .amount = std::move(amount)});
}

/// A line of `percent` of both sums, with the sign of `sign`.
void add_percent(Lines& lines, LineKind kind, const Rational& percent, int sign) {
  if (percent.is_zero()) return;
  const Rational factor = percent / kHundred * Rational(sign);
  const Sums sums = lines.sums();
  Rational exact = sums.exact * factor;
  Rational amount = lines.printed(exact, sums.printed * factor);
  lines.add({.kind = kind, .name = {}, .meter = {}, .exact = std::move(exact), .amount = std::move(amount)});
}

/// The volume discount of a fee, unrounded. `looked_at` is the printed fee, by which the tiers of a discount on the whole
/// fee are chosen, so that the exact bill and the printed one stand in the same tier.
Rational volume_discount(const VolumeDiscount& volume, const Rational& fee, const Rational& looked_at) {
  Rational discount;
  for (std::size_t i = 0; i < volume.tiers.size() && (volume.whole ? looked_at : fee) >= volume.tiers[i].from; ++i) {
    const VolumeTier& tier = volume.tiers[i];
    if (volume.whole) {
      discount = fee * tier.percent / kHundred;
      continue;
    }
    const bool last = i + 1 == volume.tiers.size() || fee < volume.tiers[i + 1].from;
    discount += ((last ? fee : volume.tiers[i + 1].from) - tier.from) * tier.percent / kHundred;
  }
  return discount;
}

/// The same, but never more than leaves the largest net fee of any smaller fee.
Rational volume_discount_passed(const VolumeDiscount& volume, const Rational& fee, const Rational& looked_at) {
  Rational discount = volume_discount(volume, fee, looked_at);
  Rational percent;  // below the tier looked at
  for (const VolumeTier& tier : volume.tiers) {
    if (!volume.whole || looked_at < tier.from) break;
    const Rational net = tier.from * (Rational(1) - percent / kHundred);
    discount = std::min(discount, fee - net);
    percent = tier.percent;
  }
  return discount;
}

void add_volume_discount(Lines& lines, const MonthInput& input) {
  const VolumeDiscount& volume = input.contract.volume;
  if (volume.tiers.empty()) return;
  const auto discount = input.highest_passed ? volume_discount_passed : volume_discount;
  const Sums sums = lines.sums();
  Rational exact = -discount(volume, sums.exact, sums.printed);
  const Rational own = -discount(volume, sums.printed, sums.printed);
  lines.add({.kind = LineKind::volume_discount, .name = {}, .meter = {}, .exact = exact,
             .amount = lines.printed_of_fee(exact, own)});
}

void add_discounts(Lines& lines, const MonthInput& input) {
  add_volume_discount(lines, input);
  add_percent(lines, LineKind::discount, input.contract.discount_percent, -1);
}

/// Below a minimum before discounts a month costs what one costs whose fee is the minimum: discounts are of the minimum
/// then too, so that the bill does not fall while the fee grows towards it.
Sums net_of_minimum(const MonthInput& input, const Rational& minimum, const Currency& currency) {
  Bill month{.plan = {}, .catalogue = {}, .currency = currency, .lines = {}, .total = {}, .exact_total = {}};
  Lines lines(month, input.catalogue->rules);
  lines.add_rounded(LineKind::base, minimum);
  add_discounts(lines, input);
  return lines.sums();
}

void add_discount_and_minimum(Lines& lines, const MonthInput& input, const Currency& currency) {
  const Sums fee = lines.sums();
  add_discounts(lines, input);
  const Plan& owner = input.minimum_plan ? *input.minimum_plan : *input.plan;
  const Rational minimum = input.contract.minimum_spend.value_or(owner.minimum_spend);
  if (minimum.is_zero()) return;
  Sums least{minimum, minimum};
  if (input.catalogue->rules.minimum == catalog::MinimumRule::before_discount) {
    least = net_of_minimum(input, minimum, currency);
    if (fee.printed >= minimum) least.printed = Rational();
    if (fee.exact >= minimum) least.exact = Rational();
  }
  const Sums net = lines.sums();
  Rational exact = at_least_zero(least.exact - net.exact);
  Rational amount = lines.printed(exact, at_least_zero(least.printed - net.printed));
  lines.add({.kind = LineKind::minimum, .name = {}, .meter = {}, .exact = std::move(exact), .amount = std::move(amount)});
}

void add_tax(Lines& lines, Bill& bill, const Tax& tax, const catalog::Rules& rules) {
  if (tax.rate_percent.is_zero()) return;
  if (!tax.inclusive) {
    add_percent(lines, LineKind::tax, tax.rate_percent, 1);
    return;
  }
  // An inclusive tax is told, not added: it goes past the sums.
  const Rational factor = tax.rate_percent / (kHundred + tax.rate_percent);
  Line line{.kind = LineKind::tax, .name = {}, .meter = {}, .exact = lines.sums().exact * factor,
            .amount = round_by(rules, lines.sums().printed * factor, bill.currency), .inclusive = true};
  if (!line.amount.is_zero()) bill.lines.push_back(std::move(line));
}
}  // namespace

std::string_view line_kind_name(LineKind kind) {
  constexpr std::string_view kNames[] = {"base",     "bundle",  "proration", "pcu",
                                         "messages", "storage", "volume_discount", "discount",
                                         "minimum",  "sla_credit", "tax"};
  return kNames[static_cast<int>(kind)];
}

const Line* Bill::line(LineKind kind) const {
  const auto found = std::ranges::find(lines, kind, &Line::kind);
  return found == lines.end() ? nullptr : &*found;
}

Rational storage_gb(const Catalogue& catalogue, UInt128 byte_hours, std::int64_t month_hours) {
  const bool fixed = catalogue.rules.storage_divisor == catalog::StorageDivisor::fixed;
  const std::int64_t hours = fixed ? catalogue.rules.storage_divisor_hours : month_hours;
  Rational gb(BigInt(byte_hours), BigInt(catalogue.gigabyte) * hours);
  return catalogue.rules.storage_decimals ? gb.rounded(*catalogue.rules.storage_decimals) : gb;
}

Quantities quantities(const Catalogue& catalogue, const Usage& usage) {
  const bool summed = catalogue.rules.pcu == catalog::PcuRule::sum_of_project_peaks;
  return {Rational(summed ? usage.sum_of_peaks : usage.simultaneous_peak), Rational(usage.message_units),
          storage_gb(catalogue, usage.byte_hours, usage.month_hours), usage.month_hours};
}

Bill rate(const MonthInput& input) {
  CHECK(input.catalogue != nullptr && input.plan != nullptr);
  const Plan& plan = *input.plan;
  Bill bill{.plan = plan.name, .catalogue = input.catalogue->name, .currency = input.catalogue->currency, .lines = {},
            .total = {}, .exact_total = {}};
  bill.lines.reserve(8);
  Lines lines(bill, input.catalogue->rules);
  if (pro_rata(input)) {
    add_pro_rata(lines, input, bill.currency);
  } else {
    lines.add_base(plan.base_fee, input.contract.bundles);
  }
  const Included quota = included(input);
  add_meter(lines, plan, LineKind::pcu, input.usage.pcu, quota.pcu, plan.rates.pcu);
  add_meter(lines, plan, LineKind::messages, input.usage.messages, quota.messages, plan.rates.message);
  add_meter(lines, plan, LineKind::storage, input.usage.storage_gb, quota.storage_gb, plan.rates.storage_gb);
  add_discount_and_minimum(lines, input, bill.currency);
  add_percent(lines, LineKind::sla_credit, input.sla_credit_percent, -1);
  add_tax(lines, bill, input.tax, input.catalogue->rules);
  bill.total = lines.sums().printed;
  bill.exact_total = lines.sums().exact;
  return bill;
}

}  // namespace postage::rating
