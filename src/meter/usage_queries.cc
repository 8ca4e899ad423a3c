#include "meter/usage_queries.h"

#include <algorithm>

namespace postage::meter {

HourRange Coverage::due(const InstantRange& range, Instant now) const {
  const std::int64_t from = std::max(to_ms(range.start), floor_div(to_ms(first_), kMinuteMs) * kMinuteMs);
  const std::int64_t to = std::min(to_ms(range.end), to_ms(now));
  return {floor_div(from + kMinuteMs - 1, kMinuteMs),
          std::max(floor_div(to, kMinuteMs), floor_div(from + kMinuteMs - 1, kMinuteMs))};
}

bool Coverage::covered(std::int64_t minute) const {
  const std::int64_t hour = floor_div(minute, 60);
  const auto found = bits_.find(hour);
  return found != bits_.end() && (found->second >> (minute - hour * 60) & 1) != 0;
}

std::pair<std::int64_t, std::int64_t> Coverage::minutes(const InstantRange& range, Instant now) const {
  const HourRange minutes = due(range, now);
  std::int64_t count = 0;
  for (std::int64_t minute = minutes.from; minute < minutes.to; ++minute) count += covered(minute) ? 1 : 0;
  return {count, minutes.to - minutes.from};
}

std::vector<InstantRange> Coverage::gaps(const InstantRange& range, Instant now) const {
  const HourRange minutes = due(range, now);
  std::vector<InstantRange> found;
  for (std::int64_t minute = minutes.from; minute < minutes.to; ++minute) {
    if (covered(minute)) continue;
    const Instant start(milliseconds(minute * kMinuteMs));
    const Instant end = start + milliseconds(kMinuteMs);
    if (!found.empty() && found.back().end == start) {
      found.back().end = end;
    } else {
      found.push_back({start, end});
    }
  }
  return found;
}

HourRange UsageQueries::whole_days(HourRange hours) const {
  const std::int64_t from = floor_div(hours.from + kHoursPerDay - 1, kHoursPerDay);
  const std::int64_t to = floor_div(std::min(hours.to, open_from_), kHoursPerDay);
  return {from, std::max(from, to)};
}

Result<std::map<std::int64_t, std::int64_t>> UsageQueries::by_hour(MeterKind meter, std::int64_t subject,
                                                                   HourRange hours) const {
  std::map<std::int64_t, std::int64_t> found;
  if (hours.from >= hours.to) return found;
  const char* const sql =
      meter == MeterKind::messages || meter == MeterKind::cap
          ? "select hour, cast(sum(value) as bigint) from meter_fold where subject = ? and meter = ? and hour >= ? and "
            "hour < ? "
            "and not (node = ? and run = ? and hour >= ?) group by hour"
          : "select hour, cast(sum(most) as bigint) from (select hour, node, max(value) as most from meter_fold "
            "where subject = ? and meter = ? and hour >= ? and hour < ? and not (node = ? and run = ? and hour >= ?) "
            "group by hour, node) as by_node group by hour";
  TRY_VOID(c_.each(
      sql, [&](db::Row& row) { found[row.integer(0)] = row.integer(1); }, subject, static_cast<int>(meter), hours.from,
      hours.to, node_, run_, open_from_));
  return found;
}

Result<std::int64_t> UsageQueries::units_of(MeterKind meter, std::int64_t subject, HourRange hours) const {
  const HourRange days = whole_days(hours);
  TRY(sum, c_.integer("select cast(coalesce(sum(value), 0) as bigint) from meter_day where subject = ? and meter = ? "
                      "and day >= ? and day < ?",
                      subject, static_cast<int>(meter), days.from, days.to));
  TRY(before, by_hour(meter, subject, {hours.from, std::min(hours.to, days.from * kHoursPerDay)}));
  TRY(after, by_hour(meter, subject, {std::max(hours.from, days.to * kHoursPerDay), hours.to}));
  std::int64_t total = sum;
  for (const auto& [hour, units] : before) total += units;
  for (const auto& [hour, units] : after) total += units;
  return total;
}

Result<std::int64_t> UsageQueries::peak(MeterKind meter, std::int64_t subject, HourRange hours) const {
  const HourRange days = whole_days(hours);
  TRY(most,
      c_.integer(
          "select coalesce(max(value), 0) from meter_day where subject = ? and meter = ? and day >= ? and day < ?",
          subject, static_cast<int>(meter), days.from, days.to));
  TRY(before, by_hour(meter, subject, {hours.from, std::min(hours.to, days.from * kHoursPerDay)}));
  TRY(after, by_hour(meter, subject, {std::max(hours.from, days.to * kHoursPerDay), hours.to}));
  std::int64_t peak = most;
  for (const auto& [hour, value] : before) peak = std::max(peak, value);
  for (const auto& [hour, value] : after) peak = std::max(peak, value);
  return peak;
}

Result<std::map<std::int64_t, std::int64_t>> UsageQueries::samples(std::int64_t project, HourRange hours) const {
  return by_hour(MeterKind::storage, project, hours);
}

Result<std::map<std::int64_t, HourTotals>> UsageQueries::hours(std::int64_t project, HourRange hours) const {
  std::map<std::int64_t, HourTotals> found;
  TRY(units, by_hour(MeterKind::messages, project, hours));
  TRY(peaks, by_hour(MeterKind::peak, project, hours));
  TRY(samples, by_hour(MeterKind::storage, project, hours));
  for (const auto& [hour, value] : units) found[hour].units = value;
  for (const auto& [hour, value] : peaks) found[hour].peak = value;
  for (const auto& [hour, value] : samples) found[hour].sample = value;
  return found;
}

Result<Coverage> UsageQueries::coverage(HourRange hours, const std::map<std::int64_t, std::int64_t>& live) const {
  std::map<std::int64_t, std::int64_t> bits;
  TRY_VOID(c_.each(
      "select hour, minutes from meter_coverage where node = ? and hour >= ? and hour < ?",
      [&](db::Row& row) { bits[row.integer(0)] = row.integer(1); }, node_, hours.from, hours.to));
  for (const auto& [hour, minutes] : live) bits[hour] |= minutes;
  TRY(first, c_.first(
                 "select min(started_at) from meter_run where node = ?",
                 [](db::Row& row) { return row.maybe_integer(0); }, node_));
  const std::int64_t never = to_ms(Instant::max()) / 2;
  return Coverage(std::move(bits), Instant(milliseconds(first && *first ? **first : never)));
}

}  // namespace postage::meter
