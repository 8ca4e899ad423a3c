#include "app/delivery_thread.h"

#include "base/log.h"

namespace postage::app {

DeliveryThread::DeliveryThread(std::string what, Round round)
    : what_(std::move(what)), round_(std::move(round)), thread_([this] { work(); }) {}

DeliveryThread::~DeliveryThread() {
  stopping_ = true;
  wake();
  thread_.join();
}

void DeliveryThread::wake() {
  {
    const std::lock_guard lock(mutex_);
    due_ = true;
  }
  wake_.notify_all();
}

void DeliveryThread::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return due_; });
    due_ = false;
    lock.unlock();
    while (!stopping_ && send_round()) {
    }
    if (stopping_) return;
    lock.lock();
  }
}

/// True when more is due and it is worth going on at once.
bool DeliveryThread::send_round() {
  const auto report = round_(stopping_);
  if (!report) {
    log(Level::error, "the outbox failed", {{"of", what_}, {"error", report.error().to_string()}});
    return false;
  }
  const std::int64_t refused = report->failed + report->died;
  if (refused > 0) {
    log(Level::warn, "deliveries were not taken", {{"of", what_}, {"again", report->failed}, {"given_up", report->died}});
  }
  return report->sent + refused >= kRound && report->sent > refused;
}

}  // namespace postage::app
