#pragma once
// The meter behind meter.h: the parts, and the meter thread's second.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "meter/file_io.h"
#include "meter/folds.h"
#include "meter/journal.h"
#include "meter/live_hours.h"
#include "meter/meter.h"
#include "meter/seal_key.h"
#include "meter/stored_usage.h"

namespace postage::meter {

class MeterImpl final : public Meter {
 public:
  MeterImpl(MeterOptions options, db::Database& database, Clock& clock)
      : options_(std::move(options)), database_(database), clock_(clock), folds_(database, options_.node) {}
  ~MeterImpl() override;

  Result<void> start();

  Slots& slots() override { return *slots_; }
  Windows& windows() override { return *windows_; }
  Connections& connections() override { return *connections_; }
  Storage& storage() override { return *storage_; }
  const UsageReader& reader() const override { return *reader_; }
  const Recovery& recovery() const override { return recovery_; }
  std::int64_t run() const override { return run_; }
  const std::string& public_key_pem() const override { return key_->public_pem(); }
  Result<void> tick(Instant now) override;
  Result<void> stop(Instant now) override;

 private:
  Result<void> open_files();
  Result<void> begin_run(Instant now);
  Result<void> grow(std::uint32_t count);

  Result<void> write_changes(Instant now, bool all);
  Result<void> write_samples(Instant now);
  void append_units(Instant now, bool all, std::vector<std::pair<std::int64_t, std::vector<std::int64_t>>>& written);
  void note_peaks(const std::vector<HourPeak>& peaks);
  void append_evidence();
  Result<void> close_hours(Instant now);
  Result<void> close_hour(std::int64_t hour, Instant now);
  /// The hour's end, unless there is nothing to say. `minutes`: its heartbeats that are folded.
  bool append_finals(std::int64_t hour, std::int64_t minutes, Instant now);
  Result<void> sync_files();
  Result<void> load_evidence_floor();
  [[nodiscard]] Instant month_start(ProjectId project, Instant at) const;
  void step(const char* name) const {
    if (options_.on_step) options_.on_step(name);
  }
  Record usage(MeterKind meter, std::uint32_t slot, std::int64_t hour, std::int64_t value, Instant at,
               bool final) const;

  /// The highest peak of a project's month, and who made it as far as it is not journaled.
  struct Evidence {
    std::int64_t peak = 0;
    Instant at;
    bool pending = false;
    std::vector<NoteMember> members;
  };

  const MeterOptions options_;
  db::Database& database_;
  Clock& clock_;
  Folds folds_;
  File lock_;
  std::string live_folder_;
  std::unique_ptr<SealKey> key_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<Slots> slots_;
  std::unique_ptr<Windows> windows_;
  std::unique_ptr<Connections> connections_;
  std::unique_ptr<Storage> storage_;
  std::unique_ptr<LiveHours> live_;
  std::unique_ptr<UsageReader> reader_;
  Recovery recovery_;
  std::int64_t run_ = 0;
  std::int64_t last_minute_ = INT64_MIN;
  std::uint32_t next_slot_ = 0;  ///< where the next bounded round of running values begins
  bool stopped_ = false;
  bool fold_due_ = false;
  std::map<std::pair<ProjectId, Instant>, Evidence> evidence_;  ///< by project and month
};

}  // namespace postage::meter
