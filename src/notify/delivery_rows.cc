#include "notify/delivery_rows.h"

#include <fmt/format.h>

#include <algorithm>

namespace postage::notify {
namespace {

milliseconds pause_after(const DeliveryRules& rules, std::int64_t attempt) {
  seconds pause = rules.first_pause;
  for (std::int64_t i = 1; i < attempt && pause < rules.longest_pause; ++i) pause *= 2;
  return std::min(pause, rules.longest_pause);
}

}  // namespace

std::string_view delivery_state_name(DeliveryState state) {
  switch (state) {
    case DeliveryState::sent: return "sent";
    case DeliveryState::dead: return "dead";
    case DeliveryState::waiting: break;
  }
  return "waiting";
}

DeliveryState delivery_state_of(std::string_view name) {
  return name == "sent" ? DeliveryState::sent : name == "dead" ? DeliveryState::dead : DeliveryState::waiting;
}

std::string one_line(std::string text) {
  constexpr std::size_t kMax = 500;
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E) c = ' ';
  }
  if (text.size() > kMax) text.resize(kMax);
  return text;
}

Result<std::vector<std::int64_t>> due_rows(db::Connection& connection, const DeliveryTables& tables, Instant now,
                                           std::int64_t limit) {
  return connection.all(
      fmt::format("select id from {} where state = 'waiting' and next_at <= ? order by next_at, id limit ?", tables.rows),
      [](db::Row& row) { return row.integer(0); }, now, std::clamp<std::int64_t>(limit, 1, 1000));
}

Result<std::optional<std::int64_t>> claim_row(db::Connection& connection, const DeliveryTables& tables,
                                              const DeliveryRules& rules, std::int64_t id, Instant now) {
  // The try is counted and the next one set before sending: if the process dies now, the row waits for its pause instead
  // of being sent in a circle.
  TRY(attempt, connection.first(fmt::format("update {} set attempts = attempts + 1 where id = ? and state = 'waiting' and "
                                            "next_at <= ? returning attempts", tables.rows),
                                [](db::Row& row) { return row.integer(0); }, id, now));
  if (!attempt) return std::optional<std::int64_t>();
  TRY_VOID(connection.run(fmt::format("update {} set next_at = ? where id = ?", tables.rows),
                          now + pause_after(rules, *attempt), id));
  return attempt;
}

Result<DeliveryState> settle_row(db::Connection& connection, const DeliveryTables& tables, const DeliveryRules& rules,
                                 std::int64_t id, std::int64_t attempt, const Result<void>& outcome, Instant now) {
  const std::string detail = outcome ? std::string() : one_line(outcome.error().to_string());
  const DeliveryState state = outcome                          ? DeliveryState::sent
                              : attempt >= rules.attempts_max ? DeliveryState::dead
                                                               : DeliveryState::waiting;
  TRY_VOID(connection.run(fmt::format("insert into {0}({1}, number, at, accepted, detail) select ?, coalesce(max(number), "
                                      "0) + 1, ?, ?, ? from {0} where {1} = ?", tables.attempts, tables.owner),
                          id, now, outcome.ok(), detail, id));
  std::optional<Instant> sent_at;
  if (outcome) sent_at = now;
  TRY_VOID(connection.run(fmt::format("update {} set state = ?, sent_at = ?, last_error = ? where id = ?", tables.rows),
                          delivery_state_name(state), sent_at, detail, id));
  return state;
}

void add_to(DeliveryReport& report, DeliveryState state) {
  if (state == DeliveryState::sent) ++report.sent;
  if (state == DeliveryState::waiting) ++report.failed;
  if (state == DeliveryState::dead) ++report.died;
}

Result<void> retry_row(db::Connection& connection, const DeliveryTables& tables, std::int64_t id, Instant now) {
  TRY(state, connection.first(fmt::format("select state from {} where id = ?", tables.rows),
                              [](db::Row& row) { return row.text(0); }, id));
  if (!state) return Error(Errc::not_found, "delivery " + std::to_string(id));
  if (*state == "sent") return Error(Errc::conflict, "it was sent already");
  TRY_VOID(connection.run(fmt::format("update {} set state = 'waiting', attempts = 0, next_at = ? where id = ?", tables.rows),
                          now, id));
  return {};
}

Result<std::vector<Attempt>> attempts_of(db::Connection& connection, const DeliveryTables& tables, std::int64_t id) {
  return connection.all(
      fmt::format("select number, at, accepted, detail from {} where {} = ? order by number", tables.attempts, tables.owner),
      [](db::Row& row) { return Attempt{row.integer(0), row.instant(1), row.flag(2), row.text(3)}; }, id);
}

Result<std::int64_t> count_rows(db::Connection& connection, const DeliveryTables& tables, DeliveryState state) {
  return connection.integer(fmt::format("select count(*) from {} where state = ?", tables.rows), delivery_state_name(state));
}

}  // namespace postage::notify
