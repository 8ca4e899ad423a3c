#pragma once
// Admission, exact to one unit. One Gate per account, shared by all shards.
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <unordered_map>

#include "base/clock.h"
#include "base/ids.h"
#include "base/rational.h"
#include "quota/caps.h"
#include "quota/refusal.h"

namespace postage::quota {

struct GateTerms;
struct GateUsage;

/// Connections of one project.
struct ConnectionCount {
  std::int64_t open = 0;
  std::int64_t peak = 0;  ///< of the running month
};

/// Plan quotas, the ends of the counters, the budget and the unit cap of one account.
///
/// Messages: one atomic word holds units granted ahead; admission takes from it with compare-and-set, all or nothing.
/// Only when the word does not cover a call (nearly used up, month or day over, terms changed) a mutex is taken, the
/// word is drained and the exact remainder decides. A soft or pay-as-you-go account without a budget costs one branch.
/// Connections and storage always take the (short, per account) mutex: they are rare and a budget needs their peaks.
///
/// `at` is the instant of the shard's turn; the month rolls by it. A call that is late by a turn (its `at` lies before a
/// roll that another shard already saw) is judged by what the old month had left.
///
/// Thread: any, all functions.
class Gate {
 public:
  /// Starts empty-handed at `now`, or from `usage`.
  Gate(GateTerms terms, Instant now);
  Gate(GateTerms terms, Instant now, const GateUsage& usage);
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  /// New terms from `now` on; what was used stays.
  void set_terms(GateTerms terms, Instant now);
  /// The same, for a live account that was not counted before (soft, now with a budget): `read` is called while
  /// admission waits, and gives the month's messages by the meter. None: they cannot be read, and messages stay
  /// uncounted until the next call.
  void set_terms(GateTerms terms, Instant now, const std::function<std::optional<GateUsage>()>& read);

  /// Admits `units` (above 0) as a whole or not at all; fills `why` on a refusal.
  bool admit_messages(std::int64_t units, Instant at, Refusal* why = nullptr) {
    if (!counting_.load(std::memory_order_relaxed)) return true;
    return take(units, at) || admit_slowly(static_cast<UInt128>(units), 1, at, why) == 1;
  }
  /// Admits as many of `times` calls of `cost` units each as single calls would, and says how many. One decision.
  std::int64_t admit_messages_many(UInt128 cost, std::int64_t times, Instant at, Refusal* why = nullptr);
  /// Returns units that were admitted at `at` and reached nobody.
  void give_back_messages(std::int64_t units, Instant at);
  /// Operations that let a client go (logout, unsubscribe, ...): always allowed. Says how many units of `times` to count:
  /// no more than the limits still admit.
  std::int64_t count_closing(Instant at, std::int64_t times = 1);

  /// What admitting `units` would answer now, without taking any; none = admitted. Exact as long as counts_messages().
  std::optional<Refusal> refuses_messages(std::int64_t units, Instant at);

  /// Opens one connection of `project`, or refuses.
  bool admit_connection(ProjectId project, Instant at, Refusal* why = nullptr) {
    return admit_connections(project, 1, at, why) == 1;
  }
  /// Opens as many of `count` as single calls would, and says how many.
  std::int64_t admit_connections(ProjectId project, std::int64_t count, Instant at, Refusal* why = nullptr);
  /// What admitting one connection would answer now.
  std::optional<Refusal> refuses_connection(ProjectId project, Instant at);
  [[nodiscard]] ConnectionCount project_connections(ProjectId project, Instant at);
  /// Closes a connection that was admitted.
  void close_connection(ProjectId project, Instant at) { close_connections(project, 1, at); }
  /// Closes at most what is open in `project` and says how many.
  std::int64_t close_connections(ProjectId project, std::int64_t count, Instant at);

  /// The account's stored bytes change by `delta`. Growth may be refused; shrinking (or 0) never is.
  bool admit_storage(std::int64_t delta, Instant at, Refusal* why = nullptr);

  /// The caps of the account's projects. They ask this gate, never the other way round.
  [[nodiscard]] AccountCaps& caps() { return caps_; }

  /// True when messages are counted here (hard quota, daily cap, budget, unit cap or count_always).
  [[nodiscard]] bool counts_messages() const { return counting_.load(std::memory_order_relaxed); }
  /// What the gate has counted in the month of `at`. Messages only while counts_messages().
  [[nodiscard]] GateUsage usage(Instant at);

 private:
  struct State;

  // The word: 16 bits of generation, then 48 bits of granted units. The generation changes whenever the word is drained
  // or filled, so that a thread that slept through a roll cannot take from the new month's grant.
  static constexpr int kUnitBits = 48;
  static constexpr std::uint64_t kUnitMask = (std::uint64_t{1} << kUnitBits) - 1;

  bool take(std::int64_t units, Instant at) {
    std::uint64_t word = word_.load(std::memory_order_acquire);
    while (true) {
      const std::int64_t now = at.time_since_epoch().count();
      if (now < from_.load(std::memory_order_relaxed) || now >= until_.load(std::memory_order_relaxed)) return false;
      if (static_cast<std::uint64_t>(units) > (word & kUnitMask)) return false;
      if (word_.compare_exchange_weak(word, word - static_cast<std::uint64_t>(units), std::memory_order_acq_rel)) {
        return true;
      }
    }
  }
  std::int64_t admit_slowly(UInt128 cost, std::int64_t times, Instant at, Refusal* why);
  void drain();
  void fill();

  std::atomic<bool> counting_{false};
  std::atomic<std::int64_t> from_{0};   ///< the grant is for instants in [from, until), UTC ms
  std::atomic<std::int64_t> until_{0};
  alignas(64) std::atomic<std::uint64_t> word_{0};
  std::unique_ptr<State> state_;
  AccountCaps caps_;
};

/// All gates by account. Shards keep the pointer they got; a gate lives as long as anyone holds it.
/// Thread: any.
class Gates {
 public:
  /// Makes the terms and usage of an account whose gate is asked for the first time.
  using Maker = std::function<std::shared_ptr<Gate>(AccountId)>;
  explicit Gates(Maker maker) : maker_(std::move(maker)) {}

  /// The account's gate, made on first use; null when the maker knows no such account.
  std::shared_ptr<Gate> of(AccountId account);
  /// The gate if there is one already.
  std::shared_ptr<Gate> find(AccountId account) const;
  /// Forgets an account that is gone. Holders keep their pointer.
  void forget(AccountId account);

 private:
  Maker maker_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<AccountId, std::shared_ptr<Gate>> gates_;
};

}  // namespace postage::quota
