#include "app/control.h"

#include <algorithm>

#include "base/log.h"

namespace postage::app {
namespace {
constexpr milliseconds kPeriod{1000};
constexpr seconds kQuiet{60};
}  // namespace

void Control::start() {
  complained_.assign(duties_.size(), Steady::min());
  more_.assign(duties_.size(), false);
  thread_ = std::thread([this] { work(); });
}

/// Runs all duties, or those that want to go on. True when some want that again.
bool Control::round(bool all) {
  bool more = false;
  for (std::size_t i = 0; i < duties_.size(); ++i) {
    if (!all && !more_[i]) continue;
    const Result<void> done = duties_[i].run(clock_.wall());
    const Steady now = clock_.steady();
    more_[i] = done && duties_[i].more && duties_[i].more();
    more = more || more_[i];
    if (done || (complained_[i] != Steady::min() && now < complained_[i] + kQuiet)) continue;
    complained_[i] = now;
    log(Level::error, "a duty of the control thread failed", {{"duty", duties_[i].name}, {"error", done.error().to_string()}});
  }
  return more;
}

void Control::work() {
  Steady next = clock_.steady();
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const std::uint64_t seen = asked_;
    const Steady now = clock_.steady();
    const bool all = seen != finished_ || now >= next;
    if (all) next = now + kPeriod;
    lock.unlock();
    const bool more = round(all);
    lock.lock();
    if (all) {
      finished_ = seen;
      done_.notify_all();
    }
    const nanoseconds wait = more ? nanoseconds(0) : std::clamp<nanoseconds>(next - clock_.steady(), nanoseconds(0), kPeriod);
    wake_.wait_for(lock, wait, [&] { return stopping_ || asked_ != seen; });
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
