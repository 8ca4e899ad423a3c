// The meter thread's second: changes to the journal, heartbeat, flush, hours that end, folds.
#include <algorithm>
#include <mutex>

#include "base/log.h"
#include "meter/meter_impl.h"

namespace postage::meter {

Record MeterImpl::usage(MeterKind meter, std::uint32_t slot, std::int64_t hour, std::int64_t value, Instant at,
                        bool final) const {
  const std::int64_t key = slots_->key(slot);
  const bool cap = is_cap_key(key);
  if (cap) meter = MeterKind::cap;
  if (meter == MeterKind::peak && key < 0) meter = MeterKind::account_peak;
  return {.kind = RecordKind::usage,
          .meter = meter,
          .final = final,
          .subject = cap ? cap_of_key(key).value : key < 0 ? -key : key,
          .hour = hour,
          .value = value,
          .instant = at};
}

Result<void> MeterImpl::tick(Instant now) {
  if (stopped_) return {};
  const auto prepared = windows_->prepare(now);  // A full disk must not keep the rest from being written.
  step("tick.changes");
  TRY_VOID(write_changes(now, false));
  TRY_VOID(write_samples(now));
  step("tick.sync");
  if (options_.sync) TRY_VOID(sync_files());
  TRY_VOID(close_hours(now));
  if (fold_due_) {
    step("tick.fold");
    TRY_VOID(folds_.catch_up(journal_->folder()));
    fold_due_ = false;
  }
  return prepared;
}

void MeterImpl::append_units(Instant now, bool all,
                             std::vector<std::pair<std::int64_t, std::vector<std::int64_t>>>& written) {
  const std::uint32_t count = slots_->count();
  std::int64_t budget = all ? INT64_MAX : options_.records_per_tick_max;
  for (const std::int64_t hour : windows_->hours()) {
    std::vector<std::int64_t> totals = windows_->totals(hour, count);
    std::vector<std::int64_t> known = live_->hours[hour].journaled;
    known.resize(count);
    // A different project goes first each time, so that a bound on records is fair.
    for (std::uint32_t i = 0; i < count && budget > 0; ++i) {
      const std::uint32_t slot = (next_slot_ + i) % count;
      if (totals[slot] == known[slot]) continue;
      journal_->append(usage(MeterKind::messages, slot, hour, totals[slot], now, false));
      known[slot] = totals[slot];
      if (--budget == 0) next_slot_ = slot + 1;
    }
    written.emplace_back(hour, std::move(known));
  }
}

Result<void> MeterImpl::write_changes(Instant now, bool all) {
  connections_->begin_harvest();
  connections_->roll(now);
  const std::vector<HourPeak> peaks = connections_->changes();
  std::vector<std::pair<std::int64_t, std::vector<std::int64_t>>> written;
  const std::int64_t minute = floor_div(to_ms(now), kMinuteMs);
  {
    const std::unique_lock lock(live_->mutex);  // append_units makes rows of hours; readers go over them.
    append_units(now, all, written);
  }
  for (const HourPeak& peak : peaks)
    journal_->append(usage(MeterKind::peak, peak.slot, peak.hour, peak.peak, peak.at, false));
  note_peaks(peaks);
  const bool beat = minute != last_minute_;
  if (beat) journal_->append({.kind = RecordKind::heartbeat, .instant = now});
  if (beat || all) {
    append_evidence();
    journal_->seal(now);
  }
  TRY_VOID(journal_->flush(now));
  step("tick.written");
  {
    const std::unique_lock lock(live_->mutex);
    for (auto& [hour, known] : written) live_->hours[hour].journaled = std::move(known);
    for (const HourPeak& peak : peaks) {
      std::int64_t& most = live_->hours[peak.hour].peaks[peak.slot];
      most = std::max(most, peak.peak);
    }
    if (beat) live_->hours[hour_of(now)].minutes |= std::int64_t(1) << (minute - hour_of(now) * 60);
    connections_->taken(peaks);
  }
  if (beat) {
    last_minute_ = minute;
    fold_due_ = true;
  }
  if (beat || all) {
    for (auto& [key, evidence] : evidence_) {
      evidence.pending = false;
      evidence.members = {};
    }
  }
  return connections_->harvest();
}

void MeterImpl::note_peaks(const std::vector<HourPeak>& peaks) {
  for (const HourPeak& peak : peaks) {
    const std::int64_t key = slots_->key(peak.slot);
    if (key <= 0) continue;
    const ProjectId project{key};
    Evidence& evidence = evidence_[{project, month_start(project, peak.at)}];
    if (peak.peak <= evidence.peak) continue;
    evidence.peak = peak.peak;
    evidence.at = peak.at;
    evidence.pending = true;
    evidence.members.clear();
    for (PeakMember& member : connections_->members_at_peak(ProjectSlot{peak.slot}, options_.evidence_members_max)) {
      evidence.members.push_back(
          {member.session.value, member.connection.value, to_ms(member.opened_at), std::move(member.user)});
    }
  }
}

void MeterImpl::append_evidence() {
  for (const auto& [key, evidence] : evidence_) {
    if (!evidence.pending) continue;
    journal_->append({.kind = RecordKind::peak_evidence,
                      .meter = MeterKind::peak,
                      .subject = key.first.value,
                      .hour = hour_of(key.second),
                      .value = evidence.peak,
                      .instant = evidence.at,
                      .note = encode_members(evidence.members)});
  }
}

Result<void> MeterImpl::write_samples(Instant now) {
  for (;;) {
    const std::vector<StorageSample> samples = storage_->due(now);
    if (samples.empty()) return {};
    for (const StorageSample& s : samples)
      journal_->append(usage(MeterKind::storage, s.slot, s.hour, s.bytes, now, false));
    TRY_VOID(journal_->flush(now));
    step("tick.samples");
    const std::unique_lock lock(live_->mutex);
    for (const StorageSample& s : samples) {
      live_->hours[s.hour].samples[s.slot] = s.bytes;
      live_->open_from = std::min(live_->open_from, s.hour);  // Of a time when no meter ran.
    }
    storage_->taken(samples);
  }
}

bool MeterImpl::append_finals(std::int64_t hour, std::int64_t minutes, Instant now) {
  const LiveHour& live = live_->hours[hour];
  const std::vector<std::int64_t> totals = windows_->totals(hour, slots_->count());
  minutes |= live.minutes;
  const bool used = std::any_of(totals.begin(), totals.end(), [](std::int64_t units) { return units != 0; });
  const bool any = used || minutes != 0 || !live.peaks.empty() || !live.samples.empty();
  if (!any) return false;
  journal_->append({.kind = RecordKind::hour_finals, .hour = hour, .instant = now});
  for (std::uint32_t slot = 0; slot < totals.size(); ++slot) {
    if (totals[slot] != 0) journal_->append(usage(MeterKind::messages, slot, hour, totals[slot], now, true));
  }
  for (const auto& [slot, peak] : live.peaks) journal_->append(usage(MeterKind::peak, slot, hour, peak, now, true));
  for (const auto& [slot, bytes] : live.samples)
    journal_->append(usage(MeterKind::storage, slot, hour, bytes, now, true));
  journal_->append({.kind = RecordKind::hour_closed, .hour = hour, .value = minutes, .instant = now});
  journal_->seal(now);
  return true;
}

Result<void> MeterImpl::close_hour(std::int64_t hour, Instant now) {
  bool any = true;  // Written by an earlier try whose fold failed.
  TRY(minutes, folds_.minutes(hour));
  {
    const std::unique_lock lock(live_->mutex);
    if (!live_->hours[hour].written) any = append_finals(hour, minutes, now);
  }
  if (any) {
    step("close.finals");
    TRY_VOID(journal_->flush(now));
    {
      const std::unique_lock lock(live_->mutex);
      live_->hours[hour].written = true;
    }
    step("close.fold");
    TRY_VOID(folds_.catch_up(journal_->folder()));
  }
  step("close.forget");
  {
    // From here on readers find the hour in the store.
    const std::unique_lock lock(live_->mutex);
    live_->open_from = hour + 1;
    live_->hours.erase(hour);
  }
  step("close.drop");
  return windows_->drop(hour);
}

Result<void> MeterImpl::close_hours(Instant now) {
  // The newest hour that has windows takes what comes for later ones while the disk is full: it stays open.
  const std::vector<std::int64_t> made = windows_->hours();
  const std::int64_t newest = made.empty() ? INT64_MIN : made.back();
  const std::int64_t ended = floor_div(to_ms(now) - options_.grace_ms, kHourMs);  // No hour before it still runs.
  const std::int64_t to = std::min({hour_of(now), ended, newest});
  if (live_->open_from >= to || !windows_->close_before(to)) return {};
  connections_->close_before(to);
  storage_->close_before(to);
  step("tick.closing");
  // What came after this second's look and before the marks; from here on nothing comes for these hours.
  TRY_VOID(write_changes(now, false));
  TRY_VOID(write_samples(now));
  while (live_->open_from < to) TRY_VOID(close_hour(live_->open_from, now));
  return {};
}

Result<void> MeterImpl::sync_files() {
  TRY_VOID(slots_->sync());
  TRY_VOID(windows_->sync());
  TRY_VOID(connections_->sync());
  return storage_->sync();
}

Result<void> MeterImpl::stop(Instant now) {
  if (stopped_) return {};
  TRY_VOID(write_samples(now));
  TRY_VOID(write_changes(now, true));
  std::int64_t last = hour_of(now);
  for (const std::int64_t hour : windows_->hours()) last = std::max(last, hour);
  if (!windows_->close_before(last + 1)) return Error(Errc::conflict, "a shard is still counting");
  for (std::int64_t hour = live_->open_from; hour <= last; ++hour) TRY_VOID(close_hour(hour, now));
  journal_->append({.kind = RecordKind::run_stopped, .instant = now});
  step("stop.end");
  TRY_VOID(journal_->end_segment(now));
  step("stop.fold");
  TRY_VOID(folds_.catch_up(journal_->folder()));
  {
    const std::unique_lock lock(live_->mutex);
    live_->open_from = INT64_MAX;
  }
  stopped_ = true;
  step("stop.remove");
  return connections_->remove();
}

}  // namespace postage::meter
