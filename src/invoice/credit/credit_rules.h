#pragma once
// What a credit note takes back, and the tax of it. Pure: no clock, no store.
//
// The notes of an invoice never take back more than it charged, and a series that takes back everything takes back
// exactly what it charged: each note's tax is rounded by itself, and the note that takes the last of the lines takes
// what is left of the tax (billing rules 4.9, Z7: four fees of 68.33, 68.33, 57.50, 85.00 at 20 % are 334.99 on the
// invoice; notes of 82.00, 82.00 and 69.00 leave 101.99, not 102.00).
#include <cstdint>
#include <string>
#include <vector>

#include "invoice/documents/paper.h"

namespace postage::invoice {

/// One invoice line, by its place in the invoice (0, 1, 2, ...), and how much of it is taken back; the amount is before
/// tax where tax was added, with tax where prices include it. Negative when a discount is taken back with its fee.
struct CreditLine {
  std::size_t line = 0;
  Rational amount;
};

/// What is asked for: exactly one of the three.
struct CreditAsk {
  bool everything = false;         ///< what is left of the invoice: this voids it
  std::vector<CreditLine> lines;   ///< amounts above zero of lines that are not tax, each line at most once
  std::optional<Rational> amount;  ///< above zero, tax included, shared out over the lines by what is left of them
  std::string reason;              ///< 1 to 500 bytes, printed on the note
};

/// What earlier notes took back.
struct Credited {
  std::vector<Rational> lines;  ///< by place in the invoice; empty: nothing
  Rational tax;
  std::int64_t notes = 0;
  bool voided = false;
};

/// What a note takes back.
struct CreditDraft {
  std::vector<CreditLine> lines;
  Rational net;        ///< sum of the lines
  Rational tax;        ///< of `net`; contained in it where prices include tax
  Rational total;      ///< what the customer gets
  Rational left;       ///< of the invoice's total after this note
  bool voids = false;  ///< nothing is left
};

/// Errors: bad_request (no or two kinds of ask, a line that does not exist, an amount of zero or below, or with more
/// than the currency's digits), conflict (more than is left, or nothing is).
Result<CreditDraft> draft_credit(const Paper& invoice, const Credited& before, const CreditAsk& ask);

}  // namespace postage::invoice
