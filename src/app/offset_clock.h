#pragma once
// The server's clock: the machine's, plus an offset that only a test clock setting may move, and only forward. Months
// pass in milliseconds on it: tokens, log-ins and money see the moved time. Durations (heartbeats, deadlines of requests)
// stay the machine's, so that a jump cuts nobody off. Thread: any.
#include <atomic>

#include "base/clock.h"
#include "base/result.h"

namespace postage::app {

class OffsetClock final : public Clock {
 public:
  /// `movable` is settings clock.test; without it set_wall refuses.
  explicit OffsetClock(Clock& machine, bool movable) : machine_(machine), movable_(movable) {}

  [[nodiscard]] Instant wall() const override { return machine_.wall() + milliseconds(offset_ms_.load()); }
  [[nodiscard]] Steady steady() const override { return machine_.steady(); }

  /// Moves the clock forward to `to`. Errors: forbidden without a test clock, bad_request for a step back.
  Result<void> set_wall(Instant to) {
    if (!movable_) return Error(Errc::forbidden, "this server does not run on a test clock (setting clock.test)");
    const auto step = to - wall();
    if (step < milliseconds(0)) return Error(Errc::bad_request, "a test clock moves forward only");
    offset_ms_ += step.count();
    return {};
  }

 private:
  Clock& machine_;
  bool movable_;
  std::atomic<std::int64_t> offset_ms_{0};
};

}  // namespace postage::app
