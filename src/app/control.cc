#include "app/control.h"

#include "base/log.h"

namespace postage::app {
namespace {
constexpr milliseconds kPeriod{1000};
constexpr seconds kQuiet{60};
}  // namespace

void Control::start() {
  complained_.assign(duties_.size(), Steady::min());
  thread_ = std::thread([this] { work(); });
}

/// True when a duty wants the next round at once.
bool Control::round() {
  bool more = false;
  for (std::size_t i = 0; i < duties_.size(); ++i) {
    const Result<void> done = duties_[i].run(clock_.wall());
    const Steady now = clock_.steady();
    more = more || (done && duties_[i].more && duties_[i].more());
    if (done || (complained_[i] != Steady::min() && now < complained_[i] + kQuiet)) continue;
    complained_[i] = now;
    log(Level::error, "a duty of the control thread failed", {{"duty", duties_[i].name}, {"error", done.error().to_string()}});
  }
  return more;
}

void Control::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const std::uint64_t seen = asked_;
    lock.unlock();
    const bool more = round();
    lock.lock();
    finished_ = seen;
    done_.notify_all();
    wake_.wait_for(lock, more ? milliseconds(0) : kPeriod, [&] { return stopping_ || asked_ != seen; });
  }
}

void Control::run_now() {
  std::unique_lock lock(mutex_);
  const std::uint64_t mine = ++asked_;
  wake_.notify_all();
  done_.wait(lock, [&] { return stopping_ || finished_ >= mine; });
}

void Control::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  done_.notify_all();
  if (thread_.joinable()) thread_.join();
}

}  // namespace postage::app
