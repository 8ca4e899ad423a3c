#include "support/hours.h"

#include <charconv>
#include <string>
#include <variant>

namespace postage::support {
namespace {

constexpr std::int64_t kResponseHoursMax = 10'000;

/// The instant of a local time of day. Where clocks skip it, the same distance after midnight as on other days.
Instant local_instant(std::chrono::year_month_day date, int minute, const Zone& zone) {
  const Instant wall = Instant(std::chrono::sys_days(date)) + std::chrono::minutes(minute);
  const Instant guess = wall - zone.offset_at(wall);
  return wall - zone.offset_at(guess);
}

struct Service {
  Instant opens, closes;
};

/// The first time of service that ends after `at`.
Service service_after(Instant at, const Desktime& desk, const Zone& zone) {
  for (std::chrono::sys_days day(zone.date_at(at));; day += std::chrono::days(1)) {
    const Service service{local_instant(std::chrono::year_month_day(day), desk.from_minute, zone),
                          local_instant(std::chrono::year_month_day(day), desk.to_minute, zone)};
    if (service.closes > at) return service;
  }
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

/// "09:00" -> 540.
std::optional<int> minute_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hour = number(text.substr(0, 2)), minute = number(text.substr(3));
  if (!hour || !minute || *minute > 59 || *hour * 60 + *minute > 1440) return std::nullopt;
  return static_cast<int>(*hour * 60 + *minute);
}

std::string word_of(const catalog::Plan& plan, std::string_view row, std::string_view without) {
  for (const catalog::Feature& each : plan.features) {
    if (each.name != row) continue;
    if (const auto* word = std::get_if<std::string>(&each.value)) return *word;
  }
  return std::string(without);
}

}  // namespace

Result<Desktime> parse_desktime(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash != std::string_view::npos) {
    const auto from = minute_of_day(text.substr(0, dash)), to = minute_of_day(text.substr(dash + 1));
    if (from && to && *from < *to) return Desktime{*from, *to};
  }
  return Error(Errc::bad_request, "must be two local times of one day such as 09:00-21:00");
}

Result<Promise> parse_promise(std::string_view service_hours, std::string_view response_time) {
  Promise promise;
  if (service_hours == "12x7") promise.always = false;
  else if (service_hours != "24x7" && service_hours != "24x7x365") {
    return Error(Errc::invalid_catalogue, "service_hours: '" + std::string(service_hours) + "' is not 12x7, 24x7 or 24x7x365");
  }
  if (response_time == "best_effort") return promise;
  std::string_view digits = response_time.substr(0, response_time.empty() ? 0 : response_time.size() - 1);
  promise.working = digits.ends_with('w');
  if (promise.working) digits.remove_suffix(1);
  const auto count = number(digits);
  const char unit = response_time.empty() ? ' ' : response_time.back();
  if (!count || *count == 0 || *count > kResponseHoursMax || (unit != 'h' && unit != 'm')) {
    return Error(Errc::invalid_catalogue,
                 "response_time: '" + std::string(response_time) + "' is not best_effort, 30m, 1h, 24h, 24wh ...");
  }
  promise.response = std::chrono::minutes(unit == 'h' ? *count * 60 : *count);
  return promise;
}

Result<Promise> promise_of(const catalog::Plan& plan) {
  return parse_promise(word_of(plan, "service_hours", "24x7"), word_of(plan, "response_time", "best_effort"));
}

std::optional<Instant> due(Instant opened, const Promise& promise, const Desktime& desk, const Zone& zone, int percent) {
  if (!promise.response) return std::nullopt;
  milliseconds left = milliseconds(*promise.response) * percent / 100;
  if (promise.always) return opened + left;
  Service service = service_after(opened, desk, zone);
  const Instant started = std::max(opened, service.opens);
  if (promise.working) {
    for (Instant from = started;; from = service.opens) {
      if (left <= service.closes - from) return from + left;
      left -= service.closes - from;
      service = service_after(service.closes, desk, zone);
    }
  }
  const Instant ends = started + left;
  if (percent < 100 || ends <= service.closes) return ends;  // A reminder may come at night.
  Instant closed = service.closes;
  while (service.closes < ends) {
    closed = service.closes;
    service = service_after(closed, desk, zone);
  }
  if (ends >= service.opens) return ends;
  return std::min(service.opens + (ends - closed), service.closes);
}

}  // namespace postage::support
