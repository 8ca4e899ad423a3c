#include "invoice/close_status.h"

#include <array>
#include <map>

namespace postage::invoice {
namespace {

// Both tables only describe; what is closed and what is due is said by invoice and invoice_cursor.
constexpr std::string_view kFirst = R"sql(
create table month_close_month (
  ended_at integer not null,
  month text not null,
  closed integer not null,
  started_at integer not null,
  last_at integer not null,
  run integer not null,
  run_started_at integer not null,
  run_closed integer not null,
  primary key (ended_at, month)
);
create table month_close_failure (
  account integer primary key,
  month text not null,
  reason text not null,
  tries integer not null,
  failed_at integer not null
);
)sql";

constexpr std::array<db::Migration, 1> kMigrations{{{1, kFirst}}};

using MonthEnd = std::pair<Instant, std::string>;

/// Rows of progress, and the rate of the latest process on the latest month it worked on.
Result<void> read_months(db::Connection& connection, std::map<MonthEnd, CloseOfMonth>& months, CloseStatus& status) {
  Instant latest{};
  return connection.each(
      "select month, ended_at, closed, started_at, last_at, run_started_at, run_closed from month_close_month "
      "order by ended_at desc, month limit 12",
      [&](db::Row& row) {
        CloseOfMonth month{row.text(0), row.instant(1), row.integer(2), 0, row.instant(3), row.instant(4)};
        const std::int64_t took = (row.instant(4) - row.instant(5)).count();
        if (took > 0 && row.instant(4) > latest) {
          latest = row.instant(4);
          status.per_second = row.integer(6) * 1000 / took;
        }
        MonthEnd key(month.ended_at, month.month);
        months.emplace(std::move(key), std::move(month));
      });
}

}  // namespace

Result<CloseStatus> close_status(db::Connection& connection, Instant now, milliseconds grace) {
  CloseStatus status;
  std::map<MonthEnd, CloseOfMonth> months;
  TRY_VOID(read_months(connection, months, status));
  TRY_VOID(connection.each(
      "select month, ends_at, count(*) from invoice_cursor where ends_at <= ? group by ends_at, month",
      [&](db::Row& row) {
        CloseOfMonth& month = months[{row.instant(1), row.text(0)}];
        month.month = row.text(0);
        month.ended_at = row.instant(1);
        month.due = row.integer(2);
        status.due += month.due;
      },
      now - grace));
  for (auto each = months.rbegin(); each != months.rend() && status.months.size() < 12; ++each) {
    status.months.push_back(each->second);
  }
  TRY(failures,
      connection.all("select f.account, f.month, f.reason, f.tries, f.failed_at, c.retry_at from month_close_failure f "
                     "join invoice_cursor c on c.account = f.account order by f.account limit 100",
                     [](db::Row& row) {
                       return CloseFailure{row.id<AccountId>(0), row.text(1),    row.text(2),
                                           row.integer(3),       row.instant(4), row.instant(5)};
                     }));
  status.failures = std::move(failures);
  TRY(failed, connection.integer("select count(*) from month_close_failure"));
  TRY(untold, connection.integer("select count(*) from invoice_todo"));
  status.failed = failed;
  status.untold = untold;
  if (status.due > status.failed && status.per_second.value_or(0) > 0) {
    status.estimated_end = now + milliseconds((status.due - status.failed) * 1000 / *status.per_second);
  }
  return status;
}

Result<void> add_progress(db::Connection& connection, const ClosedCount& count, Instant now, Instant run) {
  TRY_VOID(connection.run(
      "insert into month_close_month (ended_at, month, closed, started_at, last_at, run, run_started_at, run_closed) "
      "values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (ended_at, month) do update set "
      "closed = month_close_month.closed + excluded.closed, last_at = excluded.last_at, "
      "run_started_at = case when month_close_month.run = excluded.run then month_close_month.run_started_at "
      "else excluded.run_started_at end, "
      "run_closed = case when month_close_month.run = excluded.run then month_close_month.run_closed else 0 end + "
      "excluded.closed, run = excluded.run",
      count.ended_at, count.month, count.closed, now, now, run, now, count.closed));
  return {};
}

Result<void> migrate_month_close(db::Database& database, Instant now) {
  return database.migrate("month_close", kMigrations, now);
}

}  // namespace postage::invoice
