#pragma once
// The bytes that wait to go out on one connection: references to shared buffers, and buffers of its own for what is small
// and for this connection alone. The usual turn queues one buffer, which is kept inside; an idle connection holds no
// memory here. Thread: one loop.
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/shared_buffer.h"

namespace postage::net {

class WriteQueue {
 public:
  [[nodiscard]] bool empty() const { return !first_; }
  /// Bytes not yet taken.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// Nothing but one buffer waits.
  [[nodiscard]] bool single() const { return rest_.size() == head_; }
  /// What is left of the oldest buffer.
  [[nodiscard]] std::string_view front() const { return first_.view().substr(offset_); }

  /// Appends; an empty buffer is ignored. A small one is copied behind what is this queue's own anyway.
  void push(BufferRef buffer) {
    if (buffer.size() == 0) return;
    if (own_last_ && buffer.size() <= kCopyBytesMax) {
      append(buffer.view());
      return;
    }
    bytes_ += buffer.size();
    enqueue(std::move(buffer));
    own_last_ = false;
  }
  /// Appends a copy: to the last buffer if that is this queue's own and has not grown long, else to a new one.
  void append(std::string_view bytes) {
    if (bytes.empty()) return;
    if (!own_last_ || last().size() + bytes.size() > kOwnBytesMax) {
      enqueue(BufferRef::make());
      own_last_ = true;
    }
    last().unshared().append(bytes);
    bytes_ += bytes.size();
  }

  /// Fills `out` with up to `most` pieces, oldest first; returns how many.
  std::size_t gather(iovec* out, std::size_t most) const {
    std::size_t count = 0;
    if (most == 0 || empty()) return 0;
    out[count++] = piece(front());
    for (std::size_t i = head_; i < rest_.size() && count < most; ++i) out[count++] = piece(rest_[i].view());
    return count;
  }

  /// Appends up to `most` bytes to `out`, oldest first.
  void copy(std::string& out, std::size_t most) const {
    if (empty()) return;
    append(out, front(), most);
    for (std::size_t i = head_; i < rest_.size() && out.size() < most; ++i) append(out, rest_[i].view(), most);
  }

  /// Takes `count` bytes, at most bytes(), off the front.
  void consume(std::size_t count) {
    bytes_ -= count;
    while (count > 0) {
      const std::size_t left = first_.size() - offset_;
      if (count < left) {
        offset_ += static_cast<std::uint32_t>(count);
        return;
      }
      count -= left;
      advance();
    }
  }

  /// Drops every buffer of which nothing has gone out and that does not lie in the next `keep` bytes.
  void drop_unbegun(std::size_t keep) {
    std::size_t kept = front().size();
    if (!empty() && offset_ == 0 && keep == 0) {
      clear();
      return;
    }
    std::size_t end = head_;
    while (end < rest_.size() && kept < keep) kept += rest_[end++].size();
    rest_.resize(end);
    bytes_ = kept;
    own_last_ = false;
  }

  void clear() {
    first_ = BufferRef();
    std::vector<BufferRef>().swap(rest_);
    head_ = offset_ = 0;
    bytes_ = 0;
    own_last_ = false;
  }

 private:
  static iovec piece(std::string_view bytes) { return {const_cast<char*>(bytes.data()), bytes.size()}; }
  static void append(std::string& out, std::string_view bytes, std::size_t most) {
    out.append(bytes.substr(0, most - out.size()));
  }
  BufferRef& last() { return single() ? first_ : rest_.back(); }
  void enqueue(BufferRef buffer) {
    if (!first_) {
      first_ = std::move(buffer);
    } else {
      rest_.push_back(std::move(buffer));
    }
  }
  void advance() {
    offset_ = 0;
    if (head_ == rest_.size()) {
      first_ = BufferRef();
      own_last_ = false;
    } else {
      first_ = std::move(rest_[head_++]);
    }
    if (head_ == rest_.size()) {
      rest_.clear();
      head_ = 0;
      if (rest_.capacity() > kKept) std::vector<BufferRef>().swap(rest_);
    } else if (head_ >= kCompact && head_ * 2 >= rest_.size()) {
      rest_.erase(rest_.begin(), rest_.begin() + head_);  // Or a queue that never empties would grow for ever.
      head_ = 0;
    }
  }

  static constexpr std::size_t kKept = 8;
  static constexpr std::size_t kCopyBytesMax = 512;
  static constexpr std::size_t kOwnBytesMax = 16 * 1024;  // a TLS record
  static constexpr std::size_t kCompact = 64;
  BufferRef first_;
  std::vector<BufferRef> rest_;
  std::uint32_t head_ = 0;    // of rest_
  std::uint32_t offset_ = 0;  // in first_; one buffer is below 4 GiB
  std::size_t bytes_ = 0;
  bool own_last_ = false;  // nobody else holds the last buffer
};

}  // namespace postage::net
