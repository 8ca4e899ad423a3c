#pragma once
// Who is connected, counted exactly: per project (and per account) how many connections are open now and the most that
// were open in each hour, kept at every accepted login and every close; and one 64-byte cell a connection in a
// memory-mapped file, so that after a SIGKILL the connections it cut, and the units queued to each, are known.
//
//   auto cell = connections.open({project_slot, account_slot, session, connection, user, shard, now});   // login
//   accepted cell.add(units);                                                        // each time a copy is queued
//   cell.close(now);                                                        // closed or timed out
// A resume or a second login of the same user closes the old cell first and then opens the new one: the two count 1.
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "meter/hour.h"
#include "meter/slot_file.h"
#include "meter/slots.h"

namespace postage::meter {

/// Most connections of one node that can have a cell at a time.
inline constexpr std::uint32_t kCellsMax = 1u << 24;

/// A connection's row in the cell file (64 bytes, little endian). `state` is stored last when it opens and when it
/// closes.
struct CellRow {
  enum State : std::uint32_t { free = 0, open = 1, closed = 2 };
  std::atomic<std::uint32_t> state;
  std::uint32_t project_slot;
  std::int64_t session;
  std::int64_t connection;
  std::int64_t opened_ms;
  std::int64_t closed_ms;
  std::atomic<std::int64_t> units;  ///< queued so far; one writer
  std::int64_t open_order;          ///< the project's count of opens and closes when this one opened
  std::int64_t close_order;         ///< the same when it closed; 0 while open
};
static_assert(sizeof(CellRow) == 64);

/// A slot's peaks (128 bytes). All members are written under the slot's lock; `open` may be read by anyone.
struct PeakRow {
  std::atomic<std::int64_t> open;  ///< now
  std::int64_t order;              ///< opens and closes so far in this run
  std::int64_t hour;               ///< of `peak`; 0 before the first event
  std::int64_t carried;            ///< open when `hour` began
  std::int64_t peak;               ///< most open in `hour`
  std::int64_t peak_order;         ///< `order` when the peak was reached
  std::int64_t peak_ms;            ///< when that was
  std::int64_t opened;             ///< 1 when a connection was opened in `hour`, 0 while all were carried in
  std::int64_t taken;              ///< last value of `peak` that the journal has
  std::int64_t before_hour;        ///< an earlier hour that the journal lacks; 0: none
  std::int64_t before_peak;
  std::int64_t before_ms;
  std::int64_t between;  ///< open all through the hours between `before_hour` and `hour`
  std::int64_t reserved[3];
};
static_assert(sizeof(PeakRow) == 128);

/// What a new connection is. `user` is at most limits::user_id_bytes_max bytes and is kept for the evidence of a peak.
struct OpenConnection {
  ProjectSlot project;
  AccountSlot account;
  SessionId session;
  ConnectionId connection;
  std::string_view user;
  Instant at;
};

class Connections;

/// An open connection. Moves, does not copy. Thread: the shard's that opened it. Dying without close() closes it at the
/// last instant the meter heard of.
class Cell {
 public:
  Cell() = default;
  Cell(Cell&& other) noexcept
      : connections_(std::exchange(other.connections_, nullptr)),
        row_(other.row_),
        index_(other.index_),
        account_(other.account_) {}
  Cell& operator=(Cell&& other) noexcept {
    std::swap(connections_, other.connections_);
    std::swap(row_, other.row_);
    std::swap(index_, other.index_);
    std::swap(account_, other.account_);
    return *this;
  }
  ~Cell();
  /// Units queued to this connection: one relaxed load and store.
  void add(std::int64_t units) {
    row_->units.store(row_->units.load(std::memory_order_relaxed) + units, std::memory_order_relaxed);
  }
  [[nodiscard]] std::int64_t units() const { return row_->units.load(std::memory_order_relaxed); }
  /// The socket closed or timed out at `at`; the connection no longer counts from `at` on. A second call does nothing.
  void close(Instant at);
  /// Where the count is in memory.
  [[nodiscard]] const void* place() const { return row_; }
  [[nodiscard]] explicit operator bool() const { return connections_ != nullptr; }

 private:
  friend class Connections;
  Connections* connections_ = nullptr;
  CellRow* row_ = nullptr;
  std::uint32_t index_ = 0;
  AccountSlot account_;
};

/// Who was connected at one instant, for the evidence of a peak.
struct PeakMember {
  SessionId session;
  ConnectionId connection;
  std::string user;
  Instant opened_at;
};

/// A finished or running value of a slot's hour, for the journal.
struct HourPeak {
  std::uint32_t slot = 0;
  std::int64_t hour = 0;
  std::int64_t peak = 0;
  Instant at;  ///< when the peak was reached
  bool operator==(const HourPeak&) const = default;
};

/// Appends the row's hours with a peak that were not taken, oldest first.
void append_untaken(const PeakRow& row, std::uint32_t slot, std::vector<HourPeak>& out);

/// Thread: any; opens and closes of one slot take turns on its lock (about 20 ns when nobody else is there).
class Connections {
 public:
  /// Makes "<run>.cells" and "<run>.peaks" in `folder`, with room for `cells` connections at once before it must grow.
  static Result<std::unique_ptr<Connections>> create(const std::string& folder, std::int64_t run,
                                                     std::uint32_t cells = 1024);

  /// Counts the connection from `request.at` on. Errors: unavailable (no cell left), store_failed (disk full).
  Result<Cell> open(const OpenConnection& request);
  /// Connections of the project, or of the account, that are open now.
  [[nodiscard]] std::int64_t open_count(ProjectSlot slot) const { return open_of(slot.value); }
  [[nodiscard]] std::int64_t open_count(AccountSlot slot) const { return open_of(slot.value); }

  /// Room for slots 0 to count - 1.
  Result<void> grow(std::uint32_t count);

  // What follows is for the meter thread.

  /// Closes all hours before `hour`: an event with an earlier instant that comes from now on belongs to `hour`. What
  /// came for them before is all in the next changes().
  void close_before(std::int64_t hour);
  /// Carries what is open into the hour of `now` for every slot that has seen no event there yet.
  void roll(Instant now);
  /// Peaks that the journal lacks: of finished hours, and of running hours that grew. Repeated until taken() says so.
  [[nodiscard]] std::vector<HourPeak> changes() const;
  /// The journal has these.
  void taken(const std::vector<HourPeak>& written);
  /// The slot's peak of `hour` as far as it is not yet taken, or of the running hour; 0 when there is none.
  [[nodiscard]] std::int64_t peak_of(std::uint32_t slot, std::int64_t hour) const;
  /// Who was open when the slot's running peak was reached: exactly `peak` members when that was since the last
  /// harvest, but at most `members_max`. Empty for account slots.
  [[nodiscard]] std::vector<PeakMember> members_at_peak(ProjectSlot slot, std::size_t members_max) const;
  /// Call before changes(): cells that were closed until now may be freed by the next harvest().
  void begin_harvest();
  /// Frees those cells (kept until now for members_at_peak) and makes room ahead of need.
  Result<void> harvest();
  Result<void> sync();

  /// Deletes the files: everything in them is in the journal. Cells that still live do nothing from now on.
  Result<void> remove();

 private:
  friend class Cell;
  static constexpr std::size_t kLocks = 256;
  Connections() = default;
  [[nodiscard]] PeakRow* peak_row(std::uint32_t slot) const { return static_cast<PeakRow*>(peaks_.row(slot)); }
  [[nodiscard]] CellRow* cell_row(std::uint32_t index) const { return static_cast<CellRow*>(cells_.row(index)); }
  [[nodiscard]] std::int64_t open_of(std::uint32_t slot) const {
    return peak_row(slot)->open.load(std::memory_order_relaxed);
  }
  Result<std::uint32_t> take_cell();
  std::int64_t count(std::uint32_t slot, int change, Instant at);
  void enter_hour(std::uint32_t slot, PeakRow& row, std::int64_t hour, std::int64_t carried);
  void close(Cell& cell, Instant at);

  SlotFile cells_;
  SlotFile peaks_;
  mutable std::array<std::mutex, kLocks> locks_;        ///< by slot, for PeakRow and overflow_
  std::array<std::vector<HourPeak>, kLocks> overflow_;  ///< untaken hours beyond the two of a row: no tick for hours
  std::atomic<std::int64_t> open_from_{INT64_MIN};      ///< earlier hours are closed; read under the slot's lock
  std::atomic<std::int64_t> last_ms_{0};
  std::atomic<std::uint32_t> slots_{0};  ///< rows of peaks_ in use
  std::atomic<bool> removed_{false};

  mutable std::mutex cells_mutex_;  ///< guards what follows and the size of cells_
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> closed_;   ///< since begin_harvest()
  std::vector<std::uint32_t> to_free_;  ///< closed before it
  std::vector<std::string> users_;      ///< by cell
  std::uint32_t used_ = 0;              ///< cells ever taken: rows above were never open
};

}  // namespace postage::meter
