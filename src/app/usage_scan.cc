#include "app/usage_scan.h"

#include <algorithm>

#include "meter/hour.h"

namespace postage::app {

/// Slots that are new since the last call. A project whose account is not known yet is asked for again.
void UsageScan::meet_slots() {
  const std::uint32_t count = meter_.slots().count();
  if (slots_.size() < count) slots_.resize(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    Slot& slot = slots_[i];
    if (slot.account) continue;
    const std::int64_t key = meter_.slots().key(i);
    if (key == 0 || meter::is_cap_key(key)) continue;
    slot.project = key > 0;
    slot.account = key > 0 ? owner_(ProjectId{key}) : AccountId{-key};
  }
}

/// A month that ended begins anew with what is still open; plans that change there are looked at exactly.
void UsageScan::roll(Account& account, Instant now) {
  if (!account.known || now < account.levels.month_end) return;
  account.known = false;
}

void UsageScan::judge(AccountId id, Account& account, std::vector<AccountId>& reached) {
  if (account.named) return;
  roll(account, now_);
  const ExactLevels& levels = account.levels;
  const bool due = !account.known || levels.messages >= levels.messages_next ||
                   (!levels.hard && account.sum_of_peaks >= levels.pcu_next) ||
                   (levels.hard ? static_cast<UInt128>(account.stored) : levels.byte_hours) >= levels.storage_next;
  if (!due) return;
  account.named = true;
  reached.push_back(id);
}

void UsageScan::count_messages(std::vector<AccountId>& reached) {
  const std::vector<std::int64_t> hours = meter_.windows().hours();
  std::erase_if(units_, [&](const auto& row) { return !std::ranges::binary_search(hours, row.first); });
  for (const std::int64_t hour : hours) {
    std::vector<std::int64_t> totals = meter_.windows().totals(hour, static_cast<std::uint32_t>(slots_.size()));
    std::vector<std::int64_t>& seen = units_[hour];
    seen.resize(totals.size());
    for (std::size_t i = 0; i < totals.size(); ++i) {
      if (totals[i] == seen[i] || !slots_[i].account) continue;
      Account& account = accounts_[slots_[i].account];
      account.levels.messages += totals[i] - seen[i];
      judge(slots_[i].account, account, reached);
    }
    seen = std::move(totals);
  }
}

void UsageScan::count_slot(std::uint32_t index, std::int64_t hour, std::vector<AccountId>& reached) {
  Slot& slot = slots_[index];
  if (!slot.account) return;
  if (!slot.project) {
    const auto found = accounts_.find(slot.account);
    const std::int64_t open = meter_.connections().open_count(meter::AccountSlot{index});
    if (found == accounts_.end() || !found->second.levels.hard || open < found->second.levels.pcu_next) return;
    if (!found->second.named) reached.push_back(slot.account);
    found->second.named = true;
    return;
  }
  const std::int64_t stored = meter_.storage().stored(meter::ProjectSlot{index});
  const std::int64_t peak = meter_.connections().peak_of(index, hour);
  if (stored == slot.stored && peak <= slot.peak) return;
  Account& account = accounts_[slot.account];
  account.stored += stored - slot.stored;
  slot.stored = stored;
  if (peak > slot.peak) {
    account.sum_of_peaks += peak - slot.peak;
    slot.peak = peak;
  }
  judge(slot.account, account, reached);
}

/// At each full hour what is stored then is one sample of every account.
void UsageScan::take_samples(std::vector<AccountId>& reached) {
  for (auto& [id, account] : accounts_) {
    if (account.known) account.levels.byte_hours += static_cast<UInt128>(std::max<std::int64_t>(account.stored, 0));
    judge(id, account, reached);
  }
}

void UsageScan::look(Instant now, std::vector<AccountId>& reached) {
  now_ = now;
  meet_slots();
  const std::int64_t hour = meter::hour_of(now);
  count_messages(reached);
  for (std::uint32_t i = 0; i < slots_.size(); ++i) count_slot(i, hour, reached);
  // Months begin at full hours in every zone: those that rolled are found with the samples.
  if (hour != sampled_hour_ && sampled_hour_ != INT64_MIN) take_samples(reached);
  sampled_hour_ = hour;
}

void UsageScan::settle(AccountId id, const ExactLevels& levels) {
  Account& account = accounts_[id];
  account.known = true;
  account.named = false;
  account.levels = levels;
  account.sum_of_peaks = 0;
  for (const auto& [project, peak] : levels.peaks) {
    account.sum_of_peaks += peak;
    const auto slot = meter_.slots().find(project.value);
    if (slot && *slot < slots_.size()) slots_[*slot].peak = peak;
  }
}

}  // namespace postage::app
