#pragma once
// Reads of the folds within one snapshot of the store, leaving out the hours that a reader has live.
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/month.h"
#include "db/connection.h"
#include "meter/hour.h"
#include "meter/journal_format.h"

namespace postage::meter {

/// [from, to) of hours.
struct HourRange {
  std::int64_t from = 0;
  std::int64_t to = 0;
};

struct HourTotals {
  std::int64_t units = 0;
  std::int64_t peak = 0;
  std::int64_t sample = 0;
};

/// What a subject (a project, or an account for its simultaneous peak) has in the store for some hours.
struct SubjectTotals {
  std::int64_t units = 0;
  std::int64_t peak = 0;
  std::map<std::int64_t, std::int64_t> samples;  ///< above zero, by hour
};

/// When the meter was alive, to the minute.
class Coverage {
 public:
  Coverage(std::map<std::int64_t, std::int64_t> bits, Instant first_start)
      : bits_(std::move(bits)), first_(first_start) {}
  /// Covered and due minutes of the range: due are those that ended by `now` and began after the meter's first start.
  [[nodiscard]] std::pair<std::int64_t, std::int64_t> minutes(const InstantRange& range, Instant now) const;
  /// Due minutes that are not covered, joined.
  [[nodiscard]] std::vector<InstantRange> gaps(const InstantRange& range, Instant now) const;

 private:
  [[nodiscard]] HourRange due(const InstantRange& range, Instant now) const;  ///< in minutes
  [[nodiscard]] bool covered(std::int64_t minute) const;
  std::map<std::int64_t, std::int64_t> bits_;  ///< by hour, one bit a minute
  Instant first_;
};

class UsageQueries {
 public:
  /// Rows of (node, run) from hour `open_from` on are left out: they are live.
  UsageQueries(db::Connection& connection, std::string node, std::int64_t run, std::int64_t open_from)
      : c_(connection), node_(std::move(node)), run_(run), open_from_(open_from) {}

  [[nodiscard]] Result<std::int64_t> units(std::int64_t project, HourRange hours) const {
    return units_of(MeterKind::messages, project, hours);
  }
  [[nodiscard]] Result<std::int64_t> cap_units(std::int64_t cap, HourRange hours) const {
    return units_of(MeterKind::cap, cap, hours);
  }
  [[nodiscard]] Result<std::int64_t> peak(MeterKind meter, std::int64_t subject, HourRange hours) const;
  /// Samples above zero by hour.
  [[nodiscard]] Result<std::map<std::int64_t, std::int64_t>> samples(std::int64_t project, HourRange hours) const;
  /// All meters by hour.
  [[nodiscard]] Result<std::map<std::int64_t, HourTotals>> hours(std::int64_t project, HourRange hours) const;
  /// Units, peak and samples of many projects at once: what units(), peak() and samples() say of each. Those with
  /// nothing are left out.
  [[nodiscard]] Result<std::unordered_map<std::int64_t, SubjectTotals>> totals(std::span<const std::int64_t> projects,
                                                                               HourRange hours) const;
  /// The simultaneous peaks of many accounts at once.
  [[nodiscard]] Result<std::unordered_map<std::int64_t, SubjectTotals>> account_peaks(
      std::span<const std::int64_t> accounts, HourRange hours) const;
  [[nodiscard]] Result<Coverage> coverage(HourRange hours, const std::map<std::int64_t, std::int64_t>& live) const;

 private:
  [[nodiscard]] Result<std::int64_t> units_of(MeterKind meter, std::int64_t subject, HourRange hours) const;
  /// Value per hour: units are summed over runs and nodes; peaks and samples are the most of a node's runs, summed over
  /// nodes.
  [[nodiscard]] Result<std::map<std::int64_t, std::int64_t>> by_hour(MeterKind meter, std::int64_t subject,
                                                                     HourRange hours) const;
  /// Whole days of `hours` that cannot hold a live hour: [from, to) in days.
  [[nodiscard]] HourRange whole_days(HourRange hours) const;

  using Totals = std::unordered_map<std::int64_t, SubjectTotals>;
  /// Adds whole days of some subjects' meters `kinds` ("1,2").
  [[nodiscard]] Result<void> add_days(std::span<const std::int64_t> subjects, std::string_view kinds, HourRange days,
                                      Totals& totals) const;
  /// Adds single hours.
  [[nodiscard]] Result<void> add_hours(std::span<const std::int64_t> subjects, std::string_view kinds, HourRange hours,
                                       Totals& totals) const;

  db::Connection& c_;
  const std::string node_;
  const std::int64_t run_;
  const std::int64_t open_from_;
};

}  // namespace postage::meter
