#pragma once
// Rows by id, in chunks that copies share: a copy costs a pointer a chunk, and a change copies the one chunk it is in. With
// 300,000 rows that is some ten microseconds, where copying a map took a tenth of a second.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace postage::auth {

/// Ordered by `AnyId` (a number that counts up from 1, so that chunks are full). Thread: as a plain container; copies may
/// be read anywhere while one of them is changed, as long as another copy that holds the same chunks lives meanwhile (the
/// directory's current snapshot does): what only one copy holds is changed in place.
template <class AnyId, class Row>
class SharedRows {
 public:
  /// The row of `id`, or null. Good until this copy changes or dies.
  [[nodiscard]] const Row* find(AnyId id) const {
    const auto chunk = std::ranges::lower_bound(chunks_, number_of(id), {}, &Chunk::number);
    if (chunk == chunks_.end() || chunk->number != number_of(id)) return nullptr;
    const auto row = std::ranges::lower_bound(*chunk->rows, id, {}, &Pair::first);
    return row == chunk->rows->end() || row->first != id ? nullptr : &row->second;
  }

  /// Adds the row, or puts it in the place of the one that `id` had.
  void put(AnyId id, Row row) {
    auto chunk = std::ranges::lower_bound(chunks_, number_of(id), {}, &Chunk::number);
    if (chunk == chunks_.end() || chunk->number != number_of(id)) {
      chunk = chunks_.insert(chunk, Chunk{number_of(id), std::make_shared<Rows>()});
    } else if (chunk->rows.use_count() > 1) {
      chunk->rows = std::make_shared<Rows>(*chunk->rows);
    }
    Rows& rows = *chunk->rows;
    const auto place = std::ranges::lower_bound(rows, id, {}, &Pair::first);
    if (place != rows.end() && place->first == id) {
      place->second = std::move(row);
    } else {
      rows.insert(place, Pair{id, std::move(row)});
    }
  }

  /// Calls visit(id, row) for each row above `after`, by id, until it answers false.
  template <class Visit>
  void each_after(AnyId after, Visit&& visit) const {
    auto chunk = std::ranges::lower_bound(chunks_, number_of(after), {}, &Chunk::number);
    for (; chunk != chunks_.end(); ++chunk) {
      auto row = std::ranges::upper_bound(*chunk->rows, after, {}, &Pair::first);
      for (; row != chunk->rows->end(); ++row) {
        if (!visit(row->first, row->second)) return;
      }
    }
  }

 private:
  static constexpr int kChunkBits = 8;
  using Pair = std::pair<AnyId, Row>;
  using Rows = std::vector<Pair>;
  struct Chunk {
    std::int64_t number;
    std::shared_ptr<Rows> rows;
  };
  static std::int64_t number_of(AnyId id) { return id.value >> kChunkBits; }

  std::vector<Chunk> chunks_;  ///< by number
};

}  // namespace postage::auth
