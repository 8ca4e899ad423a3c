#include "invoice/documents/documents.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "invoice/documents/pdf.h"
#include "invoice/documents/workbook.h"

namespace postage::invoice {
namespace {

/// Days of more projects than this are not read one by one; the table then has one row for the whole month.
constexpr std::size_t kProjectsByDay = 2000;
constexpr milliseconds kTellAgain{60'000};

constexpr std::string_view kMediaTypes[] = {
    "application/json", "text/csv; charset=utf-8",  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/pdf",  "text/html; charset=utf-8", "text/plain; charset=utf-8"};
constexpr std::string_view kEndings[] = {"json", "csv", "xlsx", "pdf", "html", "txt"};

DocumentFile named(const std::string& stem, Format format, std::string bytes) {
  const auto index = static_cast<std::size_t>(format);
  return {fmt::format("{}.{}", stem, kEndings[index]), std::string(kMediaTypes[index]), std::move(bytes)};
}

/// The document's own text with two more members: its tables, whose amounts add up to it.
std::string with_tables(std::string document, const Paper& paper, const std::vector<DayUsage>& days) {
  if (!document.ends_with('}')) return document;
  document.pop_back();
  if (!paper.sha256.empty()) document += fmt::format(",\"sha256\":\"{}\"", paper.sha256);
  document += ",\"by_project\":";
  append_table_json(document, projects_table(paper, Language::en));
  document += ",\"by_day\":";
  append_table_json(document, days_table(paper, days, Language::en));
  return document + '}';
}

Workbook workbook_of(const Paper& paper, const std::vector<DayUsage>& days, Language language) {
  Workbook book;
  book.title = fmt::format("{} {}", paper_title(paper, language), paper.running() ? paper.month : paper.number);
  book.author = paper.issuer.value_or(Issuer{}).name;
  book.created_at = paper.at;
  book.minor_digits = paper.currency.minor_digits;
  for (const Fact& fact : paper_facts(paper, language)) book.facts.emplace_back(std::string(fact.name), fact.value);
  if (const std::string warning = paper_warning(paper, language); !warning.empty())
    book.facts.emplace_back("!", warning);
  if (!paper.sha256.empty()) book.facts.emplace_back(std::string(words(language).sha256), paper.sha256);
  book.tables = {words_first(lines_table(paper, language)), projects_table(paper, language),
                 days_table(paper, days, language)};
  return book;
}

void give_titles(Paper& paper, const catalog::Catalogue& catalogue) {
  if (const catalog::PlanPtr plan = catalogue.find(paper.plan)) paper.plan_title = plan->title;
}

}  // namespace

const std::vector<std::string>& format_names() {
  static const std::vector<std::string> kNames{"json", "csv", "xlsx", "pdf", "html", "text"};
  return kNames;
}

std::optional<Format> format_of(std::string_view name) {
  const auto found = std::ranges::find(format_names(), name);
  if (found == format_names().end()) return std::nullopt;
  return static_cast<Format>(found - format_names().begin());
}

Language Documents::language_for(AccountId account, const DocumentAsk& ask) const {
  if (ask.language) return *ask.language;
  const auto facts = ports_.accounts.account(account);
  return facts ? language_of(facts->locale) : Language::en;
}

Result<std::vector<DayUsage>> Documents::days_of(const Paper& paper) const {
  std::vector<DayUsage> days;
  std::vector<ProjectId> projects;
  for (const PaperProject& each : paper.projects) {
    const auto id = parse_decimal(each.id);
    if (id) projects.push_back(ProjectId{to_int64(id->value).value_or(0)});
  }
  if (projects.size() > kProjectsByDay) return days;
  const Instant end =
      paper.running() ? std::min(paper.period.end, paper.zone.next_day_start(paper.at)) : paper.period.end;
  TRY(bounds, meter::step_bounds(meter::Step::day, paper.period.start, end, paper.zone));
  TRY(points, ports_.usage.series(projects, bounds));
  for (const meter::UsagePoint& point : points) {
    days.push_back({instant_text(point.range.start, paper.zone).substr(0, 10), Rational(point.peak),
                    Rational(point.units), Rational(point.byte_hours)});
  }
  return days;
}

Result<DocumentFile> Documents::file_of(const Paper& paper, std::string document, const DocumentAsk& ask,
                                        Language language) const {
  const std::string stem = paper.running() ? "bill-" + paper.month : paper.number;
  const bool by_day = ask.format == Format::xlsx || ask.format == Format::json || ask.table == "days";
  std::vector<DayUsage> days;
  if (by_day) {
    TRY(read, days_of(paper));
    days = std::move(read);
  }
  switch (ask.format) {
    case Format::json:
      return named(stem, ask.format, with_tables(std::move(document), paper, days));
    case Format::csv: {
      if (ask.table == "projects")
        return named(stem + "-projects", ask.format, table_csv(projects_table(paper, language)));
      if (ask.table == "days") return named(stem + "-days", ask.format, table_csv(days_table(paper, days, language)));
      return named(stem, ask.format, table_csv(lines_table(paper, language)));
    }
    case Format::xlsx: {
      TRY(bytes, workbook_bytes(workbook_of(paper, days, language)));
      return named(stem, ask.format, std::move(bytes));
    }
    case Format::pdf: {
      TRY(bytes, paper_pdf(paper, language));
      return named(stem, ask.format, std::move(bytes));
    }
    case Format::html:
      return named(stem, ask.format, paper_html(paper, language));
    case Format::text:
      break;
  }
  return named(stem, Format::text, paper_text(paper, language));
}

Result<DocumentFile> Documents::running(AccountId account, Instant as_of, const DocumentAsk& ask) const {
  TRY(rated, ports_.billing.running_with_evidence(account, as_of));
  std::string document = invoice_json(rated, {"", {}, ports_.issuer, ports_.meter_key});
  TRY(paper, read_paper(document));
  give_titles(paper, *rated.input.catalogue);
  return file_of(paper, std::move(document), ask, ask.language.value_or(language_of(rated.facts.locale)));
}

Result<Paper> Documents::paper_of(const StoredInvoice& invoice) const {
  TRY(paper, read_paper(invoice.document));
  paper.sha256 = invoice.sha256;
  if (!paper.issuer) paper.issuer = ports_.issuer;
  if (paper.meter_key.empty()) paper.meter_key = ports_.meter_key;
  TRY(notes, credits_of({invoice}));
  for (const StoredCredit& each : notes[0]) {
    TRY(total, parse_decimal(each.total));
    paper.credits.push_back({each.number, each.issued_at, total.value});
    paper.voided = paper.voided || each.kind == "void";
  }
  TRY(text, ports_.billing.database().read(
                [&](db::Connection& connection) { return stored_catalogue(connection, invoice.catalogue_hash); }));
  const auto catalogue = text ? catalog::load(*text) : Result<catalog::CataloguePtr>(Errc::not_found);
  if (catalogue) give_titles(paper, **catalogue);
  return std::move(paper);
}

Result<DocumentFile> Documents::stored_file(const StoredInvoice& invoice, const DocumentAsk& ask) const {
  TRY(paper, paper_of(invoice));
  return file_of(paper, invoice.document, ask, language_for(invoice.account, ask));
}

Result<DocumentFile> Documents::invoice(AccountId account, std::string_view number, const DocumentAsk& ask) const {
  TRY(found, ports_.billing.invoice(account, number));
  if (!found) return Error(Errc::not_found, fmt::format("invoice {}", number));
  return stored_file(*found, ask);
}

Result<DocumentFile> Documents::month(AccountId account, std::string_view month, const DocumentAsk& ask) const {
  TRY(found, ports_.billing.database().read(
                 [&](db::Connection& connection) { return find_month(connection, account, month); }));
  if (!found) return Error(Errc::not_found, fmt::format("account {} has no invoice for {}", account.value, month));
  return stored_file(*found, ask);
}

Result<DocumentFile> Documents::credit_note(AccountId account, std::string_view number, const DocumentAsk& ask) const {
  TRY(found, find_credit(account, number));
  if (!found) return Error(Errc::not_found, fmt::format("credit note {}", number));
  TRY(note, read_credit_paper(found->document));
  note.sha256 = found->sha256;
  const Language language = language_for(found->account, ask);
  switch (ask.format) {
    case Format::json:
      return named(note.number, ask.format, found->document);
    case Format::csv:
      return named(note.number, ask.format, table_csv(credit_table(note, language)));
    case Format::xlsx: {
      const Words& w = words(language);
      Workbook book{fmt::format("{} {}", w.credit_note, note.number),
                    note.issuer.value_or(Issuer{}).name,
                    note.at,
                    note.currency.minor_digits,
                    {},
                    {credit_table(note, language)}};
      book.facts = {{std::string(w.for_invoice), note.invoice}, {std::string(w.reason), note.reason}};
      TRY(bytes, workbook_bytes(book));
      return named(note.number, ask.format, std::move(bytes));
    }
    case Format::pdf: {
      TRY(bytes, credit_pdf(note, language));
      return named(note.number, ask.format, std::move(bytes));
    }
    case Format::html:
      return named(note.number, ask.format, credit_html(note, language));
    case Format::text:
      break;
  }
  return named(note.number, Format::text, credit_text(note, language));
}

Result<DocumentFile> Documents::pdf_of(std::string_view number) const {
  if (number.starts_with("CN-")) return credit_note(AccountId{}, number, {});
  TRY(account, ports_.billing.database().read([&](db::Connection& connection) {
    return connection.first(
        "select account from invoice where number = ?", [](db::Row& row) { return row.id<AccountId>(0); }, number);
  }));
  if (!account) return Error(Errc::not_found, fmt::format("invoice {}", number));
  return invoice(*account, number, {});
}

Result<std::vector<std::vector<StoredCredit>>> Documents::credits_of(const std::vector<StoredInvoice>& invoices) const {
  return ports_.billing.database().read(
      [&](db::Connection& connection) -> Result<std::vector<std::vector<StoredCredit>>> {
        std::vector<std::vector<StoredCredit>> all;
        for (const StoredInvoice& each : invoices) {
          TRY(notes, invoice::credits_of(connection, each.id));
          all.push_back(std::move(notes));
        }
        return all;
      });
}

Result<StoredCredit> Documents::credit(AccountId account, std::string_view invoice, const CreditAsk& ask, Instant now,
                                       const ChangedBy& by) const {
  return ports_.billing.database().write([&](db::Connection& connection) {
    return add_credit(connection, account, invoice, ask, ports_.issuer, now, by, ports_.audit);
  });
}

Result<CreditPaper> Documents::preview(AccountId account, std::string_view invoice, const CreditAsk& ask,
                                       Instant now) const {
  return ports_.billing.database().read(
      [&](db::Connection& connection) { return preview_credit(connection, account, invoice, ask, now); });
}

Result<std::vector<StoredCredit>> Documents::credits(AccountId account, std::int64_t before, std::int64_t limit) const {
  return ports_.billing.database().read(
      [&](db::Connection& connection) { return list_credits(connection, account, before, limit); });
}

Result<std::optional<StoredCredit>> Documents::find_credit(AccountId account, std::string_view number) const {
  return ports_.billing.database().read(
      [&](db::Connection& connection) { return invoice::find_credit(connection, account, number); });
}

Result<void> Documents::tell_credits(InvoiceOutbox& outbox, Instant now) const {
  db::Database& database = ports_.billing.database();
  TRY(todos, database.read([&](db::Connection& connection) { return credits_to_tell(connection, now); }));
  for (const CreditTodo& todo : todos) {
    const auto facts = ports_.accounts.account(todo.account);
    Result<void> told;
    if (facts) {
      told = outbox.credit_note_issued({*facts, todo.number, todo.invoice, todo.month, todo.total, todo.currency});
    }
    if (!told)
      log(Level::warn, "credit_note_told_later", {{"number", todo.number}, {"error", told.error().to_string()}});
    const std::optional<Instant> again = told ? std::nullopt : std::optional(now + kTellAgain);
    TRY_VOID(database.write([&](db::Connection& connection) { return credit_told(connection, todo.note, again); }));
  }
  return {};
}

}  // namespace postage::invoice
