#pragma once
// The message counters: per shard one memory-mapped file an hour with one 64-bit cell a project. A count is one relaxed
// load and one store by the shard's own thread; it survives SIGKILL because the page belongs to the kernel.
//
// A shard's turn:   windows.begin_turn(); ... windows.add(slot, at, units); ... windows.end_turn();
// The brackets tell the meter thread which hours this shard may still write, so that an hour is closed only when nobody
// can add to it any more. What arrives for a closed hour (a mailbox later than the grace) is counted in the oldest open
// one: never lost, never in a closed bill.
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/clock.h"
#include "base/result.h"
#include "meter/hour.h"
#include "meter/slot_file.h"
#include "meter/slots.h"

namespace postage::meter {

/// A cell: written by one shard, read by any thread.
using Counter = std::atomic<std::int64_t>;
static_assert(sizeof(Counter) == 8 && Counter::is_always_lock_free);

/// One shard's counters of all hours that are open. Thread: the shard's, except where a member says otherwise.
class ShardWindows {
 public:
  /// At the start of a turn, before anything is counted.
  void begin_turn() {
    // Store, then load, both sequentially consistent, against load after store in Windows::close_before: either this
    // turn sees the new mark or the meter thread sees that this turn has not.
    writing_.store(seen_open_from_, std::memory_order_seq_cst);
    const std::int64_t open_from = open_from_.load(std::memory_order_seq_cst);
    if (open_from != seen_open_from_) [[unlikely]]
      forget_closed(open_from);
  }
  /// When the turn has counted everything; before the shard waits.
  void end_turn() { writing_.store(kIdle, std::memory_order_release); }

  /// Adds `units` (not negative) to the project's hour that holds `at`. Only inside a turn. About one nanosecond.
  void add(ProjectSlot slot, Instant at, std::int64_t units) {
    const auto since = static_cast<std::uint64_t>(to_ms(at) - current_start_ms_);
    Counter* cells = since < static_cast<std::uint64_t>(kHourMs) ? current_ : cells_of(hour_of(at));
    CHECK(slot.value < kSlotsMax);
    Counter& cell = cells[slot.value];
    cell.store(cell.load(std::memory_order_relaxed) + units, std::memory_order_relaxed);
  }

  /// The same for what a cap saw of them.
  void add(CapSlot slot, Instant at, std::int64_t units) { add(ProjectSlot{slot.value}, at, units); }

  /// Adds that came for a closed hour and were counted in the oldest open one. Thread: any.
  [[nodiscard]] std::int64_t late_adds() const { return late_adds_.load(std::memory_order_relaxed); }

 private:
  friend class Windows;
  static constexpr std::int64_t kIdle = INT64_MAX;
  static constexpr std::int64_t kNoHour = INT64_MIN / kHourMs / 2;
  ShardWindows(class Windows* windows, int shard) : windows_(windows), shard_(shard) {}
  Counter* cells_of(std::int64_t hour);
  void forget_closed(std::int64_t open_from);

  Counter* current_ = nullptr;
  std::int64_t current_start_ms_ = kNoHour * kHourMs;
  Counter* previous_ = nullptr;
  std::int64_t previous_hour_ = kNoHour;
  std::int64_t seen_open_from_ = INT64_MIN;
  class Windows* windows_;
  int shard_;
  std::atomic<std::int64_t> late_adds_{0};
  alignas(64) std::atomic<std::int64_t> writing_{kIdle};  ///< the open_from_ that the running turn has seen, or idle
  alignas(64) std::atomic<std::int64_t> open_from_{INT64_MIN};  ///< set by the meter thread: earlier hours are closed
};

/// All shards' windows of one run. Thread: any, except shard() users as above.
class Windows {
 public:
  /// Files are made in `folder` as "<run>-<shard>-<hour>.window".
  Windows(std::string folder, std::int64_t run, int shards, const Slots& slots);
  ~Windows();

  /// The counters of shard 0 to shards - 1. Lives as long as this object.
  ShardWindows& shard(int index);

  /// Makes the files of the hour of `now` and the next one. Thread: the meter's.
  Result<void> prepare(Instant now);
  /// Room for slots 0 to count - 1 in every open file.
  Result<void> grow(std::uint32_t count);
  /// Units of one slot in one hour, all shards. 0 when there is no such window.
  [[nodiscard]] std::int64_t units(std::uint32_t slot, std::int64_t hour) const;
  /// Units of slots 0 to count - 1 in one hour, all shards.
  [[nodiscard]] std::vector<std::int64_t> totals(std::int64_t hour, std::uint32_t count) const;
  /// Hours that have windows, oldest first.
  [[nodiscard]] std::vector<std::int64_t> hours() const;
  /// Closes all hours before `hour` for new adds. True when no shard's turn can still write to them; else ask again.
  bool close_before(std::int64_t hour);
  /// Flushes every file that may have changed to the disk.
  Result<void> sync();
  /// Unmaps and deletes the files of a closed hour, after its values are in the journal.
  Result<void> drop(std::int64_t hour);

 private:
  friend class ShardWindows;
  struct Hour {
    std::vector<SlotFile> shards;
  };
  Result<void> make(std::int64_t hour);
  Counter* cells(int shard, std::int64_t hour);
  [[nodiscard]] std::vector<SlotFile*> files() const;

  const std::string folder_;
  const std::int64_t run_;
  const Slots& slots_;
  std::mutex layout_;         ///< held while files are made, grow or go; taken before mutex_
  mutable std::mutex mutex_;  ///< guards hours_
  std::map<std::int64_t, std::unique_ptr<Hour>> hours_;
  std::vector<std::unique_ptr<ShardWindows>> shards_;
};

}  // namespace postage::meter
