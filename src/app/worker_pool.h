#pragma once
// A few threads for work that may block (SQL, REST handlers, argon2). Bounded: what does not fit is refused at once, so
// that a flood of requests costs memory for at most `queue_max` of them.
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace postage::app {

class WorkerPool {
 public:
  WorkerPool(int threads, std::size_t queue_max);
  ~WorkerPool() { stop(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Runs `task` on some worker. False when the queue is full or the pool stops; the task is not run then. Thread: any.
  [[nodiscard]] bool submit(std::function<void()> task);
  /// Finishes what is queued and ends the threads. Thread: the owner; may be called twice.
  void stop();

 private:
  void work();

  std::size_t queue_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace postage::app
