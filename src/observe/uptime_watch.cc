#include "observe/uptime_watch.h"

#include <algorithm>
#include <ranges>

namespace postage::observe {

UptimeWatch::UptimeWatch(Ports ports)
    : ports_(std::move(ports)), judge_(ports_.moved_clock), probes_(ports_.pulses.size()) {}

Result<void> UptimeWatch::begin() {
  const std::lock_guard lock(mutex_);
  TRY(mark, ports_.log.mark());
  if (mark) judge_.restore(*mark);
  judge_.judge(ports_.clock.wall(), {});
  TRY_VOID(store());
  TRY(minutes, ports_.log.down_minutes());
  gauges_.down_minutes = minutes;
  return {};
}

Verdict UptimeWatch::look(Steady now) const {
  for (const Pulse* each : ports_.pulses) {
    if (now - each->last() > kLaneSilentMax) return {false, Cause::lane};
  }
  if (!meter_fine_) return {false, Cause::meter};
  if (!std::ranges::all_of(probes_, &Probe::came_through)) return {false, Cause::probe};
  return {};
}

Result<void> UptimeWatch::round() {
  const std::lock_guard lock(mutex_);
  const Verdict seen = look(ports_.clock.steady());
  judge_.judge(ports_.clock.wall(), seen);
  gauges_.up = seen.good;
  for (Pulse* each : ports_.pulses) each->ask();
  const std::vector<DownRange> found = judge_.take();
  unstored_.insert(unstored_.end(), found.begin(), found.end());
  for (const DownRange& each : found) gauges_.down_minutes += (each.end - each.start) / std::chrono::minutes(1);
  const bool due = judge_.mark()->next_second >= stored_second_ + kMarkEvery.count();
  if (unstored_.empty() && !due) return {};
  return store();
}

/// Ranges and mark in one transaction; on failure both are tried again by the next round.
Result<void> UptimeWatch::store() {
  const std::vector<DownRange> found = judge_.take();
  unstored_.insert(unstored_.end(), found.begin(), found.end());
  const Mark mark = *judge_.mark();
  TRY_VOID(ports_.log.write(mark, unstored_));
  unstored_.clear();
  stored_second_ = mark.next_second;
  return {};
}

Result<void> UptimeWatch::end() {
  const std::lock_guard lock(mutex_);
  if (!judge_.mark()) return {};
  return store();
}

void UptimeWatch::meter(bool fine) {
  const std::lock_guard lock(mutex_);
  meter_fine_ = fine;
}

void UptimeWatch::probed(std::size_t lane, bool came_through, milliseconds took) {
  const std::lock_guard lock(mutex_);
  probes_.at(lane) = {came_through, took};
  ++gauges_.probes;
  if (!came_through) ++gauges_.probes_failed;
  gauges_.slowest_probe = std::ranges::max(probes_ | std::views::transform(&Probe::took));
}

UptimeGauges UptimeWatch::gauges() const {
  const std::lock_guard lock(mutex_);
  return gauges_;
}

}  // namespace postage::observe
