#pragma once
// Stored bytes per project, a step function of time that is sampled at each full hour. A change at the very instant of
// a sample is in it. The values outlive runs; a sample that fell into a time without a running meter is read off the
// function.
#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "meter/hour.h"
#include "meter/slot_file.h"
#include "meter/slots.h"

namespace postage::meter {

/// A slot's stored bytes (64 bytes in the file "storage").
struct StorageRow {
  std::atomic<std::int64_t> bytes;  ///< now
  std::int64_t hour;                ///< the last full hour that the function has passed; 0: no change ever
  std::int64_t sample;              ///< bytes at the first instant of `hour`
  std::int64_t taken_hour;          ///< the journal has the samples up to this hour (that of `hour`: see taken_sample)
  std::int64_t taken_sample;        ///< what the journal has for `hour`
  std::int64_t between;             ///< bytes in the hours after `taken_hour` and before `hour`
  std::int64_t reserved[2];
};
static_assert(sizeof(StorageRow) == 64);

/// The sample of one hour: bytes stored at its first instant.
struct StorageSample {
  std::uint32_t slot = 0;
  std::int64_t hour = 0;
  std::int64_t bytes = 0;
  bool operator==(const StorageSample&) const = default;
};

/// Thread: any; changes of one project take turns on its lock.
class Storage {
 public:
  /// Opens or makes "storage" in `folder`.
  static Result<std::unique_ptr<Storage>> open(const std::string& folder);

  /// `bytes` more (or, negative, fewer) are stored from `at` on. Below zero is held at zero and logged.
  void change(ProjectSlot slot, std::int64_t bytes, Instant at);
  /// The project stores exactly `bytes` from `at` on: what a feature found in its own store at start, before the first
  /// tick; samples of the time the server was down are then taken with this value.
  void restore(ProjectSlot slot, std::int64_t bytes, Instant at);
  [[nodiscard]] std::int64_t stored(ProjectSlot slot) const;

  Result<void> grow(std::uint32_t count);

  // What follows is for the meter thread.

  /// Closes all hours before `hour`: a change with an earlier instant that comes from now on has no sample there.
  void close_before(std::int64_t hour);
  /// Samples up to `now` that the journal lacks, oldest first; a project that stores nothing has none. They are
  /// repeated until taken() says so, and the next ones come after that: call both until the answer is empty.
  [[nodiscard]] std::vector<StorageSample> due(Instant now);
  /// The journal has these.
  void taken(const std::vector<StorageSample>& written);
  /// The slot's sample of `hour`, which is the last one taken or a later one.
  [[nodiscard]] std::int64_t sample_of(std::uint32_t slot, std::int64_t hour) const;
  Result<void> sync();

 private:
  static constexpr std::size_t kLocks = 64;
  Storage() = default;
  [[nodiscard]] StorageRow* row(std::uint32_t slot) const { return static_cast<StorageRow*>(file_.row(slot)); }
  [[nodiscard]] std::int64_t open_hour_of(Instant at) const;
  void roll(std::uint32_t slot, StorageRow& row, std::int64_t hour, std::int64_t bytes_before);
  void append_due(std::uint32_t slot, const StorageRow& row, std::vector<StorageSample>& out) const;

  SlotFile file_;
  mutable std::array<std::mutex, kLocks> locks_;
  std::array<std::vector<StorageSample>, kLocks>
      overflow_;  ///< untaken samples beyond those of a row: no tick for hours
  std::atomic<std::uint32_t> slots_{0};
  std::atomic<std::int64_t> open_from_{INT64_MIN};  ///< earlier hours are closed; read under the slot's lock
};

}  // namespace postage::meter
