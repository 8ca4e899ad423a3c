#include "observe/uptime_log.h"

#include <algorithm>
#include <array>
#include <utility>

#include "db/append_only.h"

namespace postage::observe {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kMaintenanceMinutesMax = 7 * 24 * 60;

// observe_service moves (how far judging has come); the others are append-only.
constexpr std::string_view kFirst = R"sql(
create table observe_service (
  node text primary key,
  first_at integer not null,
  next_second integer not null,
  good integer not null,
  cause text not null
);
create table observe_down (
  id integer primary key,
  node text not null,
  starts_at integer not null,
  ends_at integer not null,
  cause text not null
);
create index observe_down_by_time on observe_down (ends_at, starts_at);
)sql" POSTAGE_APPEND_ONLY("observe_down", "measured downtime is") R"sql(create table observe_maintenance (
  id integer primary key,
  starts_at integer not null,
  ends_at integer not null,
  announced_at integer not null,
  by_whom text not null,
  why text not null
);
)sql" POSTAGE_APPEND_ONLY("observe_maintenance", "announced maintenance is");

constexpr std::array<db::Migration, 1> kMigrations{{{1, kFirst}}};

constexpr std::string_view kClock = R"sql(
create table observe_unseen (
  id integer primary key,
  node text not null,
  starts_at integer not null,
  ends_at integer not null
);
create index observe_unseen_by_time on observe_unseen (ends_at, starts_at);
)sql" POSTAGE_APPEND_ONLY("observe_unseen", "what the clock was set over is");

constexpr std::array<db::Migration, 1> kClockMigrations{{{1, kClock}}};

std::int64_t floor_minute(Instant at) { return std::chrono::floor<std::chrono::minutes>(at).time_since_epoch().count(); }
std::int64_t ceil_minute(Instant at) { return std::chrono::ceil<std::chrono::minutes>(at).time_since_epoch().count(); }
Instant at_minute(std::int64_t minute) { return Instant(milliseconds(minute * kMinuteMs)); }

/// [from, to) of minutes.
struct Span {
  std::int64_t from = 0;
  std::int64_t to = 0;
  Cause cause = Cause::not_running;
};

/// Sorted, cut to `whole`, without overlap: what the earlier one has, the later one loses.
std::vector<Span> flat(std::vector<Span> spans, const Span& whole) {
  std::ranges::sort(spans, {}, &Span::from);
  std::vector<Span> out;
  std::int64_t free_from = whole.from;
  for (Span each : spans) {
    each.from = std::max(each.from, free_from);
    each.to = std::min(each.to, whole.to);
    if (each.from >= each.to) continue;
    free_from = each.to;
    if (!out.empty() && out.back().to == each.from && out.back().cause == each.cause) {
      out.back().to = each.to;
    } else {
      out.push_back(each);
    }
  }
  return out;
}

/// `spans` without what lies in `holes`; both flat.
std::vector<Span> without(const std::vector<Span>& spans, const std::vector<Span>& holes) {
  std::vector<Span> out;
  for (Span rest : spans) {
    for (const Span& hole : holes) {
      if (hole.to <= rest.from || hole.from >= rest.to) continue;
      if (hole.from > rest.from) out.push_back({rest.from, hole.from, rest.cause});
      rest.from = std::min(hole.to, rest.to);
    }
    if (rest.from < rest.to) out.push_back(rest);
  }
  return out;
}

std::int64_t minutes_of(const std::vector<Span>& spans) {
  std::int64_t sum = 0;
  for (const Span& each : spans) sum += each.to - each.from;
  return sum;
}

Span span_of(db::Row& row) { return {floor_minute(row.instant(0)), ceil_minute(row.instant(1))}; }

Result<std::vector<Span>> down_in(db::Connection& connection, const InstantRange& range) {
  return connection.all("select starts_at, ends_at, cause from observe_down where ends_at > ? and starts_at < ?",
                        [](db::Row& row) {
                          Span span = span_of(row);
                          span.cause = cause_of(row.text(2));
                          return span;
                        },
                        range.start, range.end);
}

/// Nodes that have not written for more than a minute before `at`.
Result<std::vector<Span>> silence(db::Connection& connection, Instant at) {
  const std::int64_t now = floor_minute(at);
  TRY(marks, connection.all("select next_second from observe_service", [](db::Row& row) { return row.integer(0); }));
  std::vector<Span> spans;
  for (const std::int64_t next : marks) {
    const std::int64_t minute = next / 60;
    if (now > minute + 1) spans.push_back({minute, now});
  }
  return spans;
}

/// What the clock was set over and, when asked, announced maintenance.
Result<std::vector<Span>> neither_in(db::Connection& connection, const InstantRange& range, bool skip_maintenance) {
  TRY(spans, connection.all("select starts_at, ends_at from observe_unseen where ends_at > ? and starts_at < ?",
                            [](db::Row& row) { return span_of(row); }, range.start, range.end));
  if (!skip_maintenance) return std::move(spans);
  TRY(announced, connection.all("select starts_at, ends_at from observe_maintenance where ends_at > ? and starts_at < ?",
                                [](db::Row& row) { return span_of(row); }, range.start, range.end));
  spans.insert(spans.end(), announced.begin(), announced.end());
  return std::move(spans);
}

}  // namespace

Result<void> migrate(db::Database& database, Instant now) {
  TRY_VOID(database.migrate("observe", kMigrations, now));
  return database.migrate("observe_clock", kClockMigrations, now);
}

Rational Uptime::percent() const {
  if (minutes == 0) return Rational(100);
  return Rational(BigInt(minutes - down) * 100, BigInt(minutes));
}

Result<std::optional<Mark>> UptimeLog::mark() const {
  return database_.read([&](db::Connection& connection) {
    return connection.first(
        "select next_second, good, cause from observe_service where node = ?",
        [](db::Row& row) { return Mark{row.integer(0), row.integer(1), cause_of(row.text(2))}; }, node_);
  });
}

Result<void> UptimeLog::write(const Mark& mark, const Found& found) {
  return database_.write([&](db::Connection& connection) -> Result<void> {
    TRY_VOID(connection.run(
        "insert into observe_service (node, first_at, next_second, good, cause) values (?, ?, ?, ?, ?) on conflict (node) "
        "do update set next_second = excluded.next_second, good = excluded.good, cause = excluded.cause",
        node_, mark.next_second * 1000, mark.next_second, mark.good, cause_name(mark.cause)));
    for (const InstantRange& each : found.unseen) {
      TRY_VOID(connection.run("insert into observe_unseen (node, starts_at, ends_at) values (?, ?, ?)", node_, each.start,
                              each.end));
    }
    for (const DownRange& each : found.down) {
      TRY_VOID(connection.run("insert into observe_down (node, starts_at, ends_at, cause) values (?, ?, ?, ?)", node_,
                              each.start, each.end, cause_name(each.cause)));
    }
    return {};
  });
}

Result<std::int64_t> UptimeLog::down_minutes() const {
  return database_.read([](db::Connection& connection) {
    return connection.integer("select cast(coalesce(sum((ends_at - starts_at) / 60000), 0) as bigint) from observe_down");
  });
}

Result<Maintenance> UptimeLog::announce(db::Connection& connection, Maintenance what) {
  if (what.start < what.announced_at) return Error(Errc::bad_request, "starts_at: maintenance is announced before it begins");
  what.start = at_minute(ceil_minute(what.start));
  what.end = at_minute(floor_minute(what.end));
  if (what.end <= what.start || what.end > what.start + std::chrono::minutes(kMaintenanceMinutesMax)) {
    return Error(Errc::bad_request, "ends_at: must be a minute to 7 days after starts_at");
  }
  TRY(id, connection.first("insert into observe_maintenance (starts_at, ends_at, announced_at, by_whom, why) values "
                           "(?, ?, ?, ?, ?) returning id",
                           [](db::Row& row) { return row.integer(0); }, what.start, what.end, what.announced_at, what.by,
                           what.why));
  if (!id) return Error(Errc::store_failed, "the maintenance was not stored");
  what.id = *id;
  return what;
}

Result<std::vector<Maintenance>> UptimeLog::maintenance(const InstantRange& range) const {
  return database_.read([&](db::Connection& connection) {
    return connection.all(
        "select id, starts_at, ends_at, announced_at, by_whom, why from observe_maintenance where ends_at > ? and "
        "starts_at < ? order by starts_at, id limit 1000",
        [](db::Row& row) {
          return Maintenance{row.integer(0), row.instant(1), row.instant(2), row.instant(3), row.text(4), row.text(5)};
        },
        range.start, range.end);
  });
}

Result<std::optional<Uptime>> UptimeLog::uptime(const InstantRange& range, bool skip_maintenance,
                                                std::optional<Instant> silent_at) const {
  return database_.read([&](db::Connection& connection) -> Result<std::optional<Uptime>> {
    TRY(first, connection.first("select min(first_at) from observe_service",
                                [](db::Row& row) { return row.maybe_instant(0); }));
    if (!first || !*first) return std::optional<Uptime>();
    const Span whole{std::max(ceil_minute(range.start), floor_minute(**first)), floor_minute(range.end)};
    if (whole.from >= whole.to) return std::optional<Uptime>();
    TRY(found, down_in(connection, range));
    if (silent_at) {
      TRY(silent, silence(connection, *silent_at));
      found.insert(found.end(), silent.begin(), silent.end());
    }
    TRY(neither, neither_in(connection, range, skip_maintenance));
    const std::vector<Span> holes = flat(std::move(neither), whole);
    const std::vector<Span> counted = without({whole}, holes);
    const std::vector<Span> down = without(flat(std::move(found), whole), holes);
    Uptime uptime{minutes_of(counted), minutes_of(down), {}};
    for (const Span& each : down) uptime.ranges.push_back({at_minute(each.from), at_minute(each.to), each.cause});
    return std::optional<Uptime>(std::move(uptime));
  });
}

}  // namespace postage::observe
