#pragma once
// Measures the uptime of the message path: a thread that judges each second (observe/uptime_watch.h), a thread that probes
// each lane, and the answer to invoices. The control thread judges too, before it closes months.
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "app/lane.h"
#include "app/offset_clock.h"
#include "app/probe.h"
#include "base/clock.h"
#include "invoice/ports.h"
#include "observe/uptime_log.h"
#include "observe/uptime_watch.h"

namespace postage::app {

/// What invoices ask, answered from the log. Thread: any.
class MeasuredUptime final : public invoice::UptimeSource {
 public:
  /// `log` outlives this. `unserved`: the folder is read without its server, so that what lies after the last mark is
  /// down; then `clock` says until when.
  explicit MeasuredUptime(const observe::UptimeLog& log, const Clock* unserved = nullptr) : log_(log), unserved_(unserved) {}
  [[nodiscard]] Result<std::optional<invoice::Uptime>> uptime(const InstantRange& range,
                                                              bool skip_maintenance) const override;

 private:
  const observe::UptimeLog& log_;
  const Clock* unserved_;
};

class UptimeKeeper {
 public:
  /// All outlive this. `probe_every` 0: no probes.
  struct Parts {
    OffsetClock& clock;
    observe::UptimeLog& log;
    const ProbeProject& probe;
    const std::vector<std::unique_ptr<Lane>>& lanes;
    seconds probe_every{5};
  };
  /// Goes on where the last run ended. Errors: store_failed, corrupt_record.
  static Result<std::unique_ptr<UptimeKeeper>> open(Parts parts);
  ~UptimeKeeper() { stop(); }

  /// After the lanes have started.
  void start();
  /// Judges now, until stop(). Thread: any; the control thread and a moved clock call it.
  Result<void> round();
  /// The meter's last second. Thread: the control thread.
  void meter(bool fine) { watch_.meter(fine); }
  /// Prometheus text.
  [[nodiscard]] std::string metrics() const;
  /// Ends the threads and writes the mark. Before the lanes stop. Idempotent.
  void stop();

 private:
  explicit UptimeKeeper(Parts parts);
  void judge();
  void probe();
  void probe_lanes();
  bool wait(seconds time);

  const Parts parts_;
  observe::UptimeWatch watch_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread judge_thread_, probe_thread_;
};

}  // namespace postage::app
