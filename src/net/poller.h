#pragma once
// The one place that knows epoll. Level-triggered; what a descriptor belongs to is a Pollable.
#include <sys/epoll.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace postage::net {

/// Something with a descriptor in the poller. Stays alive until the end of the turn in which it was removed.
class Pollable {
 public:
  /// `events` are EPOLL bits. Called only while the descriptor is in the poller.
  virtual void on_events(std::uint32_t events) = 0;

 protected:
  ~Pollable() = default;
};

/// Owns the epoll descriptor. Thread: one loop.
class Poller {
 public:
  static Result<Poller> create();
  Poller(Poller&& other) noexcept;
  Poller& operator=(Poller&&) = delete;
  ~Poller();

  /// Begins to watch. False when the kernel refuses (watch limit, memory).
  bool add(int descriptor, std::uint32_t events, Pollable* owner);
  void change(int descriptor, std::uint32_t events, Pollable* owner);
  /// Ends watching; events of the present batch that name `owner` are dropped.
  void remove(int descriptor, Pollable* owner);
  /// Waits (none = without end) and collects a batch.
  void wait(std::optional<nanoseconds> patience);
  /// Hands out the collected batch. True when the descriptor that was added without an owner (the wake-up) is ready.
  bool dispatch();

 private:
  explicit Poller(int descriptor);
  int descriptor_;
  bool nanosecond_wait_ = true;  // epoll_pwait2 exists
  int ready_ = 0;
  int next_ = 0;
  std::vector<epoll_event> events_;
};

}  // namespace postage::net
