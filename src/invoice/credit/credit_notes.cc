#include "invoice/credit/credit_notes.h"

#include <fmt/format.h>

#include <map>

#include "invoice/credit/credit_check.h"
#include "invoice/rated_month.h"
#include "invoice/store.h"
#include "ledger/ledger.h"

namespace postage::invoice {
namespace {

constexpr std::string_view kColumns =
    "id, number, invoice, account, kind, currency, total, issued_at, document, sha256";

StoredCredit read_credit(db::Row& row) {
  return {row.integer(0), row.text(1), row.integer(2), row.id<AccountId>(3), row.text(4),
          row.text(5),    row.text(6), row.instant(7), row.text(8),          row.text(9)};
}

/// What the notes of an invoice took back so far.
Result<Credited> credited(db::Connection& connection, std::int64_t invoice, std::size_t lines) {
  Credited all;
  all.lines.resize(lines);
  TRY(notes, credits_of(connection, invoice));
  for (const StoredCredit& each : notes) {
    TRY(note, read_credit_paper(each.document));
    for (const CreditPaper::Line& line : note.lines) {
      if (line.line >= lines) return Error(Errc::corrupt_record, each.number + " names a line that is not there");
      all.lines[line.line] += line.amount;
    }
    all.tax += note.tax;
    all.voided = all.voided || note.voids;
    ++all.notes;
  }
  return all;
}

struct Drafted {
  StoredInvoice invoice;
  Paper paper;
  CreditDraft draft;
};

Result<Drafted> drafted(db::Connection& connection, AccountId account, std::string_view number, const CreditAsk& ask) {
  TRY(invoice, find_invoice(connection, account, number));
  if (!invoice) return Error(Errc::not_found, fmt::format("invoice {}", number));
  TRY(paper, read_paper(invoice->document));
  paper.sha256 = invoice->sha256;
  TRY(before, credited(connection, invoice->id, paper.lines.size()));
  TRY(draft, draft_credit(paper, before, ask));
  return Drafted{std::move(*invoice), std::move(paper), std::move(draft)};
}

Result<std::string> next_number(db::Connection& connection, Instant now, const Zone& zone) {
  const int year = static_cast<int>(zone.date_at(now).year());
  TRY(last, connection.first(
                "insert into credit_note_counter (year, last) values (?, 1) "
                "on conflict (year) do update set last = credit_note_counter.last + 1 returning last",
                [](db::Row& row) { return row.integer(0); }, year));
  return fmt::format("CN-{:04}-{:06}", year, *last);
}

/// The mirror image of what the invoice's posting did (posting.cc), as far as it is taken back.
Result<void> post_credit(db::Connection& connection, const StoredCredit& stored, const CreditPaper& note) {
  ledger::Draft draft{"credit_note:" + note.number,
                      stored.account,
                      stored.currency,
                      note.at,
                      fmt::format("credit note {} for invoice {}", note.number, note.invoice),
                      {}};
  const auto minor = [&](const Rational& amount) {
    return (amount * Rational(power_of_ten(note.currency.minor_digits))).numerator();
  };
  std::map<std::string, BigInt> sums;
  sums["receivable"] -= minor(note.total);
  for (const CreditPaper::Line& line : note.lines) sums["revenue:" + line.kind] += minor(line.amount);
  sums["tax"] += minor(note.tax);
  if (note.tax_inclusive) sums["revenue:tax_included"] -= minor(note.tax);
  for (auto& [code, sum] : sums) {
    if (sum != 0) draft.postings.push_back({code, sum});
  }
  if (draft.postings.empty()) return {};  // A month that cost nothing is taken back without money.
  auto posted = ledger::post(connection, draft);
  if (!posted) return posted.error();
  return {};
}

Result<void> store_credit(db::Connection& connection, StoredCredit& stored, const CreditPaper& note,
                          const ChangedBy& by) {
  TRY(id, connection.first(
              "insert into credit_note (number, invoice, account, kind, currency, tax, total, issued_at, document, "
              "sha256, by_whom) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id",
              [](db::Row& row) { return row.integer(0); }, stored.number, stored.invoice, stored.account, stored.kind,
              stored.currency, money_text(note.tax, note.currency), stored.total, stored.issued_at, stored.document,
              stored.sha256, by.who));
  stored.id = *id;
  for (std::size_t i = 0; i < note.lines.size(); ++i) {
    TRY_VOID(connection.run(
        "insert into credit_note_line (note, position, invoice_line, kind, amount) values (?, ?, ?, ?, ?)", stored.id,
        static_cast<std::int64_t>(i), static_cast<std::int64_t>(note.lines[i].line), note.lines[i].kind,
        money_text(note.lines[i].amount, note.currency)));
  }
  TRY_VOID(connection.run("insert into credit_note_todo (note, retry_at) values (?, 0)", stored.id));
  return {};
}

}  // namespace

Result<StoredCredit> add_credit(db::Connection& connection, AccountId account, std::string_view invoice,
                                const CreditAsk& ask, const std::optional<Issuer>& issuer, Instant now,
                                const ChangedBy& by, db::AuditTrail* audit) {
  CHECK(connection.in_transaction());
  TRY(made, drafted(connection, account, invoice, ask));
  TRY(number, next_number(connection, now, made.paper.zone));
  const CreditPaper note = make_credit_paper(made.paper, made.draft, ask.reason, number, now, issuer);
  StoredCredit stored;
  stored.number = number;
  stored.invoice = made.invoice.id;
  stored.account = account;
  stored.kind = note.voids ? "void" : "partial";
  stored.currency = made.invoice.currency;
  stored.total = money_text(note.total, note.currency);
  stored.issued_at = now;
  stored.document = credit_json(note);
  stored.sha256 = sha256_hex(stored.document);
  TRY_VOID(store_credit(connection, stored, note, by));
  TRY_VOID(post_credit(connection, stored, note));
  if (audit != nullptr) {
    TRY_VOID(audit->note_in(connection,
                            by.note(note.voids ? "invoice.void" : "invoice.credit", account, made.invoice.number,
                                    {{"credit_note", number}, {"total", stored.currency + " " + stored.total}}),
                            now));
  }
  return stored;
}

Result<CreditPaper> preview_credit(db::Connection& connection, AccountId account, std::string_view invoice,
                                   const CreditAsk& ask, Instant now) {
  TRY(made, drafted(connection, account, invoice, ask));
  return make_credit_paper(made.paper, made.draft, ask.reason, "", now, std::nullopt);
}

Result<std::vector<StoredCredit>> list_credits(db::Connection& connection, AccountId account, std::int64_t before,
                                               std::int64_t limit) {
  CHECK(limit >= 1 && limit <= 201);
  return connection.all(
      fmt::format("select {} from credit_note where account = ? and id < ? order by id desc limit ?", kColumns),
      read_credit, account, before, limit);
}

Result<std::optional<StoredCredit>> find_credit(db::Connection& connection, AccountId account,
                                                std::string_view number) {
  return connection.first(
      fmt::format("select {} from credit_note where number = ? and (? = 0 or account = ?)", kColumns), read_credit,
      number, account, account);
}

Result<std::vector<StoredCredit>> credits_of(db::Connection& connection, std::int64_t invoice) {
  return connection.all(fmt::format("select {} from credit_note where invoice = ? order by id", kColumns), read_credit,
                        invoice);
}

Result<std::vector<CreditTodo>> credits_to_tell(db::Connection& connection, Instant now) {
  return connection.all(
      "select c.id, c.account, c.number, i.number, i.month, c.total, c.currency from credit_note_todo t "
      "join credit_note c on c.id = t.note join invoice i on i.id = c.invoice where t.retry_at <= ? order by c.id "
      "limit 100",
      [](db::Row& row) {
        return CreditTodo{row.integer(0), row.id<AccountId>(1), row.text(2), row.text(3),
                          row.text(4),    row.text(5),          row.text(6)};
      },
      now);
}

Result<void> credit_told(db::Connection& connection, std::int64_t note, std::optional<Instant> again) {
  if (again) {
    TRY_VOID(connection.run("update credit_note_todo set retry_at = ? where note = ?", *again, note));
    return {};
  }
  TRY_VOID(connection.run("delete from credit_note_todo where note = ?", note));
  return {};
}

namespace {

Error differs(const std::string& what) { return Error(Errc::corrupt_record, "credit note: " + what); }

Result<void> verify_invoice_credits(db::Connection& connection, std::int64_t id) {
  TRY(key, connection.first(
               "select account, number from invoice where id = ?",
               [](db::Row& row) { return std::pair(row.id<AccountId>(0), row.text(1)); }, id));
  if (!key) return differs("an invoice is missing");
  TRY(invoice, find_invoice(connection, key->first, key->second));
  TRY(paper, read_paper(invoice->document));
  paper.sha256 = invoice->sha256;
  TRY(notes, credits_of(connection, id));
  CreditCheck check(std::move(paper));
  for (const StoredCredit& each : notes) {
    if (sha256_hex(each.document) != each.sha256) return differs(each.number + " does not fit its hash");
    auto note = check.take(each.document, each.number);
    if (!note) return differs(note.error().detail);
    if (money_text(note->total, note->currency) != each.total || (each.kind == "void") != note->voids)
      return differs(each.number + " has other facts than its document");
  }
  return {};
}

}  // namespace

Result<std::int64_t> verify_credits(db::Connection& connection) {
  TRY(invoices, connection.all("select distinct invoice from credit_note order by invoice",
                               [](db::Row& row) { return row.integer(0); }));
  for (const std::int64_t invoice : invoices) TRY_VOID(verify_invoice_credits(connection, invoice));
  TRY(gap, connection.first(
               "select c.year from credit_note_counter c where c.last <> (select count(*) from credit_note n where "
               "substr(n.number, 4, 4) = substr('0000' || c.year, -4)) limit 1",
               [](db::Row& row) { return row.integer(0); }));
  if (gap) return differs("the numbers of " + std::to_string(*gap) + " have a gap");
  return connection.integer("select count(*) from credit_note");
}

}  // namespace postage::invoice
