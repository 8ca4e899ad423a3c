#include "invoice/store.h"

#include <fmt/format.h>

namespace postage::invoice {
namespace {

constexpr std::string_view kColumns =
    "id, number, account, month, plan, catalogue, catalogue_hash, currency, total, issued_at, document, sha256";

StoredInvoice read_invoice(db::Row& row) {
  return {row.integer(0), row.text(1), row.id<AccountId>(2), row.text(3),    row.text(4),  row.text(5),
          row.text(6),    row.text(7), row.text(8),          row.instant(9), row.text(10), row.text(11)};
}

/// The next number of the year in which the month ended; the counter moves in the transaction that uses it, so that a
/// rolled back invoice leaves no gap.
Result<std::string> next_number(db::Connection& connection, const RatedMonth& rated) {
  const int year = rated.month.next().year;
  TRY(last, connection.first(
                "insert into invoice_counter (year, last) values (?, 1) "
                "on conflict (year) do update set last = invoice_counter.last + 1 returning last",
                [](db::Row& row) { return row.integer(0); }, year));
  return fmt::format("PO-{:04}-{:06}", year, *last);
}

Result<std::string> keep_catalogue(db::Connection& connection, const NamedCatalogue& named) {
  std::string hash = sha256_hex(named.text);
  TRY_VOID(
      connection.run("insert into invoice_catalogue (hash, name, text) values (?, ?, ?) on conflict (hash) do nothing",
                     hash, named.catalogue->name, named.text));
  return hash;
}

Result<void> add_lines(db::Connection& connection, std::int64_t invoice, const rating::Bill& bill) {
  for (std::size_t i = 0; i < bill.lines.size(); ++i) {
    const rating::Line& line = bill.lines[i];
    const auto part = [&](Rational rating::MeterPart::* member) -> std::optional<std::string> {
      if (!line.meter) return std::nullopt;
      return ((*line.meter).*member).to_plain();
    };
    TRY_VOID(connection.run(
        "insert into invoice_line (invoice, position, kind, quantity, included, overage, unit_price, amount, "
        "inclusive) "
        "values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        invoice, static_cast<std::int64_t>(i), rating::line_kind_name(line.kind), part(&rating::MeterPart::quantity),
        part(&rating::MeterPart::included), part(&rating::MeterPart::overage), part(&rating::MeterPart::unit_price),
        money_text(line.amount, bill.currency), line.inclusive));
  }
  return {};
}

}  // namespace

Result<StoredInvoice> add_invoice(db::Connection& connection, const RatedMonth& rated, Issue issue) {
  CHECK(connection.in_transaction());
  StoredInvoice made;
  TRY(number, next_number(connection, rated));
  TRY(hash, keep_catalogue(connection, rated.terms.catalogue));
  made.number = number;
  made.account = rated.facts.id;
  made.month = rated.month.text();
  made.plan = rated.bill.plan;
  made.catalogue = rated.bill.catalogue;
  made.catalogue_hash = hash;
  made.currency = std::string(rated.bill.currency.code);
  made.total = money_text(rated.bill.total, rated.bill.currency);
  made.issued_at = issue.at;
  issue.number = number;
  made.document = invoice_json(rated, issue);
  made.sha256 = sha256_hex(made.document);
  TRY(id,
      connection.first(
          "insert into invoice (number, account, month, plan, catalogue, catalogue_hash, currency, total, issued_at, "
          "document, sha256) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id",
          [](db::Row& row) { return row.integer(0); }, made.number, made.account, made.month, made.plan, made.catalogue,
          made.catalogue_hash, made.currency, made.total, made.issued_at, made.document, made.sha256));
  made.id = *id;
  TRY_VOID(add_lines(connection, made.id, rated.bill));
  return made;
}

Result<std::vector<StoredInvoice>> list_invoices(db::Connection& connection, AccountId account, std::int64_t before,
                                                 std::int64_t limit) {
  CHECK(limit >= 1 && limit <= 201);
  return connection.all(
      fmt::format("select {} from invoice where account = ? and id < ? order by id desc limit ?", kColumns),
      read_invoice, account, before, limit);
}

Result<std::optional<StoredInvoice>> find_invoice(db::Connection& connection, AccountId account,
                                                  std::string_view number) {
  return connection.first(fmt::format("select {} from invoice where account = ? and number = ?", kColumns),
                          read_invoice, account, number);
}

Result<std::optional<StoredInvoice>> find_month(db::Connection& connection, AccountId account, std::string_view month) {
  return connection.first(fmt::format("select {} from invoice where account = ? and month = ?", kColumns), read_invoice,
                          account, month);
}

Result<std::vector<StoredLine>> lines_of(db::Connection& connection, std::int64_t invoice) {
  return connection.all(
      "select kind, quantity, included, overage, unit_price, amount, inclusive from invoice_line where invoice = ? "
      "order by position",
      [](db::Row& row) {
        return StoredLine{row.text(0),       row.maybe_text(1), row.maybe_text(2), row.maybe_text(3),
                          row.maybe_text(4), row.text(5),       row.flag(6)};
      },
      invoice);
}

Result<std::optional<std::string>> stored_catalogue(db::Connection& connection, std::string_view hash) {
  return connection.first(
      "select text from invoice_catalogue where hash = ?", [](db::Row& row) { return row.text(0); }, hash);
}

}  // namespace postage::invoice
