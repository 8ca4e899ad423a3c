// Credits, refunds, write-offs, reversals and assignments: what people do to money by hand.
#include <fmt/format.h>

#include <algorithm>

#include "invoice/payments/payments_change.h"
#include "invoice/payments/refundable.h"

namespace postage::invoice {
namespace {

constexpr std::string_view kCredit = "credit";
constexpr std::string_view kRefund = "refund";
constexpr std::string_view kWriteOff = "write_off";
constexpr std::string_view kReversal = "reversal";

Result<void> check(const NewAdjustment& wanted, const Currency& currency) {
  if (wanted.reference.empty() || wanted.reference.size() > 100) {
    return Error(Errc::bad_request, "reference: must be 1 to 100 bytes");
  }
  if (wanted.amount <= Rational(0)) return Error(Errc::bad_request, "amount: must be above 0");
  if (!(wanted.amount * Rational(power_of_ten(currency.minor_digits))).is_whole()) {
    return Error(Errc::bad_request, "amount: has more decimals than the currency");
  }
  return {};
}

/// Reads the columns of an adjustment; `wrong` keeps an amount that cannot be read.
Adjustment read_adjustment(db::Row& row, std::optional<Error>& wrong) {
  Adjustment made{row.integer(0), row.text(1), row.text(2), row.text(3), 0, row.instant(5), row.text(6), row.text(7), true};
  auto minor = read_minor(row.text(4), "payment_adjustment");
  if (minor)
    made.minor = *minor;
  else
    wrong = minor.error();
  return made;
}
constexpr std::string_view kColumns = "id, kind, reference, currency, minor, at, by_whom, why";

/// What was done under this reference before; conflict when it was something else.
Result<std::optional<Adjustment>> known(db::Connection& connection, AccountId account, std::string_view kind,
                                        const std::string& reference, const BigInt& minor) {
  std::optional<Error> wrong;
  TRY(found, connection.first(
                 fmt::format("select {} from payment_adjustment where account = ? and kind = ? and reference = ?",
                             kColumns),
                 [&](db::Row& row) { return read_adjustment(row, wrong); }, account, kind, reference));
  if (wrong) return *wrong;
  if (found && found->minor != minor) return Error(Errc::conflict, "reference: stands for another amount already");
  if (found) found->is_new = false;
  return std::move(found);
}

/// Stores the row; the id names the ledger transaction.
Result<Adjustment> add(db::Connection& connection, const MoneySite& site, const Adjustment& draft,
                       std::optional<std::int64_t> payment, std::optional<std::int64_t> invoice) {
  TRY(id, connection.first(
              "insert into payment_adjustment (kind, account, reference, currency, minor, payment, invoice, at, "
              "by_whom, why) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id",
              [](db::Row& row) { return row.integer(0); }, draft.kind, site.facts.id, draft.reference, draft.currency,
              draft.minor.str(), payment, invoice, draft.at, draft.by, draft.why));
  Adjustment made = draft;
  made.id = *id;
  return made;
}

/// What was paid in for the account, not reversed, less what was paid back.
Result<BigInt> paid_in(db::Connection& connection, AccountId account) {
  BigInt sum = 0;
  std::optional<Error> wrong;
  const auto add_up = [&](db::Row& row) {
    const auto minor = read_minor(row.text(0), "payment");
    if (!minor)
      wrong = minor.error();
    else
      sum += row.flag(1) ? *minor : -*minor;
  };
  TRY_VOID(connection.each(
      "select p.minor, 1 from payment p left join payment_assignment a on a.payment = p.id "
      "where coalesce(a.account, p.account) = ?", add_up, account));
  TRY_VOID(connection.each(
      "select minor, 1 from payment_grant where account = ? and kind = 'paid' and reference not like 'payment:%'",
      add_up, account));
  TRY_VOID(connection.each("select minor, 0 from payment_adjustment where account = ? and kind in ('refund', 'reversal')",
                           add_up, account));
  if (wrong) return *wrong;
  return sum;
}

Result<void> check_refund(db::Connection& connection, const MoneySite& site, const BigInt& minor) {
  TRY(money, money_of(connection, site.facts.id, site.currency()));
  if (minor > money.credit) {
    return Error(Errc::bad_request, fmt::format("amount: the credit of the account is {}",
                                                minor_text(money.credit, site.currency())));
  }
  TRY(paid, paid_in(connection, site.facts.id));
  if (minor > paid) {
    return Error(Errc::bad_request, fmt::format("amount: {} were paid and not paid back",
                                                minor_text(std::max(paid, BigInt(0)), site.currency())));
  }
  return {};
}

Result<InvoiceDue> due_of(db::Connection& connection, const MoneySite& site, const std::string& number) {
  TRY(dues, invoices_due(connection, site.facts.id, site.currency(), false));
  for (const InvoiceDue& due : dues) {
    if (due.number == number) return due;
  }
  return Error(Errc::not_found, "invoice: the account has none of that number");
}

}  // namespace

Result<BigInt> refundable(db::Database& database, AccountId account, const Currency& currency) {
  return database.read([&](db::Connection& connection) -> Result<BigInt> {
    TRY(money, money_of(connection, account, currency));
    TRY(paid, paid_in(connection, account));
    return std::max(BigInt(0), std::min(money.credit, paid));
  });
}

Result<Adjustment> Payments::adjust(AccountId account, std::string_view kind, const NewAdjustment& wanted, Instant now,
                                    const ChangedBy& by) {
  return change(account, now, std::string(kind),
                [&](db::Connection& connection, const MoneySite& site) -> Result<Adjustment> {
    const Currency& currency = site.currency();
    TRY_VOID(check(wanted, currency));
    const BigInt minor = to_minor(wanted.amount, currency);
    TRY(before, known(connection, account, kind, wanted.reference, minor));
    if (before) return *before;
    std::optional<InvoiceDue> due;
    if (kind == kWriteOff) {
      TRY(found, due_of(connection, site, wanted.invoice));
      due = found;
    }
    if (kind == kRefund) TRY_VOID(check_refund(connection, site, minor));
    const Adjustment draft{0, std::string(kind), wanted.reference, std::string(currency.code), minor, now, by.who, by.why,
                           true};
    TRY(made, add(connection, site, draft, std::nullopt, due ? std::optional(due->id) : std::nullopt));
    const std::string source = fmt::format("{}:{}", kind, made.id);
    if (due) {
      TRY_VOID(write_off_invoice(connection, account, *due, minor, currency, now, source));
    } else {
      const bool refund = kind == kRefund;
      TRY_VOID(post_move(connection, {source, account, &currency, now, fmt::format("{} {}", kind, wanted.reference),
                                      refund ? codes::kCredit : codes::kGoodwill,
                                      refund ? codes::kRefund : codes::kCredit, minor}));
    }
    TRY_VOID(note(connection, by, fmt::format("payment.{}", kind), account, wanted.reference,
                  {{"amount", minor_text(minor, currency)}, {"currency", std::string(currency.code)}}, now));
    return made;
  });
}

Result<Adjustment> Payments::credit(AccountId account, const NewAdjustment& wanted, Instant now, const ChangedBy& by) {
  return adjust(account, kCredit, wanted, now, by);
}
Result<Adjustment> Payments::refund(AccountId account, const NewAdjustment& wanted, Instant now, const ChangedBy& by) {
  return adjust(account, kRefund, wanted, now, by);
}
Result<Adjustment> Payments::write_off(AccountId account, const NewAdjustment& wanted, Instant now,
                                       const ChangedBy& by) {
  return adjust(account, kWriteOff, wanted, now, by);
}

Result<Refundable> Payments::refundable(AccountId account, Instant now) const {
  return ports_.database.read([&](db::Connection& connection) -> Result<Refundable> {
    TRY(site, site_of(connection, account, now));
    TRY(money, money_of(connection, account, site.currency()));
    TRY(paid, paid_in(connection, account));
    return Refundable{std::max(money.credit, BigInt(0)), std::max(paid, BigInt(0)), std::string(site.currency().code)};
  });
}

Result<StoredPayment> Payments::reverse(AccountId account, std::int64_t payment, Instant now, const ChangedBy& by) {
  const auto done = change(account, now, "payment reversed",
                           [&](db::Connection& connection, const MoneySite& site) -> Result<Adjustment> {
    TRY(found, find_payment(connection, payment));
    if (!found || found->account != account) return Error(Errc::not_found, "the account has no such payment");
    if (found->reversed) return Error(Errc::conflict, "the payment is reversed already");
    const std::string reference = fmt::format("payment:{}", payment);
    TRY(grants, connection.integer("select count(*) from payment_grant where account = ? and reference = ?", account,
                                   reference));
    if (grants != 0) return Error(Errc::conflict, "the payment topped up the prepaid balance; it cannot be reversed");
    TRY(reach, money_within_reach(connection, account, site.currency()));
    if (found->minor > reach) return Error(Errc::conflict, "the payment was paid back in part; it cannot be reversed");
    const Adjustment draft{0, std::string(kReversal), reference, found->currency, found->minor, now, by.who, by.why, true};
    TRY(made, add(connection, site, draft, payment, std::nullopt));
    TRY_VOID(post_move(connection, {fmt::format("reversal:{}", made.id), account, &site.currency(), now,
                                    fmt::format("payment {} reversed", found->external_id), codes::kCredit, codes::kCash,
                                    found->minor}));
    TRY_VOID(note(connection, by, "payment.reverse", account, reference,
                  {{"amount", minor_text(found->minor, site.currency())}}, now));
    return made;
  });
  if (!done) return done.error();
  TRY(found, ports_.database.read([&](db::Connection& connection) { return find_payment(connection, payment); }));
  return *found;
}

Result<StoredPayment> Payments::assign(std::int64_t payment, AccountId account, Instant now, const ChangedBy& by) {
  const auto done = change(account, now, "payment",
                           [&](db::Connection& connection, const MoneySite& site) -> Result<std::int64_t> {
    TRY(found, find_payment(connection, payment));
    if (!found) return Error(Errc::not_found, "there is no such payment");
    if (found->account) return Error(Errc::conflict, "the payment is assigned already");
    if (found->currency != site.currency().code) {
      return Error(Errc::bad_request, fmt::format("account: is billed in {}", site.currency().code));
    }
    TRY_VOID(connection.run("insert into payment_assignment (payment, account, at, by_whom, why) values (?, ?, ?, ?, ?)",
                            payment, account, now, by.who, by.why));
    TRY_VOID(post_move(connection, {fmt::format("assigned_from:{}", payment), kOperatorBooks, &site.currency(), now,
                                    fmt::format("payment {} assigned", payment), codes::kSuspense, codes::kCash,
                                    found->minor}));
    TRY_VOID(post_move(connection, {fmt::format("assigned:{}", payment), account, &site.currency(), now,
                                    fmt::format("payment {} of {}", found->external_id, found->date), codes::kCash,
                                    codes::kCredit, found->minor}));
    TRY_VOID(note(connection, by, "payment.assign", account, fmt::format("payment {}", payment),
                  {{"amount", minor_text(found->minor, site.currency())}}, now));
    IncomingPayment told;
    told.id = found->external_id;
    told.reference = found->reference;
    told.amount = from_minor(found->minor, site.currency());
    told.currency = &site.currency();
    TRY_VOID(tell_received(connection, site, told, payment, now));
    return payment;
  });
  if (!done) return done.error();
  TRY(found, ports_.database.read([&](db::Connection& connection) { return find_payment(connection, payment); }));
  return *found;
}

Result<std::vector<Adjustment>> Payments::adjustments(AccountId account) const {
  std::optional<Error> wrong;
  TRY(found, ports_.database.read([&](db::Connection& connection) {
    return connection.all(fmt::format("select {} from payment_adjustment where account = ? order by id", kColumns),
                          [&](db::Row& row) { return read_adjustment(row, wrong); }, account);
  }));
  if (wrong) return *wrong;
  return std::move(found);
}

}  // namespace postage::invoice
