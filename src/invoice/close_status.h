#pragma once
// How far the month close is: what operators see while it runs and after it. Rows of progress are written in the
// transactions that close, so that they are true after a kill as well.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "db/database.h"

namespace postage::invoice {

/// A month is closed this long after its end, when every copy that belongs to it has been counted.
inline constexpr milliseconds kCloseGrace{10'000};

/// One month's end, in one zone. Accounts of other zones close the same month at another instant: another row.
struct CloseOfMonth {
  std::string month;  ///< "2026-01"
  Instant ended_at;
  std::int64_t closed = 0;  ///< invoices issued
  std::int64_t due = 0;     ///< accounts still to be closed, those put off included
  std::optional<Instant> started_at;  ///< of the first and the last batch; none before the first
  std::optional<Instant> last_at;
};

/// An account whose month could not be closed yet.
struct CloseFailure {
  AccountId account;
  std::string month;
  std::string reason;
  std::int64_t tries = 0;
  Instant failed_at;
  Instant next_try_at;
};

struct CloseStatus {
  std::vector<CloseOfMonth> months;    ///< the last twelve ends, newest first
  std::int64_t due = 0;                ///< over all ends that have passed
  std::int64_t failed = 0;             ///< of them put off
  std::vector<CloseFailure> failures;  ///< the first hundred, by account
  std::int64_t untold = 0;             ///< e-mails and gates that are still to be told
  std::optional<std::int64_t> per_second;  ///< accounts closed a second since the process began this close
  std::optional<Instant> estimated_end;    ///< while something is due and the rate is known
};

/// Errors: those of the store.
Result<CloseStatus> close_status(db::Connection& connection, Instant now, milliseconds grace = kCloseGrace);

/// What a batch closed of one month's end.
struct ClosedCount {
  std::string month;
  Instant ended_at;
  std::int64_t closed = 0;
};
/// Adds it to the progress, in the caller's transaction. `run` tells processes apart: it is the same in all calls of one.
Result<void> add_progress(db::Connection& connection, const ClosedCount& count, Instant now, Instant run);

/// Tables of this file: component "month_close".
Result<void> migrate_month_close(db::Database& database, Instant now);

}  // namespace postage::invoice
