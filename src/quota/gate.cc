#include "quota/gate.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "quota/gate_state.h"

namespace postage::quota {
namespace {
/// The most units one fill puts into the word; half of what it holds, so that units given back find room.
constexpr std::int64_t kGrantMax = std::int64_t{1} << 47;
}  // namespace

Gate::Gate(GateTerms terms, Instant now) : Gate(std::move(terms), now, GateUsage{}) {}

Gate::Gate(GateTerms terms, Instant now, const GateUsage& usage) : state_(std::make_unique<State>()) {
  state_->start(std::move(terms), now, usage);
  counting_.store(state_->counting(), std::memory_order_relaxed);
  fill();
}

Gate::~Gate() = default;

void Gate::drain() {
  State& state = *state_;
  const std::uint64_t word = word_.exchange(++state.generation << kUnitBits, std::memory_order_acq_rel);
  // Units given back may have made the word larger than its grant: then these are negative, and right.
  const std::int64_t taken = state.granted - static_cast<std::int64_t>(word & kUnitMask);
  state.messages += taken;
  state.messages_today += taken;
  state.granted = 0;
}

void Gate::fill() {
  State& state = *state_;
  if (!counting_.load(std::memory_order_relaxed)) return;
  state.granted = std::min(state.messages_left(), kGrantMax);
  from_.store(state.day.start.time_since_epoch().count(), std::memory_order_relaxed);
  until_.store(state.day.end.time_since_epoch().count(), std::memory_order_relaxed);
  word_.store(++state.generation << kUnitBits | static_cast<std::uint64_t>(state.granted), std::memory_order_release);
}

void Gate::set_terms(GateTerms terms, Instant now) {
  const std::lock_guard lock(state_->mutex);
  drain();
  state_->roll_to(now);
  state_->sample_until(now);
  state_->take_terms(std::move(terms), now);
  counting_.store(state_->counting(), std::memory_order_relaxed);
  fill();
}

void Gate::set_terms(GateTerms terms, Instant now, const std::function<std::optional<GateUsage>()>& read) {
  const std::lock_guard lock(state_->mutex);
  drain();
  state_->roll_to(now);
  state_->sample_until(now);
  const InstantRange month = state_->month;
  state_->take_terms(std::move(terms), now);
  const bool counted = counting_.load(std::memory_order_relaxed);
  // From here on admission takes the slow path and waits for the mutex while the meter is read.
  counting_.store(state_->counting(), std::memory_order_relaxed);
  // Connections and bytes are known here always, messages while they are counted; what is admitted and still on its way
  // to the meter must not be forgotten.
  const bool other_month = state_->month != month;
  if (other_month || (!counted && state_->counting())) {
    const std::optional<GateUsage> usage = read();
    if (usage && other_month) state_->take_over(*usage);
    if (usage) state_->take_over_messages(*usage);
    counting_.store(usage.has_value() && state_->counting(), std::memory_order_relaxed);
  }
  fill();
}

std::int64_t Gate::admit_messages_many(UInt128 cost, std::int64_t times, Instant at, Refusal* why) {
  if (times <= 0 || cost == 0) return std::max<std::int64_t>(times, 0);
  if (!counting_.load(std::memory_order_relaxed)) return times;
  const bool small = cost <= static_cast<UInt128>(kGrantMax) && times <= kGrantMax &&
                     cost * static_cast<UInt128>(times) <= static_cast<UInt128>(kGrantMax);
  if (small && take(static_cast<std::int64_t>(cost) * times, at)) return times;
  return admit_slowly(cost, times, at, why);
}

std::int64_t Gate::admit_slowly(UInt128 cost, std::int64_t times, Instant at, Refusal* why) {
  const std::lock_guard lock(state_->mutex);
  State& state = *state_;
  drain();
  state.roll_to(at);
  const auto fitting = [&](std::int64_t left) {
    const UInt128 whole = static_cast<UInt128>(left) / cost;
    return whole < static_cast<UInt128>(times) ? static_cast<std::int64_t>(whole) : times;
  };
  const bool late = at < state.day.start && state.previous.has_value();
  std::int64_t left = state.messages_left();
  if (late) left = state.previous->same_month ? std::min(left, state.previous->left) : state.previous->left;
  const std::int64_t admitted = fitting(left);
  const auto taken = static_cast<std::int64_t>(cost * static_cast<UInt128>(admitted));
  if (late) state.previous->left -= taken;
  if (!late || state.previous->same_month) state.messages += taken;
  if (!late) state.messages_today += taken;
  if (admitted < times && why != nullptr) {
    if (late) {
      *why = {Errc::quota_messages, Meter::messages, 0, 0, 0, state.day.start};
    } else {
      *why = state.why_messages(cost);
    }
  }
  fill();
  return admitted;
}

void Gate::give_back_messages(std::int64_t units, Instant at) {
  if (!counting_.load(std::memory_order_relaxed) || units <= 0) return;
  std::uint64_t word = word_.load(std::memory_order_acquire);
  const std::int64_t now = at.time_since_epoch().count();
  while (now >= from_.load(std::memory_order_relaxed) && now < until_.load(std::memory_order_relaxed)) {
    const std::uint64_t left = word & kUnitMask;
    // An empty word may be one that is being drained; then the mutex decides.
    if (left == 0 || units > kGrantMax || left + static_cast<std::uint64_t>(units) > kUnitMask) break;
    if (word_.compare_exchange_weak(word, word + static_cast<std::uint64_t>(units), std::memory_order_acq_rel)) return;
  }
  const std::lock_guard lock(state_->mutex);
  drain();
  state_->roll_to(at);
  State& state = *state_;
  if (at < state.day.start && state.previous) {
    state.previous->left += units;
    if (state.previous->same_month) state.messages -= units;
  } else {
    state.messages -= units;
    state.messages_today -= units;
  }
  fill();
}

std::int64_t Gate::count_closing(Instant at, std::int64_t times) {
  Refusal ignored;
  return admit_messages_many(1, times, at, &ignored);
}

std::int64_t Gate::admit_connections(ProjectId project, std::int64_t count, Instant at, Refusal* why) {
  if (count <= 0) return 0;
  const std::lock_guard lock(state_->mutex);
  State& state = *state_;
  const bool touches_word = state.must_roll(at) || state.terms.budget.has_value();
  if (touches_word) drain();
  state.roll_to(at);
  State::Project& row = state.projects[project];
  std::int64_t admitted = std::min(count, state.connections_left());
  admitted = state.budget_connections(row, admitted);
  const State::Reach reach = state.with_connections(row, admitted);
  if (reach.sum_of_peaks != state.sum_of_peaks || reach.simultaneous_peak != state.simultaneous_peak) {
    state.messages_allowed.reset();
  }
  state.sum_of_peaks = reach.sum_of_peaks;
  state.simultaneous_peak = reach.simultaneous_peak;
  row.open += admitted;
  row.peak = std::max(row.peak, row.open);
  state.open += admitted;
  if (admitted < count && why != nullptr) *why = state.why_connection(count - admitted);
  if (touches_word) fill();
  return admitted;
}

std::int64_t Gate::close_connections(ProjectId project, std::int64_t count, Instant at) {
  if (count <= 0) return 0;
  const std::lock_guard lock(state_->mutex);
  State& state = *state_;
  if (state.must_roll(at)) {
    drain();
    state.roll_to(at);
    fill();
  }
  const auto found = state.projects.find(project);
  if (found == state.projects.end()) return 0;
  const std::int64_t closed = std::min(count, found->second.open);
  found->second.open -= closed;
  state.open -= closed;
  return closed;
}

bool Gate::admit_storage(std::int64_t delta, Instant at, Refusal* why) {
  const std::lock_guard lock(state_->mutex);
  State& state = *state_;
  const bool touches_word = state.must_roll(at) || state.terms.budget.has_value();
  if (touches_word) drain();
  state.roll_to(at);
  state.sample_until(at);
  const auto refusal = state.why_storage(delta);
  if (!refusal && delta != 0) {
    state.stored += std::max(delta, -state.stored);
    state.messages_allowed.reset();
  } else if (refusal && why != nullptr) {
    *why = *refusal;
  }
  if (touches_word) fill();
  return !refusal;
}

std::optional<Refusal> Gate::refuses_messages(std::int64_t units, Instant at) {
  if (!counting_.load(std::memory_order_relaxed)) return std::nullopt;
  const std::lock_guard lock(state_->mutex);
  drain();
  state_->roll_to(at);
  std::optional<Refusal> why;
  if (units > state_->messages_left()) why = state_->why_messages(static_cast<UInt128>(units));
  fill();
  return why;
}

std::optional<Refusal> Gate::refuses_connection(ProjectId project, Instant at) {
  const std::lock_guard lock(state_->mutex);
  State& state = *state_;
  drain();
  state.roll_to(at);
  const auto found = state.projects.find(project);
  const State::Project row = found == state.projects.end() ? State::Project{} : found->second;
  std::optional<Refusal> why;
  if (state.connections_left() == 0 || state.budget_connections(row, 1) == 0) why = state.why_connection(1);
  fill();
  return why;
}

ConnectionCount Gate::project_connections(ProjectId project, Instant at) {
  const std::lock_guard lock(state_->mutex);
  if (state_->must_roll(at)) {
    drain();
    state_->roll_to(at);
    fill();
  }
  const auto found = state_->projects.find(project);
  if (found == state_->projects.end()) return {};
  return {found->second.open, found->second.peak};
}

GateUsage Gate::usage(Instant at) {
  const std::lock_guard lock(state_->mutex);
  State& state = *state_;
  drain();
  state.roll_to(at);
  state.sample_until(at);
  GateUsage usage{state.messages, state.messages_today, state.simultaneous_peak, {}, state.stored, state.byte_hours};
  for (const auto& [id, row] : state.projects) usage.projects.push_back({id, row.open, row.peak});
  fill();
  return usage;
}

}  // namespace postage::quota
