#include "meter/recovery.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>
#include <vector>

#include "base/log.h"
#include "meter/file_io.h"
#include "meter/hour.h"
#include "meter/window_file.h"

namespace postage::meter {
namespace {

constexpr std::size_t kCutListMax = 10'000;

struct Found {
  std::int64_t value = 0;
  Instant at;  ///< of peaks
};
using Values = std::map<ValueKey, Found>;

/// The live files of one run.
struct RunFiles {
  std::vector<WindowName> windows;
  bool cells = false;
  bool peaks = false;
};

Result<std::map<std::int64_t, RunFiles>> live_files(const std::string& folder) {
  std::map<std::int64_t, RunFiles> runs;
  TRY(names, list_folder(folder));
  for (const std::string& name : names) {
    if (const auto window = WindowName::parse(name)) runs[window->run].windows.push_back(*window);
    if (const auto run = parse_run_name(name, ".cells")) runs[*run].cells = true;
    if (const auto run = parse_run_name(name, ".peaks")) runs[*run].peaks = true;
  }
  return runs;
}

/// A file that a power loss left without its header holds nothing that reached the disk in order; anything else is an
/// error.
Result<SlotFile> open_or_empty(const std::string& path, std::uint64_t magic, std::uint32_t row_bytes,
                               std::uint32_t rows_max) {
  auto file = SlotFile::open(path, magic, row_bytes, rows_max);
  if (file || file.error().code != Errc::corrupt_record) return file;
  log(Level::error, "meter_live_file_unreadable", {{"detail", file.error().detail}});
  return SlotFile();
}

ValueKey key_of(const Slots& slots, std::uint32_t slot, std::int64_t hour, MeterKind meter) {
  const std::int64_t key = slot < slots.count() ? slots.key(slot) : 0;
  if (is_cap_key(key)) return {hour, MeterKind::cap, cap_of_key(key).value};
  if (key < 0) return {hour, MeterKind::account_peak, -key};
  return {hour, key == 0 ? MeterKind::none : meter, key};
}

Result<void> read_window(const RecoverySite& site, const WindowName& name, Values& values) {
  TRY(file, open_or_empty(name.path(site.live_folder), kWindowMagic, sizeof(Counter), kSlotsMax));
  if (!file) return {};
  for (std::uint32_t slot = 0; slot < file.rows(); ++slot) {
    const std::int64_t units = static_cast<const Counter*>(file.row(slot))->load();
    if (units == 0) continue;
    const ValueKey key = key_of(site.slots, slot, name.hour, MeterKind::messages);
    if (key.meter == MeterKind::none) {
      log(Level::error, "meter_slot_without_project", {{"slot", slot}, {"units", units}});
      continue;
    }
    values[key].value += units;
  }
  return {};
}

Result<void> read_peaks(const RecoverySite& site, std::int64_t run, Values& values) {
  TRY(file, open_or_empty(peaks_path(site.live_folder, run), kPeaksMagic, sizeof(PeakRow), kSlotsMax));
  if (!file) return {};
  std::vector<HourPeak> peaks;
  for (std::uint32_t slot = 0; slot < file.rows(); ++slot)
    append_untaken(*static_cast<PeakRow*>(file.row(slot)), slot, peaks);
  for (const HourPeak& peak : peaks) {
    const ValueKey key = key_of(site.slots, peak.slot, peak.hour, MeterKind::peak);
    if (key.meter != MeterKind::none) values[key] = {peak.peak, peak.at};
  }
  return {};
}

/// Everything the run counted that has no final value: live files and what the journal had, whichever is more.
Result<Values> values_of(const RecoverySite& site, std::int64_t run, const RunFiles& files) {
  Values values;
  for (const WindowName& name : files.windows) TRY_VOID(read_window(site, name, values));
  if (files.peaks) TRY_VOID(read_peaks(site, run, values));
  TRY(running, site.folds.running(run));
  for (const auto& [key, value] : running) {
    Found& found = values[key];
    found.value = std::max(found.value, value);
  }
  return values;
}

/// Appends final values and the hour's end, for each hour that has not ended.
Result<void> finish_hours(const RecoverySite& site, std::int64_t run, const RunFiles& files, const Values& values,
                          Instant now, Recovery& report) {
  std::set<std::int64_t> hours;
  for (const WindowName& name : files.windows) hours.insert(name.hour);
  for (const auto& [key, found] : values) hours.insert(key.hour);
  for (const std::int64_t hour : hours) {
    TRY(closed, site.folds.closed(run, hour));
    if (closed) continue;
    TRY(minutes, site.folds.minutes(hour));
    const auto first = values.lower_bound({hour, MeterKind::none, INT64_MIN});
    const auto last = values.lower_bound({hour + 1, MeterKind::none, INT64_MIN});
    if (first == last && minutes == 0) continue;
    site.journal.append({.kind = RecordKind::hour_finals, .hour = hour, .instant = now});
    for (auto it = first; it != last; ++it) {
      const auto& [key, found] = *it;
      if (key.meter == MeterKind::messages) report.units += found.value;
      site.journal.append({.kind = RecordKind::usage,
                           .meter = key.meter,
                           .final = true,
                           .subject = key.subject,
                           .hour = hour,
                           .value = found.value,
                           .instant = found.at == Instant{} ? now : found.at});
    }
    site.journal.append({.kind = RecordKind::hour_closed, .hour = hour, .value = minutes, .instant = now});
    site.journal.seal(now);
  }
  return {};
}

/// Appends the connections that the kill cut, beyond those that an interrupted recovery already wrote.
Result<void> list_cuts(const RecoverySite& site, std::int64_t run, std::int64_t written, Instant now,
                       Recovery& report) {
  TRY(file, open_or_empty(cells_path(site.live_folder, run), kCellsMagic, sizeof(CellRow), kCellsMax));
  if (!file) return {};
  for (std::uint32_t i = 0; i < file.rows(); ++i) {
    const CellRow& row = *static_cast<const CellRow*>(file.row(i));
    if (row.state.load() != CellRow::open) continue;
    const std::int64_t project = row.project_slot < site.slots.count() ? site.slots.key(row.project_slot) : 0;
    ++report.connections_cut;
    if (report.cut.size() < kCutListMax) {
      report.cut.push_back({run, ProjectId{project}, SessionId{row.session}, ConnectionId{row.connection},
                            Instant(milliseconds(row.opened_ms)), row.units.load()});
    }
    if (written-- > 0) continue;
    std::string note;
    append_integer(note, row.session);
    append_integer(note, row.connection);
    append_integer(note, row.opened_ms);
    site.journal.append({.kind = RecordKind::connection_cut,
                         .subject = project,
                         .value = row.units.load(),
                         .instant = now,
                         .note = std::move(note)});
  }
  return {};
}

Result<void> remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return file_error(path, "delete", errno);
  return {};
}

Result<void> remove_files(const RecoverySite& site, std::int64_t run, const RunFiles& files) {
  for (const WindowName& name : files.windows) {
    site.step("recovery.delete_window");
    TRY_VOID(remove_file(name.path(site.live_folder)));
  }
  site.step("recovery.delete_cells");
  if (files.cells) TRY_VOID(remove_file(cells_path(site.live_folder, run)));
  site.step("recovery.delete_peaks");
  if (files.peaks) TRY_VOID(remove_file(peaks_path(site.live_folder, run)));
  return {};
}

Result<void> recover_run(const RecoverySite& site, std::int64_t run, const RunFiles& files, Instant now,
                         Recovery& report) {
  TRY(state, site.folds.run_state(run));
  if (!state.ended) {
    ++report.dead_runs;
    const std::int64_t cut_before = report.connections_cut;
    site.journal.begin_stream(run, state.last_sequence);
    TRY(values, values_of(site, run, files));
    TRY_VOID(finish_hours(site, run, files, values, now, report));
    site.step("recovery.finals");
    TRY_VOID(site.journal.flush(now));
    if (files.cells) TRY_VOID(list_cuts(site, run, state.cuts, now, report));
    site.step("recovery.cuts");
    TRY_VOID(site.journal.flush(now));
    site.journal.append(
        {.kind = RecordKind::run_recovered, .value = report.connections_cut - cut_before, .instant = now});
    site.journal.seal(now);
    site.step("recovery.end");
    TRY_VOID(site.journal.flush(now));
    site.step("recovery.fold");
    TRY_VOID(site.folds.catch_up(site.journal.folder()));
  }
  return remove_files(site, run, files);
}

}  // namespace

Result<std::int64_t> last_live_run(const std::string& live_folder) {
  TRY(runs, live_files(live_folder));
  return runs.empty() ? 0 : runs.rbegin()->first;
}

Result<void> recover_dead_runs(const RecoverySite& site, Instant now, Recovery& report) {
  TRY(names, list_folder(site.live_folder));
  for (const std::string& name : names) {
    if (name.ends_with(".new")) TRY_VOID(remove_file(site.live_folder + "/" + name));
  }
  TRY(runs, live_files(site.live_folder));
  TRY(open, site.folds.open_runs());
  for (const std::int64_t run : open) runs[run];
  for (const auto& [run, files] : runs) TRY_VOID(recover_run(site, run, files, now, report));
  return {};
}

}  // namespace postage::meter
