#pragma once
// The table that gives each project, and each account, of this node a small integer: the place of its counters in every
// window file. A slot is given once and never changes hands; the table is one memory-mapped file that outlives runs.
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/ids.h"
#include "base/result.h"
#include "meter/slot_file.h"

namespace postage {
using CapId = Id<struct CapTag>;  ///< a customer's own cap on a project or on its channels
}  // namespace postage

namespace postage::meter {

/// Place of a project's counters. Kept by whoever counts for the project; valid for the life of the data directory.
struct ProjectSlot {
  std::uint32_t value = 0;
  auto operator<=>(const ProjectSlot&) const = default;
};
/// Place of an account's simultaneous connections, in the same table.
struct AccountSlot {
  std::uint32_t value = 0;
  auto operator<=>(const AccountSlot&) const = default;
};

/// Place of the units that a customer's cap has seen: beside the project's own, never billed.
struct CapSlot {
  std::uint32_t value = 0;
  auto operator<=>(const CapSlot&) const = default;
};

/// Keys of caps lie below those of accounts.
inline constexpr std::int64_t kCapKeysEnd = -(std::int64_t{1} << 62);
inline bool is_cap_key(std::int64_t key) { return key < kCapKeysEnd; }
inline std::int64_t key_of_cap(CapId cap) { return INT64_MIN + cap.value; }
inline CapId cap_of_key(std::int64_t key) { return CapId{key - INT64_MIN}; }

/// Most projects, accounts and caps together that one node can meter (a counter costs 8 bytes an hour and shard).
inline constexpr std::uint32_t kSlotsMax = 1u << 20;

/// Thread: any.
class Slots {
 public:
  /// Opens or makes `path`. Errors: store_failed, corrupt_record.
  static Result<std::unique_ptr<Slots>> open(const std::string& path);

  /// The project's slot, given now if it is new (rare: it may grow files; an old one costs a shared lock and a
  /// look-up). Errors: unavailable when the table is full, store_failed when the disk is.
  Result<ProjectSlot> of(ProjectId project);
  Result<AccountSlot> of(AccountId account);
  Result<CapSlot> of(CapId cap);
  /// How many slots are given: slots 0 to count() - 1.
  [[nodiscard]] std::uint32_t count() const { return count_.load(std::memory_order_acquire); }
  /// Positive: a project's id; negative: an account's id, negated, or a cap's (is_cap_key); 0: a slot that a power loss
  /// burnt.
  [[nodiscard]] std::int64_t key(std::uint32_t slot) const;

  /// The slot of a key (see key()), if it was ever given.
  [[nodiscard]] std::optional<std::uint32_t> find(std::int64_t key) const;

  /// Called with the new count before a new slot is handed out: whoever keeps files by slot makes room in them.
  using Grow = std::function<Result<void>(std::uint32_t count)>;
  void on_grow(Grow grow);
  /// Flushes new slots to disk, before the counters that use them.
  Result<void> sync();

 private:
  explicit Slots(SlotFile file) : file_(std::move(file)) {}
  Result<std::uint32_t> find_or_give(std::int64_t key);

  SlotFile file_;
  std::atomic<std::uint32_t> count_{0};
  bool dirty_ = false;  ///< slots given since the last sync; under mutex_
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::int64_t, std::uint32_t> by_key_;
  Grow grow_;
};

}  // namespace postage::meter
