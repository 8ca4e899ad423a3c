#include "app/uptime.h"

#include <fmt/format.h>

#include "auth/entropy.h"
#include "base/log.h"

namespace postage::app {
namespace {

/// For each answer of a probe: a path that needs longer admits nobody in time.
constexpr milliseconds kProbeWait{2000};

std::vector<observe::Pulse*> pulses_of(const std::vector<std::unique_ptr<Lane>>& lanes) {
  std::vector<observe::Pulse*> pulses;
  for (const auto& lane : lanes) pulses.push_back(&lane->pulse());
  return pulses;
}

}  // namespace

Result<std::optional<invoice::Uptime>> MeasuredUptime::uptime(const InstantRange& range, bool skip_maintenance) const {
  const std::optional<Instant> silent_at = unserved_ != nullptr ? std::optional(unserved_->wall()) : std::nullopt;
  TRY(measured, log_.uptime(range, skip_maintenance, silent_at));
  if (!measured) return std::optional<invoice::Uptime>();
  invoice::Uptime uptime{measured->minutes, measured->down, {}};
  for (const observe::DownRange& each : measured->ranges) {
    uptime.ranges.push_back({each.start, each.end, std::string(observe::cause_name(each.cause))});
  }
  return std::optional<invoice::Uptime>(std::move(uptime));
}

UptimeKeeper::UptimeKeeper(Parts parts)
    : parts_(parts), watch_({parts.clock, parts.log, pulses_of(parts.lanes), [this] { return parts_.clock.moved(); }}) {}

Result<std::unique_ptr<UptimeKeeper>> UptimeKeeper::open(Parts parts) {
  std::unique_ptr<UptimeKeeper> keeper(new UptimeKeeper(parts));
  TRY_VOID(keeper->watch_.begin());
  return keeper;
}

void UptimeKeeper::start() {
  judge_thread_ = std::thread([this] { judge(); });
  if (parts_.probe_every > seconds(0)) probe_thread_ = std::thread([this] { probe(); });
}

Result<void> UptimeKeeper::round() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return {};
  }
  return watch_.round();
}

/// False when it is time to stop.
bool UptimeKeeper::wait(seconds time) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, time, [this] { return stopping_; });
}

void UptimeKeeper::judge() {
  bool complained = false;
  do {
    const Result<void> done = round();
    if (!done && !complained) log(Level::error, "uptime could not be stored", {{"error", done.error().to_string()}});
    complained = !done;
  } while (wait(seconds(1)));
}

void UptimeKeeper::probe() {
  while (wait(parts_.probe_every)) probe_lanes();
}

void UptimeKeeper::probe_lanes() {
  const auto token = parts_.probe.token(parts_.clock.wall(), auth::system_entropy().salt());
  for (std::size_t i = 0; i < parts_.lanes.size(); ++i) {
    const Steady from = parts_.clock.steady();
    const Result<void> done =
        token ? probe_once(parts_.probe, parts_.lanes[i]->probe_port(), *token, kProbeWait) : Result<void>(token.error());
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;  // A server that stops refuses; that is no downtime of its own.
    }
    if (!done) log(Level::warn, "a probe did not come through", {{"lane", i}, {"error", done.error().to_string()}});
    watch_.probed(i, done.ok(), std::chrono::duration_cast<milliseconds>(parts_.clock.steady() - from));
  }
}

std::string UptimeKeeper::metrics() const {
  const observe::UptimeGauges seen = watch_.gauges();
  std::string text;
  const auto add = [&](std::string_view name, std::string_view kind, std::string_view help, std::int64_t value) {
    text += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n{0} {3}\n", name, kind, help, value);
  };
  add("postage_path_up", "gauge", "1 while the message path admits, as judged once a second.", seen.up ? 1 : 0);
  add("postage_path_down_minutes_total", "counter", "Minutes the message path was down, for the SLA.", seen.down_minutes);
  add("postage_probes_total", "counter", "Probes of the lanes.", static_cast<std::int64_t>(seen.probes));
  add("postage_probes_failed_total", "counter", "Probes that did not come through.", static_cast<std::int64_t>(seen.probes_failed));
  add("postage_probe_milliseconds", "gauge", "Slowest of the lanes' last probes: log in, publish, delivery.",
      seen.slowest_probe.count());
  return text;
}

void UptimeKeeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(stopping_, true)) return;
  }
  wake_.notify_all();
  if (judge_thread_.joinable()) judge_thread_.join();
  if (probe_thread_.joinable()) probe_thread_.join();
  if (const auto done = watch_.end(); !done) log(Level::error, "uptime could not be stored", {{"error", done.error().to_string()}});
}

}  // namespace postage::app
