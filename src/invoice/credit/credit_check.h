#pragma once
// Recomputes the credit notes of one invoice from documents alone: what each takes back and its tax by the rules it was
// issued by (credit_rules.h), never more than the invoice charged.
#include <string>
#include <string_view>

#include "invoice/credit/credit_paper.h"

namespace postage::invoice {

/// The notes of one invoice in the order in which they were issued. Pure; thread: one.
class CreditCheck {
 public:
  /// `invoice` with the sha256 of its document.
  explicit CreditCheck(Paper invoice) : invoice_(std::move(invoice)) {}
  /// The next note, whose document must be what the rules make of the invoice and the notes before it. Errors:
  /// corrupt_record that says what does not hold; the notes taken so far stay as they were.
  Result<CreditPaper> take(std::string_view document, std::string_view number);

 private:
  Paper invoice_;
  Credited before_;
};

}  // namespace postage::invoice
