#pragma once
// The front desk of money received: payments from any provider, credits, refunds, write-offs, prepayment, the statement of
// an account, and arrears. Every call that changes something is one transaction of the control store: rows, ledger
// entries, allocations, state of arrears, letter and audit record exist together or not at all. What must be told outside
// (doors, gates) is a row of that transaction, done right after it and again by tick() when the process died in between.
//
// Thread: any worker; tick() on the control thread. Blocks on SQL. Errors of all: store_failed, unavailable,
// corrupt_record, no_account besides those named.
#include <array>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "db/audit_trail.h"
#include "invoice/billing.h"
#include "invoice/payments/allocation.h"
#include "invoice/payments/collection.h"
#include "invoice/payments/ports.h"
#include "invoice/payments/prepaid_book.h"

namespace postage::invoice {

/// A booked payment.
struct StoredPayment {
  std::int64_t id = 0;
  std::string provider, external_id, currency, reference, payer;
  std::optional<AccountId> account;  ///< none: in suspense until it is assigned
  BigInt minor;
  std::string date;
  Instant recorded_at;
  std::string by, why;
  bool reversed = false;
};

/// What became of one row of a provider. Every row gets one.
enum class Booking : std::uint8_t { booked, repeated, suspense, refused };
/// "booked", "repeated", "suspense", "refused".
std::string_view booking_name(Booking booking);
struct BookedLine {
  std::int64_t line = 0;
  Booking result = Booking::refused;
  std::int64_t payment = 0;          ///< 0 when refused
  std::optional<AccountId> account;
  std::string problem;               ///< why it is in suspense or refused
};

/// A credit, refund, write-off or reversal before it is stored. `reference` makes it unique in the account and kind: the
/// same again does nothing, another amount under it is a conflict.
struct NewAdjustment {
  std::string reference;  ///< 1 to 100 bytes
  Rational amount;        ///< above 0, at most the currency's minor digits
  std::string invoice;    ///< write-offs: its number
};
/// The most that can be paid back is the smaller of both. Minor units, not negative.
struct Refundable {
  BigInt credit;  ///< what the account has to its credit
  BigInt paid;    ///< paid in and neither reversed nor paid back
  std::string currency;
};
struct Adjustment {
  std::int64_t id = 0;
  std::string kind;  ///< "credit", "refund", "write_off", "reversal"
  std::string reference, currency;
  BigInt minor;
  Instant at;
  std::string by, why;
  bool is_new = true;
};

/// One line of a statement: what one transaction did to the balance.
struct StatementLine {
  std::int64_t transaction = 0;
  Instant at;
  std::string source, text;
  BigInt minor;    ///< above 0 in the customer's favour
  BigInt balance;  ///< after it
};
struct StatementMonth {
  MonthKey month;
  BigInt opening, closing;
  std::vector<StatementLine> lines;
};
/// Months of a statement, in order.
struct AccountStatement {
  AccountId account;
  const Currency* currency = nullptr;
  Zone zone;
  AccountMoney money;  ///< now
  std::vector<StatementMonth> months;
};

/// What paid one invoice.
struct InvoicePayments {
  InvoiceDue due;
  Currency currency;
  std::optional<Instant> deduction_at;  ///< none where nothing is collected
  std::vector<Allocation> allocations;
  struct Share {
    ProjectId project;
    std::string name;
    Rational total;  ///< of the invoice
    Rational paid;
  };
  std::vector<Share> projects;  ///< largest remainder by what each project cost: the parts add up exactly
};

/// How old what is open is, by days since the invoice was issued.
inline constexpr std::array<int, 4> kAgeingFromDays{0, 31, 61, 91};

/// Invoices of an account that are not paid in full, oldest first.
struct OpenInvoices {
  Currency currency;
  struct Row {
    InvoiceDue due;
    std::string month;  ///< "2026-01"
    std::optional<Instant> deduction_at;  ///< none where nothing is collected
    std::int64_t days = 0;                ///< whole days of 24 hours since it was issued
  };
  std::vector<Row> rows;
  BigInt open;                                     ///< the sum of all rows
  std::array<BigInt, kAgeingFromDays.size()> age;  ///< the same by age; the parts add up to `open`
};

/// Where an account stands.
struct ArrearsView {
  ArrearsRow row;
  CollectionTerms terms;
  bool own_terms = false;
  std::optional<Instant> suspends_at;
  AccountMoney money;
  Currency currency;
  std::vector<ArrearsEvent> events;
};

/// An account's prepayment.
struct PrepaidView {
  bool prepaid = false;
  Currency currency;
  BigInt available;  ///< what the running month may cost in all
  BigInt used;       ///< the running bill
  std::vector<StoredGrant> grants;
};

struct PaymentTick {
  std::int64_t looked_at = 0;
  std::int64_t told = 0;
  bool more = false;
};

/// None when there is no such payment.
Result<std::optional<StoredPayment>> find_payment(db::Connection& connection, std::int64_t payment);

class Payments final : public InvoiceSettler {
 public:
  /// `outbox`, `doors`, `collector` and `audit` may be null. All outlive this. The database has migrate() behind it.
  struct Ports {
    db::Database& database;
    Billing& billing;
    AccountBook& accounts;
    MoneyOutbox* outbox = nullptr;
    AccountDoors* doors = nullptr;
    PaymentProvider* collector = nullptr;  ///< weekly settlement asks it first
    db::AuditTrail* audit = nullptr;
  };
  /// `defaults` are the operator's terms of collection.
  Payments(Ports ports, CollectionTerms defaults) : ports_(ports), defaults_(std::move(defaults)) {}
  /// Before other threads start: ports that are made later than this.
  void attach(MoneyOutbox* outbox, AccountDoors* doors) {
    ports_.outbox = outbox;
    ports_.doors = doors;
  }

  /// Books everything that `provider` hands out, each row in a transaction of its own, and answers each row.
  Result<std::vector<BookedLine>> receive(PaymentProvider& provider, Instant now, const ChangedBy& by);
  /// A payment in suspense is this account's. Errors: not_found, conflict (assigned already), bad_request (currency).
  Result<StoredPayment> assign(std::int64_t payment, AccountId account, Instant now, const ChangedBy& by);
  /// The payment did not happen (a bounce, a typing error): what it paid is open again. Errors: not_found, conflict.
  Result<StoredPayment> reverse(AccountId account, std::int64_t payment, Instant now, const ChangedBy& by);
  /// Goodwill. Errors: bad_request, conflict.
  Result<Adjustment> credit(AccountId account, const NewAdjustment& wanted, Instant now, const ChangedBy& by);
  /// Paid back from the credit; never more than the credit, never more than was paid in and not paid back.
  Result<Adjustment> refund(AccountId account, const NewAdjustment& wanted, Instant now, const ChangedBy& by);
  /// What bounds a refund now. Errors: no_account.
  [[nodiscard]] Result<Refundable> refundable(AccountId account, Instant now) const;
  /// Errors: also not_found (no such invoice).
  Result<Adjustment> write_off(AccountId account, const NewAdjustment& wanted, Instant now, const ChangedBy& by);

  /// Turns prepayment on or off.
  Result<void> set_prepaid(AccountId account, bool prepaid, Instant now, const ChangedBy& by);
  /// Errors: bad_request naming the field, conflict.
  Result<StoredGrant> grant(AccountId account, const NewGrant& wanted, Instant now, const ChangedBy& by);
  /// What the month that holds `now` may cost in all, major units; none when the account is not prepaid. Rates months
  /// that ended and are not closed yet, so that the same money is not spent twice.
  [[nodiscard]] Result<std::optional<Rational>> prepaid_available(AccountId account, Instant now) const;
  [[nodiscard]] Result<PrepaidView> prepaid(AccountId account, Instant now) const;

  /// The account's own terms of collection; none: the operator's.
  Result<void> set_collection(AccountId account, const std::optional<CollectionTerms>& own, Instant now,
                              const ChangedBy& by);
  [[nodiscard]] const CollectionTerms& default_collection() const { return defaults_; }
  [[nodiscard]] Result<ArrearsView> arrears(AccountId account, Instant now) const;

  /// Payments with ids below `before`, newest first; without an account those in suspense.
  [[nodiscard]] Result<std::vector<StoredPayment>> payments(std::optional<AccountId> account, std::int64_t before,
                                                            std::int64_t limit) const;
  [[nodiscard]] Result<std::vector<Adjustment>> adjustments(AccountId account) const;
  /// Months `from` to `to`, both included; at most 36. Errors: bad_request.
  [[nodiscard]] Result<AccountStatement> statement(AccountId account, MonthKey from, MonthKey to, Instant now) const;
  /// Errors: not_found.
  [[nodiscard]] Result<InvoicePayments> invoice_payments(AccountId account, std::string_view number, Instant now) const;
  [[nodiscard]] Result<OpenInvoices> open_invoices(AccountId account, Instant now) const;
  /// The month in which `now` lies for that account.
  [[nodiscard]] Result<MonthKey> month_at(AccountId account, Instant now) const;

  /// Part of the month close, in its transaction: reserve and grants pay, credit pays, arrears are looked at.
  Result<void> invoice_posted(db::Connection& connection, const StoredInvoice& invoice, const RatedMonth& rated) override;

  /// Arrears, weekly checks, ends of grants, prepaid letters, and what was not told yet. A bounded number of accounts;
  /// each instant that passed is worked off in its order, so that a clock moved by a month does what the month would.
  Result<PaymentTick> tick(Instant now);

 private:
  template <class Body>
  auto change(AccountId account, Instant now, const std::string& cause, const Body& body)
      -> decltype(body(std::declval<db::Connection&>(), std::declval<const MoneySite&>()));
  Result<MoneySite> site_of(db::Connection& connection, AccountId account, Instant now) const;
  Result<std::optional<BigInt>> running_if_asked(AccountId account, Instant now) const;
  Result<BigInt> running_minor(AccountId account, Instant as_of) const;
  Result<void> after_change(db::Connection& connection, const MoneySite& site, Instant now, const std::string& cause,
                            const std::optional<BigInt>& running);
  Result<void> note(db::Connection& connection, const ChangedBy& by, std::string action, AccountId account,
                    std::string subject, std::vector<std::pair<std::string, std::string>> details, Instant now) const;
  Result<BookedLine> book(std::string_view provider, const IncomingLine& line, Instant now, const ChangedBy& by);
  Result<BookedLine> book_in(db::Connection& connection, std::string_view provider, const IncomingPayment& payment,
                             const MoneySite* site, Instant now, const ChangedBy& by);
  Result<Adjustment> adjust(AccountId account, std::string_view kind, const NewAdjustment& wanted, Instant now,
                            const ChangedBy& by);
  Result<void> tell_received(db::Connection& connection, const MoneySite& site, const IncomingPayment& payment,
                             std::int64_t id, Instant now);
  void finish(AccountId account, Instant now);
  Result<bool> tell_outside(AccountId account, Instant now);

  struct OpenMonth;
  Result<OpenMonth> open_month(db::Connection& connection, AccountId account, Instant now) const;
  Result<BigInt> available_minor(AccountId account, Instant now) const;
  Result<void> adopt(Instant now);
  Result<void> look(AccountId account, Instant now);
  Result<void> weekly_check(AccountId account, Instant at, Instant now);
  Result<void> end_grants(Instant now, PaymentTick& report);
  Result<void> end_grants_of(AccountId account, Instant now);
  Result<void> watch_prepaid(Instant now);
  Result<void> watch_one(AccountId account, Instant now);

  Ports ports_;
  CollectionTerms defaults_;
  std::mutex telling_;          ///< one thread at a time tells doors and gates, so that the last state is told last
  bool adopted_ = false;        ///< tick() only
  Instant adopted_at_{};        ///< tick() only
  AccountId watched_;           ///< tick() only: whose prepayment was looked at last
  std::map<AccountId, std::pair<std::int64_t, int>> levels_;  ///< tick() only: newest grant and percentage told of it
  std::set<std::int64_t> ends_told_;                          ///< tick() only: grants whose end was announced
  std::set<AccountId> frozen_;                                ///< tick() only: gates that know an end already
};

}  // namespace postage::invoice
