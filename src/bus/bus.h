#pragma once
// How a shard reaches another shard: values posted to an index. LocalBus (one process) is one answer; a bus between
// nodes has the same shape. Knows nothing of what it carries.
#include <cstddef>
#include <vector>

namespace postage::bus {

/// Port. Mail posted by one thread to one shard arrives in the order of posting (with gaps from others between).
/// Thread: any.
template <class Mail>
class Bus {
 public:
  virtual ~Bus() = default;
  /// Number of shards, at least 1; indices are below it.
  [[nodiscard]] virtual std::size_t shards() const = 0;
  /// Moves all of `mails` (together about `bytes` bytes) to shard `to` and empties the vector. Never refuses: what is
  /// posted keeps the order of a channel. Whoever brings new work asks has_room() first.
  virtual void post(std::size_t to, std::vector<Mail>& mails, std::size_t bytes) = 0;
  /// Swaps all mail that waits for `shard` into `into`, which must be empty. Thread: that shard's.
  virtual void take(std::size_t shard, std::vector<Mail>& into) = 0;
  /// False while the mail that waits at shard `to` is over its bound: then new work is refused at the door.
  [[nodiscard]] virtual bool has_room(std::size_t to) const = 0;
};

}  // namespace postage::bus
