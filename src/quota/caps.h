#pragma once
// A customer's own caps on a project and on the channels of a project whose names begin with a prefix: exact to one unit
// in the message path. The account's own caps (budget, units) are the Gate's.
//
// A cap admits message units; a cap in money is turned into units at the list rate of the plan that rates the month, and
// one on a whole project also pays for the project's peak of connections. Several caps may match one channel: all of
// them and the gate must admit, or nothing is taken. Each cap has a meter slot of its own, so that what it has seen
// survives SIGKILL like the bill's units, without being part of the bill.
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/month.h"
#include "base/rational.h"
#include "meter/slots.h"
#include "quota/refusal.h"

namespace postage::quota {

class Gate;

/// One cap as it is set.
struct CapTerms {
  CapId id;
  ProjectId project;
  std::string prefix;                 ///< of message channels; empty: the whole project, operations without a channel too
  std::optional<std::int64_t> units;  ///< at least one of units and amount
  std::optional<Rational> amount;     ///< money a month, of message units (and the peak, on a whole project)
  meter::CapSlot slot;
};

/// List prices that a cap in money counts with: those of the plan that rates the month.
struct CapRates {
  Rational message;
  Rational pcu;
};

/// All caps of an account below the account itself.
struct CapSet {
  std::vector<CapTerms> caps;
  CapRates rates;
  CapRates next_rates;  ///< from the next month's first instant
  Zone zone;            ///< of the catalogue: months begin in it
  std::optional<InstantRange> month{};  ///< the running one, where it is not the calendar's (after a change of zone)
};

/// What a cap has seen of the running month.
struct CapUsage {
  CapId id;
  std::int64_t units = 0;    ///< admitted
  std::int64_t allowed = 0;  ///< units at which it refuses, as things stand
};

/// The caps of one project, shared by all shards. One short lock for all of them, taken only while there are any; the
/// gate is asked inside it, so that a refusal by the one never takes from the other. Thread: any.
class ProjectCaps {
 public:
  explicit ProjectCaps(ProjectId project) : project_(project) {}

  /// False: nothing here needs to be asked for messages.
  [[nodiscard]] bool any() const { return any_.load(std::memory_order_relaxed); }
  /// Admits `units` (above 0) by every cap that matches and by `gate`, as a whole or not at all; fills `why` with the
  /// first limit that refuses, the gate's before a cap's. `channel`: the message channel's name, or empty.
  bool admit(Gate& gate, std::string_view channel, std::int64_t units, Instant at, Refusal* why);
  /// Returns units that were admitted at `at` and not used.
  void give_back(Gate& gate, std::string_view channel, std::int64_t units, Instant at);
  /// What admit() would say now; takes nothing.
  std::optional<Refusal> refuses(Gate& gate, std::string_view channel, std::int64_t units, Instant at);
  /// Calls `add(slot)` for every cap that sees units of a message of `channel` accepted at `at`.
  template <class Add>
  void count(std::string_view channel, Instant at, const Add& add) {
    const std::lock_guard lock(mutex_);
    for (const Row& row : rows_) {
      if (matches(row, channel, at)) add(row.terms.slot);
    }
  }
  /// Opens one connection by the gate and by the project's cap in money. Asked for every connection, caps or not, so
  /// that a cap that comes meanwhile sees the right peak.
  bool admit_connection(Gate& gate, Instant at, Refusal* why);

  /// Replaces the caps. `used` gives the units that a cap not known here has seen this month. Such a cap sees messages
  /// accepted at `from` or later.
  void set(Gate& gate, const CapSet& all, Instant now, Instant from, const std::function<std::int64_t(CapId)>& used);
  void append_usage(Gate& gate, Instant at, std::vector<CapUsage>& out);

 private:
  struct Row {
    CapTerms terms;
    std::shared_ptr<const CapName> name;
    Instant from;
    std::int64_t used = 0;
    std::int64_t allowed = 0;
    std::int64_t used_before = 0;  ///< the month before, for calls that come a turn late
    std::int64_t allowed_before = 0;
  };
  static bool matches(const Row& row, std::string_view channel, Instant at) {
    return at >= row.from && channel.starts_with(row.terms.prefix);
  }
  void roll_to(Gate& gate, Instant at);
  void allow(Row& row) const;
  [[nodiscard]] const Row* refusing(std::string_view channel, std::int64_t units, Instant at) const;
  [[nodiscard]] Refusal why_of(const Row& row, std::int64_t units, Instant at) const;
  [[nodiscard]] std::optional<Refusal> why_connection(std::int64_t open, std::int64_t peak, Instant at) const;

  const ProjectId project_;
  std::atomic<bool> any_{false};
  std::mutex mutex_;
  std::vector<Row> rows_;  ///< whole project first, then by prefix
  Zone zone_;
  InstantRange month_{};
  CapRates rates_;
  CapRates next_rates_;
  std::int64_t peak_ = 0;  ///< the project's, of the running month; only while there are caps
};

/// The caps of an account, by project. Thread: any.
class AccountCaps {
 public:
  /// The project's caps; none at first. Good as long as it is held.
  std::shared_ptr<ProjectCaps> of(ProjectId project);
  /// Replaces all caps at `now`; one call at a time. `used` is called, without a lock, for each cap that is not known
  /// here: the units it has seen this month. `first`: nothing was admitted yet by this process, so that caps see
  /// everything; else new ones see messages accepted from 2 ms after `now` on: by those of turns that began before it
  /// they are passed by, at admission and at every copy alike.
  void set(Gate& gate, const CapSet& all, Instant now, bool first, const std::function<std::int64_t(CapId)>& used);
  /// What each cap has seen in the month of `at`.
  std::vector<CapUsage> usage(Gate& gate, Instant at);

 private:
  bool knows(CapId cap);
  std::mutex mutex_;
  std::unordered_map<ProjectId, std::shared_ptr<ProjectCaps>> projects_;
  std::unordered_map<CapId, ProjectId> known_;
};

}  // namespace postage::quota
