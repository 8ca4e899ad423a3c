#pragma once
// Checks a journal offline, with nothing but its files and the public key, and adds its usage up again. What it accepts
// is exactly what docs/meter-journal.md says; the first record that does not hold is named.
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/result.h"
#include "meter/folds.h"
#include "meter/journal_format.h"
#include "meter/seal_key.h"
#include "meter/segment_reader.h"

namespace postage::meter {

/// The first thing that does not hold.
struct VerifyFinding {
  std::string file;
  std::int64_t offset = 0;  ///< bytes from the beginning of the file
  std::int64_t record = 0;  ///< 1, 2, 3, ... in the file; 0: the file's header, or the file itself
  std::string what;
  [[nodiscard]] std::string text() const;
};

struct VerifyReport {
  std::optional<VerifyFinding> finding;  ///< none: everything holds
  std::string node;
  std::int64_t segments = 0;
  std::int64_t records = 0;
  std::int64_t unsigned_records = 0;  ///< after the last seal: a running meter has up to a minute of them
  std::int64_t open_hours = 0;  ///< (run, hour) with usage and no end: of the running process, or not yet recovered
  Hash head{};                  ///< of the last record
  /// Values by (hour, meter, subject), folded as bills fold them: units are summed over runs, peaks and samples are the
  /// most.
  std::map<ValueKey, std::int64_t> usage;
  /// Hours that ended, by (run, hour), with their final values.
  std::map<std::pair<std::int64_t, std::int64_t>, std::map<ValueKey, std::int64_t>> closed;
  std::int64_t torn_bytes = 0;  ///< of a record that a running meter had not written to its end
  [[nodiscard]] bool ok() const { return !finding; }
};

/// Reads every segment of the folder. Errors only when the folder cannot be read; what does not hold is in the report.
/// Thread: any. Memory: one segment and the folds.
/// `running`: its meter may be writing just now, so that the end of the newest segment may lack bytes, if no seal
/// stands behind them.
Result<VerifyReport> verify_journal(const std::string& folder, const SealKey& key, bool running = false);

/// The checks record by record, for whoever has the bytes elsewhere.
class JournalVerifier {
 public:
  explicit JournalVerifier(const SealKey& key, bool running = false) : key_(key), running_(running) {}
  /// The next segment. False when something does not hold: then finish() tells what.
  bool segment(const std::string& name, std::string bytes);
  VerifyReport finish();

 private:
  struct RunState {
    std::int64_t sequence = 0;
    bool ended = false;
    std::set<std::int64_t> closed;
    std::map<ValueKey, std::pair<std::int64_t, bool>> values;  ///< last value, final
  };
  /// An hour's end: hour_finals, final values, hour_closed, seal.
  struct HourEnd {
    std::int64_t run = 0, hour = 0;
    bool closed = false;  ///< its seal comes next
    std::vector<Hash> chains;
    std::set<ValueKey> keys;
  };
  bool fail(const JournalPosition& at, std::string what);
  bool stop_at(const JournalPosition& at, const Error& error, std::string_view rest);
  const char* check(const Record& record, const Hash& before, const Hash& after);
  const char* check_place(const Record& record) const;
  const char* check_usage(const Record& record, RunState& run, const Hash& after);
  const char* check_closed(const Record& record, RunState& run);
  const char* check_header(const SegmentHeader& header) const;

  const SealKey& key_;
  const bool running_;
  VerifyReport report_;
  std::optional<HourEnd> hour_end_;
  std::map<std::int64_t, std::int64_t> minutes_;  ///< heartbeats by hour
  std::map<std::int64_t, RunState> runs_;
  std::int64_t last_number_ = 0;
  bool ended_ = true;  ///< the last segment ended with its final seal
  std::string name_;
};

}  // namespace postage::meter
