#pragma once
// Judges the message path once a second from what its parts tell: each lane's sign of life, the meter, the probes. What it
// finds goes to the UptimeLog. It has no thread; app gives it one. Thread: any, one call at a time is made sure inside.
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "observe/minutes.h"
#include "observe/uptime_log.h"

namespace postage::observe {

/// A lane that gave no sign for longer than this cannot admit.
inline constexpr seconds kLaneSilentMax{5};
/// The mark goes to the store this often, so that a short stop costs no whole minute.
inline constexpr seconds kMarkEvery{10};

/// Port: one lane's sign of life. Thread: any.
class Pulse {
 public:
  virtual ~Pulse() = default;
  /// Asks the lane's loop for a sign; never blocks.
  virtual void ask() = 0;
  /// When its loop last gave one.
  [[nodiscard]] virtual Steady last() const = 0;
};

/// For metrics.
struct UptimeGauges {
  bool up = true;                   ///< as last judged
  std::int64_t down_minutes = 0;    ///< of all time
  std::uint64_t probes = 0;
  std::uint64_t probes_failed = 0;
  milliseconds slowest_probe{0};    ///< over the lanes' last probes
};

class UptimeWatch {
 public:
  /// All outlive this. `pulses` are the lanes. `moved` tells how far the clock has been set by hand so far; empty: never.
  struct Ports {
    const Clock& clock;
    UptimeLog& log;
    std::vector<Pulse*> pulses;
    std::function<milliseconds()> moved{};
  };
  explicit UptimeWatch(Ports ports);

  /// Goes on where the last run of this node ended; what lies between is stored as down. Before other threads start.
  Result<void> begin();
  /// Judges this second and stores what must be stored. Errors: store_failed, unavailable; nothing is lost by them.
  Result<void> round();
  /// Stores how far judging came. After the last round.
  Result<void> end();

  /// Whether the meter's last second succeeded.
  void meter(bool fine);
  /// A probe of lane `lane` came through, or not.
  void probed(std::size_t lane, bool came_through, milliseconds took);
  [[nodiscard]] UptimeGauges gauges() const;

 private:
  void judge(Verdict seen);
  [[nodiscard]] Verdict look(Steady now) const;
  Result<void> store();

  struct Probe {
    bool came_through = true;
    milliseconds took{0};
  };
  const Ports ports_;
  mutable std::mutex mutex_;
  MinuteJudge judge_;
  std::vector<Probe> probes_;
  bool meter_fine_ = true;
  milliseconds moved_{0};  ///< that judging knows of
  Found unstored_;
  std::int64_t stored_second_ = 0;
  UptimeGauges gauges_;
};

}  // namespace postage::observe
