#pragma once
// Recent messages, oldest first, in two blocks of memory however many there are: their bytes one after another in a ring,
// and a small row for each. Keeping a message is a copy to the ring's end; nothing is allocated for it.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/footprint.h"
#include "engine/channel/publication.h"

namespace postage::engine {

/// See the top of the file. Grows by doubling, at most to twice what is in it. Thread: one at a time.
class MessageRing {
 public:
  /// Largest sum of bytes that it may hold.
  static constexpr std::size_t kBytesMax = std::size_t{1} << 30;

  /// One message as it was published; views are good until the next change.
  struct Message {
    Publication publication;
    Instant at{};
  };

  /// Appends. Publisher and custom type have less than 32 KiB each.
  void push(const Publication& message, Instant at);
  /// Drops the oldest.
  void pop();
  [[nodiscard]] std::size_t count() const { return count_; }
  /// Payloads, names and types together.
  [[nodiscard]] std::size_t bytes() const { return end_ - begin_; }
  /// When the oldest was published; only while there is one.
  [[nodiscard]] Instant oldest_at() const { return oldest_at_; }
  /// Payload bytes of message `i`, counted from the oldest.
  [[nodiscard]] std::size_t payload_bytes(std::size_t i) const;
  /// Message `i`. One whose bytes lie across the ring's end is put together in `whole`.
  [[nodiscard]] Message at(std::size_t i, std::string& whole) const;
  /// Adds what the next push and pop will touch.
  void leave_footprint(Footprint& footprint) const;

 private:
  // Places in the ring are counted without end, modulo 2^32; the ring's size divides that.
  struct Row {
    Instant at{};
    std::uint32_t begin = 0;
    std::uint16_t publisher_bytes = 0;
    std::uint16_t custom_type_bytes : 15 = 0;
    std::uint16_t binary : 1 = 0;
  };
  static_assert(sizeof(Row) == 16);
  [[nodiscard]] Row& row(std::size_t i) const { return rows_[(head_ + i) & (rows_room_ - 1)]; }
  [[nodiscard]] std::uint32_t end_of(std::size_t i) const { return i + 1 < count_ ? row(i + 1).begin : end_; }
  void append(std::string_view bytes);
  void copy_out(std::uint32_t from, char* to, std::size_t size) const;
  void grow_bytes(std::size_t more);
  void grow_rows();

  std::unique_ptr<char[]> bytes_;
  std::unique_ptr<Row[]> rows_;
  std::uint32_t room_ = 0;       // of bytes_, a power of two
  std::uint32_t rows_room_ = 0;  // likewise
  std::uint32_t begin_ = 0;      // of the oldest message's bytes
  std::uint32_t end_ = 0;
  std::uint32_t head_ = 0;       // row of the oldest
  std::uint32_t count_ = 0;
  Instant oldest_at_{};          // kept here, so that asking for it touches no row
};

}  // namespace postage::engine
