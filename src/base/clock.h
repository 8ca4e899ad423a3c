#pragma once
// Time is given, never asked: whoever needs `now` takes an Instant or a Clock. One file (system_clock.cc) asks the system.
#include <atomic>
#include <chrono>

namespace postage {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

/// A point of wall time in UTC, whole milliseconds; for people, tokens and money.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;
/// A point of monotonic time; for durations and timers.
using Steady = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

/// Port. Thread: any.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant wall() const = 0;
  [[nodiscard]] virtual Steady steady() const = 0;
};

/// The machine's clocks.
Clock& system_clock();

/// A clock that stands still until it is moved, forward only. Thread: any may read and move.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant start) : wall_ms_(start.time_since_epoch().count()) {}
  [[nodiscard]] Instant wall() const override { return Instant(milliseconds(wall_ms_.load())); }
  [[nodiscard]] Steady steady() const override { return Steady(milliseconds(wall_ms_.load())); }
  void advance(milliseconds by) { wall_ms_ += by.count(); }
  void set(Instant to) { wall_ms_ = to.time_since_epoch().count(); }

 private:
  std::atomic<std::int64_t> wall_ms_;
};

}  // namespace postage
