#include "invoice/credit/credit_paper.h"

#include <fmt/format.h>

#include "base/log.h"
#include "invoice/documents/members.h"

namespace postage::invoice {
namespace {

void text_member(std::string& out, std::string_view key, std::string_view value) {
  out += ",\"";
  out += key;
  out += "\":";
  append_json_string(out, value);
}

void money_member(std::string& out, std::string_view key, const Rational& amount, const Currency& currency) {
  text_member(out, key, money_text(amount, currency));
}

void read_head(const Members& top, CreditPaper& note) {
  note.number = top.text("number");
  note.invoice = top.text("invoice");
  note.invoice_sha256 = top.text("invoice_sha256");
  note.account = top.text("account");
  note.account_name = top.text("account_name");
  note.month = top.text("month");
  if (auto zone = Zone::find(top.text("zone")))
    note.zone = *zone;
  else
    top.refuse("zone", "is not a known time zone");
  note.at = top.instant("issued_at");
  if (const Currency* currency = find_currency(top.text("currency")))
    note.currency = *currency;
  else
    top.refuse("currency", "is not a known currency");
  note.reason = top.text("reason");
}

}  // namespace

CreditPaper make_credit_paper(const Paper& invoice, const CreditDraft& draft, std::string reason, std::string number,
                              Instant at, std::optional<Issuer> issuer) {
  CreditPaper note;
  note.number = std::move(number);
  note.invoice = invoice.number;
  note.invoice_sha256 = invoice.sha256;
  note.account = invoice.account;
  note.account_name = invoice.account_name;
  note.month = invoice.month;
  note.zone = invoice.zone;
  note.at = at;
  note.currency = invoice.currency;
  note.reason = std::move(reason);
  for (const CreditLine& each : draft.lines)
    note.lines.push_back({each.line, invoice.lines[each.line].kind, each.amount});
  note.net = draft.net;
  note.tax = draft.tax;
  note.total = draft.total;
  note.tax_percent = invoice.tax_percent;
  const PaperLine* tax = invoice.line("tax");
  note.tax_inclusive = tax && tax->inclusive;
  note.invoice_total = invoice.total;
  note.left = draft.left;
  note.voids = draft.voids;
  note.issuer = std::move(issuer);
  return note;
}

std::string credit_json(const CreditPaper& note) {
  std::string out = "{\"state\":\"issued\"";
  text_member(out, "kind", note.voids ? "void" : "partial");
  text_member(out, "number", note.number);
  text_member(out, "invoice", note.invoice);
  text_member(out, "invoice_sha256", note.invoice_sha256);
  text_member(out, "account", note.account);
  text_member(out, "account_name", note.account_name);
  text_member(out, "month", note.month);
  text_member(out, "zone", note.zone.name());
  text_member(out, "issued_at", instant_text(note.at, note.zone));
  text_member(out, "currency", note.currency.code);
  text_member(out, "reason", note.reason);
  out += ",\"lines\":[";
  for (std::size_t i = 0; i < note.lines.size(); ++i) {
    out += i == 0 ? "{\"line\":\"" : ",{\"line\":\"";
    out += std::to_string(note.lines[i].line) + '"';
    text_member(out, "kind", note.lines[i].kind);
    money_member(out, "amount", note.lines[i].amount, note.currency);
    out += '}';
  }
  out += ']';
  money_member(out, "net", note.net, note.currency);
  money_member(out, "tax", note.tax, note.currency);
  text_member(out, "tax_percent", note.tax_percent.to_plain());
  if (note.tax_inclusive) out += ",\"tax_inclusive\":true";
  money_member(out, "total", note.total, note.currency);
  money_member(out, "invoice_total", note.invoice_total, note.currency);
  money_member(out, "left", note.left, note.currency);
  if (note.issuer) {
    out += ",\"issuer\":";
    append_issuer_json(out, *note.issuer);
  }
  out += '}';
  return out;
}

Result<CreditPaper> read_credit_paper(std::string_view document) {
  if (document.size() > kPaperBytesMax) return Error(Errc::corrupt_record, "document: too long");
  const nlohmann::json parsed = nlohmann::json::parse(document, nullptr, false);
  if (!parsed.is_object()) return Error(Errc::corrupt_record, "document: not a JSON object");
  std::optional<Error> wrong;
  const Members top(parsed, "", wrong);
  CreditPaper note;
  read_head(top, note);
  Rational net;
  top.each("lines", [&](const Members& line) {
    const auto place = to_int64(line.number("line"));
    if (!place || *place < 0) line.refuse("line", "must be a place");
    note.lines.push_back({static_cast<std::size_t>(place.value_or(0)), line.text("kind"), line.number("amount")});
    net += note.lines.back().amount;
  });
  note.net = top.number("net");
  note.tax = top.number("tax");
  note.tax_percent = top.number("tax_percent");
  note.tax_inclusive = top.flag("tax_inclusive");
  note.total = top.number("total");
  note.invoice_total = top.number("invoice_total");
  note.left = top.number("left");
  note.voids = top.text("kind") == "void";
  if (top.find("issuer")) note.issuer = read_issuer(top.inside("issuer"));
  const Rational sum = note.tax_inclusive ? note.net : note.net + note.tax;
  if (!wrong && (net != note.net || sum != note.total)) top.refuse("total", "is not the sum of the lines");
  if (wrong) return *wrong;
  return note;
}

}  // namespace postage::invoice
