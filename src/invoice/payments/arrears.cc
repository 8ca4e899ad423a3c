#include "invoice/payments/arrears.h"

#include <algorithm>
#include <array>

#include "base/month.h"

namespace postage::invoice {
namespace {

constexpr std::array<std::string_view, 4> kStates{"clear", "reminded", "grace", "suspended"};
constexpr std::array<std::string_view, 3> kModes{"off", "classic", "weekly"};

template <class Enum, std::size_t Count>
std::optional<Enum> named(const std::array<std::string_view, Count>& names, std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

std::chrono::year_month_day day_of(MonthKey month, int day) {
  return std::chrono::year_month_day(std::chrono::year(month.year),
                                     std::chrono::month(static_cast<unsigned>(month.month)),
                                     std::chrono::day(static_cast<unsigned>(day)));
}

/// The same local time `days` calendar days later.
Instant days_later(Instant at, int days, const Zone& zone) {
  const std::chrono::year_month_day date{std::chrono::sys_days(zone.date_at(at)) + std::chrono::days(days)};
  return zone.first_instant(date) + (at - zone.day_start(at));
}

struct Step {
  Instant at;
  const BigInt* minor;
};

/// What counts, in order of time; of the same instant what is in the customer's favour first, so that money that arrives
/// with the deduction pays it.
std::vector<Step> steps_of(std::span<const Movement> history, Instant now) {
  std::vector<Step> steps;
  for (const Movement& each : history) {
    if (each.at <= now) steps.push_back({std::max(each.at, each.due_at), &each.minor});
  }
  std::ranges::stable_sort(steps, [](const Step& a, const Step& b) {
    return a.at != b.at ? a.at < b.at : *a.minor > 0 && *b.minor <= 0;
  });
  return steps;
}

void earlier(std::optional<Instant>& at, Instant other) {
  if (!at || other < *at) at = other;
}

/// Reminded, grace and suspended of a debt that is `since` old.
void age(Arrears& arrears, Instant since, const CollectionTerms& terms, const Zone& zone, Instant now) {
  const Instant suspends = days_later(since, terms.grace_days, zone);
  const Instant grace = days_later(since, 1, zone);
  if (now >= suspends) {
    arrears.state = ArrearsState::suspended;
    arrears.since = suspends;
    return;
  }
  arrears.suspends_at = suspends;
  arrears.state = now >= grace ? ArrearsState::grace : ArrearsState::reminded;
  arrears.since = now >= grace ? grace : since;
  earlier(arrears.next_at, suspends);
  if (now < grace) earlier(arrears.next_at, grace);
}

/// A weekly request that was not met is a reminder, and a suspension when its time is over.
void age_request(Arrears& arrears, Instant asked, const CollectionTerms& terms, Instant now) {
  const Instant suspends = asked + terms.weekly_grace;
  if (now >= suspends) {
    if (arrears.state != ArrearsState::suspended || suspends < arrears.since) arrears.since = suspends;
    arrears.state = ArrearsState::suspended;
    arrears.suspends_at.reset();
    return;
  }
  if (arrears.state == ArrearsState::suspended) return;
  earlier(arrears.suspends_at, suspends);
  earlier(arrears.next_at, suspends);
  if (arrears.state == ArrearsState::clear) {
    arrears.state = ArrearsState::reminded;
    arrears.since = asked;
  }
}

}  // namespace

std::string_view arrears_state_name(ArrearsState state) { return kStates[static_cast<std::size_t>(state)]; }
std::optional<ArrearsState> arrears_state_of(std::string_view name) { return named<ArrearsState>(kStates, name); }
std::string_view collection_mode_name(CollectionMode mode) { return kModes[static_cast<std::size_t>(mode)]; }
std::optional<CollectionMode> collection_mode_of(std::string_view name) { return named<CollectionMode>(kModes, name); }

Result<void> check_collection(const CollectionTerms& terms) {
  if (terms.deduction_day < 1 || terms.deduction_day > 28) {
    return Error(Errc::bad_request, "deduction_day: must be 1 to 28");
  }
  if (terms.grace_days < 0 || terms.grace_days > 90) return Error(Errc::bad_request, "grace_days: must be 0 to 90");
  if (terms.tolerance.is_negative()) return Error(Errc::bad_request, "tolerance: must not be negative");
  if (terms.weekly_grace < milliseconds(0) || terms.weekly_grace > std::chrono::hours(24 * 90)) {
    return Error(Errc::bad_request, "weekly_grace_hours: must be 0 to 2160");
  }
  if (terms.expiry_notice_days < 0 || terms.expiry_notice_days > 90) {
    return Error(Errc::bad_request, "expiry_notice_days: must be 0 to 90");
  }
  return {};
}

Instant deduction_at(Instant issued_at, const CollectionTerms& terms, const Zone& zone) {
  MonthKey month = month_of(issued_at, zone);
  const Instant same_month = zone.first_instant(day_of(month, terms.deduction_day));
  if (same_month >= issued_at) return same_month;
  return zone.first_instant(day_of(month.next(), terms.deduction_day));
}

Arrears arrears_at(std::span<const Movement> history, const CollectionTerms& terms, const Zone& zone, Instant now,
                   std::optional<Instant> asked_at) {
  Arrears arrears;
  BigInt balance = 0;
  Instant since{};
  for (const Step& step : steps_of(history, now)) {
    if (step.at > now) {
      earlier(arrears.next_at, step.at);
      continue;
    }
    const bool was_negative = balance < 0;
    balance += *step.minor;
    if (balance < 0 && !was_negative) since = step.at;
  }
  arrears.due_balance = balance;
  if (terms.mode == CollectionMode::off) {
    arrears.next_at.reset();
    return arrears;
  }
  if (balance < 0) age(arrears, since, terms, zone, now);
  if (terms.mode == CollectionMode::weekly && asked_at) age_request(arrears, *asked_at, terms, now);
  return arrears;
}

Instant next_weekly_check(Instant after, const Zone& zone) {
  MonthKey month = month_of(after, zone);
  for (;;) {
    for (const int day : {7, 14, 21, 28}) {
      if (day == 28 && month.month == 2) continue;
      const Instant at = zone.first_instant(day_of(month, day));
      if (at > after) return at;
    }
    month = month.next();
  }
}

}  // namespace postage::invoice
