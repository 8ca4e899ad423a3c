#include "observe/minutes.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace postage::observe {
namespace {

constexpr std::int64_t kMinute = 60;
constexpr std::string_view kNames[] = {"not_running", "lane", "meter", "probe"};

Instant minute_start(std::int64_t minute) { return Instant(seconds(minute * kMinute)); }

}  // namespace

std::string_view cause_name(Cause cause) { return kNames[static_cast<std::size_t>(cause)]; }

Cause cause_of(std::string_view name) {
  const auto found = std::ranges::find(kNames, name);
  return found == std::end(kNames) ? Cause::not_running : static_cast<Cause>(found - std::begin(kNames));
}

void MinuteJudge::add_down(std::int64_t from_minute, std::int64_t to_minute, Cause cause) {
  const DownRange range{minute_start(from_minute), minute_start(to_minute), cause};
  std::vector<DownRange>& down = found_.down;
  if (!down.empty() && down.back().end == range.start && down.back().cause == cause) {
    down.back().end = range.end;
  } else {
    down.push_back(range);
  }
}

/// Judges the seconds [from, to) alike. `from` is the mark's next second.
void MinuteJudge::fill(std::int64_t from, std::int64_t to, Verdict verdict) {
  Mark& mark = *mark_;
  while (from < to) {
    const std::int64_t minute = from / kMinute;
    if (from % kMinute == 0 && to - from >= kMinute) {
      if (!verdict.good) add_down(minute, to / kMinute, verdict.cause);
      from = to / kMinute * kMinute;
      continue;
    }
    const std::int64_t end = std::min(to, (minute + 1) * kMinute);
    const bool first_bad = !verdict.good && mark.good == from % kMinute;
    if (first_bad) mark.cause = verdict.cause;
    if (verdict.good) mark.good += end - from;
    from = end;
    if (from % kMinute != 0) continue;
    if (mark.good < kGoodSecondsMin) add_down(minute, minute + 1, mark.cause);
    mark.good = 0;
  }
  mark.next_second = to;
}

/// The second before the mark, seen again: it stays bad once it was bad. A finished minute is not opened again.
void MinuteJudge::judge_again(Verdict verdict) {
  if (verdict.good || !last_->good || mark_->next_second % kMinute == 0) return;
  if (mark_->good == mark_->next_second % kMinute) mark_->cause = verdict.cause;
  --mark_->good;
}

/// The clock was set over the seconds [from, to). `from` is the mark's next second.
void MinuteJudge::skip(std::int64_t from, std::int64_t to) {
  if (from >= to) return;
  found_.unseen.push_back({minute_start(from / kMinute), minute_start((to + kMinute - 1) / kMinute)});
  fill(from, to, {});
}

void MinuteJudge::judge(Instant now, Verdict verdict, milliseconds moved) {
  const std::int64_t second = std::chrono::floor<seconds>(now).time_since_epoch().count();
  if (!mark_) mark_ = Mark{second, second % kMinute, verdict.cause};  // Before its first second nothing was promised.
  const std::int64_t next = mark_->next_second;
  if (second < next) {
    if (second + 1 != next || !last_) return;
    judge_again(verdict);
    if (last_->good) last_ = verdict;
    return;
  }
  const std::int64_t lived = std::max<std::int64_t>(0, second - next - moved / seconds(1));
  const Verdict between = last_ && lived < kSpeaksForSeconds ? verdict : Verdict{false, Cause::not_running};
  fill(next, next + lived, between);
  skip(next + lived, second);
  fill(second, second + 1, verdict);
  last_ = verdict;
}

Found MinuteJudge::take() { return std::exchange(found_, {}); }

}  // namespace postage::observe
