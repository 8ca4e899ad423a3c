#include "invoice/payments/collection.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace postage::invoice {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::array kBalanceCodes{codes::kReceivable, codes::kCredit, codes::kReserved};

std::string value_of(const CollectionTerms& terms) {
  return Json{{"mode", collection_mode_name(terms.mode)},
              {"deduction_day", terms.deduction_day},
              {"grace_days", terms.grace_days},
              {"tolerance", terms.tolerance.to_plain()},
              {"weekly_grace_hours", std::chrono::duration_cast<std::chrono::hours>(terms.weekly_grace).count()},
              {"expiry_notice_days", terms.expiry_notice_days}}
      .dump();
}

Result<CollectionTerms> read_value(const std::string& text) {
  const Json value = Json::parse(text, nullptr, false);
  const Error wrong(Errc::corrupt_record, "payment_collection: a row cannot be read");
  if (!value.is_object()) return wrong;
  CollectionTerms terms;
  const auto mode = collection_mode_of(value.value("mode", std::string()));
  const auto tolerance = parse_decimal(value.value("tolerance", std::string()));
  if (!mode || !tolerance) return wrong;
  terms.mode = *mode;
  terms.tolerance = tolerance->value;
  terms.deduction_day = value.value("deduction_day", 0);
  terms.grace_days = value.value("grace_days", -1);
  terms.weekly_grace = std::chrono::hours(value.value("weekly_grace_hours", -1));
  terms.expiry_notice_days = value.value("expiry_notice_days", -1);
  if (!check_collection(terms)) return wrong;
  return terms;
}

Result<void> store_row(db::Connection& connection, AccountId account, const ArrearsRow& row) {
  TRY_VOID(connection.run(
      "insert into payment_arrears (account, state, since, begins_at, next_at, check_at, asked_at) "
      "values (?, ?, ?, ?, ?, ?, ?) on conflict (account) do update set state = excluded.state, "
      "since = excluded.since, begins_at = excluded.begins_at, next_at = excluded.next_at, "
      "check_at = excluded.check_at, asked_at = excluded.asked_at",
      account, arrears_state_name(row.state), row.since, row.begins_at, row.next_at, row.check_at, row.asked_at));
  return {};
}

/// A change of state: its history, its letter, and the doors.
Result<void> changed(db::Connection& connection, const MoneySite& site, const ArrearsLook& look, const ArrearsRow& from,
                     const ArrearsRow& to, const std::optional<Instant>& suspends_at) {
  const AccountId account = site.facts.id;
  TRY(money, money_of(connection, account, site.currency()));
  const std::string balance = minor_text(money.balance(), site.currency());
  const Instant at = to.state == ArrearsState::clear ? look.now : std::min(to.since, look.now);
  TRY(event, connection.first(
                 "insert into payment_arrears_event (account, at, before, after, balance, currency, cause) "
                 "values (?, ?, ?, ?, ?, ?, ?) returning id",
                 [](db::Row& row) { return row.integer(0); }, account, at, arrears_state_name(from.state),
                 arrears_state_name(to.state), balance, site.currency().code, look.cause));
  if ((from.state == ArrearsState::suspended) != (to.state == ArrearsState::suspended)) {
    TRY_VOID(add_money_todo(connection, account));
  }
  if (look.outbox == nullptr) return {};
  MoneyNotice notice;
  notice.key = fmt::format("arrears/{}/{}", account.value, *event);
  notice.account = site.facts;
  notice.currency = std::string(site.currency().code);
  notice.balance = balance;
  notice.zone = site.zone();
  notice.until = suspends_at;
  const BigInt short_by = (to.asked_at && look.running ? *look.running : BigInt(0)) - money.balance();
  notice.amount = minor_text(std::max(short_by, BigInt(0)), site.currency());
  if (to.state == ArrearsState::suspended) {
    notice.kind = MoneyMail::suspended;
  } else if (from.state == ArrearsState::suspended) {
    notice.kind = MoneyMail::released;
  } else if (from.state == ArrearsState::clear) {
    if (look.collecting) return {};  // The provider gets it; the customer need not do anything.
    notice.kind = look.ask ? MoneyMail::weekly_request : MoneyMail::reminder;
  } else {
    return {};  // Reminded to grace, or paid before anything happened: the payment's own letter says so.
  }
  return look.outbox->tell(connection, notice, look.now);
}

}  // namespace

Result<CollectionTerms> collection_terms(db::Connection& connection, AccountId account,
                                         const CollectionTerms& defaults) {
  TRY(own, connection.first(
               "select value from payment_collection where account = ? order by id desc limit 1",
               [](db::Row& row) { return row.text(0); }, account));
  if (!own || *own == "null") return defaults;
  return read_value(*own);
}

Result<bool> has_own_collection(db::Connection& connection, AccountId account) {
  TRY(own, connection.first(
               "select value from payment_collection where account = ? order by id desc limit 1",
               [](db::Row& row) { return row.text(0); }, account));
  return own && *own != "null";
}

Result<void> store_collection(db::Connection& connection, AccountId account, const std::optional<CollectionTerms>& own,
                              Instant now, const ChangedBy& by) {
  if (own) TRY_VOID(check_collection(*own));
  TRY_VOID(connection.run(
      "insert into payment_collection (account, at, value, by_whom, why) values (?, ?, ?, ?, ?)", account, now,
      own ? value_of(*own) : std::string("null"), by.who, by.why));
  return {};
}

Result<std::optional<ArrearsRow>> arrears_row(db::Connection& connection, AccountId account) {
  bool known = true;
  TRY(row, connection.first(
               "select state, since, begins_at, next_at, check_at, asked_at from payment_arrears where account = ?",
               [&](db::Row& found) {
                 const auto state = arrears_state_of(found.text(0));
                 known = state.has_value();
                 return ArrearsRow{state.value_or(ArrearsState::clear), found.instant(1),       found.instant(2),
                                   found.maybe_instant(3),              found.maybe_instant(4), found.maybe_instant(5)};
               },
               account));
  if (!known) return Error(Errc::corrupt_record, "payment_arrears: a row has no known state");
  return std::move(row);
}

Result<std::vector<ArrearsEvent>> arrears_events(db::Connection& connection, AccountId account) {
  return connection.all(
      "select id, at, before, after, balance, currency, cause from payment_arrears_event where account = ? order by id",
      [](db::Row& row) {
        return ArrearsEvent{row.integer(0), row.instant(1), arrears_state_of(row.text(2)).value_or(ArrearsState::clear),
                            arrears_state_of(row.text(3)).value_or(ArrearsState::clear), row.text(4), row.text(5),
                            row.text(6)};
      },
      account);
}

Result<std::vector<Movement>> movements_of(db::Connection& connection, const MoneySite& site,
                                           const CollectionTerms& terms, Instant begins_at) {
  TRY(turns, ledger::turnover(connection, site.facts.id, site.currency().code, kBalanceCodes));
  std::vector<Movement> movements;
  movements.reserve(turns.size());
  for (const ledger::Turnover& each : turns) {
    const bool invoice = each.source.starts_with("invoice:") && each.minor > 0;
    const Instant due = invoice ? deduction_at(std::max(each.at, begins_at), terms, site.zone()) : each.at;
    movements.push_back({each.at, due, -each.minor});
  }
  return movements;
}

Result<ArrearsRow> refresh_arrears(db::Connection& connection, const MoneySite& site, const ArrearsLook& look) {
  CHECK(connection.in_transaction());
  const AccountId account = site.facts.id;
  TRY(stored, arrears_row(connection, account));
  if (look.terms.mode == CollectionMode::off) {
    if (!stored) return ArrearsRow{};
    const ArrearsRow cleared{ArrearsState::clear, look.now, look.now, {}, {}, {}};
    if (stored->state != ArrearsState::clear) {
      TRY_VOID(changed(connection, site, look, *stored, cleared, std::nullopt));
    }
    TRY_VOID(connection.run("delete from payment_arrears where account = ?", account));
    return cleared;
  }
  const ArrearsRow before = stored.value_or(ArrearsRow{ArrearsState::clear, look.now, look.now, {}, {}, {}});
  ArrearsRow row = before;
  TRY(history, movements_of(connection, site, look.terms, row.begins_at));
  const bool weekly = look.terms.mode == CollectionMode::weekly;
  if (look.ask && !row.asked_at) row.asked_at = look.ask;
  if (look.next_check) row.check_at = look.next_check;
  if (weekly && !row.check_at) row.check_at = next_weekly_check(look.now, site.zone());
  if (!weekly) row.check_at.reset();
  if (row.asked_at && look.running && !look.ask) {
    TRY(money, money_of(connection, account, site.currency()));
    if (money.balance() >= *look.running) row.asked_at.reset();
  }
  if (!weekly) row.asked_at.reset();
  const Arrears view = arrears_at(history, look.terms, site.zone(), look.now, row.asked_at);
  row.state = view.state;
  row.next_at = view.next_at;
  if (row.check_at && (!row.next_at || *row.check_at < *row.next_at)) row.next_at = row.check_at;
  if (view.state != before.state) {
    row.since = view.state == ArrearsState::clear ? look.now : view.since;
    TRY_VOID(changed(connection, site, look, before, row, view.suspends_at));
  }
  TRY_VOID(store_row(connection, account, row));
  return row;
}

Result<void> look_at(db::Connection& connection, AccountId account, const CollectionTerms& terms, Instant at) {
  if (terms.mode == CollectionMode::off) return {};
  TRY_VOID(connection.run(
      "insert into payment_arrears (account, state, since, begins_at, next_at, check_at, asked_at) "
      "values (?, 'clear', ?, ?, ?, null, null) on conflict (account) do update set next_at = case when "
      "payment_arrears.next_at < excluded.next_at then payment_arrears.next_at else excluded.next_at end",
      account, at, at, at));
  return {};
}

Result<void> add_money_todo(db::Connection& connection, AccountId account) {
  TRY_VOID(connection.run(
      "insert into payment_todo (account, change, retry_at) values (?, 1, 0) on conflict (account) do update set "
      "change = payment_todo.change + 1, retry_at = excluded.retry_at",
      account));
  return {};
}

}  // namespace postage::invoice
