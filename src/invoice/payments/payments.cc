#include "invoice/payments/payments.h"

#include <fmt/format.h>

#include "base/log.h"
#include "invoice/payments/payments_change.h"
#include "invoice/payments/statement_file.h"

namespace postage::invoice {
namespace {

constexpr milliseconds kTellAgain{60'000};

struct KnownPayment {
  std::int64_t id = 0;
  std::optional<AccountId> account;
  bool same = false;
};

/// The payment that was booked under this provider's number before.
Result<std::optional<KnownPayment>> known_payment(db::Connection& connection, std::string_view provider,
                                                  const IncomingPayment& payment) {
  return connection.first(
      "select p.id, coalesce(a.account, p.account), p.currency, p.minor, p.value_date, p.reference from payment p "
      "left join payment_assignment a on a.payment = p.id where p.provider = ? and p.reference_id = ?",
      [&](db::Row& row) {
        KnownPayment known;
        known.id = row.integer(0);
        if (const auto account = row.maybe_integer(1)) known.account = AccountId{*account};
        known.same = row.text(2) == payment.currency->code &&
                     row.text(3) == to_minor(payment.amount, *payment.currency).str() && row.text(4) == payment.date &&
                     row.text(5) == payment.reference;
        return known;
      },
      provider, payment.id);
}

/// Whose payment it is, by what the payer wrote.
Result<std::optional<AccountId>> account_named(db::Connection& connection, const AccountBook& accounts,
                                               const IncomingPayment& payment) {
  const ReferenceHint hint = read_reference(payment.reference);
  if (!hint.invoice.empty()) {
    TRY(found, connection.first("select account from invoice where number = ?",
                                [](db::Row& row) { return row.id<AccountId>(0); }, hint.invoice));
    if (found) return std::move(found);
  }
  if (hint.account && accounts.account(AccountId{*hint.account})) return std::optional(AccountId{*hint.account});
  return std::optional<AccountId>();
}

}  // namespace

std::string_view booking_name(Booking booking) {
  constexpr std::string_view kNames[] = {"booked", "repeated", "suspense", "refused"};
  return kNames[static_cast<std::size_t>(booking)];
}

Result<MoneySite> Payments::site_of(db::Connection& connection, AccountId account, Instant now) const {
  auto facts = ports_.accounts.account(account);
  if (!facts) return Errc::no_account;
  TRY(terms, ports_.billing.history().terms(connection, account, now));
  return MoneySite{std::move(*facts), terms.catalogue.catalogue};
}

Result<BigInt> Payments::running_minor(AccountId account, Instant as_of) const {
  TRY(month, ports_.billing.running(account, as_of));
  return to_minor(month.bill.total, month.bill.currency);
}

/// Only an account that a weekly check asked needs its running bill to be judged.
Result<std::optional<BigInt>> Payments::running_if_asked(AccountId account, Instant now) const {
  TRY(row, ports_.database.read([&](db::Connection& connection) { return arrears_row(connection, account); }));
  if (!row || !row->asked_at) return std::optional<BigInt>();
  TRY(running, running_minor(account, now));
  return std::optional<BigInt>(running);
}

Result<void> Payments::after_change(db::Connection& connection, const MoneySite& site, Instant now,
                                    const std::string& cause, const std::optional<BigInt>& running) {
  TRY_VOID(settle_account(connection, site.facts.id, site.currency(), now));
  TRY(terms, collection_terms(connection, site.facts.id, defaults_));
  TRY(row, refresh_arrears(connection, site, {terms, now, cause, running, {}, {}, ports_.outbox}));
  (void)row;
  TRY(prepaid, is_prepaid(connection, site.facts.id));
  return prepaid ? add_money_todo(connection, site.facts.id) : Result<void>();
}

Result<void> Payments::note(db::Connection& connection, const ChangedBy& by, std::string action, AccountId account,
                            std::string subject, std::vector<std::pair<std::string, std::string>> details,
                            Instant now) const {
  if (ports_.audit == nullptr) return {};
  return ports_.audit->note_in(connection, by.note(std::move(action), account, std::move(subject), std::move(details)),
                               now);
}

void Payments::finish(AccountId account, Instant now) {
  if (const auto told = tell_outside(account, now); !told) {
    log(Level::warn, "payments_tell_later", {{"account", account.value}, {"error", told.error().to_string()}});
  }
}

Result<bool> Payments::tell_outside(AccountId account, Instant now) {
  const std::lock_guard lock(telling_);
  struct Open {
    std::optional<std::int64_t> change;
    bool suspended = false;
  };
  TRY(open, ports_.database.read([&](db::Connection& connection) -> Result<Open> {
    TRY(change, connection.first("select change from payment_todo where account = ?",
                                 [](db::Row& row) { return row.integer(0); }, account));
    TRY(row, arrears_row(connection, account));
    return Open{change, row && row->state == ArrearsState::suspended};
  }));
  if (!open.change) return false;
  Result<void> done = ports_.doors ? ports_.doors->set_in_arrears(account, open.suspended) : Result<void>();
  if (done) {
    const auto terms = ports_.billing.terms(account, now);
    done = terms ? ports_.accounts.terms_changed(account, terms->catalogue.catalogue->name,
                                                           terms->subscription.plan()->name)
                 : Result<void>(terms.error());
  }
  TRY_VOID(ports_.database.write([&](db::Connection& connection) -> Result<void> {
    if (done) {
      TRY_VOID(connection.run("delete from payment_todo where account = ? and change = ?", account, *open.change));
    } else {
      TRY_VOID(connection.run("update payment_todo set retry_at = ? where account = ?", now + kTellAgain, account));
    }
    return {};
  }));
  if (!done) return done.error();
  return true;
}

Result<std::vector<BookedLine>> Payments::receive(PaymentProvider& provider, Instant now, const ChangedBy& by) {
  std::vector<BookedLine> answers;
  for (const IncomingLine& line : provider.take()) {
    TRY(answer, book(provider.name(), line, now, by));
    answers.push_back(std::move(answer));
  }
  return answers;
}

Result<BookedLine> Payments::book(std::string_view provider, const IncomingLine& line, Instant now,
                                  const ChangedBy& by) {
  BookedLine refused{line.line, Booking::refused, 0, std::nullopt, line.problem};
  if (!line.payment) return refused;
  const IncomingPayment& payment = *line.payment;
  if (const auto checked = check_incoming(payment); !checked) {
    refused.problem = checked.error().detail;
    return refused;
  }
  std::optional<AccountId> account = payment.account;
  std::string problem = "reference: names no invoice and no account";
  if (!account) {
    TRY(named, ports_.database.read([&](db::Connection& connection) {
      return account_named(connection, ports_.accounts, payment);
    }));
    account = named;
  }
  if (account) {
    const auto site =
        ports_.database.read([&](db::Connection& connection) { return site_of(connection, *account, now); });
    if (!site && site.error().code != Errc::no_account) return site.error();
    if (!site || site->currency().code != payment.currency->code) {
      problem = site ? fmt::format("currency: the account is billed in {}", site->currency().code)
                     : std::string("account: there is no such account");
      if (payment.account) {
        refused.problem = problem;
        return refused;
      }
      account.reset();
    }
  }
  auto booked = account ? change(*account, now, "payment",
                                 [&](db::Connection& connection, const MoneySite& site) {
                                   return book_in(connection, provider, payment, &site, now, by);
                                 })
                        : ports_.database.write([&](db::Connection& connection) {
                            return book_in(connection, provider, payment, nullptr, now, by);
                          });
  if (!booked && booked.error().code == Errc::conflict) {
    refused.problem = booked.error().detail;
    return refused;
  }
  if (!booked) return booked.error();
  booked->line = line.line;
  if (booked->result == Booking::suspense) booked->problem = problem;
  return std::move(*booked);
}

Result<BookedLine> Payments::book_in(db::Connection& connection, std::string_view provider,
                                     const IncomingPayment& payment, const MoneySite* site, Instant now,
                                     const ChangedBy& by) {
  TRY(known, known_payment(connection, provider, payment));
  if (known && !known->same) return Error(Errc::conflict, "id: stands for another payment already");
  if (known) return BookedLine{0, Booking::repeated, known->id, known->account, {}};
  const Currency& currency = *payment.currency;
  const BigInt minor = to_minor(payment.amount, currency);
  const std::optional<std::int64_t> owner = site ? std::optional(site->facts.id.value) : std::nullopt;
  TRY(id, connection.first(
              "insert into payment (provider, reference_id, account, currency, minor, value_date, reference, payer, "
              "text, recorded_at, by_whom, why) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id",
              [](db::Row& row) { return row.integer(0); }, provider, payment.id, owner, currency.code, minor.str(),
              payment.date, payment.reference, payment.payer, payment.text, now, by.who, by.why));
  TRY_VOID(post_move(connection,
                     {fmt::format("payment:{}", *id), site ? site->facts.id : kOperatorBooks, &currency, now,
                      fmt::format("payment {} of {}", payment.id, payment.date), codes::kCash,
                      site ? codes::kCredit : codes::kSuspense, minor}));
  TRY_VOID(note(connection, by, "payment.record", site ? site->facts.id : AccountId{}, fmt::format("payment {}", *id),
                {{"amount", minor_text(minor, currency)}, {"currency", std::string(currency.code)},
                 {"provider", std::string(provider)}, {"id", payment.id}, {"date", payment.date}},
                now));
  if (site == nullptr) return BookedLine{0, Booking::suspense, *id, std::nullopt, {}};
  TRY_VOID(tell_received(connection, *site, payment, *id, now));
  return BookedLine{0, Booking::booked, *id, site->facts.id, {}};
}

/// Open invoices first; on a prepaid account the rest tops the balance up. Then the letter, with what there is now.
Result<void> Payments::tell_received(db::Connection& connection, const MoneySite& site, const IncomingPayment& payment,
                                     std::int64_t id, Instant now) {
  const Currency& currency = site.currency();
  const BigInt minor = to_minor(payment.amount, currency);
  TRY_VOID(settle_account(connection, site.facts.id, currency, now));
  TRY(prepaid, is_prepaid(connection, site.facts.id));
  TRY(money, money_of(connection, site.facts.id, currency));
  if (prepaid && money.credit > 0) {
    const NewGrant top_up{GrantKind::paid, fmt::format("payment:{}", id),
                          from_minor(std::min(money.credit, minor), currency), std::nullopt};
    TRY(added, add_grant(connection, site, top_up, now, {"payments", "the payment of a prepaid account"}, true));
    (void)added;
  }
  if (ports_.outbox == nullptr) return {};
  TRY(after, money_of(connection, site.facts.id, currency));
  MoneyNotice notice;
  notice.kind = MoneyMail::received;
  notice.key = fmt::format("payment/{}", id);
  notice.account = site.facts;
  notice.currency = std::string(currency.code);
  notice.amount = minor_text(minor, currency);
  notice.balance = minor_text(prepaid ? after.prepaid - after.owed : after.balance(), currency);
  notice.reference = payment.reference.empty() ? payment.id : payment.reference;
  notice.zone = site.zone();
  return ports_.outbox->tell(connection, notice, now);
}

}  // namespace postage::invoice
