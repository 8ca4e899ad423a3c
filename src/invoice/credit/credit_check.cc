#include "invoice/credit/credit_check.h"

#include <fmt/format.h>

namespace postage::invoice {
namespace {

Error broken(std::string what) { return Error(Errc::corrupt_record, std::move(what)); }

/// The asks that may have led to `note`: all that was left, its lines, or its amount shared out.
std::vector<CreditAsk> asks_of(const CreditPaper& note) {
  CreditAsk lines;
  for (const CreditPaper::Line& line : note.lines) lines.lines.push_back({line.line, line.amount});
  CreditAsk everything, amount;
  everything.everything = true;
  amount.amount = note.total;
  std::vector<CreditAsk> asks = note.voids ? std::vector{everything} : std::vector{lines, amount};
  for (CreditAsk& each : asks) each.reason = note.reason;
  return asks;
}

}  // namespace

Result<CreditPaper> CreditCheck::take(std::string_view document, std::string_view number) {
  auto read = read_credit_paper(document);
  if (!read) return broken("the note cannot be read: " + read.error().detail);
  CreditPaper& note = *read;
  if (note.number != number) return broken("the note's document has another number");
  if (note.invoice != invoice_.number || note.invoice_sha256 != invoice_.sha256)
    return broken(fmt::format("note {} is of another invoice", number));
  const std::string stated = credit_json(note);
  std::string why = "its facts are not the invoice's, or its amounts not what the rules give";
  for (const CreditAsk& ask : asks_of(note)) {
    const auto draft = draft_credit(invoice_, before_, ask);
    if (!draft) {
      why = draft.error().detail;
      continue;
    }
    if (credit_json(make_credit_paper(invoice_, *draft, note.reason, note.number, note.at, note.issuer)) != stated)
      continue;
    before_.lines.resize(invoice_.lines.size());
    for (const CreditLine& line : draft->lines) before_.lines[line.line] += line.amount;
    before_.tax += draft->tax;
    before_.voided = draft->voids;
    ++before_.notes;
    return read;
  }
  return broken(fmt::format("note {} does not follow from invoice {} and the notes before it: {}", number,
                            invoice_.number, why));
}

}  // namespace postage::invoice
