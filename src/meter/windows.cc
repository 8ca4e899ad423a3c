#include "meter/windows.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/log.h"
#include "meter/window_file.h"

namespace postage::meter {

Counter* ShardWindows::cells_of(std::int64_t hour) {
  if (hour < seen_open_from_) {
    hour = seen_open_from_;
    late_adds_.fetch_add(1, std::memory_order_relaxed);
  }
  if (current_ != nullptr && current_start_ms_ == hour * kHourMs) return current_;
  if (hour == previous_hour_) return previous_;
  Counter* found = windows_->cells(shard_, hour);
  if (current_ == nullptr || hour * kHourMs > current_start_ms_) {
    previous_ = current_;
    previous_hour_ = current_ == nullptr ? kNoHour : floor_div(current_start_ms_, kHourMs);
    current_ = found;
    current_start_ms_ = hour * kHourMs;
  } else {
    previous_ = found;
    previous_hour_ = hour;
  }
  return found;
}

void ShardWindows::forget_closed(std::int64_t open_from) {
  // All of them: what stands for an hour that had no room on the disk may be an earlier hour's cells.
  current_ = nullptr;
  current_start_ms_ = kNoHour * kHourMs;
  previous_ = nullptr;
  previous_hour_ = kNoHour;
  seen_open_from_ = open_from;
  writing_.store(open_from, std::memory_order_release);
}

Windows::Windows(std::string folder, std::int64_t run, int shards, const Slots& slots)
    : folder_(std::move(folder)), run_(run), slots_(slots) {
  CHECK(shards >= 1 && shards <= 1024);
  for (int i = 0; i < shards; ++i) {
    shards_.push_back(std::unique_ptr<ShardWindows>(new ShardWindows(this, i)));
  }
}

Windows::~Windows() = default;

ShardWindows& Windows::shard(int index) { return *shards_.at(static_cast<std::size_t>(index)); }

Result<void> Windows::make(std::int64_t hour) {
  const std::lock_guard layout(layout_);
  {
    const std::lock_guard lock(mutex_);
    if (hours_.contains(hour)) return {};
  }
  auto made = std::make_unique<Hour>();
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    const WindowName name{.run = run_, .shard = static_cast<std::int64_t>(i), .hour = hour};
    // What an earlier attempt left when the disk was full; nobody has counted into it.
    ::unlink(name.path(folder_).c_str());
    TRY(file, SlotFile::create(name.path(folder_), name.header(), slots_.count(), kSlotsMax));
    made->shards.push_back(std::move(file));
  }
  const std::lock_guard lock(mutex_);
  hours_.emplace(hour, std::move(made));
  return {};
}

Counter* Windows::cells(int shard, std::int64_t hour) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = hours_.find(hour); found != hours_.end()) {
        return static_cast<Counter*>(found->second->shards[static_cast<std::size_t>(shard)].row(0));
      }
    }
    if (const auto made = make(hour); !made)
      log(Level::error, "meter_window_failed", {{"detail", made.error().detail}});
  }
  // No room on the disk for a new hour: a unit counted in the newest hour there is beats a lost one.
  const std::lock_guard lock(mutex_);
  CHECK(!hours_.empty());
  return static_cast<Counter*>(hours_.rbegin()->second->shards[static_cast<std::size_t>(shard)].row(0));
}

Result<void> Windows::prepare(Instant now) {
  TRY_VOID(make(hour_of(now)));
  return make(hour_of(now) + 1);
}

Result<void> Windows::grow(std::uint32_t count) {
  const std::lock_guard layout(layout_);
  for (SlotFile* file : files()) TRY_VOID(file->grow(count));
  return {};
}

std::vector<SlotFile*> Windows::files() const {
  const std::lock_guard lock(mutex_);
  std::vector<SlotFile*> found;
  for (const auto& [hour, shards] : hours_) {
    for (SlotFile& file : shards->shards) found.push_back(&file);
  }
  return found;
}

std::int64_t Windows::units(std::uint32_t slot, std::int64_t hour) const {
  const std::lock_guard lock(mutex_);
  const auto found = hours_.find(hour);
  if (found == hours_.end()) return 0;
  std::int64_t sum = 0;
  for (const SlotFile& file : found->second->shards) {
    if (slot < file.rows()) sum += static_cast<Counter*>(file.row(slot))->load(std::memory_order_relaxed);
  }
  return sum;
}

std::vector<std::int64_t> Windows::totals(std::int64_t hour, std::uint32_t count) const {
  std::vector<std::int64_t> sums(count);
  const std::lock_guard lock(mutex_);
  const auto found = hours_.find(hour);
  if (found == hours_.end()) return sums;
  for (const SlotFile& file : found->second->shards) {
    const std::uint32_t rows = std::min(count, file.rows());
    for (std::uint32_t slot = 0; slot < rows; ++slot) {
      sums[slot] += static_cast<Counter*>(file.row(slot))->load(std::memory_order_relaxed);
    }
  }
  return sums;
}

std::vector<std::int64_t> Windows::hours() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::int64_t> found;
  for (const auto& [hour, files] : hours_) found.push_back(hour);
  return found;
}

bool Windows::close_before(std::int64_t hour) {
  bool quiet = true;
  for (const auto& shard : shards_) {
    if (shard->open_from_.load() < hour) shard->open_from_.store(hour, std::memory_order_seq_cst);
    // Idle: its next turn will see the mark. A turn that has seen it no longer adds to earlier hours.
    if (shard->writing_.load(std::memory_order_seq_cst) < hour) quiet = false;
  }
  return quiet;
}

Result<void> Windows::sync() {
  // No lock while the disk works: only this thread drops files, and a shard that enters a new hour must not wait.
  for (SlotFile* file : files()) TRY_VOID(file->sync());
  return {};
}

Result<void> Windows::drop(std::int64_t hour) {
  std::unique_ptr<Hour> gone;
  const std::lock_guard layout(layout_);  // Not while the files grow.
  {
    const std::lock_guard lock(mutex_);
    const auto found = hours_.find(hour);
    if (found == hours_.end()) return {};
    gone = std::move(found->second);
    hours_.erase(found);
  }
  for (const SlotFile& file : gone->shards) {
    if (::unlink(file.path().c_str()) != 0) {
      return Error(Errc::store_failed, file.path() + ": delete: " + std::strerror(errno));
    }
  }
  return {};
}

}  // namespace postage::meter
