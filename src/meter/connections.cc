#include "meter/connections.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "base/limits.h"
#include "meter/window_file.h"

namespace postage::meter {
namespace {

/// Free cells that harvest() keeps ahead of need.
constexpr std::uint32_t kCellsAhead = 1024;
/// A clock that jumps further than this carries connections into the last so many hours only (400 days).
constexpr std::int64_t kCarriedHoursMax = 9600;

}  // namespace

Cell::~Cell() {
  if (connections_ != nullptr) close(Instant(milliseconds(connections_->last_ms_.load())));
}

void Cell::close(Instant at) {
  if (connections_ == nullptr) return;
  connections_->close(*this, at);
  connections_ = nullptr;
}

void append_untaken(const PeakRow& row, std::uint32_t slot, std::vector<HourPeak>& out) {
  if (row.before_hour != 0) {
    if (row.before_peak > 0)
      out.push_back({slot, row.before_hour, row.before_peak, Instant(milliseconds(row.before_ms))});
    const std::int64_t first = std::max(row.before_hour + 1, row.hour - kCarriedHoursMax);
    for (std::int64_t hour = first; row.between > 0 && hour < row.hour; ++hour) {
      out.push_back({slot, hour, row.between, hour_start(hour)});
    }
  }
  if (row.peak > row.taken) out.push_back({slot, row.hour, row.peak, Instant(milliseconds(row.peak_ms))});
}

Result<std::unique_ptr<Connections>> Connections::create(const std::string& folder, std::int64_t run,
                                                         std::uint32_t cells) {
  std::unique_ptr<Connections> made(new Connections);
  TRY(cell_file, SlotFile::create(cells_path(folder, run),
                                  {.magic = kCellsMagic, .row_bytes = sizeof(CellRow), .run = run}, cells, kCellsMax));
  TRY(peak_file, SlotFile::create(peaks_path(folder, run),
                                  {.magic = kPeaksMagic, .row_bytes = sizeof(PeakRow), .run = run}, 1, kSlotsMax));
  made->cells_ = std::move(cell_file);
  made->peaks_ = std::move(peak_file);
  return made;
}

Result<void> Connections::grow(std::uint32_t count) {
  TRY_VOID(peaks_.grow(count));
  slots_.store(count, std::memory_order_release);
  return {};
}

void Connections::enter_hour(std::uint32_t slot, PeakRow& row, std::int64_t hour, std::int64_t carried) {
  if (row.hour != 0) {
    if (row.before_hour != 0) {  // The meter thread has not come by for more than an hour.
      std::vector<HourPeak>& overflow = overflow_[slot % kLocks];
      PeakRow earlier{};
      earlier.before_hour = row.before_hour;
      earlier.before_peak = row.before_peak;
      earlier.before_ms = row.before_ms;
      earlier.between = row.between;
      earlier.hour = row.hour;
      append_untaken(earlier, slot, overflow);
    }
    row.before_hour = row.hour;
    row.before_peak = row.peak;
    row.before_ms = row.peak_ms;
    row.between = row.open.load(std::memory_order_relaxed);
  }
  row.hour = hour;
  row.carried = carried;
  row.peak = carried;
  row.peak_order = row.order;
  row.peak_ms = hour * kHourMs;
  row.opened = 0;
  row.taken = 0;
}

std::int64_t Connections::count(std::uint32_t slot, int change, Instant at) {
  const std::lock_guard lock(locks_[slot % kLocks]);
  PeakRow& row = *peak_row(slot);
  const std::int64_t open = row.open.load(std::memory_order_relaxed);
  // Shards read their clocks apart: an event that comes after one of a later hour belongs to that later hour. The
  // first event of a slot has no such row before it: what comes for a closed hour belongs to the oldest open one.
  const std::int64_t hour = std::max({hour_of(at), row.hour, open_from_.load(std::memory_order_relaxed)});
  const bool ends_at_start = change < 0 && at == hour_start(hour);
  if (hour > row.hour) {
    // What closes at the very first instant of an hour was open until it and not in it.
    enter_hour(slot, row, hour, ends_at_start ? open - 1 : open);
  } else if (ends_at_start && row.opened == 0 && row.carried > 0) {
    row.peak = --row.carried;
    row.peak_order = row.order + 1;
  }
  ++row.order;
  row.open.store(open + change, std::memory_order_relaxed);
  if (change > 0) row.opened = 1;
  if (open + change > row.peak) {
    row.peak = open + change;
    row.peak_order = row.order;
    row.peak_ms = std::max(to_ms(at), hour * kHourMs);
  }
  return row.order;
}

Result<std::uint32_t> Connections::take_cell() {
  const std::lock_guard lock(cells_mutex_);
  if (!free_.empty()) {
    const std::uint32_t index = free_.back();
    free_.pop_back();
    return index;
  }
  TRY_VOID(cells_.grow(used_ + 1));
  users_.resize(cells_.rows());
  return used_++;
}

Result<Cell> Connections::open(const OpenConnection& request) {
  CHECK(!removed_.load() && request.project.value < slots_.load() && request.account.value < slots_.load());
  TRY(index, take_cell());
  {
    const std::lock_guard lock(cells_mutex_);
    users_[index] = request.user.substr(0, limits::user_id_bytes_max);
  }
  CellRow& row = *cell_row(index);
  row.project_slot = request.project.value;
  row.session = request.session.value;
  row.connection = request.connection.value;
  row.opened_ms = to_ms(request.at);
  row.closed_ms = 0;
  row.units.store(0, std::memory_order_relaxed);
  row.close_order = 0;
  // An order no peak has reached yet, so that the reader of members skips the row until the true one is there.
  row.open_order = INT64_MAX;
  row.state.store(CellRow::open, std::memory_order_release);
  // Readers of members see the row from here on, so that its order moves under them.
  std::atomic_ref(row.open_order).store(count(request.project.value, 1, request.at), std::memory_order_release);
  count(request.account.value, 1, request.at);
  std::int64_t last = last_ms_.load(std::memory_order_relaxed);
  while (last < to_ms(request.at) && !last_ms_.compare_exchange_weak(last, to_ms(request.at))) {
  }
  Cell cell;
  cell.connections_ = this;
  cell.row_ = &row;
  cell.index_ = index;
  cell.account_ = request.account;
  return cell;
}

void Connections::close(Cell& cell, Instant at) {
  if (removed_.load()) return;
  CellRow& row = *cell.row_;
  row.closed_ms = to_ms(at);
  std::atomic_ref(row.close_order).store(count(row.project_slot, -1, at), std::memory_order_release);
  count(cell.account_.value, -1, at);
  row.state.store(CellRow::closed, std::memory_order_release);
  const std::lock_guard lock(cells_mutex_);
  closed_.push_back(cell.index_);
}

void Connections::close_before(std::int64_t hour) {
  if (open_from_.load(std::memory_order_relaxed) < hour) open_from_.store(hour, std::memory_order_relaxed);
  // Who holds a lock now may have read the old mark; who takes it after this reads the new one.
  for (std::mutex& mutex : locks_) const std::lock_guard lock(mutex);
}

void Connections::roll(Instant now) {
  const std::int64_t hour = hour_of(now);
  const std::uint32_t slots = slots_.load(std::memory_order_acquire);
  for (std::uint32_t slot = 0; slot < slots; ++slot) {
    const std::lock_guard lock(locks_[slot % kLocks]);
    PeakRow& row = *peak_row(slot);
    if (row.hour != 0 && row.hour < hour) enter_hour(slot, row, hour, row.open.load(std::memory_order_relaxed));
  }
}

std::vector<HourPeak> Connections::changes() const {
  std::vector<HourPeak> found;
  for (std::size_t i = 0; i < kLocks; ++i) {
    const std::lock_guard lock(locks_[i]);
    found.insert(found.end(), overflow_[i].begin(), overflow_[i].end());
  }
  const std::uint32_t slots = slots_.load(std::memory_order_acquire);
  for (std::uint32_t slot = 0; slot < slots; ++slot) {
    const std::lock_guard lock(locks_[slot % kLocks]);
    append_untaken(*peak_row(slot), slot, found);
  }
  return found;
}

void Connections::taken(const std::vector<HourPeak>& written) {
  for (const HourPeak& peak : written) {
    const std::lock_guard lock(locks_[peak.slot % kLocks]);
    PeakRow& row = *peak_row(peak.slot);
    std::erase(overflow_[peak.slot % kLocks], peak);
    if (row.hour == peak.hour) row.taken = std::max(row.taken, peak.peak);
    // The hours between are written together with the one before them.
    if (row.before_hour == peak.hour) row.before_hour = 0;
  }
}

std::int64_t Connections::peak_of(std::uint32_t slot, std::int64_t hour) const {
  if (slot >= slots_.load(std::memory_order_acquire)) return 0;
  const std::lock_guard lock(locks_[slot % kLocks]);
  const PeakRow& row = *peak_row(slot);
  if (row.hour == 0) return 0;
  if (hour == row.hour) return row.peak;
  if (hour > row.hour) return row.open.load(std::memory_order_relaxed);
  std::int64_t most = 0;
  if (row.before_hour != 0 && hour == row.before_hour) most = row.before_peak;
  if (row.before_hour != 0 && hour > row.before_hour) most = row.between;
  for (const HourPeak& peak : overflow_[slot % kLocks]) {
    if (peak.slot == slot && peak.hour == hour) most = std::max(most, peak.peak);
  }
  return most;
}

std::vector<PeakMember> Connections::members_at_peak(ProjectSlot slot, std::size_t members_max) const {
  std::int64_t order = 0;
  {
    const std::lock_guard lock(locks_[slot.value % kLocks]);
    order = peak_row(slot.value)->peak_order;
  }
  std::vector<PeakMember> found;
  const std::lock_guard lock(cells_mutex_);
  for (std::uint32_t i = 0; i < used_ && found.size() < members_max; ++i) {
    const CellRow& row = *cell_row(i);
    if (row.state.load(std::memory_order_acquire) == CellRow::free || row.project_slot != slot.value) continue;
    const std::int64_t opened = std::atomic_ref(const_cast<std::int64_t&>(row.open_order)).load();
    const std::int64_t closed = std::atomic_ref(const_cast<std::int64_t&>(row.close_order)).load();
    if (opened > order || (closed != 0 && closed <= order)) continue;
    found.push_back(
        {SessionId{row.session}, ConnectionId{row.connection}, users_[i], Instant(milliseconds(row.opened_ms))});
  }
  return found;
}

void Connections::begin_harvest() {
  const std::lock_guard lock(cells_mutex_);
  to_free_.insert(to_free_.end(), closed_.begin(), closed_.end());
  closed_.clear();
}

Result<void> Connections::harvest() {
  const std::lock_guard lock(cells_mutex_);
  for (const std::uint32_t index : to_free_) {
    cell_row(index)->state.store(CellRow::free, std::memory_order_release);
    free_.push_back(index);
  }
  to_free_.clear();
  if (free_.size() < kCellsAhead && used_ + kCellsAhead <= kCellsMax) {
    TRY_VOID(cells_.grow(used_ + kCellsAhead));
    users_.resize(cells_.rows());
  }
  return {};
}

Result<void> Connections::sync() {
  TRY_VOID(peaks_.sync());
  return cells_.sync();
}

Result<void> Connections::remove() {
  removed_ = true;
  for (const SlotFile* file : {&cells_, &peaks_}) {
    if (::unlink(file->path().c_str()) != 0 && errno != ENOENT) {
      return Error(Errc::store_failed, file->path() + ": delete: " + std::strerror(errno));
    }
  }
  return {};
}

}  // namespace postage::meter
