#pragma once
// Times to be woken at: an indexed heap, so that an owner may move or drop its alarm at any moment and need not outlive
// anything. Ordered by time, then by order of arming.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "shard/ports.h"

namespace postage::shard {

class Alarm;

/// The alarms of one shard. Thread: the shard's. Outlives its alarms.
class Alarms {
 public:
  Alarms() = default;
  Alarms(const Alarms&) = delete;
  Alarms& operator=(const Alarms&) = delete;

  /// Rings every alarm due at `now`, earliest first; one armed meanwhile for `now` or earlier rings as well.
  void ring(Now now);
  /// When the next one is due.
  [[nodiscard]] std::optional<Steady> next() const;
  [[nodiscard]] std::size_t size() const { return heap_.size(); }

 private:
  friend class Alarm;
  struct Entry {
    Steady due;
    std::uint64_t order;
    Alarm* alarm;
    bool operator<(const Entry& other) const { return due != other.due ? due < other.due : order < other.order; }
  };
  void arm(Alarm& alarm, Steady due);
  void disarm(Alarm& alarm);
  void place(std::size_t i, const Entry& entry);
  void sift_up(std::size_t i);
  void sift_down(std::size_t i);

  std::vector<Entry> heap_;
  std::uint64_t order_ = 0;
};

/// One owner's next time. Rings once; set it again from inside if wanted. Disarms itself when destroyed.
class Alarm {
 public:
  using Ring = void (*)(void* owner, Now now);
  Alarm(Alarms& alarms, void* owner, Ring ring) : alarms_(alarms), owner_(owner), ring_(ring) {}
  ~Alarm() { cancel(); }
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  /// Rings at `due`, instead of an earlier wish.
  void set(Steady due) { alarms_.arm(*this, due); }
  void cancel() {
    if (armed()) alarms_.disarm(*this);
  }
  [[nodiscard]] bool armed() const { return place_ != kNowhere; }
  /// Meaningful while armed.
  [[nodiscard]] Steady due() const { return alarms_.heap_[place_].due; }

 private:
  friend class Alarms;
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
  Alarms& alarms_;
  void* owner_;
  Ring ring_;
  std::size_t place_ = kNowhere;
};

}  // namespace postage::shard
