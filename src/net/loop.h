#pragma once
// One thread's event loop over epoll. A turn: wait; read the clock once; read sockets and call handlers; run posted
// tasks; run due deadlines; call the turn-end hooks; flush each dirty connection with one write; free what ended.
//
// Life: create, hand to a thread, run(), stop(), join, destroy (on any one thread, after its servers). Thread: the one
// that runs it, but post() and stop() may be called from any.
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/mailbox.h"
#include "net/poller.h"
#include "net/task.h"
#include "net/timer_wheel.h"

namespace postage::net {

class Link;

/// Readable bytes after what Link::on_bytes is given.
inline constexpr std::size_t kReadPadding = 64;

/// See the top of the file.
class Loop {
 public:
  /// `clock` outlives the loop. Fails with Errc::unavailable when the process has no descriptors left.
  static Result<std::unique_ptr<Loop>> create(Clock& clock);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Turns until stop(). Tasks posted before stop() have run when it returns.
  void run();
  /// One turn that waits at most `wait` for something to do; for tests and for embedding.
  void turn(milliseconds wait);
  /// Makes run() return after the present turn. Thread: any.
  void stop();
  /// Runs `task` on the loop's thread, in order of posting. Wakes the loop only if it sleeps. Never blocks. Thread:
  /// any.
  void post(Task task);

  /// The clock as read at the beginning of this turn.
  [[nodiscard]] Steady now() const { return now_; }
  [[nodiscard]] Instant wall() const { return wall_; }

  /// Adds a hook that is called at the end of each turn, before the flush; hooks are called in order of adding and live
  /// as long as the loop. What they send goes out in this turn. Call before run() or on the loop's thread.
  void on_turn_end(std::function<void()> hook);
  /// Asks for a turn at `at` or soon after it, to the nanosecond if the kernel can. Only the earliest request is kept:
  /// who still needs a later turn asks again when a hook is called. For flush gaps and heaps of time that live
  /// elsewhere.
  void wake_at(Steady at);

  /// For owners of a Deadline.
  [[nodiscard]] TimerWheel& timers() { return timers_; }
  /// For Responder: outlives the loop.
  [[nodiscard]] const std::shared_ptr<Mailbox>& mailbox() const { return mailbox_; }

  /// Turns so far.
  [[nodiscard]] std::uint64_t turns() const { return turns_; }

 private:
  friend class Link;
  friend class Server;
  Loop(Clock& clock, Poller poller, std::shared_ptr<Mailbox> mailbox);
  void run_posted();
  void flush_dirty();
  void free_ended();
  [[nodiscard]] nanoseconds patience(nanoseconds most) const;

  Clock& clock_;
  Steady now_;
  Instant wall_;
  Poller poller_;
  std::shared_ptr<Mailbox> mailbox_;  // Shared with Responders on other threads, which may outlive the loop.
  TimerWheel timers_;
  std::vector<std::function<void()>> turn_end_;
  std::optional<Steady> wake_at_;
  std::vector<Link*> dirty_;     // to flush at the end of the turn
  std::vector<Link*> flushing_;  // the list being flushed
  std::vector<Link*> ended_;     // to free at the end of the turn
  std::vector<Task> running_;
  std::vector<char> read_buffer_;  // one for all connections
  std::string flat_;               // joins small buffers for one write or one TLS record
  bool again_ = false;             // the next turn does not sleep
  bool stopping_ = false;
  std::uint64_t turns_ = 0;
};

/// A deadline with a callback, for owners outside this room. Thread: the loop's.
class Timer final : public Deadline {
 public:
  Timer(Loop& loop, std::function<void()> callback) : loop_(loop), callback_(std::move(callback)) {}
  /// Calls back at `at`, replacing an earlier setting.
  void set(Steady at) { loop_.timers().arm(*this, at); }
  void cancel() { loop_.timers().disarm(*this); }

 private:
  void on_due() override { callback_(); }
  Loop& loop_;
  std::function<void()> callback_;
};

}  // namespace postage::net
