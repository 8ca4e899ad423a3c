#include "invoice/close.h"

#include <algorithm>

#include "base/log.h"

namespace postage::invoice {

MonthClose::MonthClose(Ports ports, CloseSettings settings)
    : ports_(ports),
      settings_(std::move(settings)),
      inputs_({ports.database, ports.history, ports.accounts, ports.usage, ports.uptime, ports.catalogues}) {
  CHECK(settings_.batch >= 1 && settings_.batch <= 1000);
}

void MonthClose::step(std::string_view name) const {
  if (settings_.between_steps) settings_.between_steps(name);
}

Result<CloseReport> MonthClose::tick(Instant now) {
  CloseReport report;
  const Steady began = ports_.clock ? ports_.clock->steady() : Steady();
  // Telling gets as much time as closing: mails go out while others' months are still being closed.
  const auto in_time = [&](int parts) {
    return !ports_.clock || ports_.clock->steady() < began + settings_.tick_most * parts / 2;
  };
  bool closing = true, telling = true;
  do {
    TRY(more, close_batch(now, report));
    closing = more;
    step("between batches");
  } while (closing && in_time(1) &&
           static_cast<std::size_t>(report.closed + report.failed) < settings_.months_per_tick);
  do {
    TRY(more, tell(now, report));
    telling = more;
  } while (telling && in_time(2));
  report.more = closing || telling;
  return report;
}

Result<std::vector<DueMonth>> MonthClose::due(Instant now, std::size_t limit) const {
  std::vector<DueMonth> found;
  std::optional<Error> wrong;
  const Instant ended_by = now - settings_.grace;
  TRY_VOID(ports_.database.read([&](db::Connection& connection) {
    return connection.each(
        "select account, month, starts_at, ends_at from invoice_cursor where ends_at <= ? and retry_at <= ? "
        "order by ends_at, account limit ?",
        [&](db::Row& row) {
          auto month = parse_month(row.text(1));
          if (!month)
            wrong = Error(Errc::corrupt_record, "month close: a cursor has no month");
          else
            found.push_back({row.id<AccountId>(0), *month, {row.instant(2), row.instant(3)}});
        },
        ended_by, now, static_cast<std::int64_t>(limit));
  }));
  if (wrong) return *wrong;
  return found;
}

/// True when there may be more.
Result<bool> MonthClose::close_batch(Instant now, CloseReport& report) {
  TRY(batch, due(now, settings_.batch));
  if (batch.empty()) return false;
  RatedBatch done = inputs_.rate(batch);
  TRY_VOID(attach_evidence(ports_.usage, done.rated));
  step("rated");
  TRY(closed, commit(done.rated, now));
  step("committed");
  if (!done.failed.empty()) TRY_VOID(put_off(done.failed, now));
  report.closed += closed;
  report.failed += static_cast<std::int64_t>(done.failed.size());
  // A batch of which nothing could be done was changed under us: the next tick looks at it.
  return closed != 0 || !done.failed.empty();
}

Result<std::int64_t> MonthClose::commit(const std::vector<RatedMonth>& rated, Instant now) {
  if (rated.empty()) return 0;
  if (run_ == Instant{}) run_ = now;
  return ports_.database.write([&](db::Connection& connection) -> Result<std::int64_t> {
    std::vector<ClosedCount> counts;  // By month end: neighbours in a batch.
    for (const RatedMonth& each : rated) {
      TRY(done, commit_one(connection, each));
      step("one stored");
      if (!done) continue;
      if (counts.empty() || counts.back().ended_at != each.period.end) {
        counts.push_back({each.month.text(), each.period.end, 0});
      }
      ++counts.back().closed;
    }
    std::int64_t closed = 0;
    for (const ClosedCount& each : counts) {
      TRY_VOID(add_progress(connection, each, now, run_));
      closed += each.closed;
    }
    step("before commit");
    return closed;
  });
}

/// False when the account changed since it was rated (its terms, or somebody closed the month): then nothing is written
/// and the next round looks again.
Result<bool> MonthClose::commit_one(db::Connection& connection, const RatedMonth& rated) {
  const AccountId account = rated.facts.id;
  TRY(cursor,
      connection.first(
          "select month from invoice_cursor where account = ?", [](db::Row& row) { return row.text(0); }, account));
  if (!cursor || *cursor != rated.month.text()) return false;
  TRY(newest, connection.integer("select max(id) from invoice_account_event where account = ? and at < ?", account,
                                 rated.period.end));
  if (newest != rated.terms.last_event) return false;
  TRY(invoice, add_invoice(connection, rated, {"", rated.period.end, settings_.issuer, settings_.meter_key}));
  step("invoice added");
  TRY_VOID(post_invoice(connection, invoice, rated.bill));
  if (ports_.settler) TRY_VOID(ports_.settler->invoice_posted(connection, invoice, rated));
  step("posted");
  TRY_VOID(add_todos(connection, account, invoice.id));
  Subscription next = rated.terms.subscription;
  next.roll();  // A move to another catalogue may bring another zone: the next month begins where this one ended.
  const InstantRange range = next.period();
  TRY_VOID(
      connection.run("update invoice_cursor set month = ?, starts_at = ?, ends_at = ?, retry_at = 0 where account = ?",
                     next.month().text(), range.start, range.end, account));
  TRY_VOID(connection.run("delete from month_close_failure where account = ?", account));
  return true;
}

Result<void> MonthClose::put_off(const std::vector<PutOff>& accounts, Instant now) {
  return ports_.database.write([&](db::Connection& connection) -> Result<void> {
    for (const PutOff& each : accounts) {
      TRY_VOID(connection.run("update invoice_cursor set retry_at = ? where account = ?", now + settings_.retry_after,
                              each.due.account));
      TRY_VOID(connection.run(
          "insert into month_close_failure (account, month, reason, tries, failed_at) values (?, ?, ?, 1, ?) "
          "on conflict (account) do update set month = excluded.month, reason = excluded.reason, "
          "tries = month_close_failure.tries + 1, failed_at = excluded.failed_at",
          each.due.account, each.due.month.text(), each.reason, now));
    }
    return {};
  });
}

}  // namespace postage::invoice
