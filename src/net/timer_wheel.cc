#include "net/timer_wheel.h"

#include <algorithm>
#include <bit>

namespace postage::net {
namespace {
constexpr std::int64_t kNanosecondsPerTick = 1'000'000;
}

Deadline::~Deadline() {
  if (wheel_ != nullptr) wheel_->disarm(*this);
}

TimerWheel::TimerWheel(Steady start) : start_(start) {}

TimerWheel::~TimerWheel() {
  for (Deadline*& slot : slots_) {
    while (slot != nullptr) disarm(*slot);
  }
}

std::int64_t TimerWheel::tick_of(Steady at) const {
  constexpr std::int64_t kLast = (std::int64_t{1} << (kBits * kLevels)) - 1;
  const std::int64_t since = (at - start_).count();
  if (since <= 0) return 0;
  return std::min(since / kNanosecondsPerTick + (since % kNanosecondsPerTick != 0 ? 1 : 0), kLast);
}

void TimerWheel::arm(Deadline& deadline, Steady at) {
  if (deadline.wheel_ != nullptr) {
    if (at >= deadline.due_) {  // Later: leave the node where it is, it is looked at again when that slot comes up.
      deadline.due_ = at;
      return;
    }
    unlink(deadline);
  }
  deadline.wheel_ = this;
  deadline.due_ = at;
  insert(deadline);
}

void TimerWheel::disarm(Deadline& deadline) {
  if (deadline.wheel_ == nullptr) return;
  unlink(deadline);
  deadline.wheel_ = nullptr;
}

// A tick lives on the level of the highest six-bit digit in which it differs from the present tick. So all of level 0
// comes before all of level 1 and so on, and within a level slots are in order.
void TimerWheel::insert(Deadline& deadline) {
  const std::int64_t tick = std::max(tick_of(deadline.due_), tick_ + 1);
  const auto differs = static_cast<std::uint64_t>(tick ^ tick_);
  const unsigned level = differs == 0 ? 0 : (63U - static_cast<unsigned>(std::countl_zero(differs))) / kBits;
  const auto index = static_cast<unsigned>(tick >> (kBits * level)) & (kSlots - 1);
  deadline.place_ = level * kSlots + index;
  Deadline*& slot = slots_[deadline.place_];
  deadline.next_ = slot;
  deadline.link_ = &slot;
  if (slot != nullptr) slot->link_ = &deadline.next_;
  slot = &deadline;
  used_[level] |= std::uint64_t{1} << index;
}

void TimerWheel::unlink(Deadline& deadline) {
  *deadline.link_ = deadline.next_;
  if (deadline.next_ != nullptr) deadline.next_->link_ = deadline.link_;
  const unsigned place = deadline.place_;
  if (slots_[place] == nullptr) used_[place / kSlots] &= ~(std::uint64_t{1} << (place % kSlots));
}

std::int64_t TimerWheel::next_tick() const {
  for (unsigned level = 0; level < kLevels; ++level) {
    if (used_[level] == 0) continue;
    const auto index = static_cast<std::int64_t>(std::countr_zero(used_[level]));
    const std::int64_t above = tick_ >> (kBits * (level + 1)) << (kBits * (level + 1));
    return above | index << (kBits * level);
  }
  return -1;
}

std::optional<Steady> TimerWheel::next() const {
  const std::int64_t tick = next_tick();
  if (tick < 0) return std::nullopt;
  return start_ + nanoseconds(tick * kNanosecondsPerTick);
}

// Takes the slot's list, then looks at each node: it is due, or belongs further down or (moved later) elsewhere.
void TimerWheel::expire(unsigned place) {
  Deadline* list = slots_[place];
  slots_[place] = nullptr;
  used_[place / kSlots] &= ~(std::uint64_t{1} << (place % kSlots));
  if (list != nullptr) list->link_ = &list;  // Callbacks may disarm nodes that wait in this list.
  while (list != nullptr) {
    Deadline& first = *list;
    unlink(first);
    if (tick_of(first.due_) > tick_) {
      insert(first);
    } else {
      first.wheel_ = nullptr;
      first.on_due();
    }
  }
}

void TimerWheel::advance(Steady now) {
  const std::int64_t target = (now - start_).count() / kNanosecondsPerTick;
  for (std::int64_t tick = next_tick(); tick >= 0 && tick <= target; tick = next_tick()) {
    tick_ = std::max(tick, tick_);
    unsigned level = 0;
    while (used_[level] == 0) ++level;
    expire(level * kSlots + static_cast<unsigned>(std::countr_zero(used_[level])));
  }
  tick_ = std::max(tick_, target);
}

}  // namespace postage::net
