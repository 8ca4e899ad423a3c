#include "base/month.h"

#include <fmt/format.h>

namespace postage {
namespace {
using std::chrono::year_month_day;

Instant start_of(MonthKey month, const Zone& zone) {
  return zone.first_instant(year_month_day{std::chrono::year(month.year),
                                           std::chrono::month(static_cast<unsigned>(month.month)), std::chrono::day(1)});
}
}  // namespace

std::string MonthKey::text() const { return fmt::format("{:04}-{:02}", year, month); }

Result<MonthKey> parse_month(std::string_view text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 7 || text[4] != '-' || !digit(0) || !digit(1) || !digit(2) || !digit(3) || !digit(5) || !digit(6)) {
    return Error(Errc::bad_request, "a month is written yyyy-mm");
  }
  const auto value = [&](std::size_t i) { return text[i] - '0'; };
  const MonthKey month{value(0) * 1000 + value(1) * 100 + value(2) * 10 + value(3), value(5) * 10 + value(6)};
  if (month.month < 1 || month.month > 12) return Error(Errc::bad_request, "a month is 01 to 12");
  return month;
}

InstantRange month_range(MonthKey month, const Zone& zone) { return {start_of(month, zone), start_of(month.next(), zone)}; }

MonthKey month_of(Instant at, const Zone& zone) {
  const year_month_day date = zone.date_at(at);
  MonthKey month{static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month()))};
  // Where midnight is skipped or comes twice, the local date alone is off by one: the ranges decide.
  while (at < start_of(month, zone)) month = month.previous();
  while (at >= start_of(month.next(), zone)) month = month.next();
  return month;
}

int days_in(MonthKey month) {
  const std::chrono::year_month_day_last last{
      std::chrono::year(month.year), std::chrono::month_day_last(std::chrono::month(static_cast<unsigned>(month.month)))};
  return static_cast<int>(static_cast<unsigned>(last.day()));
}

}  // namespace postage
