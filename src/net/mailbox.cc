#include "net/mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace postage::net {

Result<std::shared_ptr<Mailbox>> Mailbox::create() {
  const int descriptor = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (descriptor < 0) return Error(Errc::unavailable, "no descriptor for the wake-up event");
  return std::shared_ptr<Mailbox>(new Mailbox(descriptor));
}

Mailbox::~Mailbox() { ::close(descriptor_); }

bool Mailbox::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    tasks_.push_back(std::move(task));
  }
  wake();
  return true;
}

void Mailbox::wake() {
  if (awake_.exchange(true)) return;
  const std::uint64_t one = 1;
  // The counter cannot be full: it is written once per sleep. So there is nothing to do about a failure.
  [[maybe_unused]] const auto written = ::write(descriptor_, &one, sizeof one);
}

void Mailbox::take(std::vector<Task>& out) {
  const std::lock_guard lock(mutex_);
  out.swap(tasks_);
}

bool Mailbox::prepare_to_sleep() {
  // First "asleep", then look: a post that comes after the look finds us asleep and wakes us.
  awake_.store(false);
  const std::lock_guard lock(mutex_);
  return tasks_.empty();
}

void Mailbox::awake() { awake_.store(true); }

void Mailbox::drain() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = ::read(descriptor_, &count, sizeof count);
}

void Mailbox::close() {
  std::vector<Task> dropped;  // Destroyed outside the lock: a task's destructor may post.
  const std::lock_guard lock(mutex_);
  closed_ = true;
  dropped.swap(tasks_);
}

}  // namespace postage::net
