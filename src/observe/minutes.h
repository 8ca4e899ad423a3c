#pragma once
// Seconds to minutes: when the message path could admit, and which minutes were down. Pure; thread: one at a time.
//
// The rule (billing rules 1.11 and case Z17 count whole minutes): each second of UTC is good or not. It is good when every
// lane turned its loop, the meter took what it was given and the last probe of every lane came through. A second nobody
// judged (the process did not run, or stood still) is not good. A minute is down when fewer than kGoodSecondsMin of its
// 60 seconds were good.
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/month.h"

namespace postage::observe {

/// Good seconds a minute needs to count as up: half of it.
inline constexpr int kGoodSecondsMin = 30;
/// A judgement speaks for the seconds since the one before it, but for no more than these.
inline constexpr std::int64_t kSpeaksForSeconds = 5;

/// Why a second was not good; of a minute, why its first bad second was not.
enum class Cause : std::uint8_t { not_running, lane, meter, probe };
/// "not_running", "lane", "meter", "probe".
std::string_view cause_name(Cause cause);
/// The cause of that name; not_running for a name nobody wrote.
Cause cause_of(std::string_view name);

/// What was seen in one second.
struct Verdict {
  bool good = true;
  Cause cause = Cause::lane;  ///< of a bad one
};

/// Whole down minutes, joined while they are neighbours with one cause.
struct DownRange {
  Instant start;
  Instant end;
  Cause cause = Cause::not_running;
  bool operator==(const DownRange&) const = default;
};

/// What judging found out about whole minutes, oldest first.
struct Found {
  std::vector<DownRange> down;
  std::vector<InstantRange> unseen;  ///< the clock was set over them: neither up nor down
};

/// Where judging stands: what a later run needs to go on.
struct Mark {
  std::int64_t next_second = 0;      ///< since 1970, the first that was not judged
  std::int64_t good = 0;             ///< good seconds of the minute that holds next_second
  Cause cause = Cause::not_running;  ///< of the first bad second of that minute
  bool operator==(const Mark&) const = default;
};

class MinuteJudge {
 public:
  /// Goes on where an earlier run ended: what lies between was not running.
  void restore(const Mark& mark) { mark_ = mark; }
  /// What is seen at `now`. A second may be judged again (it stays bad once it was); the past is not. `moved`: how far the
  /// wall clock was set forward by hand since the last judgement (setting clock.test). In those seconds there was nothing
  /// to be seen; the minutes they touch are neither up nor down. Any other step is time nobody saw.
  void judge(Instant now, Verdict verdict, milliseconds moved = milliseconds(0));

  /// Found since the last call.
  Found take();
  /// None before the first judgement.
  [[nodiscard]] const std::optional<Mark>& mark() const { return mark_; }

 private:
  void fill(std::int64_t from, std::int64_t to, Verdict verdict);
  void add_down(std::int64_t from_minute, std::int64_t to_minute, Cause cause);
  void judge_again(Verdict verdict);
  void skip(std::int64_t from, std::int64_t to);

  std::optional<Mark> mark_;
  std::optional<Verdict> last_;  ///< of this run
  Found found_;
};

}  // namespace postage::observe
