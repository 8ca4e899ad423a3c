// What time does to accounts: arrears, weekly checks, and what is left to be told.
#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "invoice/payments/payments_change.h"
#include "invoice/payments/settlement.h"

namespace postage::invoice {
namespace {

constexpr std::int64_t kAccountsPerTick = 500;
constexpr int kStepsPerLook = 200;
constexpr milliseconds kAdoptEvery{60'000};

/// The running bill that the last check of this month knew.
Result<BigInt> settled_before(db::Connection& connection, AccountId account, MonthKey month) {
  TRY(text, connection.first(
                "select bill from payment_settlement where account = ? and month = ? order by at desc limit 1",
                [](db::Row& row) { return row.text(0); }, account, month.text()));
  if (!text) return BigInt(0);
  return read_minor(*text, "payment_settlement");
}

}  // namespace

/// Once a minute: accounts that are collected by the operator's terms and were never looked at, and those that are not
/// clear, because others post to the ledger too (credit notes). Once a run all, because the terms may be new.
Result<void> Payments::adopt(Instant now) {
  const bool first = !std::exchange(adopted_, true);
  if (!first && now < adopted_at_ + kAdoptEvery) return {};
  adopted_at_ = now;
  return ports_.database.write([&](db::Connection& connection) -> Result<void> {
    TRY_VOID(connection.run("update payment_arrears set next_at = ? where (state <> 'clear' or ?) and "
                            "(next_at is null or next_at > ?)", now, first, now));
    if (defaults_.mode == CollectionMode::off) return {};
    TRY_VOID(connection.run(
        "insert into payment_arrears (account, state, since, begins_at, next_at, check_at, asked_at) "
        "select c.account, 'clear', ?, ?, ?, null, null from invoice_cursor c where not exists "
        "(select 1 from payment_arrears a where a.account = c.account)",
        now, now, now));
    return {};
  });
}

Result<PaymentTick> Payments::tick(Instant now) {
  TRY_VOID(adopt(now));
  PaymentTick report;
  TRY(due, ports_.database.read([&](db::Connection& connection) {
    return connection.all("select account from payment_arrears where next_at <= ? order by next_at, account limit ?",
                          [](db::Row& row) { return row.id<AccountId>(0); }, now, kAccountsPerTick);
  }));
  for (const AccountId account : due) {
    if (const auto looked = look(account, now); !looked) {
      log(Level::error, "arrears_put_off", {{"account", account.value}, {"error", looked.error().to_string()}});
    }
    ++report.looked_at;
  }
  TRY(todo, ports_.database.read([&](db::Connection& connection) {
    return connection.all("select account from payment_todo where retry_at <= ? order by account limit ?",
                          [](db::Row& row) { return row.id<AccountId>(0); }, now, kAccountsPerTick);
  }));
  for (const AccountId account : todo) {
    const auto told = tell_outside(account, now);
    if (told && *told) ++report.told;
    if (!told) log(Level::warn, "payments_tell_later", {{"account", account.value}, {"error", told.error().to_string()}});
  }
  TRY_VOID(end_grants(now, report));
  TRY_VOID(watch_prepaid(now));
  report.more = static_cast<std::int64_t>(due.size()) == kAccountsPerTick;
  return report;
}

/// Works off the instants at which the account may change, in their order. Months that are not closed yet come first.
Result<void> Payments::look(AccountId account, Instant now) {
  for (int step = 0; step < kStepsPerLook; ++step) {
    struct Seen {
      std::optional<ArrearsRow> row;
      std::optional<InstantRange> month;  ///< closes next
    };
    TRY(seen, ports_.database.read([&](db::Connection& connection) -> Result<Seen> {
      TRY(row, arrears_row(connection, account));
      TRY(month, connection.first("select starts_at, ends_at from invoice_cursor where account = ?",
                                  [](db::Row& found) { return InstantRange{found.instant(0), found.instant(1)}; },
                                  account));
      return Seen{row, month};
    }));
    if (!seen.row || !seen.row->next_at) return {};
    const Instant at = *seen.row->next_at;
    if (at > now || (seen.month && at >= seen.month->end)) return {};
    const bool closed = seen.month && at < seen.month->start;  // Its invoice has settled the differences.
    if (seen.row->check_at == at && !closed) {
      TRY_VOID(weekly_check(account, at, now));
      continue;
    }
    std::optional<BigInt> running;
    if (seen.row->asked_at) {
      TRY(bill, running_minor(account, at));
      running = bill;
    }
    TRY_VOID(ports_.database.write([&](db::Connection& connection) -> Result<void> {
      TRY(row, arrears_row(connection, account));
      if (!row || row->next_at != at) return {};  // A payment came first.
      TRY(site, site_of(connection, account, at));
      TRY(terms, collection_terms(connection, account, defaults_));
      TRY_VOID(settle_account(connection, account, site.currency(), at));
      ArrearsLook look{terms, at, "time", running, {}, {}, ports_.outbox};
      if (row->check_at == at) look.next_check = next_weekly_check(at, site.zone());
      TRY(after, refresh_arrears(connection, site, look));
      (void)after;
      return {};
    }));
    finish(account, now);
  }
  return {};
}

/// The running bill is set aside from the balance by the cumulative difference; what is short by more than the tolerance
/// is asked for (billing rules 1.11, settlement 2026-06).
Result<void> Payments::weekly_check(AccountId account, Instant at, Instant now) {
  TRY(bill, running_minor(account, at));
  TRY_VOID(ports_.database.write([&](db::Connection& connection) -> Result<void> {
    TRY(row, arrears_row(connection, account));
    if (!row || row->check_at != at) return {};
    TRY(site, site_of(connection, account, at));
    TRY(terms, collection_terms(connection, account, defaults_));
    const Currency& currency = site.currency();
    const MonthKey month = month_of(at, site.zone());
    ArrearsLook look{terms, at, "weekly check", bill, {}, next_weekly_check(at, site.zone()), ports_.outbox};
    TRY(before, settled_before(connection, account, month));
    TRY(money, money_of(connection, account, currency));
    const WeeklySettlement settled = settle_week(bill, before, money, terms.tolerance, currency);
    std::string_view action = "none";
    if (settled.ask) {
      const CollectionWish wish{account, from_minor(settled.short_by, currency), &currency};
      look.collecting = ports_.collector != nullptr && ports_.collector->collect(wish);
      action = look.collecting ? "collecting" : "asked";
      look.ask = at;
    }
    TRY(id, connection.first(
                "insert into payment_settlement (account, month, at, currency, bill, delta, balance, short, action) "
                "values (?, ?, ?, ?, ?, ?, ?, ?, ?) returning id",
                [](db::Row& found) { return found.integer(0); }, account, month.text(), at, currency.code, bill.str(),
                settled.delta.str(), money.balance().str(), settled.short_by.str(), action));
    const bool more = settled.reserve > 0;
    TRY_VOID(post_move(connection, {fmt::format("settlement:{}", *id), account, &currency, at,
                                    "set aside for the running bill", more ? codes::kCredit : codes::kReserved,
                                    more ? codes::kReserved : codes::kCredit,
                                    more ? settled.reserve : BigInt(-settled.reserve)}));
    TRY(after, refresh_arrears(connection, site, look));
    (void)after;
    return {};
  }));
  finish(account, now);
  return {};
}

Result<void> Payments::set_collection(AccountId account, const std::optional<CollectionTerms>& own, Instant now,
                                      const ChangedBy& by) {
  const auto done = change(account, now, "terms of collection",
                           [&](db::Connection& connection, const MoneySite& site) -> Result<bool> {
    TRY_VOID(store_collection(connection, account, own, now, by));
    TRY_VOID(note(connection, by, "collection.set", account, "terms of collection",
                  {{"mode", own ? std::string(collection_mode_name(own->mode)) : std::string("the operator's")},
                   {"deduction_day", own ? std::to_string(own->deduction_day) : std::string()},
                   {"grace_days", own ? std::to_string(own->grace_days) : std::string()},
                   {"tolerance", own ? money_text(own->tolerance, site.currency()) : std::string()}},
                  now));
    return true;
  });
  if (!done) return done.error();
  return {};
}

}  // namespace postage::invoice
