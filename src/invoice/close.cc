#include "invoice/close.h"

#include <algorithm>

#include "base/log.h"

namespace postage::invoice {
namespace {

constexpr std::string_view kIssued = "issued";
constexpr std::string_view kTerms = "terms";
constexpr std::size_t kTodoPerTick = 1000;

struct Todo {
  AccountId account;
  std::string kind;
  std::string number, month, total, currency;
};

}  // namespace

MonthClose::MonthClose(Ports ports, CloseSettings settings) : ports_(ports), settings_(std::move(settings)) {
  CHECK(settings_.batch >= 1 && settings_.batch <= 1000);
}

void MonthClose::step(std::string_view name) const {
  if (settings_.between_steps) settings_.between_steps(name);
}

Result<CloseReport> MonthClose::tick(Instant now) {
  CloseReport report;
  while (static_cast<std::size_t>(report.closed + report.failed) < settings_.months_per_tick) {
    TRY(more, close_batch(now, report));
    if (!more) break;
    step("between batches");
  }
  TRY_VOID(tell(now, report));
  TRY(rest, due(now, 1));
  report.more = !rest.empty();
  return report;
}

Result<std::vector<MonthClose::Due>> MonthClose::due(Instant now, std::size_t limit) const {
  std::vector<Due> found;
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

/// The month as the running bill showed it at its last instant.
Result<RatedMonth> MonthClose::rate(const Due& due) const {
  auto facts = ports_.accounts.account(due.account);
  if (!facts) return Error(Errc::no_account, "the directory has no account " + std::to_string(due.account.value));
  const Instant last = due.period.end - milliseconds(1);
  TRY(terms, ports_.history.terms(due.account, last));
  if (terms.subscription.month() != due.month) {
    return Error(Errc::corrupt_record, "month close: the catalogue's zone has changed under the account");
  }
  TRY(usage, ports_.usage.month(due.account, ports_.accounts.projects(due.account), due.period));
  TRY(sla, sla_of(ports_.uptime, *facts, terms));
  return rate_month(std::move(*facts), std::move(terms), std::move(usage), last, std::move(sla));
}

/// True when there may be more.
Result<bool> MonthClose::close_batch(Instant now, CloseReport& report) {
  TRY(batch, due(now, settings_.batch));
  if (batch.empty()) return false;
  std::vector<RatedMonth> rated;
  std::vector<AccountId> failed;
  for (const Due& each : batch) {
    auto month = rate(each);
    if (month) {
      rated.push_back(std::move(*month));
      continue;
    }
    log(Level::error, "month_close_put_off",
        {{"account", each.account.value}, {"month", each.month.text()}, {"error", month.error().to_string()}});
    failed.push_back(each.account);
  }
  step("rated");
  std::int64_t closed = 0;
  TRY_VOID(ports_.database.write([&](db::Connection& connection) -> Result<void> {
    for (const RatedMonth& each : rated) {
      TRY(done, commit_one(connection, each));
      closed += done ? 1 : 0;
      step("one stored");
    }
    step("before commit");
    return {};
  }));
  step("committed");
  if (!failed.empty()) TRY_VOID(put_off(failed, now));
  report.closed += closed;
  report.failed += static_cast<std::int64_t>(failed.size());
  return closed != 0 || !failed.empty();  // What changed under us is looked at by the next tick.
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
  TRY(invoice, add_invoice(connection, rated, rated.period.end));
  step("invoice added");
  TRY_VOID(post_invoice(connection, invoice, rated.bill));
  step("posted");
  TRY_VOID(connection.run("insert into invoice_todo (account, invoice, kind, retry_at) values (?, ?, ?, 0)", account,
                          invoice.id, kIssued));
  TRY_VOID(connection.run("insert into invoice_todo (account, invoice, kind, retry_at) values (?, ?, ?, 0)", account,
                          invoice.id, kTerms));
  Subscription next = rated.terms.subscription;
  next.roll();  // A move to another catalogue may bring another zone: the next month begins where this one ended.
  const InstantRange range = next.period();
  TRY_VOID(
      connection.run("update invoice_cursor set month = ?, starts_at = ?, ends_at = ?, retry_at = 0 where account = ?",
                     next.month().text(), range.start, range.end, account));
  return true;
}

Result<void> MonthClose::put_off(const std::vector<AccountId>& accounts, Instant now) {
  return ports_.database.write([&](db::Connection& connection) -> Result<void> {
    for (const AccountId account : accounts) {
      TRY_VOID(connection.run("update invoice_cursor set retry_at = ? where account = ?", now + settings_.retry_after,
                              account));
    }
    return {};
  });
}

Result<void> MonthClose::tell(Instant now, CloseReport& report) {
  TRY(todos, ports_.database.read([&](db::Connection& connection) {
    return connection.all(
        "select id from invoice_todo where retry_at <= ? order by id limit ?",
        [](db::Row& row) { return row.integer(0); }, now, static_cast<std::int64_t>(kTodoPerTick));
  }));
  for (const std::int64_t todo : todos) TRY_VOID(tell_one(todo, now, report));
  return {};
}

/// Does one row and removes it; a row whose doing fails stays and is tried again later.
Result<void> MonthClose::tell_one(std::int64_t todo, Instant now, CloseReport& report) {
  TRY(found, ports_.database.read([&](db::Connection& connection) {
    return connection.first(
        "select t.account, t.kind, i.number, i.month, i.total, i.currency from invoice_todo t join invoice i on "
        "i.id = t.invoice where t.id = ?",
        [](db::Row& row) {
          return Todo{row.id<AccountId>(0), row.text(1), row.text(2), row.text(3), row.text(4), row.text(5)};
        },
        todo);
  }));
  if (!found) return {};
  Result<void> done;
  const auto facts = ports_.accounts.account(found->account);
  if (found->kind == kIssued && ports_.outbox && facts) {
    done = ports_.outbox->invoice_issued({*facts, found->number, found->month, found->total, found->currency});
  } else if (found->kind == kTerms && facts) {
    auto terms = ports_.history.terms(found->account, now);
    done = terms ? ports_.accounts.terms_changed(found->account, terms->catalogue.catalogue->name,
                                                 terms->subscription.plan()->name)
                 : Result<void>(terms.error());
  }
  step("told");
  return ports_.database.write([&](db::Connection& connection) -> Result<void> {
    if (done) {
      TRY_VOID(connection.run("delete from invoice_todo where id = ?", todo));
      ++report.told;
      return {};
    }
    log(Level::warn, "month_close_tells_later",
        {{"account", found->account.value}, {"error", done.error().to_string()}});
    TRY_VOID(connection.run("update invoice_todo set retry_at = ? where id = ?", now + settings_.retry_after, todo));
    return {};
  });
}

}  // namespace postage::invoice
