// Prepayment of an account: grants, what the running month may cost, ends of grants, and the month's invoice.
#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "invoice/payments/payments_change.h"

namespace postage::invoice {
namespace {

/// A grant is settled this long after its end, when every copy that was admitted before has been counted; the gate knows
/// the end at once.
constexpr milliseconds kEndGrace{10'000};
constexpr std::size_t kAccountsPerTick = 200;
constexpr std::size_t kWatchedPerTick = 100;
constexpr int kLevels[] = {100, 95, 80};

Result<void> check(const NewGrant& wanted, const Currency& currency, Instant now) {
  if (wanted.reference.empty() || wanted.reference.size() > 100) {
    return Error(Errc::bad_request, "reference: must be 1 to 100 bytes");
  }
  if (wanted.reference.starts_with("payment:")) return Error(Errc::bad_request, "reference: must not begin with payment:");
  if (wanted.amount <= Rational(0)) return Error(Errc::bad_request, "amount: must be above 0");
  if (!(wanted.amount * Rational(power_of_ten(currency.minor_digits))).is_whole()) {
    return Error(Errc::bad_request, "amount: has more decimals than the currency");
  }
  if (wanted.expires_at && *wanted.expires_at <= now) return Error(Errc::bad_request, "expires_at: must lie ahead");
  return {};
}

BigInt sum_left(const std::vector<Grant>& grants) {
  BigInt sum = 0;
  for (const Grant& grant : grants) sum += grant.left;
  return sum;
}

void take_uses(std::vector<Grant>& grants, const std::vector<GrantUse>& uses) {
  for (const GrantUse& use : uses) {
    const auto found = std::ranges::find(grants, use.grant, &Grant::id);
    found->left -= use.consumed + use.expired;
  }
}

}  // namespace

/// The months of an account that are not closed, and its grants.
struct Payments::OpenMonth {
  MoneySite site;
  MonthKey month;            ///< closes next
  InstantRange period;
  MonthKey current;          ///< holds `now`
  std::vector<Grant> grants;
  bool prepaid = false;
  std::vector<std::pair<MonthKey, BigInt>> drawn;  ///< of each month from `month` to `current`
};

Result<Payments::OpenMonth> Payments::open_month(db::Connection& connection, AccountId account, Instant now) const {
  TRY(site, site_of(connection, account, now));
  TRY(cursor, connection.first(
                  "select month, starts_at, ends_at from invoice_cursor where account = ?",
                  [](db::Row& row) { return std::pair(row.text(0), InstantRange{row.instant(1), row.instant(2)}); },
                  account));
  if (!cursor) return Errc::no_account;
  TRY(month, parse_month(cursor->first));
  TRY(grants, open_grants(connection, account));
  TRY(prepaid, is_prepaid(connection, account));
  const MonthKey current = cursor->second.holds(now) ? month : month_of(now, site.zone());
  OpenMonth open{site, month, cursor->second, current, std::move(grants), prepaid, {}};
  for (MonthKey each = month; each <= open.current; each = each.next()) {
    TRY(drawn, drawn_in(connection, account, each));
    open.drawn.emplace_back(each, drawn);
  }
  return open;
}

Result<void> Payments::set_prepaid(AccountId account, bool prepaid, Instant now, const ChangedBy& by) {
  const auto done = change(account, now, "prepaid",
                           [&](db::Connection& connection, const MoneySite&) -> Result<bool> {
    TRY(before, is_prepaid(connection, account));
    if (before == prepaid) return false;
    TRY_VOID(connection.run("insert into payment_prepaid (account, prepaid, at, by_whom, why) values (?, ?, ?, ?, ?)",
                            account, prepaid, now, by.who, by.why));
    TRY_VOID(add_money_todo(connection, account));
    TRY_VOID(note(connection, by, "prepaid.set", account, "prepaid", {{"prepaid", prepaid ? "true" : "false"}}, now));
    return true;
  });
  if (!done) return done.error();
  return {};
}

Result<StoredGrant> Payments::grant(AccountId account, const NewGrant& wanted, Instant now, const ChangedBy& by) {
  const auto done = change(account, now, "prepaid",
                           [&](db::Connection& connection, const MoneySite& site) -> Result<AddedGrant> {
    TRY_VOID(check(wanted, site.currency(), now));
    TRY(added, add_grant(connection, site, wanted, now, by, false));
    if (!added.is_new) return added;
    TRY_VOID(add_money_todo(connection, account));
    TRY_VOID(note(connection, by, "prepaid.grant", account, wanted.reference,
                  {{"amount", money_text(wanted.amount, site.currency())},
                   {"kind", std::string(grant_kind_name(wanted.kind))},
                   {"expires_at", wanted.expires_at ? instant_text_utc(*wanted.expires_at) : std::string()}},
                  now));
    return added;
  });
  if (!done) return done.error();
  TRY(all, ports_.database.read([&](db::Connection& connection) { return all_grants(connection, account); }));
  const auto found = std::ranges::find(all, done->id, [](const StoredGrant& each) { return each.grant.id; });
  CHECK(found != all.end());
  return *found;
}

/// Grants, less what bills of months that ended and are not closed will draw. A grant that ended counts only as far as
/// the running month has used it already.
Result<BigInt> Payments::available_minor(AccountId account, Instant now) const {
  TRY(open, ports_.database.read([&](db::Connection& connection) { return open_month(connection, account, now); }));
  std::vector<Grant> grants = open.grants;
  for (const auto& [month, drawn] : open.drawn) {
    if (month == open.current) break;
    const Instant end = month_range(month, open.site.zone()).end;
    TRY(bill, running_minor(account, end - milliseconds(1)));
    take_uses(grants, draw_grants(grants, bill - drawn, end, false));
  }
  const BigInt drawn = open.drawn.empty() ? BigInt(0) : open.drawn.back().second;
  const bool ended = std::ranges::any_of(grants, [&](const Grant& each) {
    return each.left > 0 && each.expires_at && *each.expires_at <= now;
  });
  BigInt used = 0;
  if (ended) {
    TRY(bill, running_minor(account, now));
    const std::vector<GrantUse> uses = draw_grants(grants, bill - drawn, now, true);
    for (const GrantUse& use : uses) used += use.consumed;
    take_uses(grants, uses);
  }
  return sum_left(grants) + used + drawn;
}

Result<std::optional<Rational>> Payments::prepaid_available(AccountId account, Instant now) const {
  struct Kind {
    bool prepaid = false;
    const Currency* currency = nullptr;
  };
  TRY(kind, ports_.database.read([&](db::Connection& connection) -> Result<Kind> {
    TRY(prepaid, is_prepaid(connection, account));
    if (!prepaid) return Kind{};
    TRY(site, site_of(connection, account, now));
    return Kind{true, find_currency(site.currency().code)};
  }));
  if (!kind.prepaid) return std::optional<Rational>();
  TRY(minor, available_minor(account, now));
  return std::optional<Rational>(from_minor(minor, *kind.currency));
}

Result<PrepaidView> Payments::prepaid(AccountId account, Instant now) const {
  TRY(used, running_minor(account, now));
  TRY(available, available_minor(account, now));
  return ports_.database.read([&](db::Connection& connection) -> Result<PrepaidView> {
    TRY(site, site_of(connection, account, now));
    TRY(prepaid, is_prepaid(connection, account));
    TRY(grants, all_grants(connection, account));
    return PrepaidView{prepaid, site.currency(), available, used, std::move(grants)};
  });
}

Result<void> Payments::invoice_posted(db::Connection& connection, const StoredInvoice& invoice,
                                      const RatedMonth& rated) {
  const MoneySite site{rated.facts, rated.input.catalogue};
  const Instant at = invoice.issued_at;
  TRY(money, money_of(connection, invoice.account, site.currency()));
  TRY_VOID(post_move(connection, {"released:" + invoice.number, invoice.account, &site.currency(), at,
                                  "reserve of " + invoice.month + " released", codes::kReserved, codes::kCredit,
                                  std::max(money.reserved, BigInt(0))}));
  if (money.prepaid != 0 || money.drawn != 0) {
    const BigInt total = to_minor(rated.bill.total, rated.bill.currency);
    TRY_VOID(draw_for_invoice(connection, site, rated.month, total, rated.period.end, at));
  }
  const bool any = money.credit != 0 || money.reserved != 0 || money.prepaid != 0 || money.drawn != 0;
  if (any) TRY_VOID(settle_account(connection, invoice.account, site.currency(), at));
  TRY(terms, collection_terms(connection, invoice.account, defaults_));
  return look_at(connection, invoice.account, terms, at);  // Instants before it may wait: tick() takes them in order.
}

Result<void> Payments::end_grants(Instant now, PaymentTick& report) {
  TRY(accounts, ports_.database.read([&](db::Connection& connection) {
    return connection.all(
        "select distinct account from payment_grant_open where expires_at <= ? order by account limit ?",
        [](db::Row& row) { return row.id<AccountId>(0); }, now, static_cast<std::int64_t>(kAccountsPerTick));
  }));
  for (const AccountId account : accounts) {
    if (const auto done = end_grants_of(account, now); !done) {
      log(Level::error, "prepaid_end_put_off", {{"account", account.value}, {"error", done.error().to_string()}});
    }
    ++report.looked_at;
  }
  std::erase_if(frozen_, [&](AccountId account) { return std::ranges::find(accounts, account) == accounts.end(); });
  return {};
}

Result<void> Payments::end_grants_of(AccountId account, Instant now) {
  if (frozen_.insert(account).second) {  // The gate's budget falls now; the books follow when everything is counted.
    TRY(terms, ports_.billing.terms(account, now));
    TRY_VOID(ports_.accounts.terms_changed(account, terms.catalogue.catalogue->name,
                                           terms.subscription.plan()->name));
  }
  TRY(open, ports_.database.read([&](db::Connection& connection) { return open_month(connection, account, now); }));
  if (now >= open.period.end) return {};  // The month's close does it, with the bill of that month.
  const Instant ended = now - kEndGrace;
  const bool due = std::ranges::any_of(open.grants, [&](const Grant& each) {
    return each.expires_at && *each.expires_at <= ended;
  });
  if (!due) return {};
  TRY(bill, running_minor(account, now));
  TRY(done, change(account, now, "prepaid", [&](db::Connection& connection, const MoneySite& site) -> Result<bool> {
    TRY(again, open_month(connection, account, now));
    if (again.month != open.month) return false;
    TRY_VOID(expire_grants(connection, site, open.month, bill, ended, now));
    TRY_VOID(add_money_todo(connection, account));
    return true;
  }));
  (void)done;
  frozen_.erase(account);
  return {};
}

Result<void> Payments::watch_prepaid(Instant now) {
  TRY(accounts, ports_.database.read([&](db::Connection& connection) {
    return connection.all("select distinct account from payment_prepaid where account > ? order by account limit ?",
                          [](db::Row& row) { return row.id<AccountId>(0); }, watched_,
                          static_cast<std::int64_t>(kWatchedPerTick));
  }));
  watched_ = accounts.size() < kWatchedPerTick ? AccountId{} : accounts.back();
  for (const AccountId account : accounts) {
    if (const auto done = watch_one(account, now); !done) {
      log(Level::warn, "prepaid_not_looked_at", {{"account", account.value}, {"error", done.error().to_string()}});
    }
  }
  return {};
}

Result<void> Payments::watch_one(AccountId account, Instant now) {
  if (ports_.outbox == nullptr) return {};
  TRY(view, prepaid(account, now));
  if (!view.prepaid || view.grants.empty()) return {};
  TRY(terms, ports_.database.read([&](db::Connection& c) { return collection_terms(c, account, defaults_); }));
  std::vector<MoneyNotice> notices;
  const std::int64_t newest = view.grants.back().grant.id;
  auto& told = levels_[account];
  if (told.first != newest) told = {newest, 0};
  const BigInt percent = view.available == 0 ? BigInt(100) : view.used * 100 / view.available;
  int reached = 0;
  for (const int level : kLevels) {
    if (percent >= level) reached = std::max(reached, level);
  }
  MoneyNotice notice;
  notice.currency = std::string(view.currency.code);
  notice.balance = minor_text(std::max(BigInt(view.available - view.used), BigInt(0)), view.currency);
  if (reached > told.second) {
    notice.kind = MoneyMail::prepaid_level;
    notice.key = fmt::format("prepaid/{}/{}/{}", account.value, newest, reached);
    notice.percent = reached;
    notice.amount = minor_text(view.used, view.currency);
    notices.push_back(notice);
  }
  for (const StoredGrant& each : view.grants) {
    const auto& end = each.grant.expires_at;
    if (!end || each.grant.left <= 0 || *end <= now || ends_told_.contains(each.grant.id)) continue;
    if (*end > now + std::chrono::hours(24) * terms.expiry_notice_days) continue;
    notice.kind = MoneyMail::prepaid_expiry;
    notice.key = fmt::format("prepaid-end/{}", each.grant.id);
    notice.amount = minor_text(each.grant.left, view.currency);
    notice.until = *end;
    notices.push_back(notice);
  }
  if (notices.empty()) return {};
  TRY_VOID(ports_.database.write([&](db::Connection& connection) -> Result<void> {
    TRY(site, site_of(connection, account, now));
    for (MoneyNotice& each : notices) {
      each.account = site.facts;
      each.zone = site.zone();
      TRY_VOID(ports_.outbox->tell(connection, each, now));
    }
    return {};
  }));
  told.second = std::max(told.second, reached);
  for (const StoredGrant& each : view.grants) {
    const auto& end = each.grant.expires_at;
    if (end && *end <= now + std::chrono::hours(24) * terms.expiry_notice_days) ends_told_.insert(each.grant.id);
  }
  return {};
}

}  // namespace postage::invoice
