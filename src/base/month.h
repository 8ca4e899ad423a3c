#pragma once
// Billing months: calendar months of a zone, half open. Each instant belongs to exactly one, in every zone.
#include <compare>
#include <string>
#include <string_view>

#include "base/zone.h"

namespace postage {

/// A calendar month, "2026-01".
struct MonthKey {
  int year = 1970;
  int month = 1;  ///< 1 to 12
  auto operator<=>(const MonthKey&) const = default;
  [[nodiscard]] MonthKey next() const { return month == 12 ? MonthKey{year + 1, 1} : MonthKey{year, month + 1}; }
  [[nodiscard]] MonthKey previous() const { return month == 1 ? MonthKey{year - 1, 12} : MonthKey{year, month - 1}; }
  /// "2026-01".
  [[nodiscard]] std::string text() const;
};

/// Reads "2026-01"; else bad_request.
Result<MonthKey> parse_month(std::string_view text);

/// [start, end) of UTC instants.
struct InstantRange {
  Instant start;
  Instant end;
  [[nodiscard]] bool holds(Instant at) const { return start <= at && at < end; }
  bool operator==(const InstantRange&) const = default;
};

/// From the first instant of the month to the first instant of the next, in `zone`.
InstantRange month_range(MonthKey month, const Zone& zone);
/// The month whose range holds `at`.
MonthKey month_of(Instant at, const Zone& zone);
/// How many calendar days the month has: 28 to 31.
int days_in(MonthKey month);

}  // namespace postage
