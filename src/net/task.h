#pragma once
// A piece of work for a loop: any callable, also one that can only be moved (C++20 has no std::move_only_function).
#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace postage::net {

/// Owning, move-only `void()`. Callables up to 48 bytes are kept inside. Thread: one at a time.
class Task {
 public:
  Task() = default;
  template <class Callable>
    requires(!std::is_same_v<std::decay_t<Callable>, Task> && std::is_invocable_v<std::decay_t<Callable>&>)
  Task(Callable&& callable) {  // NOLINT(google-explicit-constructor): lambdas convert silently, as with std::function
    using Kept = std::decay_t<Callable>;
    if constexpr (sizeof(Kept) <= kInsideBytes && alignof(Kept) <= alignof(std::max_align_t) &&
                  std::is_nothrow_move_constructible_v<Kept>) {
      new (inside_) Kept(std::forward<Callable>(callable));
      table_ = &kInside<Kept>;
    } else {
      new (inside_) Kept*(new Kept(std::forward<Callable>(callable)));
      table_ = &kOutside<Kept>;
    }
  }
  Task(Task&& other) noexcept { take(other); }
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      clear();
      take(other);
    }
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() { clear(); }

  explicit operator bool() const { return table_ != nullptr; }
  void operator()() { table_->run(inside_); }

 private:
  static constexpr std::size_t kInsideBytes = 48;
  struct Table {
    void (*run)(void*);
    void (*move)(void* to, void* from);
    void (*destroy)(void*);
  };
  template <class Kept>
  static constexpr Table kInside{[](void* p) { (*static_cast<Kept*>(p))(); },
                                 [](void* to, void* from) {
                                   new (to) Kept(std::move(*static_cast<Kept*>(from)));
                                   static_cast<Kept*>(from)->~Kept();
                                 },
                                 [](void* p) { static_cast<Kept*>(p)->~Kept(); }};
  template <class Kept>
  static constexpr Table kOutside{[](void* p) { (**static_cast<Kept**>(p))(); },
                                  [](void* to, void* from) { new (to) Kept*(*static_cast<Kept**>(from)); },
                                  [](void* p) { delete *static_cast<Kept**>(p); }};

  void take(Task& other) {
    table_ = std::exchange(other.table_, nullptr);
    if (table_ != nullptr) table_->move(inside_, other.inside_);
  }
  void clear() {
    if (table_ != nullptr) std::exchange(table_, nullptr)->destroy(inside_);
  }

  const Table* table_ = nullptr;
  alignas(std::max_align_t) std::byte inside_[kInsideBytes];
};

}  // namespace postage::net
