#pragma once
// How often a client may do something.
#include <algorithm>
#include <cstdint>

#include "base/clock.h"
#include "base/few.h"

namespace postage::gateway {

/// A bucket of one second's allowance that refills evenly: a burst of `per_second` passes at once, and in the long run
/// exactly that many a second. Value; thread: one.
class Rate {
 public:
  explicit Rate(std::uint32_t per_second) { set(per_second); }
  /// Changes the rate; the bucket is full again.
  void set(std::uint32_t per_second) {
    burst_ = std::max<std::uint32_t>(per_second, 1);
    step_ns_ = 1'000'000'000 / burst_;
    free_at_ = Steady::min();
  }
  /// True if one more may happen at `now`; it then has.
  bool take(Steady now) {
    const Steady from = std::max(free_at_, now - step() * burst_);
    if (from + step() > now) return false;
    free_at_ = from + step();
    return true;
  }
  /// After a refusal at `now`: how long until one may happen, milliseconds, rounded up.
  [[nodiscard]] std::uint32_t wait_ms(Steady now) const {
    const auto wait = std::max(free_at_, now - step() * burst_) + step() - now;
    return static_cast<std::uint32_t>((wait.count() + 999'999) / 1'000'000);
  }

 private:
  [[nodiscard]] nanoseconds step() const { return nanoseconds(step_ns_); }
  std::uint32_t step_ns_ = 0;  // at most a second
  std::uint32_t burst_ = 1;
  Steady free_at_{};  // when the bucket was (or will be) empty of takes
};

/// At most `times` of the same key in any five seconds. Value; thread: one.
class SameKeyRate {
 public:
  static constexpr seconds kSpan{5};
  /// True if `key` (a hash of the name) may happen once more at `now`; it then has.
  bool take(std::uint64_t key, std::uint32_t times, Steady now) {
    std::uint32_t same = 0;
    for (std::size_t i = recent_.size(); i-- > 0;) {
      if (recent_[i].at + kSpan <= now) {
        recent_[i] = recent_.back();
        recent_.pop_back();
      } else if (recent_[i].key == key) {
        ++same;
      }
    }
    if (same >= times) return false;
    recent_.push_back({key, now});
    return true;
  }

 private:
  struct Entry {
    std::uint64_t key;
    Steady at;
  };
  FewOf<Entry> recent_;  // bounded by the rate of calls; in no order
};

}  // namespace postage::gateway
