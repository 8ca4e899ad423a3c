// What follows a close outside of its transaction: e-mails to the outbox, plans to the directory and the gates. Each is
// a row until it is done; a row whose doing fails stays and is tried again later.
#include "base/log.h"
#include "invoice/close.h"

namespace postage::invoice {
namespace {

constexpr std::string_view kIssued = "issued";
constexpr std::string_view kTerms = "terms";
constexpr std::int64_t kTodosAtOnce = 100;

Result<std::vector<CloseTodo>> read_todos(db::Connection& connection, Instant now) {
  return connection.all(
      "select t.id, t.account, t.kind, i.number, i.month, i.total, i.currency from invoice_todo t join invoice i on "
      "i.id = t.invoice where t.retry_at <= ? order by t.id limit ?",
      [](db::Row& row) {
        return CloseTodo{row.integer(0), row.id<AccountId>(1), row.text(2), row.text(3), row.text(4), row.text(5),
                    row.text(6),    {}};
      },
      now, kTodosAtOnce);
}

/// Runs `all` over what belongs to `whose`; where that cannot be or fails, `one` for each: one's trouble is one's own.
template <class Item, class All, class One>
void tell_each(const std::vector<Item>& items, const std::vector<CloseTodo*>& whose, const All& all, const One& one) {
  if (items.empty() || all(items)) return;
  for (std::size_t i = 0; i < items.size(); ++i) whose[i]->done = one(items[i]);
}

}  // namespace

Result<void> add_todos(db::Connection& connection, AccountId account, std::int64_t invoice) {
  for (const std::string_view kind : {kIssued, kTerms}) {
    TRY_VOID(connection.run("insert into invoice_todo (account, invoice, kind, retry_at) values (?, ?, ?, 0)", account,
                            invoice, kind));
  }
  return {};
}

void MonthClose::tell_issued(std::vector<CloseTodo>& todos) const {
  std::vector<IssuedNotice> notices;
  std::vector<CloseTodo*> whose;
  for (CloseTodo& each : todos) {
    if (each.kind != kIssued) continue;
    auto facts = ports_.accounts.account(each.account);
    if (!facts) continue;  // Nobody is left to be told.
    notices.push_back({std::move(*facts), each.number, each.month, each.total, each.currency});
    whose.push_back(&each);
  }
  tell_each(
      notices, whose, [&](const auto& all) { return ports_.outbox_batch && ports_.outbox_batch->invoices_issued(all).ok(); },
      [&](const IssuedNotice& one) { return ports_.outbox->invoice_issued(one); });
}

void MonthClose::tell_terms(std::vector<CloseTodo>& todos, Instant now) const {
  std::vector<AccountAt> asked;
  std::vector<CloseTodo*> who;
  for (CloseTodo& each : todos) {
    if (each.kind != kTerms || !ports_.accounts.account(each.account)) continue;
    asked.push_back({each.account, now});
    who.push_back(&each);
  }
  Result<std::vector<Result<Terms>>> terms = Errc::unavailable;
  if (ports_.catalogues) {
    terms = ports_.database.read([&](db::Connection& c) { return terms_of(c, *ports_.catalogues, asked); });
  }
  std::vector<AccountPlan> plans;
  std::vector<CloseTodo*> whose;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const Result<Terms> one = terms ? std::move((*terms)[i]) : ports_.history.terms(asked[i].account, now);
    if (!one) {
      who[i]->done = one.error();
      continue;
    }
    plans.push_back({asked[i].account, one->catalogue.catalogue->name, one->subscription.plan()->name});
    whose.push_back(who[i]);
  }
  tell_each(
      plans, whose, [&](const auto& all) { return ports_.account_batch && ports_.account_batch->months_rolled(all).ok(); },
      [&](const AccountPlan& one) { return ports_.accounts.terms_changed(one.account, one.catalogue, one.plan); });
}

/// Some of the rows; true when there may be more.
Result<bool> MonthClose::tell(Instant now, CloseReport& report) {
  TRY(todos, ports_.database.read([&](db::Connection& connection) { return read_todos(connection, now); }));
  if (todos.empty()) return false;
  if (ports_.outbox) tell_issued(todos);
  tell_terms(todos, now);
  step("told");
  std::int64_t told = 0;
  TRY_VOID(ports_.database.write([&](db::Connection& connection) -> Result<void> {
    for (const CloseTodo& each : todos) {
      if (each.done) {
        TRY_VOID(connection.run("delete from invoice_todo where id = ?", each.id));
        ++told;
        continue;
      }
      log(Level::warn, "month_close_tells_later",
          {{"account", each.account.value}, {"error", each.done.error().to_string()}});
      TRY_VOID(connection.run("update invoice_todo set retry_at = ? where id = ?", now + settings_.retry_after, each.id));
    }
    return {};
  }));
  step("told and noted");
  report.told += told;
  return static_cast<std::int64_t>(todos.size()) == kTodosAtOnce;
}

}  // namespace postage::invoice
