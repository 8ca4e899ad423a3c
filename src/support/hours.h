#pragma once
// When a support request is due: pure functions of the plan's service hours and response time (billing rules 1.2). The
// vendor prints "24 hours" beside 12x7 service, and "working hour" where it means one: so "24h" is hours of the clock,
// which start when the desk is open, and "24wh" is hours of service.
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/zone.h"
#include "catalog/catalog.h"

namespace postage::support {

/// The part of each local day in which a desk with limited hours works, minutes after local midnight.
struct Desktime {
  int from_minute = 9 * 60;   ///< 0 to 1439
  int to_minute = 21 * 60;    ///< above from_minute, up to 1440
};

/// What a plan promises.
struct Promise {
  bool always = true;                             ///< 24x7; else the desk's hours of each day
  std::optional<std::chrono::minutes> response;   ///< none: best effort, no due time
  bool working = false;                           ///< the response time is counted in service hours only
  bool operator==(const Promise&) const = default;
};

/// "09:00-21:00" -> a Desktime. Errors: bad_request.
Result<Desktime> parse_desktime(std::string_view text);
/// Of the words in a plan's rows service_hours ("12x7", "24x7", "24x7x365") and response_time ("best_effort", "30m", "1h",
/// "24h", "24wh"; at most 10,000 of a unit). Errors: invalid_catalogue naming the word.
Result<Promise> parse_promise(std::string_view service_hours, std::string_view response_time);
/// The same of a plan. A plan without the rows promises best effort.
Result<Promise> promise_of(const catalog::Plan& plan);

/// When `percent` of the response time has run since `opened`; none with best effort. Under limited hours a request that
/// comes while the desk is closed starts when it opens. Hours of service stop at closing time and go on with the next
/// opening. Hours of the clock do not stop; but an answer that would be due while the desk is closed is due as long after
/// the next opening as it would have been after the closing, at that day's closing at the latest. Local days are those of
/// `zone`, whatever its clocks do.
std::optional<Instant> due(Instant opened, const Promise& promise, const Desktime& desk, const Zone& zone, int percent = 100);

}  // namespace postage::support
