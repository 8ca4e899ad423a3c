#pragma once
// One accepted byte stream: socket, optional TLS, the queue of bytes to go out. This is the narrow waist of the room:
// above it nobody knows descriptors or epoll (bytes in, flush, end); below it another back end (io_uring) would give
// the same. Owned by itself: start() to cut(), then freed by the loop at the end of the turn. Thread: its loop.
#include <cstddef>
#include <cstdint>

#include "base/footprint.h"
#include "base/shared_buffer.h"
#include "net/loop.h"
#include "net/write_queue.h"

struct ssl_st;

namespace postage::net {

/// See the top of the file. The derived class is the protocol.
class Link : private Pollable {
 public:
  /// Takes the descriptor (non-blocking, connected) and `ssl` (or null: plain).
  Link(Loop& loop, int descriptor, ssl_st* ssl);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  virtual ~Link();

  /// For the loop: writes what waits unless the kernel said "full" and has not said "room" yet.
  void flush_in_turn();
  [[nodiscard]] bool in_dirty_list() const { return dirty_; }
  /// For the loop: asks the processor for what the flush will touch.
  void prefetch() const { __builtin_prefetch(&queue_, 1); }

 protected:
  /// Begins to read. False when the kernel cannot watch more; then cut() is the only call allowed.
  bool start();
  /// Bytes from the peer; may be changed in place and are followed by kReadPadding readable bytes.
  virtual void on_bytes(char* data, std::size_t size) = 0;
  /// The peer will send no more; what is queued can still be taken by it.
  virtual void on_end_of_bytes() = 0;
  /// The queue became empty and somebody waited for that: the kernel had refused bytes, or tell_when_empty().
  virtual void on_queue_empty() = 0;
  /// The link is over (error, or cut() called); the last call, exactly once.
  virtual void on_cut() = 0;

  /// Queues bytes for the end of the turn, without a bound: the caller has checked it.
  void queue(BufferRef bytes) {
    queue_.push(std::move(bytes));
    mark_dirty();
  }
  /// Queues a copy of bytes that are for this link alone; likewise.
  void queue_copy(std::string_view bytes) {
    queue_.append(bytes);
    mark_dirty();
  }
  [[nodiscard]] const WriteQueue& queued() const { return queue_; }
  /// What the next bytes are likely to touch.
  void expect(const Footprint& footprint) { expected_ = footprint; }
  /// Drops buffers that have not begun to go out.
  void drop_queue() { queue_.drop_unbegun(tls_retry_bytes_); }
  /// Asks for on_queue_empty also when the next flush succeeds at once.
  void tell_when_empty() {
    tell_when_empty_ = true;
    mark_dirty();
  }
  /// Stops or resumes taking bytes from the kernel.
  void pause_reading(bool paused);
  /// After the queue has gone out: ends our direction, reads and drops until the peer ends his, then cuts. The caller
  /// bounds the time with a deadline and cut(). (A plain close would make the kernel send RST and lose the last bytes.)
  void finish();
  /// Ends now, in order (TLS: with its close_notify), without waiting for the peer. Only when nothing is queued; a request
  /// that arrives at the same moment is refused by the kernel.
  void leave();
  /// Ends now.
  void cut();
  [[nodiscard]] bool over() const { return over_; }
  [[nodiscard]] bool finishing() const { return finishing_; }
  /// The peer has ended its direction.
  [[nodiscard]] bool peer_ended() const { return end_of_bytes_; }
  [[nodiscard]] bool encrypted() const { return ssl_ != nullptr; }
  [[nodiscard]] Loop& loop() const { return loop_; }

 private:
  void on_events(std::uint32_t events) override;
  void read();
  std::ptrdiff_t receive(char* to, std::size_t size);
  void ended_by_peer();
  bool flush();
  std::ptrdiff_t write_plain();
  std::ptrdiff_t write_tls();
  void shut_down();
  void watch();
  void mark_dirty() {
    if (dirty_ || over_) return;
    dirty_ = true;
    loop_.dirty_.push_back(this);
  }

  Loop& loop_;
  ssl_st* ssl_;
  int descriptor_;
  std::uint32_t watched_ = 0;          // epoll bits asked for
  std::uint32_t tls_retry_bytes_ = 0;  // SSL_write must be called again with at least these
  bool dirty_ : 1 = false;             // in the loop's list
  bool blocked_ : 1 = false;           // the kernel took less than offered
  bool paused_ : 1 = false;
  bool end_of_bytes_ : 1 = false;
  bool finishing_ : 1 = false;
  bool shut_down_ : 1 = false;
  bool over_ : 1 = false;
  bool tell_when_empty_ : 1 = false;
  bool read_wants_write_ : 1 = false;  // TLS handshake: the answer does not fit
  WriteQueue queue_;
  Footprint expected_;                 // of the next bytes
};

}  // namespace postage::net
