#pragma once
// The meter's window: one UTC hour, counted from 1970-01-01T00:00Z.
#include <cstdint>

#include "base/clock.h"

namespace postage::meter {

inline constexpr std::int64_t kHourMs = 3'600'000;
inline constexpr std::int64_t kMinuteMs = 60'000;
inline constexpr std::int64_t kHoursPerDay = 24;

/// Division that rounds towards minus infinity, so that instants before 1970 have hours as well.
constexpr std::int64_t floor_div(std::int64_t value, std::int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }
constexpr std::int64_t to_ms(Instant at) { return at.time_since_epoch().count(); }
/// The hour that holds `at`: [start, end).
constexpr std::int64_t hour_of(Instant at) { return floor_div(to_ms(at), kHourMs); }
constexpr Instant hour_start(std::int64_t hour) { return Instant(milliseconds(hour * kHourMs)); }
constexpr std::int64_t day_of_hour(std::int64_t hour) { return floor_div(hour, kHoursPerDay); }

}  // namespace postage::meter
