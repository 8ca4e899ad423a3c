#pragma once
// Where the running month is going: usage and bill at its end, a range, and when quotas and the budget will be crossed.
// Exact arithmetic on what was counted; no chance, no model that cannot be said in a sentence (docs/what-if.md says it).
// Pure; thread: any.
//
// Messages: the rest of each day goes at the pace (units per minute with a living meter) that its weekday had in the last
// 28 days; a weekday not seen goes at the average pace. The range takes each weekday's slowest and fastest day.
// Connections: a peak never falls, so it is the larger of the month's and the highest of the coming weekdays' in the last
// 28 days; at least what it is.
// Storage: what is stored now stays; the range lets it grow or shrink as it did over the last week.
#include <array>
#include <optional>
#include <span>
#include <string>

#include "invoice/rated_month.h"

namespace postage::invoice {

/// How far back the forecast looks.
inline constexpr std::chrono::days kForecastLooksBack{28};

/// One meter at the month's end.
struct MeterForecast {
  std::string meter;  ///< "pcu", "messages", "storage_gb"
  Rational used;      ///< so far, as billed
  Rational expected, low, high;
  std::optional<Rational> quota;      ///< none on a pay-as-you-go plan
  bool reached = false;               ///< the quota is used up already
  std::optional<Instant> crosses_at;  ///< first full hour at which it will be; none: not this month
};

struct Forecast {
  MonthKey month;
  Instant as_of;
  std::int64_t covered_minutes = 0;  ///< of the last 28 days, with a living meter: how much is known
  std::array<MeterForecast, 3> meters;
  rating::Bill expected, low, high;
  std::optional<Rational> budget;
  bool budget_reached = false;
  std::optional<Instant> budget_crosses_at;  ///< first full hour at which the bill will be above the budget

  /// Enough is known (three days) to write to somebody about it.
  [[nodiscard]] bool firm() const { return covered_minutes >= std::int64_t{3} * 24 * 60; }
};

/// What the forecast is made from besides the running month.
struct RecentUsage {
  /// The days of the catalogue's zone that end with the one that holds `as_of`, oldest first, at most 29 points.
  std::span<const meter::UsagePoint> days;
  std::int64_t stored_bytes = 0;  ///< now, all projects
};

/// Forecasts the month of `running` (a running bill: its `as_of` lies in its period).
Forecast forecast(const RatedMonth& running, const RecentUsage& recent);

}  // namespace postage::invoice
