#pragma once
// What one account used in one month, and the arithmetic of the three meters. Pure: no clock, no files, no prices.
// The live meter and the simulator both end in a MonthUsage, and every bill begins with one.
#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/month.h"
#include "base/rational.h"

namespace postage::meter {

/// Message units of one copy: one per started `kilobyte` bytes of payload, at least 1. `bytes` is not negative.
constexpr std::int64_t units(std::int64_t bytes, std::int64_t kilobyte = 1024) {
  return bytes <= kilobyte ? 1 : bytes / kilobyte + (bytes % kilobyte != 0 ? 1 : 0);
}

/// Units of one publish: every copy in and out, units(bytes) * (1 + receivers). May pass 64 bits.
constexpr UInt128 publish_units(std::int64_t bytes, std::int64_t receivers, std::int64_t kilobyte = 1024) {
  return static_cast<UInt128>(units(bytes, kilobyte)) * (static_cast<UInt128>(receivers) + 1);
}

/// Storage samples of a month that lie before `at`: one at its first instant and one each full hour after it.
std::int64_t samples_before(const InstantRange& month, Instant at);
/// All storage samples of a month: 672 to 745.
inline std::int64_t samples_in(const InstantRange& month) { return samples_before(month, month.end); }

/// The same number of stored bytes seen by consecutive hourly samples.
struct StorageRun {
  std::int64_t bytes = 0;
  std::int64_t samples = 0;
  bool operator==(const StorageRun&) const = default;
};

/// One project's month.
struct ProjectUsage {
  ProjectId project;
  std::string name;
  std::int64_t peak = 0;   ///< most connections open at once
  std::int64_t units = 0;  ///< message units
  std::vector<StorageRun> storage;  ///< in order of time; hours without a run are 0 bytes
  /// Sum of the hourly samples, byte-hours.
  [[nodiscard]] UInt128 byte_hours() const;
};

/// One account's month. Sums pass 64 bits and stay exact.
struct MonthUsage {
  InstantRange period;
  std::vector<ProjectUsage> projects;
  std::int64_t simultaneous_peak = 0;  ///< most connections of the whole account open at once

  [[nodiscard]] Int128 sum_of_peaks() const;
  [[nodiscard]] Int128 message_units() const;
  [[nodiscard]] UInt128 byte_hours() const;
  [[nodiscard]] std::int64_t month_hours() const { return samples_in(period); }
};

/// A project's running month: fed with what happens, in order of time. Thread: one.
class ProjectMonth {
 public:
  ProjectMonth(ProjectId project, std::string name, const InstantRange& month);

  void connect(std::int64_t count);
  /// Closes at most what is open and says how many.
  std::int64_t disconnect(std::int64_t count);
  void add_units(std::int64_t count) { usage_.units += count; }
  /// The project keeps `bytes` from `at` on; a sample at `at` itself sees them.
  void store(std::int64_t bytes, Instant at);
  /// Takes the month's samples before `at`.
  void sample_until(Instant at);
  /// Closes the month and opens the next one: counters 0, the peak is what is still open, the bytes stay.
  ProjectUsage roll(const InstantRange& next);

  [[nodiscard]] std::int64_t open() const { return open_; }
  [[nodiscard]] std::int64_t stored() const { return stored_; }
  /// What was used so far; storage as of the last sample_until.
  [[nodiscard]] const ProjectUsage& usage() const { return usage_; }

 private:
  InstantRange month_;
  ProjectUsage usage_;
  std::int64_t open_ = 0;
  std::int64_t stored_ = 0;
  std::int64_t samples_taken_ = 0;
};

}  // namespace postage::meter
