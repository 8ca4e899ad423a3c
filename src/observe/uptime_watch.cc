#include "observe/uptime_watch.h"

#include <algorithm>
#include <ranges>

namespace postage::observe {

UptimeWatch::UptimeWatch(Ports ports)
    : ports_(std::move(ports)), probes_(ports_.pulses.size()) {}

/// Time and step must be of one moment: a clock that is set in between would show time that nobody saw.
void UptimeWatch::judge(Verdict seen) {
  const auto moved_now = [&] { return ports_.moved ? ports_.moved() : milliseconds(0); };
  milliseconds moved = moved_now();
  Instant now = ports_.clock.wall();
  for (milliseconds again = moved_now(); again != moved; again = moved_now()) {
    moved = again;
    now = ports_.clock.wall();
  }
  judge_.judge(now, seen, moved - moved_);
  moved_ = moved;
  const Found found = judge_.take();
  unstored_.down.insert(unstored_.down.end(), found.down.begin(), found.down.end());
  unstored_.unseen.insert(unstored_.unseen.end(), found.unseen.begin(), found.unseen.end());
  for (const DownRange& each : found.down) gauges_.down_minutes += (each.end - each.start) / std::chrono::minutes(1);
}

Result<void> UptimeWatch::begin() {
  const std::lock_guard lock(mutex_);
  TRY(mark, ports_.log.mark());
  if (mark) judge_.restore(*mark);
  if (ports_.moved) moved_ = ports_.moved();
  judge({});
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
  judge(seen);
  gauges_.up = seen.good;
  for (Pulse* each : ports_.pulses) each->ask();
  const bool due = judge_.mark()->next_second >= stored_second_ + kMarkEvery.count();
  if (unstored_.down.empty() && unstored_.unseen.empty() && !due) return {};
  return store();
}

/// Ranges and mark in one transaction; on failure both are tried again by the next round.
Result<void> UptimeWatch::store() {
  const Mark mark = *judge_.mark();
  TRY_VOID(ports_.log.write(mark, unstored_));
  unstored_ = {};
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
