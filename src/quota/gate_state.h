#pragma once
// What a Gate keeps behind its mutex: the month's counters, the bill a budget looks at, and what each limit leaves.
// Private to the room. Thread: whoever holds `mutex`.
#include <limits>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/month.h"
#include "meter/month_usage.h"
#include "quota/gate.h"
#include "quota/terms.h"

namespace postage::quota {

inline constexpr std::int64_t kCounterEnd = std::numeric_limits<std::int64_t>::max();

/// a - b where that is above 0, else 0. No overflow.
inline std::int64_t remaining(std::int64_t limit, std::int64_t used) { return limit > used ? limit - used : 0; }

struct Gate::State {
  struct Project {
    std::int64_t open = 0;
    std::int64_t peak = 0;
  };
  /// The billed quantities a decision would lead to.
  struct Reach {
    std::int64_t messages = 0;
    Int128 sum_of_peaks = 0;
    std::int64_t simultaneous_peak = 0;
    UInt128 byte_hours = 0;  ///< until the month's end, if nothing more happens
  };
  /// What the window before this one still had when it was left, for calls that come a turn late.
  struct Previous {
    std::int64_t left = 0;
    bool same_month = false;
  };

  std::mutex mutex;
  GateTerms terms;
  InstantRange month;
  InstantRange day;
  std::int64_t messages = 0;  ///< admitted this month, without what is still in the word
  std::int64_t messages_today = 0;
  std::int64_t granted = 0;   ///< put into the word at the last fill
  std::uint64_t generation = 0;
  std::unordered_map<ProjectId, Project> projects;
  std::int64_t open = 0;
  Int128 sum_of_peaks = 0;
  std::int64_t simultaneous_peak = 0;
  std::int64_t stored = 0;
  UInt128 byte_hours = 0;
  std::int64_t samples_taken = 0;
  std::optional<Previous> previous;
  std::optional<Rational> own_budget;  ///< the customer's; terms.budget is the smaller of it and terms.prepaid
  /// The month's message count at which the budget stands; none = not computed since something else changed the bill.
  std::optional<std::int64_t> messages_allowed;

  void start(GateTerms first, Instant now, const GateUsage& usage);
  void take_over(const GateUsage& usage);
  void take_over_messages(const GateUsage& usage);
  /// New terms; where their month is another one than the calendar's, the running month becomes it.
  void take_terms(GateTerms next, Instant now);
  void fold_prepaid();
  [[nodiscard]] bool counting() const;
  /// Opens the day and the month that hold `at`, if they are later. The word must be drained.
  void roll_to(Instant at);
  [[nodiscard]] bool must_roll(Instant at) const { return at >= day.end; }
  void sample_until(Instant at);

  [[nodiscard]] Reach reached() const;
  /// The bill a budget is compared with: the larger of the exact and the printed total.
  [[nodiscard]] Rational bill(const Reach& reach) const;
  /// A bill may grow up to the budget, or stay where it is when it is above already.
  [[nodiscard]] Rational bill_allowed() const;
  std::int64_t budget_messages();

  /// Units that quota, daily cap, counter and budget still admit.
  std::int64_t messages_left();
  /// The account's own cap, for a refusal.
  [[nodiscard]] std::shared_ptr<const CapName> own_cap(bool in_money) const;
  /// The first limit that refuses `cost` units now.
  Refusal why_messages(UInt128 cost);
  [[nodiscard]] std::int64_t connections_left() const;
  /// How many of `count` connections of `project` the budget admits.
  [[nodiscard]] std::int64_t budget_connections(const Project& project, std::int64_t count) const;
  [[nodiscard]] Reach with_connections(const Project& project, std::int64_t count) const;
  [[nodiscard]] Refusal why_connection(std::int64_t needed) const;
  /// None when `delta` more bytes are admitted.
  [[nodiscard]] std::optional<Refusal> why_storage(std::int64_t delta) const;

 private:
  void open_month(Instant at);
};

}  // namespace postage::quota
