#pragma once
// The server's clock: the machine's, plus an offset that only a test clock setting may move, and only forward. Months
// pass in milliseconds on it: tokens, log-ins and money see the moved time. Durations (heartbeats, deadlines of requests)
// stay the machine's, so that a jump cuts nobody off. Thread: any.
#include <atomic>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace postage::app {

class OffsetClock final : public Clock {
 public:
  /// `movable` is settings clock.test; without it set_wall refuses.
  explicit OffsetClock(Clock& machine, bool movable) : machine_(machine), movable_(movable) {}

  [[nodiscard]] Instant wall() const override { return machine_.wall() + milliseconds(offset_ms_.load()); }
  [[nodiscard]] Steady steady() const override { return machine_.steady(); }
  /// How far it has been set so far.
  [[nodiscard]] milliseconds moved() const { return milliseconds(offset_ms_.load()); }

  /// Goes on from the offset (milliseconds) in `file`, if it is there, and keeps every move in it, so that a moved clock
  /// does not fall back when the server starts again. Nothing without a test clock. Before other threads start. Errors:
  /// corrupt_record (the file is not such a number).
  Result<void> keep_in(std::string file);
  /// Moves the clock forward to `to`. Errors: forbidden without a test clock, bad_request for a step back, store_failed
  /// (the move could not be kept; nothing moved).
  Result<void> set_wall(Instant to);

 private:
  Clock& machine_;
  bool movable_;
  std::mutex moving_;
  std::string file_;
  std::atomic<std::int64_t> offset_ms_{0};
};

}  // namespace postage::app
