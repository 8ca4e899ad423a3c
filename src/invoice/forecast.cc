#include "invoice/forecast.h"

#include <algorithm>
#include <functional>
#include <vector>

namespace postage::invoice {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::int64_t kTrendDays = 7;
/// A day with less than this is too short to be a slowest or fastest one.
constexpr std::int64_t kPaceMinutes = 60;

/// Units per minute.
struct Pace {
  Rational usual, slowest, fastest;
};

/// What a weekday was like.
struct Weekday {
  std::int64_t units = 0;
  std::int64_t minutes = 0;
  std::int64_t peak = 0;
  bool seen = false;
  std::optional<Rational> slowest, fastest;
};

/// What is known: paces and peaks by weekday, the trend of storage.
class Past {
 public:
  Past(const Zone& zone, const RecentUsage& recent) : zone_(zone) {
    for (const meter::UsagePoint& day : recent.days) look_at(day);
    trend_ = trend_of(recent.days);
  }

  [[nodiscard]] std::int64_t minutes() const { return all_.minutes; }
  /// Bytes that storage grows by in a day; negative when it shrinks.
  [[nodiscard]] const Rational& trend() const { return trend_; }
  [[nodiscard]] std::int64_t peak_of(Instant day) const { return days_[index(day)].peak; }
  [[nodiscard]] Pace pace_of(Instant day) const {
    const Weekday& own = days_[index(day)];
    const Weekday& from = own.minutes > 0 ? own : all_;
    if (from.minutes == 0) return {};
    const Rational usual(BigInt(from.units), BigInt(from.minutes));
    return {usual, std::min(usual, from.slowest.value_or(usual)), std::max(usual, from.fastest.value_or(usual))};
  }

 private:
  [[nodiscard]] std::size_t index(Instant at) const {
    return std::chrono::weekday(std::chrono::sys_days(zone_.date_at(at))).c_encoding();
  }
  void look_at(const meter::UsagePoint& day) {
    Weekday& own = days_[index(day.range.start)];
    for (Weekday* row : {&own, &all_}) {
      row->units += day.units;
      row->minutes += day.covered_minutes;
      row->peak = std::max(row->peak, day.peak);
      if (day.covered_minutes < kPaceMinutes) continue;
      const Rational pace(BigInt(day.units), BigInt(day.covered_minutes));
      row->slowest = std::min(row->slowest.value_or(pace), pace);
      row->fastest = std::max(row->fastest.value_or(pace), pace);
    }
  }
  /// Between the averages of the last full day and the full day a week before it, or as far back as is known.
  static Rational trend_of(std::span<const meter::UsagePoint> days) {
    std::vector<Rational> averages;
    for (std::size_t i = 0; i + 1 < days.size(); ++i) {
      if (days[i].samples > 0 && days[i].covered_minutes > 0) {
        averages.push_back(Rational(days[i].byte_hours) / Rational(days[i].samples));
      }
    }
    if (averages.size() < 2) return {};
    const auto back = std::min<std::size_t>(averages.size() - 1, kTrendDays);
    return (averages.back() - averages[averages.size() - 1 - back]) / Rational(static_cast<std::int64_t>(back));
  }

  const Zone& zone_;
  std::array<Weekday, 7> days_;
  Weekday all_;
  Rational trend_;
};

enum class Reading : std::uint8_t { usual, low, high };

/// The month's quantities at later instants.
class Course {
 public:
  Course(const RatedMonth& running, const RecentUsage& recent)
      : running_(running), past_(running.input.catalogue->zone, recent), stored_(recent.stored_bytes) {}

  [[nodiscard]] const Past& past() const { return past_; }
  [[nodiscard]] rating::Quantities at(Instant later, Reading reading) const {
    rating::Quantities usage = running_.input.usage;
    const Zone& zone = running_.input.catalogue->zone;
    Rational peak = usage.pcu;
    for (Instant day = running_.as_of; day < later;) {
      const Instant end = std::min(zone.next_day_start(day), later);
      const Pace pace = past_.pace_of(day);
      const Rational& units = reading == Reading::low ? pace.slowest : reading == Reading::high ? pace.fastest : pace.usual;
      usage.messages += units * Rational(BigInt((end - day).count()), BigInt(60'000));
      if (reading != Reading::low) peak = std::max(peak, Rational(past_.peak_of(day)));
      day = end;
    }
    usage.pcu = std::move(peak);
    usage.messages = Rational(usage.messages.floor());
    usage.storage_gb += more_storage(later, reading);
    return usage;
  }
  [[nodiscard]] rating::Bill bill(const rating::Quantities& usage) const {
    rating::MonthInput input = running_.input;
    input.usage = usage;
    return rating::rate(input);
  }
  /// The first full hour after `as_of`, up to the month's end, at which `holds`; it never stops holding later.
  [[nodiscard]] std::optional<Instant> first_hour(const std::function<bool(const rating::Quantities&)>& holds) const {
    const Instant first = std::chrono::ceil<hours>(running_.as_of);
    std::int64_t high = std::chrono::floor<hours>(running_.period.end - first).count();
    if (!holds(at(running_.period.end, Reading::usual))) return std::nullopt;
    std::int64_t low = -1;
    while (high - low > 1) {
      const std::int64_t middle = low + (high - low) / 2;
      (holds(at(first + hours(middle), Reading::usual)) ? high : low) = middle;
    }
    return first + hours(high);
  }

 private:
  /// GB that samples still to come up to `later` add.
  [[nodiscard]] Rational more_storage(Instant later, Reading reading) const {
    const InstantRange& month = running_.period;
    const std::int64_t coming = meter::samples_before(month, later) - meter::samples_before(month, running_.as_of + milliseconds(1));
    if (coming <= 0) return {};
    const Rational flat = Rational(stored_) * Rational(coming);
    // The k-th coming sample sees k hours of the trend more.
    const Rational grown = past_.trend() / Rational(24) * Rational(coming) * Rational(coming + 1) / Rational(2);
    const Rational trended = std::max(Rational(0), flat + grown);
    const Rational bytes = reading == Reading::low ? std::min(flat, trended) : reading == Reading::high ? std::max(flat, trended) : flat;
    return rating::storage_gb(*running_.input.catalogue, static_cast<UInt128>(bytes.floor()), running_.usage.month_hours());
  }

  const RatedMonth& running_;
  Past past_;
  std::int64_t stored_;
};

struct MeterRow {
  const char* name;
  rating::LineKind line;
  Rational rating::Quantities::* quantity;
};
const MeterRow kMeters[] = {{"pcu", rating::LineKind::pcu, &rating::Quantities::pcu},
                            {"messages", rating::LineKind::messages, &rating::Quantities::messages},
                            {"storage_gb", rating::LineKind::storage, &rating::Quantities::storage_gb}};

}  // namespace

Forecast forecast(const RatedMonth& running, const RecentUsage& recent) {
  const Course course(running, recent);
  const Instant end = running.period.end;
  const rating::Quantities expected = course.at(end, Reading::usual);
  const rating::Quantities low = course.at(end, Reading::low), high = course.at(end, Reading::high);
  Forecast answer;
  answer.month = running.month;
  answer.as_of = running.as_of;
  answer.covered_minutes = course.past().minutes();
  for (std::size_t i = 0; i < answer.meters.size(); ++i) {
    const MeterRow& row = kMeters[i];
    MeterForecast& meter = answer.meters[i];
    meter = {row.name, running.input.usage.*row.quantity, expected.*row.quantity, low.*row.quantity, high.*row.quantity,
             std::nullopt, false, std::nullopt};
    if (running.input.plan->kind == catalog::PlanKind::payg) continue;
    const Rational quota = running.bill.line(row.line)->meter->included;
    meter.quota = quota;
    meter.reached = meter.used >= quota;
    if (meter.reached) continue;
    meter.crosses_at = course.first_hour([&](const rating::Quantities& usage) { return usage.*row.quantity >= quota; });
  }
  answer.expected = course.bill(expected);
  answer.low = course.bill(low);
  answer.high = course.bill(high);
  answer.budget = running.terms.budget;
  if (!answer.budget) return answer;
  const auto above = [&](const rating::Bill& bill) { return std::max(bill.total, bill.exact_total) > *answer.budget; };
  answer.budget_reached = above(running.bill);
  if (!answer.budget_reached) {
    answer.budget_crosses_at = course.first_hour([&](const rating::Quantities& usage) { return above(course.bill(usage)); });
  }
  return answer;
}

}  // namespace postage::invoice
