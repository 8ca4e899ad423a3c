#pragma once
// Where in memory the last piece of work of a kind went, so that the next one of that kind can have its lines fetched
// while something slow that it needs anyway (a system call) runs. With thousands of channels the processor's cache holds
// little of any one of them, and a publish walks a chain of objects of which each is found in the one before.
#include <array>
#include <cstddef>

namespace postage {

/// Addresses only; they are never followed, so they may outlive what stood there. One is kept for each connection: its
/// size counts. Thread: one at a time.
class Footprint {
 public:
  Footprint() = default;
  Footprint(const Footprint& other) { *this = other; }
  Footprint& operator=(const Footprint& other) {
    used_ = other.used_;
    for (std::size_t i = 0; i < used_; ++i) places_[i] = other.places_[i];
    return *this;
  }
  /// Starts anew.
  void clear() { used_ = 0; }
  /// Two lines of the processor's cache from `place` on; null, and what finds no room, is left out.
  void add(const void* place) {
    if (place != nullptr && used_ < places_.size()) places_[used_++] = static_cast<const char*>(place);
  }
  /// Asks the processor for all of it. Inlined by order: GCC takes a call that only prefetches for one without effect.
  [[gnu::always_inline]] void prefetch() const {
    for (std::size_t i = 0; i < used_; ++i) {
      __builtin_prefetch(places_[i]);
      __builtin_prefetch(places_[i] + kLineBytes);
    }
  }

 private:
  static constexpr std::size_t kLineBytes = 64;
  std::size_t used_ = 0;
  std::array<const char*, 9> places_;  // up to used_
};

}  // namespace postage
