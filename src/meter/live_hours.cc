#include "meter/live_hours.h"

#include <algorithm>
#include <mutex>

namespace postage::meter {

LiveValues LiveHours::values(std::uint32_t slot, std::int64_t hour, std::int64_t now_hour) const {
  LiveValues found;
  if (slot == UINT32_MAX) return found;
  found.units = windows_.units(slot, hour);
  // An hour that has not begun carries nobody and samples nothing.
  if (hour <= now_hour) {
    found.peak = connections_.peak_of(slot, hour);
    found.sample = storage_.sample_of(slot, hour);
  }
  if (const auto seen = hours.find(hour); seen != hours.end()) {
    if (const auto peak = seen->second.peaks.find(slot); peak != seen->second.peaks.end()) {
      found.peak = std::max(found.peak, peak->second);
    }
    // What was taken is right unless a late change of the running sample overtook it; then sample_of knows better.
    if (const auto sample = seen->second.samples.find(slot);
        sample != seen->second.samples.end() && found.sample == 0) {
      found.sample = sample->second;
    }
  }
  return found;
}

LiveSnapshot LiveHours::snapshot(const std::vector<std::uint32_t>& slots, std::int64_t from, std::int64_t to,
                                 Instant now) const {
  const std::shared_lock lock(mutex);
  LiveSnapshot view;
  view.run = run;
  view.open_from = open_from;
  if (open_from == INT64_MAX) return view;
  std::int64_t last = hour_of(now);
  for (const std::int64_t hour : windows_.hours()) last = std::max(last, hour);  // A shard's clock may be ahead.
  for (std::int64_t hour = std::max(from, open_from); hour < to && hour <= last; ++hour) {
    std::vector<LiveValues>& row = view.hours[hour];
    for (const std::uint32_t slot : slots) row.push_back(values(slot, hour, hour_of(now)));
  }
  for (const auto& [hour, state] : hours) view.minutes[hour] = state.minutes;
  return view;
}

}  // namespace postage::meter
