#include "quota/gate_state.h"

#include <algorithm>
#include <utility>

namespace postage::quota {
namespace {
/// The largest n in [low, high] for which `holds`, when it holds for `low` and, once it fails, fails from there on.
template <class Holds>
std::int64_t largest(std::int64_t low, std::int64_t high, const Holds& holds) {
  if (holds(high)) return high;
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (holds(middle) ? low : high) = middle;
  }
  return low;
}

std::int64_t clamp(UInt128 value) {
  return value > static_cast<UInt128>(kCounterEnd) ? kCounterEnd : static_cast<std::int64_t>(value);
}
}  // namespace

void Gate::State::start(GateTerms first, Instant now, const GateUsage& usage) {
  terms = std::move(first);
  CHECK(terms.catalogue != nullptr && terms.plan != nullptr);
  own_budget = terms.budget;
  fold_prepaid();
  open_month(now);
  samples_taken = meter::samples_before(month, now);
  take_over(usage);
}

void Gate::State::fold_prepaid() {
  terms.budget = own_budget;
  if (terms.prepaid && (!own_budget || *terms.prepaid < *own_budget)) terms.budget = terms.prepaid;
}

void Gate::State::take_over(const GateUsage& usage) {
  messages = usage.messages;
  messages_today = usage.messages_today;
  simultaneous_peak = usage.simultaneous_peak;
  stored = usage.stored_bytes;
  byte_hours = usage.byte_hours;
  projects.clear();
  open = 0;
  sum_of_peaks = 0;
  for (const ProjectConnections& row : usage.projects) {
    projects[row.project] = {row.open, std::max(row.peak, row.open)};
    open += row.open;
    sum_of_peaks += std::max(row.peak, row.open);
  }
  simultaneous_peak = std::max(simultaneous_peak, open);
  messages_allowed.reset();
}

void Gate::State::take_over_messages(const GateUsage& usage) {
  messages = usage.messages;
  messages_today = usage.messages_today;
  messages_allowed.reset();
}

bool Gate::State::counting() const {
  return terms.plan->hard() || terms.budget || terms.unit_cap || terms.count_always ||
         (terms.next_plan && terms.next_plan->hard());
}

void Gate::State::open_month(Instant at) {
  const Zone& zone = terms.catalogue->zone;
  month = terms.month && terms.month->holds(at) ? *terms.month : month_range(month_of(at, zone), zone);
  day = {zone.day_start(at), zone.next_day_start(at)};
}

void Gate::State::take_terms(GateTerms next, Instant now) {
  CHECK(next.catalogue != nullptr && next.plan != nullptr);
  terms = std::move(next);
  own_budget = terms.budget;
  fold_prepaid();
  messages_allowed.reset();
  if (!terms.month || !terms.month->holds(now) || *terms.month == month) return;
  open_month(now);
  samples_taken = meter::samples_before(month, now);
}

void Gate::State::roll_to(Instant at) {
  if (!must_roll(at)) return;
  const bool other_month = at >= month.end;
  previous = Previous{messages_left(), !other_month};
  messages_today = 0;
  if (!other_month) {
    const Zone& zone = terms.catalogue->zone;
    day = {zone.day_start(at), zone.next_day_start(at)};
    return;
  }
  if (terms.prepaid) {
    // The ended month's invoice will draw the same money. Calls that come a turn late find none of it left.
    terms.prepaid = std::max(*terms.prepaid - bill(reached()), Rational(0));
    previous->left = 0;
    fold_prepaid();
  }
  open_month(at);
  messages = 0;
  byte_hours = 0;
  samples_taken = 0;
  simultaneous_peak = open;
  sum_of_peaks = open;
  for (auto& [id, project] : projects) project.peak = project.open;
  if (terms.next_plan) terms.plan = std::exchange(terms.next_plan, nullptr);
  terms.rated_by = nullptr;
  terms.segments.clear();
  messages_allowed.reset();
}

void Gate::State::sample_until(Instant at) {
  const std::int64_t due = meter::samples_before(month, at);
  if (due <= samples_taken) return;
  byte_hours += static_cast<UInt128>(stored) * static_cast<UInt128>(due - samples_taken);
  samples_taken = due;
}

Gate::State::Reach Gate::State::reached() const {
  const auto to_come = static_cast<UInt128>(meter::samples_in(month) - samples_taken);
  return {messages, sum_of_peaks, simultaneous_peak, byte_hours + static_cast<UInt128>(stored) * to_come};
}

Rational Gate::State::bill(const Reach& reach) const {
  const rating::Usage usage{reach.sum_of_peaks, reach.simultaneous_peak, reach.messages, reach.byte_hours,
                            meter::samples_in(month)};
  rating::MonthInput input;
  input.catalogue = terms.catalogue;
  input.plan = terms.rated_by ? terms.rated_by : terms.plan;
  input.minimum_plan = terms.plan;
  input.contract = terms.contract;
  input.tax = terms.tax;
  input.usage = rating::quantities(*terms.catalogue, usage);
  input.segments = terms.segments;
  const bool by_seconds = terms.catalogue->rules.upgrade == catalog::UpgradeRule::pro_rata_seconds;
  // By the month's last instant: after a change of zone its first one may lie in another calendar month.
  input.month_days = by_seconds ? static_cast<int>(std::chrono::floor<seconds>(month.end - month.start).count())
                                : days_in(month_of(month.end - milliseconds(1), terms.catalogue->zone));
  input.highest_passed = true;
  rating::Bill rated = rating::rate(input);
  return std::max(std::move(rated.exact_total), std::move(rated.total));
}

Rational Gate::State::bill_allowed() const { return std::max(*terms.budget, bill(reached())); }

std::int64_t Gate::State::budget_messages() {
  if (!messages_allowed) {
    const Rational allowed = bill_allowed();
    Reach reach = reached();
    messages_allowed = largest(messages, kCounterEnd, [&](std::int64_t count) {
      reach.messages = count;
      return bill(reach) <= allowed;
    });
  }
  return *messages_allowed;
}

std::int64_t Gate::State::messages_left() {
  std::int64_t left = remaining(kCounterEnd, messages);
  if (terms.plan->hard()) {
    left = std::min(left, remaining(terms.plan->quotas.messages, messages));
    if (terms.plan->daily_messages) left = std::min(left, remaining(*terms.plan->daily_messages, messages_today));
  }
  if (terms.budget && left > 0) left = std::min(left, remaining(budget_messages(), messages));
  if (terms.unit_cap) left = std::min(left, remaining(*terms.unit_cap, messages));
  return left;
}

std::shared_ptr<const CapName> Gate::State::own_cap(bool in_money) const {
  const std::string amount = in_money ? money_text(*terms.budget, terms.catalogue->currency) : std::string();
  return std::make_shared<const CapName>(CapName{{}, "account", {}, amount});
}

Refusal Gate::State::why_messages(UInt128 cost) {
  const std::int64_t needed = clamp(cost);
  const auto refuses = [&](std::int64_t limit, std::int64_t used) {
    return cost > static_cast<UInt128>(remaining(limit, used));
  };
  if (terms.plan->hard()) {
    const std::int64_t quota = terms.plan->quotas.messages;
    if (refuses(quota, messages)) return {Errc::quota_messages, Meter::messages, quota, messages, needed, month.end};
    const auto& daily = terms.plan->daily_messages;
    if (daily && refuses(*daily, messages_today)) {
      return {Errc::quota_messages, Meter::messages, *daily, messages_today, needed, day.end};
    }
  }
  if (refuses(kCounterEnd, messages)) {
    return {Errc::limit_messages, Meter::messages, kCounterEnd, messages, needed, month.end};
  }
  if (terms.budget && refuses(budget_messages(), messages)) {
    return {Errc::budget, Meter::messages, budget_messages(), messages, needed, month.end, own_cap(true)};
  }
  CHECK(terms.unit_cap.has_value());
  return {Errc::budget, Meter::messages, *terms.unit_cap, messages, needed, month.end, own_cap(false)};
}

std::int64_t Gate::State::connections_left() const {
  const std::int64_t left = remaining(kCounterEnd, open);
  return terms.plan->hard() ? std::min(left, remaining(terms.plan->quotas.pcu, open)) : left;
}

Gate::State::Reach Gate::State::with_connections(const Project& project, std::int64_t count) const {
  Reach reach = reached();
  const std::int64_t higher = project.open + count;
  if (higher > project.peak) reach.sum_of_peaks += higher - project.peak;
  reach.simultaneous_peak = std::max(reach.simultaneous_peak, open + count);
  return reach;
}

std::int64_t Gate::State::budget_connections(const Project& project, std::int64_t count) const {
  if (!terms.budget || count == 0) return count;
  const bool new_peak = project.open + count > project.peak || open + count > simultaneous_peak;
  if (!new_peak) return count;
  const Rational allowed = bill_allowed();
  return largest(0, count, [&](std::int64_t some) { return bill(with_connections(project, some)) <= allowed; });
}

Refusal Gate::State::why_connection(std::int64_t needed) const {
  const std::int64_t quota = terms.plan->quotas.pcu;
  if (terms.plan->hard() && open >= quota) return {Errc::quota_pcu, Meter::pcu, quota, open, needed, month.end};
  if (open == kCounterEnd) return {Errc::limit_pcu, Meter::pcu, kCounterEnd, open, needed, month.end};
  return {Errc::budget, Meter::pcu, open, open, needed, month.end, own_cap(true)};
}

std::optional<Refusal> Gate::State::why_storage(std::int64_t delta) const {
  if (delta <= 0) return std::nullopt;
  const Int128 wanted = static_cast<Int128>(stored) + delta;
  const std::int64_t quota = terms.plan->storage_quota_bytes(terms.catalogue->gigabyte);
  if (terms.plan->hard() && wanted > quota) {
    return Refusal{Errc::quota_storage, Meter::storage, quota, stored, delta, month.end};
  }
  if (wanted > kCounterEnd) return Refusal{Errc::limit_storage, Meter::storage, kCounterEnd, stored, delta, month.end};
  if (!terms.budget) return std::nullopt;
  Reach reach = reached();
  reach.byte_hours += static_cast<UInt128>(delta) * static_cast<UInt128>(meter::samples_in(month) - samples_taken);
  if (bill(reach) <= bill_allowed()) return std::nullopt;
  return Refusal{Errc::budget, Meter::storage, stored, stored, delta, month.end, own_cap(true)};
}

}  // namespace postage::quota
