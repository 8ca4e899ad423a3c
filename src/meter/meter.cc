#include "meter/meter.h"

#include <algorithm>
#include <charconv>

#include "base/log.h"
#include "meter/meter_impl.h"
#include "meter/recovery.h"

namespace postage::meter {
namespace {

/// "<folder>/run" holds the number of the last run that was begun.
Result<std::int64_t> read_run(const std::string& path) {
  auto text = read_file(path, 64);
  if (!text && text.error().code == Errc::not_found) return std::int64_t(0);
  if (!text) return text.error();
  std::int64_t run = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), run);
  if (error != std::errc() || run < 0 || std::string_view(end) != "\n") {
    return Error(Errc::corrupt_record, path + ": not a run number");
  }
  return run;
}

}  // namespace

Result<std::unique_ptr<Meter>> Meter::open(MeterOptions options, db::Database& database, Clock& clock) {
  const bool node_fits =
      !options.node.empty() && options.node.size() <= kNodeBytesMax && options.node.find('\0') == std::string::npos;
  if (!node_fits) return Error(Errc::invalid_config, "the node's name must have 1 to 64 bytes");
  if (options.shards < 1 || options.shards > 1024)
    return Error(Errc::invalid_config, "1 to 1024 shards can be metered");
  auto meter = std::make_unique<MeterImpl>(std::move(options), database, clock);
  TRY_VOID(meter->start());
  return std::unique_ptr<Meter>(std::move(meter));
}

MeterImpl::~MeterImpl() {
  if (slots_) slots_->on_grow(nullptr);
}

Result<void> MeterImpl::start() {
  const Instant now = clock_.wall();
  TRY_VOID(open_files());
  step("start.catch_up");
  TRY_VOID(folds_.catch_up(journal_->folder()));
  TRY(written, read_run(options_.folder + "/run"));
  TRY(folded, folds_.last_run());
  TRY(live, last_live_run(live_folder_));
  run_ = std::max({written, folded, live}) + 1;
  step("start.run_number");
  TRY_VOID(replace_file(options_.folder + "/run", std::to_string(run_) + "\n", options_.sync));
  const std::function<void(const char*)> step_call = [this](const char* name) { step(name); };
  TRY_VOID(recover_dead_runs({live_folder_, *slots_, *journal_, folds_, step_call}, now, recovery_));
  recovery_.torn_bytes = journal_->torn_bytes();
  if (recovery_.dead_runs > 0) {
    log(Level::warn, "meter_recovered",
        {{"runs", recovery_.dead_runs}, {"units", recovery_.units}, {"connections_cut", recovery_.connections_cut}});
  }
  step("start.begin_run");
  return begin_run(now);
}

Result<void> MeterImpl::open_files() {
  TRY_VOID(make_folder(options_.folder));
  TRY(lock, lock_folder(options_.folder));
  lock_ = std::move(lock);
  live_folder_ = options_.folder + "/live";
  TRY_VOID(make_folder(live_folder_));
  TRY(key, SealKey::open_or_make(options_.folder, options_.sync));
  key_ = std::make_unique<SealKey>(std::move(key));
  TRY(journal, Journal::open({.folder = options_.folder + "/journal",
                              .node = options_.node,
                              .sync = options_.sync,
                              .segment_bytes_max = options_.segment_bytes_max},
                             *key_));
  journal_ = std::move(journal);
  TRY(slots, Slots::open(options_.folder + "/slots"));
  slots_ = std::move(slots);
  TRY(storage, Storage::open(options_.folder));
  storage_ = std::move(storage);
  return storage_->grow(slots_->count());
}

Result<void> MeterImpl::begin_run(Instant now) {
  TRY(connections, Connections::create(live_folder_, run_));
  connections_ = std::move(connections);
  TRY_VOID(connections_->grow(slots_->count()));
  windows_ = std::make_unique<Windows>(live_folder_, run_, options_.shards, *slots_);
  TRY_VOID(windows_->prepare(now));
  slots_->on_grow([this](std::uint32_t count) { return grow(count); });
  live_ = std::make_unique<LiveHours>(*windows_, *connections_, *storage_);
  live_->run = run_;
  live_->open_from = hour_of(now);
  reader_ = make_usage_reader(database_, clock_, options_.node, *slots_, *connections_, *storage_, *live_);
  TRY_VOID(load_evidence_floor());
  journal_->begin_stream(run_, 0);
  journal_->append({.kind = RecordKind::run_started, .instant = now});
  step("start.journal");
  TRY_VOID(journal_->flush(now));
  // Not a whole tick: samples of the time without a meter wait until features have said what they store
  // (Storage::restore).
  TRY_VOID(write_changes(now, false));
  TRY_VOID(folds_.catch_up(journal_->folder()));
  fold_due_ = false;
  return {};
}

Result<void> MeterImpl::grow(std::uint32_t count) {
  TRY_VOID(windows_->grow(count));
  TRY_VOID(connections_->grow(count));
  return storage_->grow(count);
}

Instant MeterImpl::month_start(ProjectId project, Instant at) const {
  if (options_.month_start) return options_.month_start(project, at);
  return month_range(month_of(at, Zone()), Zone()).start;
}

Result<void> MeterImpl::load_evidence_floor() {
  // Two months back is more than any running month.
  const std::int64_t since = hour_of(clock_.wall()) - 62 * kHoursPerDay;
  return database_.read([&](db::Connection& c) {
    return c.each(
        "select project, month_hour, peak, reached_at from meter_peak where month_hour >= ?",
        [&](db::Row& row) {
          Evidence known;
          known.peak = row.integer(2);
          known.at = row.instant(3);
          evidence_[{row.id<ProjectId>(0), hour_start(row.integer(1))}] = known;
        },
        since);
  });
}

}  // namespace postage::meter
