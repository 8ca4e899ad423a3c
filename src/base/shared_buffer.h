#pragma once
// Immutable bytes shared by reference count: the one thing that threads share on the message path. A delivery is encoded
// once per codec into one of these and every queue holds a pointer to it. Small ones are used again by the thread that
// let go of them last, because answers and single deliveries would otherwise spend their time in the allocator.
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace postage {

/// The bytes and their count. Filled by one thread, then handed out; never changed once two hold it.
class SharedBytes {
 public:
  std::string data;

 private:
  friend class BufferRef;
  friend class SpareBytes;
  std::atomic<std::uint32_t> references_{0};
  SharedBytes* next_ = nullptr;  // among the spare ones
};

/// A thread's spare buffers: at most kCountMax with room for kRoom to kRoomMax bytes each. Thread: each has its own.
class SpareBytes {
 public:
  static constexpr std::size_t kRoom = 240;
  static constexpr std::size_t kRoomMax = 1024;
  static constexpr std::uint32_t kCountMax = 512;

  /// An empty buffer with room for kRoom bytes.
  static SharedBytes* take() {
    if (SharedBytes* const spare = first_) {
      first_ = spare->next_;
      --count_;
      return spare;
    }
    auto* made = new SharedBytes;
    made->data.reserve(kRoom);
    return made;
  }
  /// Keeps or frees what nobody holds any more.
  static void give(SharedBytes* bytes) {
    const std::size_t room = bytes->data.capacity();
    if (count_ >= kCountMax || room < kRoom || room > kRoomMax) {
      delete bytes;
      return;
    }
    static thread_local const AtExit at_exit;
    bytes->data.clear();
    bytes->next_ = first_;
    first_ = bytes;
    ++count_;
  }

 private:
  // Frees them when the thread ends; what is let go of later is not kept.
  struct AtExit {
    ~AtExit() {
      while (SharedBytes* const spare = first_) {
        first_ = spare->next_;
        delete spare;
      }
      count_ = kCountMax;
    }
  };
  static inline thread_local SharedBytes* first_ = nullptr;
  static inline thread_local std::uint32_t count_ = 0;
};

/// Owning pointer to SharedBytes. Copy = one relaxed add. Thread: any, as with shared_ptr.
class BufferRef {
 public:
  BufferRef() = default;
  explicit BufferRef(std::string bytes) : bytes_(new SharedBytes) { bytes_->data = std::move(bytes); retain(); }
  static BufferRef make() { BufferRef ref; ref.bytes_ = SpareBytes::take(); ref.retain(); return ref; }
  BufferRef(const BufferRef& other) : bytes_(other.bytes_) { retain(); }
  BufferRef(BufferRef&& other) noexcept : bytes_(std::exchange(other.bytes_, nullptr)) {}
  BufferRef& operator=(BufferRef other) noexcept { std::swap(bytes_, other.bytes_); return *this; }
  ~BufferRef() { release(); }

  explicit operator bool() const { return bytes_ != nullptr; }
  [[nodiscard]] std::string_view view() const { return bytes_ ? std::string_view(bytes_->data) : std::string_view(); }
  [[nodiscard]] std::size_t size() const { return bytes_ ? bytes_->data.size() : 0; }
  /// The bytes to append to; only while this is the sole holder.
  [[nodiscard]] std::string& unshared() { return bytes_->data; }
  bool operator==(const BufferRef& other) const { return bytes_ == other.bytes_; }

 private:
  void retain() { if (bytes_) bytes_->references_.fetch_add(1, std::memory_order_relaxed); }
  void release() {
    if (bytes_ && bytes_->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) SpareBytes::give(bytes_);
    bytes_ = nullptr;
  }
  SharedBytes* bytes_ = nullptr;
};

}  // namespace postage
