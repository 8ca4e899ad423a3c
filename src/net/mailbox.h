#pragma once
// Where other threads leave tasks for a loop. A post writes the wake-up descriptor only when the loop sleeps; under
// load that is one write per hundreds of tasks. Thread: post and close from any; the rest from the loop.
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "net/task.h"

namespace postage::net {

/// Owns the eventfd. Outlives its loop while others hold it; closed by the loop's end, it drops what is posted.
class Mailbox {
 public:
  static Result<std::shared_ptr<Mailbox>> create();
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  /// Appends; wakes the sleeping loop. Returns false, and destroys the task, after close().
  bool post(Task task);
  /// Wakes the loop if it sleeps.
  void wake();
  /// Swaps all waiting tasks into `out`, which must be empty.
  void take(std::vector<Task>& out);
  /// Says that the loop is about to sleep. True when nothing waits and it may; then posts wake it.
  bool prepare_to_sleep();
  /// Says that the loop is awake: posts need not wake it.
  void awake();
  /// Reads the wake-up descriptor empty.
  void drain();
  /// Drops what waits and everything posted later.
  void close();
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  explicit Mailbox(int descriptor) : descriptor_(descriptor) {}
  std::mutex mutex_;
  std::vector<Task> tasks_;
  bool closed_ = false;
  std::atomic<bool> awake_{true};
  int descriptor_;
};

}  // namespace postage::net
