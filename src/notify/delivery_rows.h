#pragma once
// What every outbox does with its rows, whatever they hold: count a try and set the next before sending, write the result
// to the delivery log, give up after the last try, try again on request. Inside the caller's transaction. Thread: any.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "db/connection.h"

namespace postage::notify {

enum class DeliveryState : std::uint8_t { waiting, sent, dead };
/// "waiting", "sent", "dead".
std::string_view delivery_state_name(DeliveryState state);
DeliveryState delivery_state_of(std::string_view name);

/// The tables of one outbox. `rows` has id, state, attempts, next_at, sent_at, last_error; `attempts` has `owner` (the row),
/// number, at, accepted, detail.
struct DeliveryTables {
  std::string_view rows;
  std::string_view attempts;
  std::string_view owner;
};

/// How often and how long it is tried.
struct DeliveryRules {
  seconds first_pause{30};         ///< after the first failed try; doubles with each
  seconds longest_pause{6 * 3600};
  std::int64_t attempts_max = 14;  ///< with these pauses for more than a day
};

/// One line of a delivery log.
struct Attempt {
  std::int64_t number = 0;  ///< 1, 2, 3 of its row
  Instant at;
  bool accepted = false;
  std::string detail;  ///< the error, or empty
};

/// What one round of sending did.
struct DeliveryReport {
  std::int64_t sent = 0;
  std::int64_t failed = 0;  ///< to be tried again
  std::int64_t died = 0;    ///< given up
};

/// Rows due at `now`, oldest first.
Result<std::vector<std::int64_t>> due_rows(db::Connection& connection, const DeliveryTables& tables, Instant now,
                                           std::int64_t limit);
/// Counts a try of a due row and sets the next one; the try's number, or none when it is not due any more.
Result<std::optional<std::int64_t>> claim_row(db::Connection& connection, const DeliveryTables& tables,
                                              const DeliveryRules& rules, std::int64_t id, Instant now);
/// Writes down how a try ended.
Result<DeliveryState> settle_row(db::Connection& connection, const DeliveryTables& tables, const DeliveryRules& rules,
                                 std::int64_t id, std::int64_t attempt, const Result<void>& outcome, Instant now);
/// Adds one result to the report.
void add_to(DeliveryReport& report, DeliveryState state);
/// Makes a dead or waiting row due, with all its tries again. Errors: not_found, conflict (it was sent).
Result<void> retry_row(db::Connection& connection, const DeliveryTables& tables, std::int64_t id, Instant now);
Result<std::vector<Attempt>> attempts_of(db::Connection& connection, const DeliveryTables& tables, std::int64_t id);
Result<std::int64_t> count_rows(db::Connection& connection, const DeliveryTables& tables, DeliveryState state);
/// An error from outside, short enough for a list and without line breaks.
std::string one_line(std::string text);

}  // namespace postage::notify
