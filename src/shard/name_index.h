#pragma once
// Owns things that have a channel's name and finds them by it: one flat table with open addressing instead of a node per
// entry, because a loop holds three of these entries for each client and looks up two for each message.
#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

#include "base/check.h"
#include "engine/channel/publication.h"

namespace postage::shard {

/// `Value` has a member `key` (engine::ChannelKey) that does not change while it is here. Addresses are stable.
/// Thread: one.
template <class Value>
class NameIndex {
 public:
  /// Null if there is none.
  [[nodiscard]] Value* find(const engine::ChannelName& name) const { return find(name, engine::hash_of(name)); }
  /// The same, for who knows engine::hash_of(name) already.
  [[nodiscard]] Value* find(const engine::ChannelName& name, std::size_t hash) const {
    if (size_ == 0) return nullptr;
    for (std::size_t i = home(hash); slots_[i].value; i = next(i)) {
      if (slots_[i].hash == hash && slots_[i].value->key.view() == name) return slots_[i].value.get();
    }
    return nullptr;
  }
  /// Takes `made`, whose name is not here yet.
  Value& add(std::unique_ptr<Value> made) {
    if ((size_ + 1) * 4 > slots_.size() * 3) grow();
    Value& value = *made;
    place({engine::hash_of(value.key.view()), std::move(made)});
    ++size_;
    return value;
  }
  /// Destroys `value`, which is here.
  void erase(const Value& value) {
    std::size_t hole = home(engine::hash_of(value.key.view()));
    while (slots_[hole].value.get() != &value) {
      CHECK(slots_[hole].value != nullptr);
      hole = next(hole);
    }
    // Kept alive until the table is whole again: its end may look something up.
    const std::unique_ptr<Value> gone = std::move(slots_[hole].value);
    --size_;
    for (std::size_t i = next(hole); slots_[i].value; i = next(i)) {
      const bool may_move = distance(home(slots_[i].hash), i) >= distance(hole, i);
      if (!may_move) continue;
      slots_[hole] = std::move(slots_[i]);
      hole = i;
    }
  }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Slot {
    std::size_t hash = 0;
    std::unique_ptr<Value> value;
  };
  static constexpr std::size_t kSlotsMin = 16;
  // Not the low bits: those have chosen the shard, and are much alike for all names of one shard.
  [[nodiscard]] std::size_t home(std::size_t hash) const { return (hash >> 24) & (slots_.size() - 1); }
  [[nodiscard]] std::size_t next(std::size_t i) const { return (i + 1) & (slots_.size() - 1); }
  [[nodiscard]] std::size_t distance(std::size_t from, std::size_t to) const { return (to - from) & (slots_.size() - 1); }
  void place(Slot slot) {
    std::size_t i = home(slot.hash);
    while (slots_[i].value) i = next(i);
    slots_[i] = std::move(slot);
  }
  void grow() {
    std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(std::max(kSlotsMin, slots_.size() * 2)));
    for (Slot& slot : old) {
      if (slot.value) place(std::move(slot));
    }
  }

  std::vector<Slot> slots_;  // a power of two, never full
  std::size_t size_ = 0;
};

}  // namespace postage::shard
