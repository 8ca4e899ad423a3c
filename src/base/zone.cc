#include "base/zone.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <exception>

namespace postage {
namespace {
using std::chrono::days;
using std::chrono::floor;
using std::chrono::sys_days;
using std::chrono::year_month_day;

const date::time_zone* of(const void* zone) { return static_cast<const date::time_zone*>(zone); }

Error malformed(std::string what) { return {Errc::bad_request, std::move(what)}; }

/// Reads exactly `count` digits at the front of `text` and drops them; none when they are not there.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text[0] != wanted) return false;
  text.remove_prefix(1);
  return true;
}

/// The offset at the end of an instant, in minutes.
Result<int> parse_offset(std::string_view text) {
  if (text.empty()) return malformed("an instant needs an offset, such as +08:00 or Z");
  if (text == "Z") return 0;
  const bool east = text[0] == '+', west = text[0] == '-';
  if (!east && !west) return malformed("an instant ends in an offset, such as +08:00 or Z");
  text.remove_prefix(1);
  const auto hour = take_digits(text, 2);
  const bool colon = take(text, ':');
  const auto minute = take_digits(text, 2);
  if (!hour || !colon || !minute || !text.empty() || *hour > 23 || *minute > 59) {
    return malformed("the offset of an instant is written +hh:mm");
  }
  const int minutes = *hour * 60 + *minute;
  return east ? minutes : -minutes;
}
}  // namespace

Result<Zone> Zone::find(std::string_view name) {
  Zone zone;
  if (name == "UTC") return zone;
  try {
    zone.zone_ = date::locate_zone(std::string(name));
  } catch (const std::exception&) {
    return malformed("unknown time zone '" + std::string(name) + "' (or no tzdata on this machine)");
  }
  zone.name_ = std::string(name);
  return zone;
}

std::vector<std::string> Zone::names() {
  std::vector<std::string> names;
  try {
    for (const date::time_zone& zone : date::get_tzdb().zones) names.push_back(zone.name());
  } catch (const std::exception&) {
    names.clear();
  }
  return names;
}

seconds Zone::offset_at(Instant at) const {
  if (zone_ == nullptr) return seconds(0);
  return of(zone_)->get_info(floor<seconds>(at)).offset;
}

year_month_day Zone::date_at(Instant at) const { return year_month_day{floor<days>(at + offset_at(at))}; }

Instant Zone::first_instant(year_month_day date) const {
  const auto midnight = sys_days(date).time_since_epoch();
  if (zone_ == nullptr) return Instant(midnight);
  // to_sys with `choose` does not fail: a skipped midnight becomes the instant of the jump.
  return of(zone_)->to_sys(date::local_time<milliseconds>(midnight), date::choose::earliest);
}

Instant Zone::day_start(Instant at) const {
  const auto day = sys_days(date_at(at));
  const Instant start = first_instant(day);
  // Near a jump across midnight the local date and the first instant of that date may disagree by an hour.
  return start <= at ? start : first_instant(day - days(1));
}

Instant Zone::next_day_start(Instant at) const {
  auto day = sys_days(date_at(day_start(at)));
  Instant next = first_instant(day);
  while (next <= at) next = first_instant(day += days(1));
  return next;
}

Result<Instant> parse_instant(std::string_view text) {
  if (text.size() > 40) return malformed("an instant has at most 40 characters");
  const auto year = take_digits(text, 4);
  const bool dash = take(text, '-');
  const auto month = take_digits(text, 2);
  const bool dash_again = take(text, '-');
  const auto day = take_digits(text, 2);
  if (!year || !dash || !month || !dash_again || !day) return malformed("an instant begins with a date yyyy-mm-dd");
  const year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                            std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return malformed("the date does not exist");
  const bool letter = take(text, 'T');
  const auto hour = take_digits(text, 2);
  const bool colon = take(text, ':');
  const auto minute = take_digits(text, 2);
  if (!letter || !hour || !colon || !minute) return malformed("an instant is written yyyy-mm-ddThh:mm:ss+hh:mm");
  int second = 0, fraction = 0;
  if (take(text, ':')) {
    const auto digits = take_digits(text, 2);
    if (!digits) return malformed("the seconds of an instant are two digits");
    second = *digits;
    if (take(text, '.')) {
      int count = 0;
      for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; ++count) fraction = fraction * 10 + *take_digits(text, 1);
      if (count == 0 || count > 3) return malformed("an instant has one to three digits after the point of its seconds");
      for (; count < 3; ++count) fraction *= 10;
    }
  }
  if (*hour > 23 || *minute > 59 || second > 59) return malformed("the time of day does not exist");
  TRY(offset, parse_offset(text));
  return Instant(sys_days(date).time_since_epoch()) + std::chrono::hours(*hour) +
         std::chrono::minutes(*minute - offset) + seconds(second) + milliseconds(fraction);
}

namespace {
std::string local_text(Instant local) {
  const auto day = floor<days>(local);
  const year_month_day date{day};
  const std::chrono::hh_mm_ss time{local - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count(), time.subseconds().count());
}
}  // namespace

std::string instant_text(Instant at, const Zone& zone) {
  const seconds offset = zone.offset_at(at);
  const auto away = std::chrono::abs(offset).count();
  std::string text = local_text(at + offset);
  text += fmt::format("{}{:02}:{:02}", offset.count() < 0 ? '-' : '+', away / 3600, away / 60 % 60);
  if (away % 60 != 0) text += fmt::format(":{:02}", away % 60);  // Local mean times of the nineteenth century.
  return text;
}

std::string instant_text_utc(Instant at) { return local_text(at) + "Z"; }

}  // namespace postage
