#include "net/loop.h"

#include <algorithm>

#include "net/link.h"

namespace postage::net {
namespace {
constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::size_t kAhead = 2;  // connections, in asking for their memory
}

Result<std::unique_ptr<Loop>> Loop::create(Clock& clock) {
  TRY(poller, Poller::create());
  TRY(mailbox, Mailbox::create());
  if (!poller.add(mailbox->descriptor(), EPOLLIN, nullptr))
    return Error(Errc::unavailable, "epoll takes no descriptor");
  return std::unique_ptr<Loop>(new Loop(clock, std::move(poller), std::move(mailbox)));
}

Loop::Loop(Clock& clock, Poller poller, std::shared_ptr<Mailbox> mailbox)
    : clock_(clock),
      now_(clock.steady()),
      wall_(clock.wall()),
      poller_(std::move(poller)),
      mailbox_(std::move(mailbox)),
      timers_(now_),
      read_buffer_(kReadBytes + kReadPadding) {}

Loop::~Loop() {
  mailbox_->close();
  free_ended();
}

void Loop::run() {
  while (!stopping_) turn(std::chrono::hours(1));
  stopping_ = false;
}

void Loop::turn(milliseconds wait) {
  ++turns_;
  std::optional<nanoseconds> patience(0);
  if (wait.count() > 0 && dirty_.empty() && !again_ && mailbox_->prepare_to_sleep()) patience = this->patience(wait);
  again_ = false;
  poller_.wait(patience);
  mailbox_->awake();
  now_ = clock_.steady();
  wall_ = clock_.wall();
  if (wake_at_ && *wake_at_ <= now_) wake_at_.reset();
  if (poller_.dispatch()) mailbox_->drain();
  run_posted();
  timers_.advance(now_);
  for (std::size_t i = 0; i < turn_end_.size(); ++i) turn_end_[i]();
  flush_dirty();
  free_ended();
}

nanoseconds Loop::patience(nanoseconds most) const {
  std::optional<Steady> due = timers_.next();
  if (wake_at_ && (!due || *wake_at_ < *due)) due = wake_at_;
  if (!due) return most;
  return std::clamp(nanoseconds(*due - clock_.steady()), nanoseconds(0), most);
}

void Loop::stop() {
  post([this] { stopping_ = true; });
}

void Loop::post(Task task) { mailbox_->post(std::move(task)); }

void Loop::on_turn_end(std::function<void()> hook) { turn_end_.push_back(std::move(hook)); }

void Loop::wake_at(Steady at) {
  if (!wake_at_ || at < *wake_at_) wake_at_ = at;
}

// Tasks that these tasks post run in the next turn, so that a task that posts itself cannot starve the sockets.
void Loop::run_posted() {
  mailbox_->take(running_);
  for (Task& task : running_) {
    task();
    task = Task();  // What a task holds is freed before the next one runs.
  }
  running_.clear();
}

// What becomes dirty meanwhile (on_drained sends more) waits for the next turn, which then does not sleep.
void Loop::flush_dirty() {
  flushing_.swap(dirty_);
  for (std::size_t i = 0; i < flushing_.size(); ++i) {
    if (i + kAhead < flushing_.size()) flushing_[i + kAhead]->prefetch();
    flushing_[i]->flush_in_turn();
  }
  flushing_.clear();
}

void Loop::free_ended() {
  for (std::size_t i = 0; i < ended_.size(); ++i) {
    Link* link = ended_[i];
    if (link->in_dirty_list()) std::erase(dirty_, link);
    delete link;
    again_ = true;  // Its end may have told others, whose hooks have had their call this turn.
  }
  ended_.clear();
}

}  // namespace postage::net
