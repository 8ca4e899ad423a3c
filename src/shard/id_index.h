#pragma once
// Finds things by a number that they hold: a table of pointers with open addressing, eight bytes a place, because a loop
// has two of these for each client. Owns nothing.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/check.h"

namespace postage::shard {

/// `KeyOf` is a callable that gives a Value's number, which does not change while it is here. Thread: one.
template <class Value, class KeyOf>
class IdIndex {
 public:
  /// Null if there is none.
  [[nodiscard]] Value* find(std::int64_t key) const {
    if (size_ == 0) return nullptr;
    for (std::size_t i = home(key); slots_[i] != nullptr; i = next(i)) {
      if (KeyOf{}(*slots_[i]) == key) return slots_[i];
    }
    return nullptr;
  }
  /// Adds `value`, whose number is not here yet.
  void add(Value& value) {
    if ((size_ + 1) * 4 > slots_.size() * 3) grow();
    place(&value);
    ++size_;
  }
  /// Forgets `value`, which is here.
  void erase(const Value& value) {
    std::size_t hole = home(KeyOf{}(value));
    while (slots_[hole] != &value) {
      CHECK(slots_[hole] != nullptr);
      hole = next(hole);
    }
    slots_[hole] = nullptr;
    --size_;
    for (std::size_t i = next(hole); slots_[i] != nullptr; i = next(i)) {
      const bool may_move = distance(home(KeyOf{}(*slots_[i])), i) >= distance(hole, i);
      if (!may_move) continue;
      slots_[hole] = std::exchange(slots_[i], nullptr);
      hole = i;
    }
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Calls `visit(value)` for each; it may not add or erase.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (Value* value : slots_) {
      if (value != nullptr) visit(*value);
    }
  }

 private:
  static constexpr std::size_t kSlotsMin = 16;
  [[nodiscard]] std::size_t home(std::int64_t key) const {
    std::uint64_t h = static_cast<std::uint64_t>(key) * 0x9E3779B97F4A7C15ULL;
    h ^= h >> 32;
    return static_cast<std::size_t>(h) & (slots_.size() - 1);
  }
  [[nodiscard]] std::size_t next(std::size_t i) const { return (i + 1) & (slots_.size() - 1); }
  [[nodiscard]] std::size_t distance(std::size_t from, std::size_t to) const { return (to - from) & (slots_.size() - 1); }
  void place(Value* value) {
    std::size_t i = home(KeyOf{}(*value));
    while (slots_[i] != nullptr) i = next(i);
    slots_[i] = value;
  }
  void grow() {
    const std::vector<Value*> old =
        std::exchange(slots_, std::vector<Value*>(std::max(kSlotsMin, slots_.size() * 2)));
    for (Value* value : old) {
      if (value != nullptr) place(value);
    }
  }

  std::vector<Value*> slots_;  // a power of two, never full
  std::size_t size_ = 0;
};

}  // namespace postage::shard
