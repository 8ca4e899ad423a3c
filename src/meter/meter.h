#pragma once
// The whole meter of a node: live counters, journal, folds, coverage, reader. app makes one, runs tick() once a second
// on a thread of its own and hands the parts to those who count and those who read.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "db/database.h"
#include "meter/connections.h"
#include "meter/slots.h"
#include "meter/storage.h"
#include "meter/usage_reader.h"
#include "meter/windows.h"

namespace postage::meter {

struct MeterOptions {
  std::string folder;           ///< "<data_dir>/meter"; made if missing, one process at a time
  std::string node = "node-1";  ///< 1 to 64 bytes
  int shards = 1;
  bool sync = true;               ///< flush to disk once a second; false: SIGKILL is still safe, power loss is not
  std::int64_t grace_ms = 5'000;  ///< an hour is closed this long after its end, so that copies in mailboxes arrive
  std::int64_t records_per_tick_max = 256;  ///< most running values journaled a second; finals are never held back
  std::int64_t segment_bytes_max = 16 << 20;
  std::size_t evidence_members_max = 1000;
  /// Called with a step's name before each step that leaves a trace on disk: for logs, and for tests that die there.
  std::function<void(const char* step)> on_step;
  /// First instant of the billing month of the project that holds `at`; empty: UTC months. Called by the meter thread.
  std::function<Instant(ProjectId, Instant at)> month_start;
};

/// What recovery found of runs that did not stop in order.
struct Recovery {
  /// A connection that was open when its run was killed.
  struct CutConnection {
    std::int64_t run = 0;
    ProjectId project;
    SessionId session;
    ConnectionId connection;
    Instant opened_at;
    std::int64_t units = 0;  ///< queued to it, all of them billed
  };
  std::int64_t dead_runs = 0;
  std::int64_t units = 0;       ///< message units that the journal did not have yet
  std::int64_t torn_bytes = 0;  ///< cut off the journal's unsigned tail
  std::int64_t connections_cut = 0;
  std::vector<CutConnection> cut;  ///< at most 10,000 of them; all are in the journal
};

class Meter {
 public:
  /// Locks the folder, repairs what dead runs left (bills it once, however often this is interrupted), starts a new
  /// run. `database` has had migrate_meter() and outlives the meter, as does `clock`. Errors: unavailable (another
  /// process has the folder), store_failed, corrupt_record (names file, offset, record).
  static Result<std::unique_ptr<Meter>> open(MeterOptions options, db::Database& database, Clock& clock);
  virtual ~Meter() = default;

  [[nodiscard]] virtual Slots& slots() = 0;
  [[nodiscard]] virtual Windows& windows() = 0;
  [[nodiscard]] virtual Connections& connections() = 0;
  [[nodiscard]] virtual Storage& storage() = 0;
  [[nodiscard]] virtual const UsageReader& reader() const = 0;
  [[nodiscard]] virtual const Recovery& recovery() const = 0;
  [[nodiscard]] virtual std::int64_t run() const = 0;
  /// The public key (PEM) that verifies the journal.
  [[nodiscard]] virtual const std::string& public_key_pem() const = 0;

  /// One second's work: journal changes, heartbeat, close hours, flush, fold. Thread: the meter's, or a test's.
  /// An error leaves the counters as they are; the next tick tries again.
  virtual Result<void> tick(Instant now) = 0;
  /// All values to the journal, hours up to `now` closed as far as this run goes, folds shipped. Shards have stopped.
  virtual Result<void> stop(Instant now) = 0;
};

/// The meter's tables.
Result<void> migrate_meter(db::Database& database, Instant now);

}  // namespace postage::meter
