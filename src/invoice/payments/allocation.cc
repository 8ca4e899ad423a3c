#include "invoice/payments/allocation.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace postage::invoice {
namespace {

constexpr std::string_view kCredit = "credit";
constexpr std::string_view kTakenBack = "taken_back";
constexpr std::string_view kWriteOff = "write_off";
constexpr std::string_view kNote = "note";

/// Everything settle_account works on.
struct Desk {
  db::Connection& connection;
  AccountId account;
  const Currency& currency;
  Instant at;
};

Result<std::int64_t> add_row(const Desk& desk, std::int64_t invoice, const BigInt& minor, std::string_view kind) {
  TRY(id, desk.connection.first(
              "insert into payment_allocation (account, invoice, minor, kind, at) values (?, ?, ?, ?, ?) returning id",
              [](db::Row& row) { return row.integer(0); }, desk.account, invoice, minor.str(), kind, desk.at));
  return *id;
}

/// Moves `minor` (above 0) of credit to an invoice, or back.
Result<void> allocate(const Desk& desk, const InvoiceDue& due, const BigInt& minor, bool back) {
  TRY(id, add_row(desk, due.id, back ? BigInt(-minor) : minor, back ? kTakenBack : kCredit));
  const std::string text = fmt::format("{} invoice {}", back ? "taken back from" : "pays", due.number);
  return post_move(desk.connection, {fmt::format("allocation:{}", id), desk.account, &desk.currency, desk.at, text,
                                     back ? codes::kReceivable : codes::kCredit,
                                     back ? codes::kCredit : codes::kReceivable, minor});
}

/// Credit notes are posted to the receivable by whoever issues them; here they reach the invoices, oldest first.
Result<void> allocate_notes(const Desk& desk, std::vector<InvoiceDue>& dues, BigInt rest) {
  for (InvoiceDue& due : dues) {
    const BigInt part = std::min(rest, due.open);
    if (part <= 0) continue;
    TRY(id, add_row(desk, due.id, part, kNote));
    (void)id;
    due.open -= part;
    rest -= part;
  }
  if (rest <= 0) return {};
  // More was credited than was open: it is the customer's money.
  TRY(id, desk.connection.integer("select coalesce(max(id), 0) from ledger_transaction"));
  return post_move(desk.connection, {fmt::format("note_to_credit:{}:{}", desk.account.value, id), desk.account,
                                     &desk.currency, desk.at, "credit note above what was open", codes::kReceivable,
                                     codes::kCredit, rest});
}

/// Takes allocations back until the credit is 0 again, newest invoice first.
Result<void> take_back(const Desk& desk, BigInt missing) {
  TRY(dues, invoices_due(desk.connection, desk.account, desk.currency, false));
  for (auto due = dues.rbegin(); due != dues.rend() && missing > 0; ++due) {
    TRY(rows, allocations_of(desk.connection, due->id));
    BigInt paid = 0;
    for (const Allocation& row : rows) {
      if (row.kind == kCredit || row.kind == kTakenBack) paid += row.minor;
    }
    const BigInt part = std::min(paid, missing);
    if (part <= 0) continue;
    TRY_VOID(allocate(desk, *due, part, true));
    missing -= part;
  }
  return {};
}

}  // namespace

Result<std::vector<InvoiceDue>> invoices_due(db::Connection& connection, AccountId account, const Currency& currency,
                                             bool unpaid_only) {
  std::vector<InvoiceDue> dues;
  std::map<std::int64_t, std::size_t> place;
  std::optional<Error> wrong;
  TRY_VOID(connection.each(
      "select id, number, issued_at, total from invoice where account = ? and currency = ? order by issued_at, id",
      [&](db::Row& row) {
        const auto total = parse_decimal(row.text(3));
        if (!total) {
          wrong = Error(Errc::corrupt_record, "invoice " + row.text(1) + " has no total");
          return;
        }
        const BigInt minor = to_minor(total->value, currency);
        place[row.integer(0)] = dues.size();
        dues.push_back({row.integer(0), row.text(1), row.instant(2), minor, minor});
      },
      account, currency.code));
  TRY_VOID(connection.each(
      "select invoice, minor from payment_allocation where account = ? order by id",
      [&](db::Row& row) {
        const auto minor = read_minor(row.text(1), "payment_allocation");
        const auto found = place.find(row.integer(0));
        if (!minor)
          wrong = minor.error();
        else if (found != place.end())
          dues[found->second].open -= *minor;
      },
      account));
  if (wrong) return *wrong;
  if (unpaid_only) std::erase_if(dues, [](const InvoiceDue& due) { return due.open <= 0; });
  return dues;
}

Result<std::vector<Allocation>> allocations_of(db::Connection& connection, std::int64_t invoice) {
  std::vector<Allocation> found;
  std::optional<Error> wrong;
  TRY_VOID(connection.each(
      "select id, kind, minor, at from payment_allocation where invoice = ? order by id",
      [&](db::Row& row) {
        const auto minor = read_minor(row.text(2), "payment_allocation");
        if (minor)
          found.push_back({row.integer(0), row.text(1), *minor, row.instant(3)});
        else
          wrong = minor.error();
      },
      invoice));
  if (wrong) return *wrong;
  return found;
}

Result<void> settle_account(db::Connection& connection, AccountId account, const Currency& currency, Instant at) {
  CHECK(connection.in_transaction());
  const Desk desk{connection, account, currency, at};
  TRY(before, money_of(connection, account, currency));
  TRY(dues, invoices_due(connection, account, currency, true));
  BigInt open = 0;
  for (const InvoiceDue& due : dues) open += due.open;
  if (open > before.owed) TRY_VOID(allocate_notes(desk, dues, open - before.owed));
  TRY(money, money_of(connection, account, currency));
  if (money.credit < 0 && money.reserved > 0) {
    const BigInt part = std::min(BigInt(-money.credit), money.reserved);
    TRY(id, connection.integer("select coalesce(max(id), 0) from ledger_transaction"));
    TRY_VOID(post_move(connection, {fmt::format("unreserved:{}:{}", account.value, id), account, &currency, at,
                                    "taken out of the reserve", codes::kReserved, codes::kCredit, part}));
    money.credit += part;
  }
  if (money.credit < 0) return take_back(desk, -money.credit);
  BigInt credit = money.credit;
  for (const InvoiceDue& due : dues) {
    const BigInt part = std::min(credit, due.open);
    if (part <= 0) continue;
    TRY_VOID(allocate(desk, due, part, false));
    credit -= part;
  }
  return {};
}

Result<BigInt> money_within_reach(db::Connection& connection, AccountId account, const Currency& currency) {
  TRY(money, money_of(connection, account, currency));
  BigInt sum = money.credit + money.reserved;
  std::optional<Error> wrong;
  TRY_VOID(connection.each(
      "select a.minor from payment_allocation a join invoice i on i.id = a.invoice "
      "where a.account = ? and i.currency = ? and a.kind in ('credit', 'taken_back')",
      [&](db::Row& row) {
        const auto minor = read_minor(row.text(0), "payment_allocation");
        if (minor)
          sum += *minor;
        else
          wrong = minor.error();
      },
      account, currency.code));
  if (wrong) return *wrong;
  return sum;
}

Result<void> write_off_invoice(db::Connection& connection, AccountId account, const InvoiceDue& due,
                               const BigInt& minor, const Currency& currency, Instant at, std::string_view source) {
  if (minor <= 0 || minor > due.open) {
    return Error(Errc::bad_request, fmt::format("amount: {} of invoice {} is open", minor_text(due.open, currency),
                                                due.number));
  }
  const Desk desk{connection, account, currency, at};
  TRY(id, add_row(desk, due.id, minor, kWriteOff));
  (void)id;
  return post_move(connection, {std::string(source), account, &currency, at, "written off: invoice " + due.number,
                                codes::kBadDebt, codes::kReceivable, minor});
}

}  // namespace postage::invoice
