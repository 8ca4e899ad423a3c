#pragma once
// A quick count of what all accounts use, so that the exact look at quotas (SQL, rating) is taken only of accounts that
// may have reached a threshold. Once a second it goes over the meter's counters, a few nanoseconds a project; an account
// whose count reaches its next threshold, or of which nothing is known yet, is named. The count is a hint: what is told
// to people is always read exactly.
#include <cstdint>
#include <functional>
#include <map>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/rational.h"
#include "meter/meter.h"

namespace postage::app {

/// What an exact look at an account found. A next value that is never reached is the type's largest.
struct ExactLevels {
  bool hard = false;          ///< compares open connections and stored bytes now, not the month's sums
  Instant month_end{};        ///< the count begins anew there
  std::int64_t messages = 0;  ///< units of the month
  std::int64_t messages_next = INT64_MAX;
  std::int64_t pcu_next = INT64_MAX;  ///< of the sum of the projects' peaks, or of open connections
  UInt128 byte_hours = 0;             ///< samples taken so far
  UInt128 storage_next = ~UInt128{0};  ///< byte-hours, or bytes
  std::vector<std::pair<ProjectId, std::int64_t>> peaks;  ///< of the month; empty on a hard plan
};

/// Thread: the control thread.
class UsageScan {
 public:
  /// `owner` says whose a project is (0: unknown). Both outlive this.
  UsageScan(meter::Meter& meter, std::function<AccountId(ProjectId)> owner)
      : meter_(meter), owner_(std::move(owner)) {}

  /// Counts what moved since the last call. Accounts to be looked at exactly are added to `reached`, each once until
  /// settle() is called for it.
  void look(Instant now, std::vector<AccountId>& reached);
  /// The account was looked at.
  void settle(AccountId account, const ExactLevels& levels);

 private:
  struct Account {
    bool known = false;
    bool named = false;  ///< waits for settle()
    ExactLevels levels;
    std::int64_t sum_of_peaks = 0;
    std::int64_t stored = 0;
  };
  struct Slot {
    AccountId account;
    bool project = false;
    std::int64_t peak = 0;    ///< of the month, projects of soft plans
    std::int64_t stored = 0;  ///< seen last
  };
  void meet_slots();
  void count_messages(std::vector<AccountId>& reached);
  void count_slot(std::uint32_t slot, std::int64_t hour, std::vector<AccountId>& reached);
  void take_samples(std::vector<AccountId>& reached);
  void roll(Account& account, Instant now);
  void judge(AccountId id, Account& account, std::vector<AccountId>& reached);

  meter::Meter& meter_;
  std::function<AccountId(ProjectId)> owner_;
  std::vector<Slot> slots_;
  std::unordered_map<AccountId, Account> accounts_;
  std::map<std::int64_t, std::vector<std::int64_t>> units_;  ///< seen last, by hour and slot
  std::int64_t sampled_hour_ = INT64_MIN;
  Instant now_{};
};

}  // namespace postage::app
