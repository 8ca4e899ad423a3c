#include "meter/storage.h"

#include <algorithm>

#include "base/check.h"
#include "base/log.h"

namespace postage::meter {
namespace {
constexpr std::uint64_t kStorageMagic = 0x314741524f544d50;  // "PMTORAG1"
/// Samples of a longer time without a meter are taken for its last so many hours only (400 days).
constexpr std::int64_t kGapHoursMax = 9600;
}  // namespace

Result<std::unique_ptr<Storage>> Storage::open(const std::string& folder) {
  const std::string path = folder + "/storage";
  auto file = SlotFile::open(path, kStorageMagic, sizeof(StorageRow), kSlotsMax);
  if (!file && file.error().code == Errc::not_found) {
    file = SlotFile::create(path, {.magic = kStorageMagic, .row_bytes = sizeof(StorageRow)}, 1, kSlotsMax);
  }
  if (!file) return file.error();
  std::unique_ptr<Storage> storage(new Storage);
  storage->file_ = std::move(*file);
  return storage;
}

void Storage::close_before(std::int64_t hour) {
  if (open_from_.load(std::memory_order_relaxed) < hour) open_from_.store(hour, std::memory_order_relaxed);
  // Who holds a lock now may have read the old mark; who takes it after this reads the new one.
  for (std::mutex& mutex : locks_) const std::lock_guard lock(mutex);
}

std::int64_t Storage::open_hour_of(Instant at) const {
  return std::max(hour_of(at), open_from_.load(std::memory_order_relaxed));
}

Result<void> Storage::grow(std::uint32_t count) {
  TRY_VOID(file_.grow(count));
  slots_.store(count, std::memory_order_release);
  return {};
}

void Storage::append_due(std::uint32_t slot, const StorageRow& row, std::vector<StorageSample>& out) const {
  const std::int64_t first = std::max(row.taken_hour + 1, row.hour - kGapHoursMax);
  for (std::int64_t hour = first; row.between > 0 && hour < row.hour; ++hour) out.push_back({slot, hour, row.between});
  if (row.sample != row.taken_sample) out.push_back({slot, row.hour, row.sample});
}

void Storage::roll(std::uint32_t slot, StorageRow& row, std::int64_t hour, std::int64_t bytes_before) {
  // Untaken samples here mean that the meter thread has not come by for more than an hour.
  if (row.hour != 0) append_due(slot, row, overflow_[slot % kLocks]);
  row.taken_hour = row.hour == 0 ? hour - 1 : row.hour;
  row.between = bytes_before;
  row.hour = hour;
  row.sample = bytes_before;
  row.taken_sample = 0;
}

void Storage::change(ProjectSlot slot, std::int64_t bytes, Instant at) {
  CHECK(slot.value < slots_.load(std::memory_order_acquire));
  const std::lock_guard lock(locks_[slot.value % kLocks]);
  StorageRow& r = *row(slot.value);
  const std::int64_t before = r.bytes.load(std::memory_order_relaxed);
  // A first change that comes for a closed hour must not reach back into it.
  const std::int64_t hour = open_hour_of(at);
  if (hour > r.hour) roll(slot.value, r, hour, before);
  std::int64_t after = before + bytes;
  if (after < 0) {
    log(Level::error, "meter_storage_below_zero", {{"slot", slot.value}, {"bytes", after}});
    after = 0;
  }
  r.bytes.store(after, std::memory_order_relaxed);
  // At the sample's instant, or late from a shard that had not yet seen the hour: the sample has it.
  if (at <= hour_start(r.hour)) r.sample = std::max<std::int64_t>(0, r.sample + (after - before));
}

void Storage::restore(ProjectSlot slot, std::int64_t bytes, Instant at) {
  CHECK(slot.value < slots_.load(std::memory_order_acquire) && bytes >= 0);
  const std::lock_guard lock(locks_[slot.value % kLocks]);
  StorageRow& r = *row(slot.value);
  r.bytes.store(bytes, std::memory_order_relaxed);
  // A first value ever does not reach back: nobody knows since when it is stored.
  const std::int64_t hour = open_hour_of(at);
  if (hour > r.hour) roll(slot.value, r, hour, r.hour == 0 && at > hour_start(hour) ? 0 : bytes);
}

std::int64_t Storage::stored(ProjectSlot slot) const {
  if (slot.value >= slots_.load(std::memory_order_acquire)) return 0;
  return row(slot.value)->bytes.load(std::memory_order_relaxed);
}

std::vector<StorageSample> Storage::due(Instant now) {
  std::vector<StorageSample> found;
  const std::uint32_t slots = slots_.load(std::memory_order_acquire);
  for (std::uint32_t slot = 0; slot < slots; ++slot) {
    const std::lock_guard lock(locks_[slot % kLocks]);
    StorageRow& r = *row(slot);
    if (r.hour == 0) continue;
    // What is not in the journal stays in the row until it is: only then the row moves on, so that a kill loses
    // nothing.
    const std::size_t had = found.size();
    append_due(slot, r, found);
    if (found.size() == had && hour_of(now) > r.hour) {
      roll(slot, r, hour_of(now), r.bytes.load(std::memory_order_relaxed));
      append_due(slot, r, found);
    }
  }
  for (std::size_t i = 0; i < kLocks; ++i) {
    const std::lock_guard lock(locks_[i]);
    found.insert(found.end(), overflow_[i].begin(), overflow_[i].end());
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const StorageSample& a, const StorageSample& b) { return a.hour < b.hour; });
  return found;
}

void Storage::taken(const std::vector<StorageSample>& written) {
  for (const StorageSample& sample : written) {
    const std::lock_guard lock(locks_[sample.slot % kLocks]);
    StorageRow& r = *row(sample.slot);
    std::erase(overflow_[sample.slot % kLocks], sample);
    if (sample.hour == r.hour) {
      r.taken_sample = sample.bytes;
      r.taken_hour = r.hour - 1;
    } else if (sample.hour < r.hour) {
      r.taken_hour = std::max(r.taken_hour, sample.hour);
    }
  }
}

std::int64_t Storage::sample_of(std::uint32_t slot, std::int64_t hour) const {
  if (slot >= slots_.load(std::memory_order_acquire)) return 0;
  const std::lock_guard lock(locks_[slot % kLocks]);
  const StorageRow& r = *row(slot);
  if (r.hour == 0) return 0;
  if (hour == r.hour) return r.sample;
  if (hour > r.hour) return r.bytes.load(std::memory_order_relaxed);
  std::int64_t bytes = hour > r.taken_hour ? r.between : 0;
  for (const StorageSample& sample : overflow_[slot % kLocks]) {
    if (sample.slot == slot && sample.hour == hour) bytes = sample.bytes;
  }
  return bytes;
}

Result<void> Storage::sync() { return file_.sync(); }

}  // namespace postage::meter
