#pragma once
// The one function that every bill, page, API and export reads usage with. Closed hours come from the folds in the
// control store, open hours from the live counters, so that an answer is exact to the message at the moment of the
// call.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/month.h"
#include "base/rational.h"
#include "base/result.h"
#include "meter/month_usage.h"
#include "meter/slots.h"

namespace postage::meter {

/// Whose usage is read; the name is copied into the answer.
struct NamedProject {
  ProjectId project;
  std::string name;
};

/// One step of a series. Sums over the projects that were asked for.
struct UsagePoint {
  InstantRange range;
  std::int64_t peak = 0;             ///< sum of each project's own highest count of connections in the range
  std::int64_t units = 0;            ///< message units
  UInt128 byte_hours = 0;            ///< sum of the hourly samples of stored bytes
  std::int64_t samples = 0;          ///< hourly samples of the range that were due by now
  std::int64_t covered_minutes = 0;  ///< minutes of the range in which the meter was alive
  std::int64_t due_minutes = 0;      ///< minutes of the range that have begun and lie after the meter's first start
  /// The meter was alive in all minutes: a zero means "no usage".
  [[nodiscard]] bool covered() const { return covered_minutes >= due_minutes; }
};

enum class Step : std::uint8_t { hour, day, month };

/// The starts of the steps of [from, to) in `zone`, and `to` at the end. `from` is moved back to the start of its step.
/// Errors: bad_request when to <= from or when there would be more than `steps_max`.
Result<std::vector<Instant>> step_bounds(Step step, Instant from, Instant to, const Zone& zone,
                                         std::size_t steps_max = 10'000);

/// Who was connected when a month's peak was reached. Fewer members than `peak` are listed when the list was cut, or
/// when the process died within the minute.
struct PeakEvidence {
  struct Member {
    std::int64_t session = 0;
    std::int64_t connection = 0;
    std::string user;
    Instant opened_at;
  };
  ProjectId project;
  Instant month_start;
  std::int64_t peak = 0;
  Instant at;
  std::vector<Member> members;
};

/// Thread: any; it may block on the store, so never on a shard.
class UsageReader {
 public:
  virtual ~UsageReader() = default;

  /// Usage of the account's projects in `range`, whose ends are full hours (a month of any catalogue zone is such a
  /// range). Storage samples are those due by now. A project without usage is listed with zeros; order as given.
  /// Errors: bad_request (range), store_failed, unavailable.
  [[nodiscard]] virtual Result<MonthUsage> month(AccountId account, std::span<const NamedProject> projects,
                                                 const InstantRange& range) const = 0;

  /// One point per step between neighbouring `bounds` (ascending full hours, at least two), for all `projects`
  /// together.
  [[nodiscard]] virtual Result<std::vector<UsagePoint>> series(std::span<const ProjectId> projects,
                                                               std::span<const Instant> bounds) const = 0;

  /// Minutes of `range` without a living meter, joined to half-open ranges, oldest first, up to now.
  [[nodiscard]] virtual Result<std::vector<InstantRange>> gaps(const InstantRange& range) const = 0;

  /// Evidence of the project's peak in the month that begins at `month_start`; not_found when there is none.
  [[nodiscard]] virtual Result<PeakEvidence> evidence(ProjectId project, Instant month_start) const = 0;
  /// The same for many projects at once, few queries for all of them: the evidence of those that have any, by project,
  /// each with its first `members_max` members (0 to 1000). For month closes.
  /// This default asks for one after the other.
  [[nodiscard]] virtual Result<std::vector<PeakEvidence>> peaks(std::span<const ProjectId> projects,
                                                                Instant month_start, std::size_t members_max) const;

  /// Message units that a cap has seen in `range` (ends at full hours); exact like month(). Never part of a bill.
  [[nodiscard]] virtual Result<std::int64_t> cap_units(CapId cap, const InstantRange& range) const = 0;

  /// Live values, without the store: connections open now, bytes stored now.
  [[nodiscard]] virtual std::int64_t open_connections(ProjectId project) const = 0;
  [[nodiscard]] virtual std::int64_t stored_bytes(ProjectId project) const = 0;
};

inline Result<std::vector<PeakEvidence>> UsageReader::peaks(std::span<const ProjectId> projects, Instant month_start,
                                                            std::size_t members_max) const {
  std::vector<PeakEvidence> found;
  for (const ProjectId project : projects) {
    auto one = evidence(project, month_start);
    if (!one && one.error().code == Errc::not_found) continue;
    if (!one) return one.error();
    if (one->members.size() > members_max) one->members.resize(members_max);
    found.push_back(std::move(*one));
  }
  return found;
}

}  // namespace postage::meter
