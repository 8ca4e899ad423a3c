#include "meter/slots.h"

#include <shared_mutex>

namespace postage::meter {
namespace {
constexpr std::uint64_t kSlotsMagic = 0x3153544f4c534d50;  // "PMSLOTS1"
using Key = std::atomic<std::int64_t>;
}  // namespace

Result<std::unique_ptr<Slots>> Slots::open(const std::string& path) {
  auto file = SlotFile::open(path, kSlotsMagic, sizeof(Key), kSlotsMax);
  if (!file && file.error().code == Errc::not_found) {
    file = SlotFile::create(path, {.magic = kSlotsMagic, .row_bytes = sizeof(Key)}, 1, kSlotsMax);
  }
  if (!file) return file.error();
  std::unique_ptr<Slots> slots(new Slots(std::move(*file)));
  // A zero before the last key is a slot whose key a power loss took; it is never given again.
  for (std::uint32_t i = 0; i < slots->file_.rows(); ++i) {
    if (const std::int64_t key = slots->key(i); key != 0) {
      slots->by_key_.emplace(key, i);
      slots->count_ = i + 1;
    }
  }
  return slots;
}

std::int64_t Slots::key(std::uint32_t slot) const {
  return static_cast<const Key*>(file_.row(slot))->load(std::memory_order_relaxed);
}

void Slots::on_grow(Grow grow) {
  const std::unique_lock lock(mutex_);
  grow_ = std::move(grow);
}

Result<ProjectSlot> Slots::of(ProjectId project) {
  CHECK(project.value > 0);
  TRY(slot, find_or_give(project.value));
  return ProjectSlot{slot};
}

Result<AccountSlot> Slots::of(AccountId account) {
  CHECK(account.value > 0);
  TRY(slot, find_or_give(-account.value));
  return AccountSlot{slot};
}

Result<CapSlot> Slots::of(CapId cap) {
  CHECK(cap.value > 0 && is_cap_key(key_of_cap(cap)));
  TRY(slot, find_or_give(key_of_cap(cap)));
  return CapSlot{slot};
}

std::optional<std::uint32_t> Slots::find(std::int64_t key) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::nullopt;
  return found->second;
}

Result<std::uint32_t> Slots::find_or_give(std::int64_t key) {
  if (const auto found = find(key)) return *found;
  const std::unique_lock lock(mutex_);
  if (const auto found = by_key_.find(key); found != by_key_.end()) return found->second;
  const std::uint32_t slot = count_.load();
  if (slot >= kSlotsMax) return Error(Errc::unavailable, "the meter has no slot left for another project or cap");
  TRY_VOID(file_.grow(slot + 1));
  if (grow_) TRY_VOID(grow_(slot + 1));
  static_cast<Key*>(file_.row(slot))->store(key, std::memory_order_relaxed);
  by_key_.emplace(key, slot);
  dirty_ = true;
  count_.store(slot + 1, std::memory_order_release);
  return slot;
}

Result<void> Slots::sync() {
  {
    const std::unique_lock lock(mutex_);
    if (!std::exchange(dirty_, false)) return {};
  }
  auto done = file_.sync();
  if (!done) {
    const std::unique_lock lock(mutex_);
    dirty_ = true;
  }
  return done;
}

}  // namespace postage::meter
