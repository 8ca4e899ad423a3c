#pragma once
// A list that most often holds one thing: the first is kept inside, more lie in one block on the heap. For owners by the
// hundred thousand, where a vector's block of its own would cost more than what is in it.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include "base/check.h"

namespace postage {

/// Moves, does not copy. Below 2^32 elements; any change may move them. Thread: one at a time.
template <class T>
class FewOf {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
  static_assert(alignof(T) <= alignof(void*));

 public:
  FewOf() = default;
  FewOf(FewOf&& other) noexcept { swap(other); }
  FewOf& operator=(FewOf&& other) noexcept {
    swap(other);
    return *this;
  }
  ~FewOf() { free_block(); }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  T* begin() { return room_ > 1 ? at_.many : &at_.one; }
  T* end() { return begin() + size_; }
  [[nodiscard]] const T* begin() const { return room_ > 1 ? at_.many : &at_.one; }
  [[nodiscard]] const T* end() const { return begin() + size_; }
  T& operator[](std::size_t i) { return begin()[i]; }
  const T& operator[](std::size_t i) const { return begin()[i]; }
  T& back() { return begin()[size_ - 1]; }

  void push_back(const T& value) {
    const T copy = value;  // It may lie in here.
    if (size_ == room_) move_to(room_ * 2);
    new (begin() + size_) T(copy);
    ++size_;
  }
  /// Gives memory back when at most one is left, or three quarters of much are unused.
  void pop_back() {
    CHECK(size_ > 0);
    --size_;
    if (room_ > 1 && size_ <= 1) {
      move_to(1);
    } else if (room_ > kRoomKept && size_ <= room_ / 4) {
      move_to(room_ / 2);
    }
  }

 private:
  static constexpr std::uint32_t kRoomKept = 16;
  union At {
    At() : many(nullptr) {}
    T one;
    T* many;
  };
  void move_to(std::uint32_t room) {
    CHECK(room >= size_);
    At fresh;
    if (room > 1) fresh.many = static_cast<T*>(::operator new(sizeof(T) * room));
    T* const to = room > 1 ? fresh.many : &fresh.one;
    if (size_ > 0) std::memcpy(static_cast<void*>(to), begin(), sizeof(T) * size_);
    free_block();
    at_ = fresh;
    room_ = room;
  }
  void free_block() {
    if (room_ > 1) ::operator delete(at_.many);
  }
  void swap(FewOf& other) noexcept {
    std::swap(size_, other.size_);
    std::swap(room_, other.room_);
    std::swap(at_, other.at_);
  }

  std::uint32_t size_ = 0;
  std::uint32_t room_ = 1;
  At at_;
};

}  // namespace postage
