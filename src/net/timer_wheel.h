#pragma once
// Deadlines by the thousand: a hierarchical wheel of seven levels of 64 slots with a tick of one millisecond. A
// deadline is a node inside its owner, so that arming allocates nothing; moving a deadline later costs one store (the
// node is put in its right place when its old one comes up). Thread: one loop.
#include <array>
#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace postage::net {

class TimerWheel;

/// What can be due. Embedded in or derived by its owner; disarms itself when destroyed.
class Deadline {
 public:
  Deadline() = default;
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  virtual ~Deadline();
  [[nodiscard]] bool armed() const { return wheel_ != nullptr; }
  /// When it is due; only while armed.
  [[nodiscard]] Steady due() const { return due_; }

 protected:
  /// Called once per arming, never before due(), disarmed already: it may arm itself again or be destroyed.
  virtual void on_due() = 0;

 private:
  friend class TimerWheel;
  TimerWheel* wheel_ = nullptr;
  Deadline* next_ = nullptr;
  Deadline** link_ = nullptr;  // what points at this node
  Steady due_{};
  std::uint32_t place_ = 0;  // slot, level * 64 + index
};

/// The wheel. `start` is the clock's first reading.
class TimerWheel {
 public:
  explicit TimerWheel(Steady start);
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;
  /// Disarms what is still armed.
  ~TimerWheel();

  /// Makes `deadline` due at `at` (rounded up to a millisecond), replacing an earlier arming.
  void arm(Deadline& deadline, Steady at);
  void disarm(Deadline& deadline);
  /// Calls on_due of everything due at `now`, in order of milliseconds.
  void advance(Steady now);
  /// Not later than the earliest deadline; none when nothing is armed.
  [[nodiscard]] std::optional<Steady> next() const;

 private:
  static constexpr unsigned kBits = 6;
  static constexpr unsigned kSlots = 1U << kBits;
  static constexpr unsigned kLevels = 7;

  [[nodiscard]] std::int64_t tick_of(Steady at) const;
  [[nodiscard]] std::int64_t next_tick() const;
  void insert(Deadline& deadline);
  void unlink(Deadline& deadline);
  void expire(unsigned place);

  Steady start_;
  std::int64_t tick_ = 0;  // all ticks up to and with this one are done
  std::array<Deadline*, static_cast<std::size_t>(kSlots) * kLevels> slots_{};
  std::array<std::uint64_t, kLevels> used_{};
};

}  // namespace postage::net
