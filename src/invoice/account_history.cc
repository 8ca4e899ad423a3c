#include "invoice/account_history.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "db/many.h"
#include "invoice/batch.h"
#include "invoice/contract_json.h"

namespace postage::invoice {
namespace {

constexpr std::size_t kTextMax = 500;
constexpr std::array kKinds{EventKind::opened, EventKind::plan,   EventKind::contract,
                            EventKind::tax,    EventKind::budget, EventKind::catalogue,
                            EventKind::cap};

std::optional<EventKind> kind_of(std::string_view name) {
  for (const EventKind kind : kKinds) {
    if (event_kind_name(kind) == name) return kind;
  }
  return std::nullopt;
}

/// The instant a change asked for at `now` is in force from: never inside a month that is closed, never before the
/// change before it (a request may wait for the writer while the month ends).
Result<Instant> in_force_from(db::Connection& connection, AccountId account, Instant now) {
  TRY(open_month, connection.first(
                      "select starts_at from invoice_cursor where account = ?",
                      [](db::Row& row) { return row.instant(0); }, account));
  if (!open_month) return Error(Errc::no_account);
  TRY(last, connection.first(
                "select max(at) from invoice_account_event where account = ?",
                [](db::Row& row) { return row.maybe_instant(0); }, account));
  return std::max({now, *open_month, last->value_or(now)});
}

Result<void> check_percent(const Rational& percent, const char* what) {
  if (percent < Rational(0) || percent > Rational(100)) {
    return Error(Errc::bad_request, std::string(what) + " must be 0 to 100 percent");
  }
  return {};
}

Result<void> check_amount(const Rational& amount, const char* what) {
  if (amount.is_negative()) return Error(Errc::bad_request, std::string(what) + " must not be negative");
  return {};
}

/// An event of a row of (id, account, at, kind, value, by_whom, why); `unknown` becomes the id of one of no known kind.
AccountEvent read_event(db::Row& row, std::int64_t& unknown) {
  const auto kind = kind_of(row.text(3));
  if (!kind) unknown = row.integer(0);
  return {row.integer(0), row.id<AccountId>(1), row.instant(2), kind.value_or(EventKind::opened),
          row.text(4),    row.text(5),          row.text(6)};
}

Error unknown_kind(std::int64_t event) {
  return Error(Errc::corrupt_record, "account history: event " + std::to_string(event) + " is of no known kind");
}

/// A contract may begin in the open month or later, and must not be over.
Result<void> check_validity(const rating::Contract& contract, const Terms& terms, Instant at) {
  if (contract.valid_from && *contract.valid_from < terms.subscription.period().start) {
    return Error(Errc::bad_request, "/from: lies before the open month, whose bills are made");
  }
  if (contract.valid_until && *contract.valid_until <= at) {
    return Error(Errc::bad_request, "/until: must lie in the future");
  }
  return {};
}

Result<void> check_cap(const Cap& cap) {
  const bool account = cap.scope == CapScope::account, channels = cap.scope == CapScope::channels;
  if (account == bool(cap.project)) {
    return Error(Errc::bad_request, account ? "/project: the account's cap is of no project" : "/project: is missing");
  }
  if (channels == cap.prefix.empty() || cap.prefix.size() > kCapPrefixBytesMax) {
    return Error(Errc::bad_request, channels ? "/prefix: must have 1 to 64 bytes" : "/prefix: only of channels");
  }
  if (!cap.units && !cap.amount) return Error(Errc::bad_request, "/units: give units, amount or both");
  if (account && cap.amount) {
    return Error(Errc::bad_request, "/amount: the account's cap in money is its budget: PUT /accounts/{account}/budget");
  }
  if (cap.units && *cap.units < 0) return Error(Errc::bad_request, "/units: must not be negative");
  if (cap.amount && cap.amount->is_negative()) return Error(Errc::bad_request, "/amount: must not be negative");
  return {};
}

std::string plan_value(std::string_view plan) { return nlohmann::json{{"plan", std::string(plan)}}.dump(); }

}  // namespace

std::optional<EventKind> find_event_kind(std::string_view name) { return kind_of(name); }

Result<std::vector<AccountEvent>> read_events(db::Connection& connection, AccountId account) {
  std::vector<AccountEvent> found;
  std::int64_t unknown = 0;
  TRY_VOID(connection.each(
      "select id, account, at, kind, value, by_whom, why from invoice_account_event where account = ? order by at, id",
      [&](db::Row& row) { found.push_back(read_event(row, unknown)); }, account));
  if (unknown != 0) return unknown_kind(unknown);
  return found;
}

Result<std::vector<Result<Terms>>> terms_of(db::Connection& connection, const CatalogueBook& catalogues,
                                            std::span<const AccountAt> accounts) {
  static const std::string kSql =
      "select id, account, at, kind, value, by_whom, why from invoice_account_event where account in (" +
      db::many_places() + ") order by account, at, id";
  std::vector<std::int64_t> ids;
  ids.reserve(accounts.size());
  for (const AccountAt& each : accounts) ids.push_back(each.account.value);
  std::ranges::sort(ids);  // An account that is asked for twice has its events once.
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
  std::unordered_map<AccountId, std::vector<AccountEvent>> events;
  std::int64_t unknown = 0;
  const auto take = [&](db::Row& row) {
    AccountEvent event = read_event(row, unknown);
    events[event.account].push_back(std::move(event));
  };
  TRY_VOID(db::each_of_many(connection, kSql, ids, take));
  if (unknown != 0) return unknown_kind(unknown);
  std::vector<Result<Terms>> all;
  all.reserve(accounts.size());
  for (const AccountAt& each : accounts) all.push_back(play(events[each.account], each.at, catalogues));
  return all;
}

Result<void> AccountHistory::append(db::Connection& connection, AccountEvent event, const ChangedBy& by) {
  event.by = by.who.substr(0, kTextMax);
  event.why = by.why.substr(0, kTextMax);
  TRY_VOID(connection.run(
      "insert into invoice_account_event (account, at, kind, value, by_whom, why) values (?, ?, ?, ?, ?, ?)",
      event.account, event.at, event_kind_name(event.kind), event.value, event.by, event.why));
  if (audit_ == nullptr) return {};
  const std::string kind(event_kind_name(event.kind));
  return audit_->note_in(connection, by.note("terms." + kind, event.account, kind, {{"value", event.value}}), event.at);
}

Result<void> AccountHistory::open(AccountId account, std::string_view catalogue, std::string_view plan, Instant since,
                                  const ChangedBy& by) {
  const auto named = catalogues_.find(catalogue);
  if (!named) return Error(Errc::invalid_catalogue, "there is no catalogue " + std::string(catalogue));
  if (!named->catalogue->find(plan)) {
    return Error(Errc::bad_request, "the catalogue has no plan " + std::string(plan));
  }
  return database_.write([&](db::Connection& connection) -> Result<void> {
    TRY_VOID(append(connection, {0, account, since, EventKind::opened, opened_value(catalogue, plan)}, by));
    const MonthKey month = month_of(since, named->catalogue->zone);
    const InstantRange range = month_range(month, named->catalogue->zone);
    TRY_VOID(
        connection.run("insert into invoice_cursor (account, month, starts_at, ends_at, retry_at) "
                       "values (?, ?, ?, ?, 0)",
                       account, month.text(), range.start, range.end));
    return {};
  });
}

Result<std::vector<AccountId>> AccountHistory::known() const {
  return database_.read([](db::Connection& connection) {
    return connection.all("select account from invoice_cursor order by account",
                          [](db::Row& row) { return row.id<AccountId>(0); });
  });
}

Result<std::vector<AccountId>> AccountHistory::contracted() const {
  return database_.read([](db::Connection& connection) {
    return connection.all("select distinct account from invoice_account_event where kind = ? order by account",
                          [](db::Row& row) { return row.id<AccountId>(0); }, event_kind_name(EventKind::contract));
  });
}

Result<PlanPreview> AccountHistory::change_plan(AccountId account, std::string_view plan, Instant now,
                                                const ChangedBy& by) {
  return database_.write([&](db::Connection& connection) -> Result<PlanPreview> {
    TRY(at, in_force_from(connection, account, now));
    TRY(before, terms(connection, account, at));
    const catalog::PlanPtr wanted = before.catalogue.catalogue->find(plan);
    if (!wanted) return Error(Errc::bad_request, "the catalogue has no plan " + std::string(plan));
    const PlanPreview preview = before.subscription.preview(wanted, at);
    TRY_VOID(append(connection, {0, account, at, EventKind::plan, plan_value(plan)}, by));
    return preview;
  });
}

Result<AccountEvent> contract_event(db::Connection& connection, const CatalogueBook& catalogues, AccountId account,
                                    const std::optional<rating::Contract>& contract, Instant now) {
  if (contract) TRY_VOID(check_percent(contract->discount_percent, "the discount"));
  if (contract && contract->minimum_spend) TRY_VOID(check_amount(*contract->minimum_spend, "the minimum spend"));
  TRY(at, in_force_from(connection, account, now));
  if (!contract) return AccountEvent{0, account, at, EventKind::contract, "null"};
  TRY(events, read_events(connection, account));
  TRY(before, play(events, at, catalogues));
  TRY_VOID(check_validity(*contract, before, at));
  TRY_VOID(catalog::check_overrides(*before.listed, contract->overrides, contract->bundles));
  return AccountEvent{0, account, at, EventKind::contract, contract_value(*contract, before.listed->currency)};
}

Result<void> AccountHistory::set_contract(AccountId account, const std::optional<rating::Contract>& contract,
                                          Instant now, const ChangedBy& by) {
  return database_.write([&](db::Connection& connection) -> Result<void> {
    TRY(event, contract_event(connection, catalogues_, account, contract, now));
    return append(connection, std::move(event), by);
  });
}

Result<Cap> AccountHistory::set_cap(AccountId account, Cap cap, Instant now, const ChangedBy& by) {
  return database_.write([&](db::Connection& connection) -> Result<Cap> {
    TRY(at, in_force_from(connection, account, now));
    TRY(before, terms(connection, account, at));
    const Cap* known = find_cap(before.caps, cap.scope, cap.project, cap.prefix);
    const bool alive = known != nullptr && !known->removed;
    if (cap.removed && !alive) return Errc::not_found;
    if (!cap.removed) TRY_VOID(check_cap(cap));
    const auto living = std::ranges::count(before.caps, false, &Cap::removed);
    if (!cap.removed && !alive && (living >= static_cast<std::int64_t>(kCapsMax) ||
                                   (known == nullptr && before.caps.size() >= kCapsEverMax))) {
      return Error(Errc::conflict, "an account has at most 100 caps at a time and 1,000 different ones ever");
    }
    if (alive) cap.before = 0;  // It goes on from where it is.
    TRY_VOID(append(connection, {0, account, at, EventKind::cap, cap_value(cap, before.listed->currency)}, by));
    TRY(after, terms(connection, account, at));
    return *find_cap(after.caps, cap.scope, cap.project, cap.prefix);
  });
}

Result<void> AccountHistory::set_tax(AccountId account, const std::optional<rating::Tax>& tax, Instant now,
                                     const ChangedBy& by) {
  if (tax) TRY_VOID(check_percent(tax->rate_percent, "the tax rate"));
  return database_.write([&](db::Connection& connection) -> Result<void> {
    TRY(at, in_force_from(connection, account, now));
    const std::string value = tax ? tax_value(*tax) : "null";
    return append(connection, {0, account, at, EventKind::tax, value}, by);
  });
}

Result<void> AccountHistory::set_budget(AccountId account, const std::optional<Rational>& budget, Instant now,
                                        const ChangedBy& by) {
  if (budget) TRY_VOID(check_amount(*budget, "the budget"));
  return database_.write([&](db::Connection& connection) -> Result<void> {
    TRY(at, in_force_from(connection, account, now));
    TRY(before, terms(connection, account, at));
    const std::string value = budget_value(budget, before.catalogue.catalogue->currency);
    return append(connection, {0, account, at, EventKind::budget, value}, by);
  });
}

namespace {

Result<void> check_move(const Terms& terms, const CatalogueMove& move) {
  const catalog::Catalogue& here = *terms.catalogue.catalogue;
  const catalog::Catalogue& there = *move.catalogue;
  if (move.from <= terms.subscription.month()) {
    return Error(Errc::bad_request, "from: a catalogue changes at the first instant of a later month than " +
                                        terms.subscription.month().text());
  }
  if (there.effective_from.substr(0, 7) > move.from.text()) {
    return Error(Errc::bad_request, "from: the catalogue " + there.name + " is in force from " + there.effective_from);
  }
  if (here.kilobyte != there.kilobyte) {
    return Error(Errc::conflict, "the message unit of " + there.name + " is another one: what was counted would not fit");
  }
  for (const catalog::PlanPtr& plan : here.plans) {
    if (move.successor(plan->name)) continue;
    return Error(Errc::bad_request, "plans: " + there.name + " has no plan that follows " + plan->name);
  }
  for (const auto& [from, to] : move.plans) {
    if (!here.find(from)) return Error(Errc::bad_request, "plans: there is no plan " + from);
  }
  const bool capped = std::ranges::any_of(terms.caps, [](const Cap& cap) { return !cap.removed && cap.amount; });
  const bool promised = !terms.contracts.empty() || terms.budget || capped;
  if (here.currency.code != there.currency.code && promised) {
    return Error(Errc::conflict, "the currency is another one: take back contract and budget first");
  }
  return {};
}

}  // namespace

Result<void> AccountHistory::move_catalogue(db::Connection& connection, AccountId account, std::string_view target,
                                            MonthKey from, const std::map<std::string, std::string>& plans, Instant now,
                                            const ChangedBy& by) {
  const auto named = catalogues_.find(target);
  if (!named) return Error(Errc::invalid_catalogue, "there is no catalogue " + std::string(target));
  TRY(at, in_force_from(connection, account, now));
  TRY(before, terms(connection, account, at));
  const CatalogueMove move{named->catalogue, from, plans};
  TRY_VOID(check_move(before, move));
  return append(connection, {0, account, at, EventKind::catalogue, catalogue_value(move)}, by);
}

Result<void> AccountHistory::move_catalogue(AccountId account, std::string_view target, MonthKey from,
                                            const std::map<std::string, std::string>& plans, Instant now,
                                            const ChangedBy& by) {
  return database_.write([&](db::Connection& connection) {
    return move_catalogue(connection, account, target, from, plans, now, by);
  });
}

Result<void> AccountHistory::stay_on_catalogue(db::Connection& connection, AccountId account, Instant now,
                                               const ChangedBy& by) {
  TRY(at, in_force_from(connection, account, now));
  TRY(before, terms(connection, account, at));
  if (!before.subscription.move()) return {};
  return append(connection, {0, account, at, EventKind::catalogue, catalogue_value(std::nullopt)}, by);
}

Result<Terms> AccountHistory::terms(AccountId account, Instant at) const {
  return database_.read([&](db::Connection& connection) { return terms(connection, account, at); });
}

Result<Terms> AccountHistory::terms(db::Connection& connection, AccountId account, Instant at) const {
  TRY(events, read_events(connection, account));
  return play(events, at, catalogues_);
}

Result<std::vector<AccountEvent>> AccountHistory::events(AccountId account) const {
  return database_.read([&](db::Connection& connection) { return read_events(connection, account); });
}

}  // namespace postage::invoice
