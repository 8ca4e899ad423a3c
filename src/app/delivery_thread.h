#pragma once
// A thread that sends what is due in an outbox: a slow mail server or receiver must hold up neither the meter nor what
// goes by another way. While a whole round of rows is due and most are taken it goes on without waiting to be woken.
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "base/result.h"
#include "notify/outbox.h"

namespace postage::app {

class DeliveryThread {
 public:
  /// Rows of one round.
  static constexpr std::int64_t kRound = 100;
  /// Sends at most kRound rows and returns early when `stop` is set.
  using Round = std::function<Result<notify::DeliveryReport>(const std::atomic<bool>& stop)>;

  /// `what` names it in the log: "e-mails". What `round` uses outlives this.
  DeliveryThread(std::string what, Round round);
  /// Waits for the row that is being sent.
  ~DeliveryThread();
  /// Asks for a round. Thread: any.
  void wake();

 private:
  void work();
  bool send_round();

  const std::string what_;
  const Round round_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool due_ = false;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace postage::app
