#include "shard/alarms.h"

namespace postage::shard {

void Alarms::place(std::size_t i, const Entry& entry) {
  heap_[i] = entry;
  entry.alarm->place_ = i;
}

void Alarms::sift_up(std::size_t i) {
  const Entry entry = heap_[i];
  while (i > 0) {
    const std::size_t parent = (i - 1) / 2;
    if (!(entry < heap_[parent])) break;
    place(i, heap_[parent]);
    i = parent;
  }
  place(i, entry);
}

void Alarms::sift_down(std::size_t i) {
  const Entry entry = heap_[i];
  for (;;) {
    std::size_t child = 2 * i + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1] < heap_[child]) ++child;
    if (!(heap_[child] < entry)) break;
    place(i, heap_[child]);
    i = child;
  }
  place(i, entry);
}

void Alarms::arm(Alarm& alarm, Steady due) {
  const Entry entry{due, ++order_, &alarm};
  if (!alarm.armed()) {
    heap_.push_back(entry);
    alarm.place_ = heap_.size() - 1;
    sift_up(alarm.place_);
    return;
  }
  const std::size_t i = alarm.place_;
  const bool earlier = entry < heap_[i];
  heap_[i] = entry;
  if (earlier) {
    sift_up(i);
  } else {
    sift_down(i);
  }
}

void Alarms::disarm(Alarm& alarm) {
  const std::size_t i = alarm.place_;
  alarm.place_ = Alarm::kNowhere;
  const Entry last = heap_.back();
  heap_.pop_back();
  if (i == heap_.size()) return;
  place(i, last);
  sift_up(i);
  sift_down(last.alarm->place_);
}

void Alarms::ring(Now now) {
  while (!heap_.empty() && heap_.front().due <= now.steady) {
    Alarm& alarm = *heap_.front().alarm;
    disarm(alarm);
    alarm.ring_(alarm.owner_, now);
  }
}

std::optional<Steady> Alarms::next() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front().due;
}

}  // namespace postage::shard
