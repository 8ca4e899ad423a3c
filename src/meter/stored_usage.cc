#include "meter/stored_usage.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <utility>

#include "meter/folds.h"
#include "meter/usage_batch.h"
#include "meter/usage_queries.h"

namespace postage::meter {
namespace {

/// Whole hours of a range; bad_request when its ends are not full hours or it is empty.
Result<HourRange> hours_of(const InstantRange& range) {
  if (to_ms(range.start) % kHourMs != 0 || to_ms(range.end) % kHourMs != 0 || range.end <= range.start) {
    return Error(Errc::bad_request, "the range must begin before it ends, both at full hours");
  }
  return HourRange{hour_of(range.start), hour_of(range.end)};
}

class StoredUsage final : public UsageReader, public UsageBatchReader {
 public:
  StoredUsage(db::Database& database, const Clock& clock, std::string node, const Slots& slots,
              const Connections& connections, const Storage& storage, const LiveHours& live)
      : database_(database),
        clock_(clock),
        node_(std::move(node)),
        slots_(slots),
        connections_(connections),
        storage_(storage),
        live_(live) {}

  Result<MonthUsage> month(AccountId account, std::span<const NamedProject> projects,
                           const InstantRange& range) const override;
  Result<std::vector<MonthUsage>> months(std::span<const AccountProjects> accounts,
                                         const InstantRange& range) const override;
  Result<std::vector<UsagePoint>> series(std::span<const ProjectId> projects,
                                         std::span<const Instant> bounds) const override;
  Result<std::vector<InstantRange>> gaps(const InstantRange& range) const override;
  Result<PeakEvidence> evidence(ProjectId project, Instant month_start) const override;
  Result<std::int64_t> cap_units(CapId cap, const InstantRange& range) const override;
  Result<std::vector<PeakEvidence>> peaks(std::span<const ProjectId> projects, Instant month_start,
                                          std::size_t members_max) const override;
  std::int64_t open_connections(ProjectId project) const override {
    const auto slot = slots_.find(project.value);
    return slot ? connections_.open_count(ProjectSlot{*slot}) : 0;
  }
  std::int64_t stored_bytes(ProjectId project) const override {
    const auto slot = slots_.find(project.value);
    return slot ? storage_.stored(ProjectSlot{*slot}) : 0;
  }

 private:
  std::uint32_t slot_of(std::int64_t key) const { return slots_.find(key).value_or(UINT32_MAX); }
  Result<std::vector<UsagePoint>> fill_points(db::Connection& c, std::span<const ProjectId> projects,
                                              std::span<const Instant> bounds, const LiveSnapshot& view) const;

  db::Database& database_;
  const Clock& clock_;
  const std::string node_;
  const Slots& slots_;
  const Connections& connections_;
  const Storage& storage_;
  const LiveHours& live_;
};

void append_sample(std::vector<StorageRun>& runs, std::int64_t& last_hour, std::int64_t hour, std::int64_t bytes) {
  if (bytes == 0) return;
  if (!runs.empty() && last_hour + 1 == hour && runs.back().bytes == bytes) {
    ++runs.back().samples;
  } else {
    runs.push_back({bytes, 1});
  }
  last_hour = hour;
}

/// Live values of project `index` laid over the store's.
void add_live(const LiveSnapshot& view, std::size_t index, std::int64_t& units, std::int64_t& peak,
              std::map<std::int64_t, std::int64_t>& samples) {
  for (const auto& [hour, row] : view.hours) {
    const LiveValues& live = row[index];
    units += live.units;
    peak = std::max(peak, live.peak);
    // A run that was killed in this hour took the same sample; the store has it.
    if (live.sample > 0) samples[hour] = std::max(samples[hour], live.sample);
  }
}

Result<MonthUsage> StoredUsage::month(AccountId account, std::span<const NamedProject> projects,
                                      const InstantRange& range) const {
  TRY(hours, hours_of(range));
  const Instant now = clock_.wall();
  std::vector<std::uint32_t> slots;
  for (const NamedProject& project : projects) slots.push_back(slot_of(project.project.value));
  slots.push_back(slot_of(-account.value));
  // Live first, then the store without what was live: an hour that is folded in between is still counted once.
  const LiveSnapshot view = live_.snapshot(slots, hours.from, hours.to, now);
  return database_.read([&](db::Connection& c) -> Result<MonthUsage> {
    const UsageQueries stored(c, node_, view.run, view.open_from);
    MonthUsage usage;
    usage.period = range;
    for (std::size_t i = 0; i < projects.size(); ++i) {
      const std::int64_t id = projects[i].project.value;
      ProjectUsage project{.project = projects[i].project, .name = projects[i].name, .storage = {}};
      TRY(units, stored.units(id, hours));
      TRY(peak, stored.peak(MeterKind::peak, id, hours));
      TRY(samples, stored.samples(id, hours));
      project.units = units;
      project.peak = peak;
      add_live(view, i, project.units, project.peak, samples);
      std::int64_t last_hour = 0;
      for (const auto& [hour, bytes] : samples) append_sample(project.storage, last_hour, hour, bytes);
      usage.projects.push_back(std::move(project));
    }
    TRY(account_peak, stored.peak(MeterKind::account_peak, account.value, hours));
    usage.simultaneous_peak = account_peak;
    for (const auto& [hour, row] : view.hours)
      usage.simultaneous_peak = std::max(usage.simultaneous_peak, row.back().peak);
    return usage;
  });
}

Result<std::int64_t> StoredUsage::cap_units(CapId cap, const InstantRange& range) const {
  TRY(hours, hours_of(range));
  const LiveSnapshot view = live_.snapshot({slot_of(key_of_cap(cap))}, hours.from, hours.to, clock_.wall());
  TRY(stored, database_.read([&](db::Connection& c) {
    return UsageQueries(c, node_, view.run, view.open_from).cap_units(cap.value, hours);
  }));
  std::int64_t units = stored;
  for (const auto& [hour, row] : view.hours) units += row.front().units;
  return units;
}

Result<std::vector<MonthUsage>> StoredUsage::months(std::span<const AccountProjects> accounts,
                                                    const InstantRange& range) const {
  TRY(hours, hours_of(range));
  std::vector<std::uint32_t> slots;
  std::vector<std::int64_t> projects, owners;
  for (const AccountProjects& each : accounts) {
    for (const NamedProject& project : each.projects) {
      slots.push_back(slot_of(project.project.value));
      projects.push_back(project.project.value);
    }
    slots.push_back(slot_of(-each.account.value));
    owners.push_back(each.account.value);
  }
  const LiveSnapshot view = live_.snapshot(slots, hours.from, hours.to, clock_.wall());
  return database_.read([&](db::Connection& c) -> Result<std::vector<MonthUsage>> {
    const UsageQueries stored(c, node_, view.run, view.open_from);
    TRY(totals, stored.totals(projects, hours));
    TRY(peaks, stored.account_peaks(owners, hours));
    std::vector<MonthUsage> all;
    all.reserve(accounts.size());
    std::size_t index = 0;  // Of the slots.
    for (const AccountProjects& each : accounts) {
      MonthUsage usage{range, {}, peaks[each.account.value].peak};
      for (const NamedProject& named : each.projects) {
        SubjectTotals& total = totals[named.project.value];
        ProjectUsage project{named.project, named.name, total.peak, total.units, {}};
        add_live(view, index++, project.units, project.peak, total.samples);
        std::int64_t last_hour = 0;
        for (const auto& [hour, bytes] : total.samples) append_sample(project.storage, last_hour, hour, bytes);
        usage.projects.push_back(std::move(project));
      }
      for (const auto& [hour, row] : view.hours)
        usage.simultaneous_peak = std::max(usage.simultaneous_peak, row[index].peak);
      ++index;
      all.push_back(std::move(usage));
    }
    return all;
  });
}

Result<std::vector<UsagePoint>> StoredUsage::series(std::span<const ProjectId> projects,
                                                    std::span<const Instant> bounds) const {
  if (bounds.size() < 2) return Error(Errc::bad_request, "a series needs at least two bounds");
  for (std::size_t i = 1; i < bounds.size(); ++i) TRY_VOID(hours_of({bounds[i - 1], bounds[i]}));
  std::vector<std::uint32_t> slots;
  for (const ProjectId project : projects) slots.push_back(slot_of(project.value));
  const LiveSnapshot view = live_.snapshot(slots, hour_of(bounds.front()), hour_of(bounds.back()), clock_.wall());
  return database_.read([&](db::Connection& c) { return fill_points(c, projects, bounds, view); });
}

Result<std::vector<UsagePoint>> StoredUsage::fill_points(db::Connection& c, std::span<const ProjectId> projects,
                                                         std::span<const Instant> bounds,
                                                         const LiveSnapshot& view) const {
  const Instant now = clock_.wall();
  const UsageQueries stored(c, node_, view.run, view.open_from);
  TRY(coverage, stored.coverage({hour_of(bounds.front()), hour_of(bounds.back())}, view.minutes));
  std::vector<UsagePoint> points;
  for (std::size_t i = 1; i < bounds.size(); ++i) {
    UsagePoint point{.range = {bounds[i - 1], bounds[i]}};
    point.samples = samples_before(point.range, now + milliseconds(1));
    std::tie(point.covered_minutes, point.due_minutes) = coverage.minutes(point.range, now);
    points.push_back(point);
  }
  const HourRange all{hour_of(bounds.front()), hour_of(bounds.back())};
  for (std::size_t p = 0; p < projects.size(); ++p) {
    TRY(hours, stored.hours(projects[p].value, all));
    for (const auto& [hour, row] : view.hours) {
      HourTotals& total = hours[hour];
      total.units += row[p].units;
      total.peak = std::max(total.peak, row[p].peak);
      total.sample = std::max(total.sample, row[p].sample);
    }
    std::size_t at = 0;
    std::int64_t peak = 0;
    for (const auto& [hour, total] : hours) {
      while (hour_start(hour) >= points[at].range.end) {
        points[at++].peak += std::exchange(peak, 0);
      }
      points[at].units += total.units;
      points[at].byte_hours += static_cast<UInt128>(total.sample);
      peak = std::max(peak, total.peak);
    }
    points[at].peak += peak;
  }
  return points;
}

Result<std::vector<InstantRange>> StoredUsage::gaps(const InstantRange& range) const {
  if (range.end <= range.start) return Error(Errc::bad_request, "the range is empty");
  const HourRange hours{hour_of(range.start), hour_of(range.end - milliseconds(1)) + 1};
  const LiveSnapshot view = live_.snapshot({}, 0, 0, clock_.wall());
  return database_.read([&](db::Connection& c) -> Result<std::vector<InstantRange>> {
    TRY(coverage, UsageQueries(c, node_, view.run, view.open_from).coverage(hours, view.minutes));
    return coverage.gaps(range, clock_.wall());
  });
}

/// Columns: peak, reached_at, members.
PeakEvidence read_evidence(db::Row& row, ProjectId project, Instant month_start, std::size_t members_max) {
  PeakEvidence evidence{project, month_start, row.integer(0), row.instant(1), {}};
  for (NoteMember& member : decode_members(row.bytes(2))) {
    if (evidence.members.size() == members_max) break;
    evidence.members.push_back(
        {member.session, member.connection, std::move(member.user), Instant(milliseconds(member.opened_ms))});
  }
  return evidence;
}

Result<PeakEvidence> StoredUsage::evidence(ProjectId project, Instant month_start) const {
  return database_.read([&](db::Connection& c) -> Result<PeakEvidence> {
    TRY(found, c.first(
                   "select peak, reached_at, members from meter_peak where project = ? and month_hour = ?",
                   [&](db::Row& row) { return read_evidence(row, project, month_start, SIZE_MAX); }, project,
                   hour_of(month_start)));
    if (!found) return Error(Errc::not_found, "no peak of this project in this month");
    return std::move(*found);
  });
}

constexpr std::size_t kProjectsPerQuery = 64;
constexpr std::size_t kMemberBytesMax = 280;  // 25 bytes and a name of at most 255

/// One query for kProjectsPerQuery projects; `chunk` is filled up with 0, which is no project.
template <std::size_t... Index>
Result<void> read_peaks(db::Connection& c, const std::array<ProjectId, kProjectsPerQuery>& chunk, Instant month_start,
                        std::size_t members_max, std::vector<PeakEvidence>& found, std::index_sequence<Index...>) {
  static const std::string kSql = [] {
    std::string sql =
        "select peak, reached_at, coalesce(substr(members, 1, ?), x''), project from meter_peak where month_hour = ? "
        "and project in (?";
    for (std::size_t i = 1; i < kProjectsPerQuery; ++i) sql += ", ?";
    return sql + ")";
  }();
  return c.each(
      kSql,
      [&](db::Row& row) {
        found.push_back(read_evidence(row, row.id<ProjectId>(3), month_start, members_max));
      },
      static_cast<std::int64_t>(members_max * kMemberBytesMax), hour_of(month_start), chunk[Index]...);
}

Result<std::vector<PeakEvidence>> StoredUsage::peaks(std::span<const ProjectId> projects, Instant month_start,
                                                     std::size_t members_max) const {
  return database_.read([&](db::Connection& c) -> Result<std::vector<PeakEvidence>> {
    std::vector<PeakEvidence> found;
    for (std::size_t from = 0; from < projects.size(); from += kProjectsPerQuery) {
      std::array<ProjectId, kProjectsPerQuery> chunk{};
      const auto part = projects.subspan(from, std::min(kProjectsPerQuery, projects.size() - from));
      std::ranges::copy(part, chunk.begin());
      TRY_VOID(read_peaks(c, chunk, month_start, members_max, found, std::make_index_sequence<kProjectsPerQuery>()));
    }
    std::ranges::sort(found, {}, &PeakEvidence::project);
    return found;
  });
}

}  // namespace

std::unique_ptr<UsageReader> make_usage_reader(db::Database& database, const Clock& clock, std::string node,
                                               const Slots& slots, const Connections& connections,
                                               const Storage& storage, const LiveHours& live) {
  return std::make_unique<StoredUsage>(database, clock, std::move(node), slots, connections, storage, live);
}

Result<std::vector<Instant>> step_bounds(Step step, Instant from, Instant to, const Zone& zone, std::size_t steps_max) {
  if (to <= from) return Error(Errc::bad_request, "the range must begin before it ends");
  std::vector<Instant> bounds;
  Instant at = hour_start(hour_of(from));
  if (step == Step::day) at = zone.day_start(from);
  if (step == Step::month) at = month_range(month_of(from, zone), zone).start;
  while (at < to) {
    bounds.push_back(at);
    if (bounds.size() > steps_max) return Error(Errc::bad_request, "more than " + std::to_string(steps_max) + " steps");
    if (step == Step::hour) at += milliseconds(kHourMs);
    if (step == Step::day) at = zone.next_day_start(at);
    if (step == Step::month) at = month_range(month_of(at, zone), zone).end;
  }
  bounds.push_back(at);
  return bounds;
}

}  // namespace postage::meter
