#pragma once
// The words of documents in both languages, and the sentences that explain a line.
#include <string>
#include <string_view>

#include "invoice/documents/paper.h"

namespace postage::invoice {

enum class Language : std::uint8_t { en, zh };
/// "zh" and everything that begins with it is Chinese, the rest English.
Language language_of(std::string_view locale);

/// Fixed words. One row a word: English and Chinese.
struct Words {
  std::string_view invoice, running_bill, credit_note, draft, voided, number, account, month, period, issued, as_of,
      plan, catalogue, currency, item, amount, total, subtotal, tax_number, bill_to, payment, tax_inclusive,
      tax_exclusive, no_tax, usage_by_project, project, pcu, messages, storage, usage_amount, other_lines, sum,
      and_more, peak_evidence, reached, connections, connected, since, more_connections, not_listed, peak_note,
      peak_note_simultaneous, evidence_note, split_note, proof, sha256, meter_key, price_list_hash, verify_note,
      verify_bytes, draft_note, void_note, credited_note, day, highest, days_note, rest_of_month, for_invoice, reason,
      line, credited_after, invoice_total, tax, verify_credit;
};
const Words& words(Language language);

/// "Messages" and so on; a kind of a later version is named by its own word.
std::string line_title(std::string_view kind, Language language);
/// How the amount came about: "501 connections at the peak, 500 included, 1 x CNY 0.20"; empty where nothing is to
/// explain.
std::string line_reason(const Paper& paper, const PaperLine& line, Language language);
/// "2026-01-01 00:00 - 2026-02-01 00:00, Asia/Shanghai".
std::string period_text(const Paper& paper);
/// "2026-01-15 10:00:03.120" in the paper's zone.
std::string moment_text(Instant at, const Zone& zone);
/// A paper's sentence about taxes: included, added, or none.
std::string tax_text(const Paper& paper, Language language);

}  // namespace postage::invoice
