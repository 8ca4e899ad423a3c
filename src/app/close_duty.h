#pragma once
// The month close as a duty of the control thread: bounded in each round, told in the log while it runs, shown as metrics.
#include <atomic>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "invoice/close.h"

namespace postage::app {

/// Thread: run() the control thread; the rest any.
class CloseDuty {
 public:
  /// `ports.clock` is given; all outlive this.
  explicit CloseDuty(invoice::MonthClose::Ports ports, invoice::CloseSettings settings = {})
      : database_(ports.database), clock_(*ports.clock), close_(ports, std::move(settings)) {}

  /// Closes and tells what is due, for a part of a second at most.
  Result<void> run(Instant now);
  /// There is more to do at once.
  [[nodiscard]] bool more() const { return more_; }
  /// Prometheus text: gauges of what is left and counters of what was done.
  [[nodiscard]] std::string metrics() const;

 private:
  /// What was done since progress was told.
  struct Since {
    std::int64_t closed = 0;
    std::int64_t failed = 0;
  };
  Result<void> tell_progress(const Since& since, Instant now);

  db::Database& database_;
  const Clock& clock_;
  invoice::MonthClose close_;
  bool looked_ = false;     ///< what an earlier run left is counted
  bool closing_ = false;    ///< a close was begun and has not ended
  Steady began_{}, told_{}, counted_{};
  std::int64_t closed_in_all_ = 0;
  Since since_;
  std::atomic<bool> more_{false};
  std::atomic<std::int64_t> due_{0}, failed_{0}, untold_{0}, closed_{0};
};

}  // namespace postage::app
