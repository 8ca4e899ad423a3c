#pragma once
// The measured uptime in the control store: which minutes the message path was down, append-only, one row a range and
// node; how far judging has come; maintenance that was announced. And the one function that reads a month's uptime.
// Thread: any, blocking (SQL).
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/month.h"
#include "base/rational.h"
#include "base/result.h"
#include "db/database.h"
#include "observe/minutes.h"

namespace postage::observe {

/// The tables of this room: component "observe".
Result<void> migrate(db::Database& database, Instant now);

/// A stop that was told beforehand. Counts as down all the same, unless the catalogue excludes it.
struct Maintenance {
  std::int64_t id = 0;
  Instant start;
  Instant end;
  Instant announced_at;
  std::string by;
  std::string why;
};

/// Uptime of a range, in whole minutes of UTC.
struct Uptime {
  std::int64_t minutes = 0;       ///< of the range that counts: all of it, future ones too, less those that count as neither
  std::int64_t down = 0;          ///< of these
  std::vector<DownRange> ranges;  ///< the down minutes, oldest first, joined
  /// 100 * (minutes - down) / minutes; 100 of an empty range.
  [[nodiscard]] Rational percent() const;
};

class UptimeLog {
 public:
  /// `database` has had migrate() and outlives this.
  UptimeLog(db::Database& database, std::string node) : database_(database), node_(std::move(node)) {}

  /// Where judging stood when this node last wrote; none: never.
  [[nodiscard]] Result<std::optional<Mark>> mark() const;
  /// Appends what was found and moves the mark, in one transaction.
  Result<void> write(const Mark& mark, const Found& found);
  /// Down minutes of all time, for metrics.
  [[nodiscard]] Result<std::int64_t> down_minutes() const;

  /// Announces maintenance inside the caller's transaction; answers what was stored. Its minutes are whole: start is moved forward, end back.
  /// Errors: bad_request ("starts_at": it has begun already; "ends_at": not after it, or more than 7 days after it).
  static Result<Maintenance> announce(db::Connection& connection, Maintenance what);
  /// Announced for any part of `range`, oldest first, at most 1000.
  [[nodiscard]] Result<std::vector<Maintenance>> maintenance(const InstantRange& range) const;

  /// Uptime of `range`, whose ends are moved to whole minutes (start forward, end back), as known now. Minutes before the
  /// first judgement of any node are not part of it; none when none is. A minute is down when it was for any node. Minutes
  /// over which the clock was set count neither as up nor as down.
  /// `skip_maintenance`: minutes of announced maintenance count neither as up nor as down. With `silent_at` what lies
  /// between the last mark and then is down too, if it is more than a minute: for reading a store that nobody serves.
  [[nodiscard]] Result<std::optional<Uptime>> uptime(const InstantRange& range, bool skip_maintenance,
                                                     std::optional<Instant> silent_at = std::nullopt) const;

 private:
  db::Database& database_;
  std::string node_;
};

}  // namespace postage::observe
