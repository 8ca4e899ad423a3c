#pragma once
// The document of a credit note: its JSON, which is stored and hashed, read back into values, and its forms for people.
#include <string>
#include <string_view>
#include <vector>

#include "invoice/credit/credit_rules.h"
#include "invoice/documents/letter.h"

namespace postage::invoice {

/// Everything that a credit note says.
struct CreditPaper {
  std::string number;   ///< "CN-2026-000001"
  std::string invoice;  ///< number of the invoice it takes back
  std::string invoice_sha256;
  std::string account, account_name, month;
  Zone zone;
  Instant at;
  Currency currency;
  std::string reason;
  struct Line {
    std::size_t line = 0;  ///< place in the invoice
    std::string kind;
    Rational amount;
  };
  std::vector<Line> lines;
  Rational net, tax, total, tax_percent;
  bool tax_inclusive = false;
  Rational invoice_total;
  Rational left;  ///< of the invoice after this note
  bool voids = false;
  std::optional<Issuer> issuer;
  std::string sha256;  ///< not in the document: of it
};

/// The note of `draft` on `invoice`; number, instant and issuer are the caller's.
CreditPaper make_credit_paper(const Paper& invoice, const CreditDraft& draft, std::string reason, std::string number,
                              Instant at, std::optional<Issuer> issuer);
/// One line, members in a fixed order.
std::string credit_json(const CreditPaper& note);
/// Errors: corrupt_record naming the member.
Result<CreditPaper> read_credit_paper(std::string_view document);

std::string credit_text(const CreditPaper& note, Language language);
std::string credit_html(const CreditPaper& note, Language language);
/// See pdf.h for what is promised.
Result<std::string> credit_pdf(const CreditPaper& note, Language language);
Table credit_table(const CreditPaper& note, Language language);

}  // namespace postage::invoice
