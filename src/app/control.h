#pragma once
// The control thread: once a second the meter's tick, quota notices, month close, outbox and housekeeping, in that order.
// A duty that has much to do does a bounded part of it and says so: then it goes on at once, and the others have their turn
// in between, each second.
// A test clock may ask for a round at once.
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace postage::app {

/// One duty of the control thread. Errors are logged under its name, once a minute at most, and tried again next time.
struct Duty {
  std::string name;
  std::function<Result<void>(Instant now)> run;
  /// True when the duty has work left that should not wait for the next second; none: never.
  std::function<bool()> more{};
};

class Control {
 public:
  /// `clock` outlives this; duties run in order.
  Control(const Clock& clock, std::vector<Duty> duties) : clock_(clock), duties_(std::move(duties)) {}
  ~Control() { stop(); }
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;

  void start();
  /// Waits until a whole round that began after this call has run. Thread: any but the control thread. At once when stopped.
  void run_now();
  /// Ends the thread after the round it is in. Idempotent.
  void stop();

 private:
  void work();
  bool round(bool all);

  const Clock& clock_;
  std::vector<Duty> duties_;
  std::vector<Steady> complained_;
  std::vector<bool> more_;  ///< by duty: it wants to go on at once
  std::mutex mutex_;
  std::condition_variable wake_, done_;
  std::uint64_t asked_ = 0;     ///< rounds asked for
  std::uint64_t finished_ = 0;  ///< the highest asked_ that a finished round had seen when it began
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace postage::app
