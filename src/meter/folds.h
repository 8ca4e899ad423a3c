#pragma once
// The journal's values in the control store: what closed hours came to, what dead runs had reached, when the meter was
// alive. Everything here can be built anew from the journal; a record that is applied twice, or out of order, changes
// nothing.
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "db/database.h"
#include "meter/journal_format.h"
#include "meter/segment_reader.h"

namespace postage::meter {

/// What a cumulative value is of.
struct ValueKey {
  std::int64_t hour = 0;
  MeterKind meter = MeterKind::none;
  std::int64_t subject = 0;
  auto operator<=>(const ValueKey&) const = default;
};

struct RunState {
  std::int64_t last_sequence = 0;
  bool ended = false;     ///< stopped or recovered: nothing more may be written for it
  std::int64_t cuts = 0;  ///< connection_cut records
};

/// Writes of one node's records. Thread: the meter's.
class Folds {
 public:
  Folds(db::Database& database, std::string node) : database_(database), node_(std::move(node)) {}

  /// Applies what the journal in `folder` has beyond the checkpoint; returns how many records that were.
  Result<std::int64_t> catch_up(const std::string& folder);
  /// Applies records in one transaction of the caller. Any order, any repetition.
  static Result<void> apply(db::Connection& connection, const std::string& node, std::span<const Record> records);

  Result<RunState> run_state(std::int64_t run);
  /// Runs that have not ended, ascending.
  Result<std::vector<std::int64_t>> open_runs();
  Result<std::int64_t> last_run();
  /// Running values of a run that have no final value yet.
  Result<std::map<ValueKey, std::int64_t>> running(std::int64_t run);
  Result<bool> closed(std::int64_t run, std::int64_t hour);
  /// Minutes of the hour with a heartbeat of any run, one bit each.
  Result<std::int64_t> minutes(std::int64_t hour);

 private:
  Result<JournalPosition> checkpoint();
  Result<std::int64_t> ship_segment(const std::string& path, const JournalPosition& from);
  /// Where an hour's end stands, for who proves its records.
  struct HourEndPlace {
    std::int64_t run = 0, hour = 0;
    std::int64_t segment = 0, offset = 0;  ///< of its hour_finals record
    std::int64_t sequence = 0;             ///< of that record; final values follow in order
    std::int64_t finals = 0;
  };
  Result<void> commit(std::span<const Record> records, std::span<const HourEndPlace> ends,
                      const JournalPosition& place);

  db::Database& database_;
  const std::string node_;
};

/// A member list as the note of a peak_evidence record: per member session, connection, opened (8 bytes each), the
/// user's length (1 byte), the user. Cut to what fits into a note.
struct NoteMember {
  std::int64_t session = 0;
  std::int64_t connection = 0;
  std::int64_t opened_ms = 0;
  std::string user;
};
std::string encode_members(std::span<const NoteMember> members);
/// What is whole of the list.
std::vector<NoteMember> decode_members(std::string_view note);

}  // namespace postage::meter
