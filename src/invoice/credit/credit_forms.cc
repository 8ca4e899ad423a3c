// Credit notes for people: text, HTML, PDF, and their table.
#include <fmt/format.h>

#include "invoice/credit/credit_paper.h"
#include "invoice/documents/pdf.h"

namespace postage::invoice {
namespace {

std::string money(const CreditPaper& note, const Rational& amount) { return money_grouped(amount, note.currency); }

std::string total_text(const CreditPaper& note) {
  return fmt::format("{} {}", note.currency.code, money(note, note.total));
}

std::vector<Fact> facts_of(const CreditPaper& note, Language language) {
  const Words& w = words(language);
  return {{w.number, note.number},
          {w.issued, instant_text(note.at, note.zone).substr(0, 10)},
          {w.for_invoice, note.invoice},
          {w.account, fmt::format("{} ({})", note.account_name, note.account)},
          {w.month, note.month},
          {w.currency, std::string(note.currency.code)},
          {w.invoice_total, money(note, note.invoice_total)},
          {w.credited_after, money(note, note.left)}};
}

/// Name and amount of each row, tax included.
std::vector<std::pair<std::string, std::string>> rows_of(const CreditPaper& note, Language language) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const CreditPaper::Line& line : note.lines) {
    rows.emplace_back(line_title(line.kind, language), money(note, line.amount));
  }
  if (!note.tax.is_zero()) {
    const std::string tax = money(note, note.tax);
    rows.emplace_back(fmt::format("{} ({} %)", words(language).tax, note.tax_percent.to_plain()),
                      note.tax_inclusive ? "(" + tax + ")" : tax);
  }
  return rows;
}

std::string verify_text(const CreditPaper& note, Language language) {
  return fmt::format(fmt::runtime(words(language).verify_credit), note.account, note.number);
}

}  // namespace

std::string credit_text(const CreditPaper& note, Language language) {
  const Words& w = words(language);
  std::string out = fmt::format("{}\n\n{}\n\n", note.issuer.value_or(Issuer{}).name, w.credit_note);
  for (const Fact& fact : facts_of(note, language)) out += fmt::format("{}: {}\n", fact.name, fact.value);
  out += fmt::format("{}: {}\n\n", w.reason, note.reason);
  for (const auto& [name, amount] : rows_of(note, language)) out += fmt::format("{}: {}\n", name, amount);
  out += fmt::format("{}: {}\n", w.total, total_text(note));
  if (!note.sha256.empty()) out += fmt::format("\n{}: {}\n", w.sha256, note.sha256);
  return out;
}

std::string credit_html(const CreditPaper& note, Language language) {
  const Words& w = words(language);
  std::string body =
      html_letterhead(note.issuer.value_or(Issuer{})) + fmt::format("<h1>{}</h1>\n<dl>\n", w.credit_note);
  for (const Fact& fact : facts_of(note, language)) {
    body += fmt::format("<dt>{}</dt><dd>{}</dd>\n", fact.name, markup_escaped(fact.value));
  }
  body += fmt::format("<dt>{}</dt><dd>{}</dd>\n</dl>\n", w.reason, markup_escaped(note.reason));
  body += fmt::format("<table><thead><tr><th>{}</th><th class=\"n\">{}</th></tr></thead><tbody>\n", w.item, w.amount);
  for (const auto& [name, amount] : rows_of(note, language)) {
    body += fmt::format("<tr><td>{}</td><td class=\"n\">{}</td></tr>\n", markup_escaped(name), amount);
  }
  body += fmt::format("</tbody><tfoot><tr><th>{}</th><th class=\"n\">{}</th></tr></tfoot></table>\n", w.total,
                      total_text(note));
  if (!note.sha256.empty()) {
    body += fmt::format("<footer><p>{}</p><p>{}: {}</p></footer>\n", markup_escaped(verify_text(note, language)),
                        w.sha256, note.sha256);
  }
  return html_page(fmt::format("{} {}", w.credit_note, note.number), language, body);
}

Result<std::string> credit_pdf(const CreditPaper& note, Language language) {
  const Words& w = words(language);
  const Issuer issuer = note.issuer.value_or(Issuer{});
  TRY(canvas, pdf_canvas(fmt::format("{} {}", w.credit_note, note.number), issuer, language, note.at));
  Flow flow(canvas, fmt::format("{} {}  ·  {}", w.credit_note, note.number, note.account_name));
  pdf_head(canvas, flow, issuer, w.credit_note, note.number, facts_of(note, language));
  pdf_recipient(canvas, flow, w.bill_to, note.account_name);
  flow.notice(fmt::format("{}: {}", w.reason, note.reason));
  const int amount_width = 120 * kPoint;
  flow.begin_table({{std::string(w.item), kContentWidth - amount_width, false},
                    {fmt::format("{} {}", w.amount, note.currency.code), amount_width, true}});
  for (const auto& [name, amount] : rows_of(note, language)) flow.row({{name, ""}, {amount, ""}});
  flow.end_table();
  flow.move_to(flow.y() - 6 * kPoint);
  pdf_total(canvas, flow, w.total, total_text(note));
  pdf_payment(flow, issuer, language);
  flow.heading(w.proof);
  std::vector<std::pair<std::string, std::string>> rows;
  if (!note.sha256.empty()) rows.emplace_back(std::string(w.sha256), note.sha256);
  rows.emplace_back(fmt::format("{} {}", w.invoice, note.invoice), note.invoice_sha256);
  flow.pairs(rows, kMargin, kContentWidth, 140 * kPoint);
  flow.space(2);
  flow.paragraph(verify_text(note, language), {.tenths = 80, .color = kGray});
  return pdf_finish(canvas, issuer, note.number, language);
}

Table credit_table(const CreditPaper& note, Language language) {
  const Words& w = words(language);
  Table table{"lines", std::string(w.credit_note), {}, {}, {}};
  table.columns = {{"line", std::string(w.line), CellKind::text},
                   {"kind", std::string(w.item), CellKind::text},
                   {"amount", std::string(w.amount), CellKind::money},
                   {"included_tax", std::string(w.tax), CellKind::aside},
                   {"currency", std::string(w.currency), CellKind::text}};
  const std::string currency(note.currency.code);
  for (const CreditPaper::Line& line : note.lines) {
    table.rows.push_back({std::to_string(line.line), line.kind, money_text(line.amount, note.currency), "", currency});
  }
  const std::string tax = money_text(note.tax, note.currency);
  if (!note.tax.is_zero()) {
    table.rows.push_back({"", "tax", note.tax_inclusive ? "" : tax, note.tax_inclusive ? tax : "", currency});
  }
  table.sums = {"total", "", money_text(note.total, note.currency), "", currency};
  return table;
}

}  // namespace postage::invoice
