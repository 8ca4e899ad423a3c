#pragma once
// Time zones of the IANA database and the text form of instants. The library behind this (date-tz) is seen by zone.cc
// only; everyone else speaks Instant.
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace postage {

/// A time zone. A small value; UTC needs no database. Thread: any.
class Zone {
 public:
  /// UTC.
  Zone() = default;
  /// "UTC", "Asia/Shanghai", ...; an unknown name or a missing database is bad_request.
  static Result<Zone> find(std::string_view name);
  /// All names of the database; empty when the machine has none.
  static std::vector<std::string> names();

  [[nodiscard]] const std::string& name() const { return name_; }
  /// Local time minus UTC at `at`.
  [[nodiscard]] seconds offset_at(Instant at) const;
  /// The local calendar date at `at`.
  [[nodiscard]] std::chrono::year_month_day date_at(Instant at) const;
  /// The first instant of a local date; where clocks skip midnight, the instant of the jump; where midnight comes twice,
  /// the first.
  [[nodiscard]] Instant first_instant(std::chrono::year_month_day date) const;
  /// The start of the local day that holds `at`, and of the next.
  [[nodiscard]] Instant day_start(Instant at) const;
  [[nodiscard]] Instant next_day_start(Instant at) const;

  bool operator==(const Zone& other) const { return name_ == other.name_; }

 private:
  std::string name_ = "UTC";
  const void* zone_ = nullptr;  ///< date::time_zone of the process-wide database; null is UTC
};

/// Reads ISO 8601 with an offset: `2026-01-31T23:59:59.999+08:00`, `...Z`; seconds may be left out, at most three digits
/// of fraction. No offset, a date that does not exist, or any other form: bad_request that says what is wrong.
Result<Instant> parse_instant(std::string_view text);
/// "2026-01-05T10:00:00.000+08:00": local time of `zone`, three digits of milliseconds, numeric offset.
std::string instant_text(Instant at, const Zone& zone);
/// "2026-01-05T02:00:00.000Z".
std::string instant_text_utc(Instant at);

}  // namespace postage
