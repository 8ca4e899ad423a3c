// What is shown: payments, statements, what paid an invoice, where an account stands.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "invoice/payments/payments.h"
#include "rating/split.h"

namespace postage::invoice {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::array kBalanceCodes{codes::kReceivable, codes::kCredit, codes::kReserved};
constexpr std::int64_t kMonthsMax = 36;

constexpr std::string_view kPaymentSql =
    "select p.id, p.provider, p.reference_id, p.currency, p.reference, p.payer, coalesce(a.account, p.account), p.minor, "
    "p.value_date, p.recorded_at, p.by_whom, p.why, (select count(*) from payment_adjustment r where r.payment = p.id) "
    "from payment p left join payment_assignment a on a.payment = p.id ";

StoredPayment read_payment(db::Row& row, std::optional<Error>& wrong) {
  StoredPayment made;
  made.id = row.integer(0);
  made.provider = row.text(1);
  made.external_id = row.text(2);
  made.currency = row.text(3);
  made.reference = row.text(4);
  made.payer = row.text(5);
  if (const auto account = row.maybe_integer(6)) made.account = AccountId{*account};
  auto minor = read_minor(row.text(7), "payment");
  if (minor)
    made.minor = *minor;
  else
    wrong = minor.error();
  made.date = row.text(8);
  made.recorded_at = row.instant(9);
  made.by = row.text(10);
  made.why = row.text(11);
  made.reversed = row.integer(12) != 0;
  return made;
}

Rational number(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return Rational(0);
  const auto value = parse_decimal(found->get<std::string>());
  return value ? value->value : Rational(0);
}

/// What each project of an invoice's document cost, unrounded: its part of each meter's line by its part of the quantity.
/// Where no meter cost anything, its messages.
std::vector<Rational> cost_weights(const Json& document, const Json& projects) {
  std::vector<Rational> weights(projects.size());
  bool any = false;
  const auto share = [&](const Rational& amount, const char* member) {
    Rational all;
    for (const Json& each : projects) all += number(each, member);
    if (all.is_zero() || amount <= Rational(0)) return;
    any = true;
    for (std::size_t i = 0; i < projects.size(); ++i) weights[i] += amount * number(projects[i], member) / all;
  };
  for (const Json& line : document.value("lines", Json::array())) {
    const std::string kind = line.value("kind", std::string());
    if (kind == "pcu" || kind == "messages") share(number(line, "amount"), kind.c_str());
    if (kind == "storage") share(number(line, "amount"), "byte_hours");
  }
  if (!any) share(Rational(1), "messages");
  return weights;
}

std::vector<InvoicePayments::Share> shares_of(const std::string& text, const InvoiceDue& due, const BigInt& paid,
                                              const Currency& currency) {
  const Json document = Json::parse(text, nullptr, false);
  std::vector<InvoicePayments::Share> shares;
  if (!document.is_object() || !document.contains("usage")) return shares;
  const Json projects = document.at("usage").value("projects", Json::array());
  const std::vector<Rational> weights = cost_weights(document, projects);
  const auto totals = rating::split(from_minor(due.total, currency), weights, currency);
  const auto parts = rating::split(from_minor(paid, currency), weights, currency);
  for (std::size_t i = 0; i < projects.size(); ++i) {
    const auto id = parse_decimal(projects[i].value("id", std::string("0")));
    shares.push_back({ProjectId{id ? to_int64(id->value).value_or(0) : 0}, projects[i].value("name", std::string()),
                      totals[i], parts[i]});
  }
  return shares;
}

}  // namespace

Result<std::optional<StoredPayment>> find_payment(db::Connection& connection, std::int64_t payment) {
  std::optional<Error> wrong;
  TRY(found, connection.first(std::string(kPaymentSql) + "where p.id = ?",
                              [&](db::Row& row) { return read_payment(row, wrong); }, payment));
  if (wrong) return *wrong;
  return std::move(found);
}

Result<std::vector<StoredPayment>> Payments::payments(std::optional<AccountId> account, std::int64_t before,
                                                      std::int64_t limit) const {
  std::optional<Error> wrong;
  const std::string where =
      account ? "where coalesce(a.account, p.account) = ? and p.id < ? order by p.id desc limit ?"
              : "where coalesce(a.account, p.account, 0) = ? and p.id < ? order by p.id desc limit ?";
  TRY(found, ports_.database.read([&](db::Connection& connection) {
    return connection.all(std::string(kPaymentSql) + where, [&](db::Row& row) { return read_payment(row, wrong); },
                          account.value_or(AccountId{}), before, limit);
  }));
  if (wrong) return *wrong;
  return std::move(found);
}

Result<MonthKey> Payments::month_at(AccountId account, Instant now) const {
  TRY(terms, ports_.billing.terms(account, now));
  return month_of(now, terms.catalogue.catalogue->zone);
}

Result<AccountStatement> Payments::statement(AccountId account, MonthKey from, MonthKey to, Instant now) const {
  if (to < from) return Error(Errc::bad_request, "to: must not be before from");
  if ((to.year - from.year) * 12 + to.month - from.month >= kMonthsMax) {
    return Error(Errc::bad_request, fmt::format("to: at most {} months", kMonthsMax));
  }
  return ports_.database.read([&](db::Connection& connection) -> Result<AccountStatement> {
    TRY(site, site_of(connection, account, now));
    AccountStatement made{account, find_currency(site.currency().code), site.zone(), {}, {}};
    TRY(money, money_of(connection, account, site.currency()));
    made.money = money;
    TRY(turns, ledger::turnover(connection, account, site.currency().code, kBalanceCodes));
    BigInt balance = 0;
    auto next = turns.begin();
    for (; next != turns.end() && next->at < month_range(from, site.zone()).start; ++next) balance -= next->minor;
    for (MonthKey month = from; month <= to; month = month.next()) {
      StatementMonth shown{month, balance, 0, {}};
      const Instant end = month_range(month, site.zone()).end;
      for (; next != turns.end() && next->at < end; ++next) {
        balance -= next->minor;
        shown.lines.push_back({next->transaction, next->at, next->source, next->text, -next->minor, balance});
      }
      shown.closing = balance;
      made.months.push_back(std::move(shown));
    }
    return made;
  });
}

Result<InvoicePayments> Payments::invoice_payments(AccountId account, std::string_view number, Instant now) const {
  return ports_.database.read([&](db::Connection& connection) -> Result<InvoicePayments> {
    TRY(site, site_of(connection, account, now));
    TRY(stored, find_invoice(connection, account, number));
    if (!stored) return Error(Errc::not_found, "the account has no such invoice");
    TRY(dues, invoices_due(connection, account, site.currency(), false));
    const auto due = std::ranges::find(dues, stored->id, &InvoiceDue::id);
    if (due == dues.end()) return Error(Errc::not_found, "the invoice is in another currency");
    TRY(rows, allocations_of(connection, due->id));
    TRY(terms, collection_terms(connection, account, defaults_));
    InvoicePayments made{*due, site.currency(), std::nullopt, std::move(rows), {}};
    if (terms.mode != CollectionMode::off) made.deduction_at = deduction_at(due->issued_at, terms, site.zone());
    made.projects = shares_of(stored->document, *due, due->total - due->open, site.currency());
    return made;
  });
}

Result<OpenInvoices> Payments::open_invoices(AccountId account, Instant now) const {
  return ports_.database.read([&](db::Connection& connection) -> Result<OpenInvoices> {
    TRY(site, site_of(connection, account, now));
    TRY(dues, invoices_due(connection, account, site.currency(), true));
    TRY(terms, collection_terms(connection, account, defaults_));
    OpenInvoices made{site.currency(), {}, 0, {}};
    for (const InvoiceDue& due : dues) {
      // The month is the stored invoice's own: an invoice may be issued long after its month ended.
      TRY(stored, find_invoice(connection, account, due.number));
      if (!stored) return Error(Errc::corrupt_record, "an open invoice is not stored: " + due.number);
      OpenInvoices::Row row{due, stored->month, std::nullopt, 0};
      if (terms.mode != CollectionMode::off) row.deduction_at = deduction_at(due.issued_at, terms, site.zone());
      const auto age = std::chrono::floor<std::chrono::days>(now - due.issued_at).count();
      row.days = std::max<std::int64_t>(0, age);
      std::size_t place = kAgeingFromDays.size() - 1;
      while (place > 0 && row.days < kAgeingFromDays[place]) --place;
      made.age[place] += due.open;
      made.open += due.open;
      made.rows.push_back(std::move(row));
    }
    return made;
  });
}

Result<ArrearsView> Payments::arrears(AccountId account, Instant now) const {
  return ports_.database.read([&](db::Connection& connection) -> Result<ArrearsView> {
    TRY(site, site_of(connection, account, now));
    ArrearsView view;
    TRY(terms, collection_terms(connection, account, defaults_));
    TRY(own, has_own_collection(connection, account));
    TRY(row, arrears_row(connection, account));
    TRY(money, money_of(connection, account, site.currency()));
    TRY(events, arrears_events(connection, account));
    view.terms = terms;
    view.own_terms = own;
    view.row = row.value_or(ArrearsRow{});
    view.money = money;
    view.currency = site.currency();
    view.events = std::move(events);
    if (row && terms.mode != CollectionMode::off) {
      TRY(history, movements_of(connection, site, terms, row->begins_at));
      view.suspends_at = arrears_at(history, terms, site.zone(), now, row->asked_at).suspends_at;
    }
    return view;
  });
}

}  // namespace postage::invoice
