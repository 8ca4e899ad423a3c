#pragma once
// Bank statements as files: CSV (RFC 4180), UTF-8, at most 2 MiB and 10,000 rows. docs/payments.md describes the form.
//
//   id,date,amount,currency,reference,payer,text
//   TX-1,2026-02-03,399.00,CNY,PO-2026-000001,Acme Ltd,
//
// `id` is the bank's own number of the movement: the same id is never booked twice. Columns may stand in any order; payer
// and text may be missing. Pure; thread: any.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "invoice/payments/provider.h"

namespace postage::invoice {

/// Every data row of `bytes`, in order: a payment or what is wrong with it. Errors: bad_request when the file as a whole
/// cannot be read (too large, not UTF-8, a column is missing, an open quote at the end).
Result<std::vector<IncomingLine>> read_statement(std::string_view bytes);

/// What a reference names: an invoice's number ("PO-2026-000001" anywhere in the text) or an account's ("CID-12").
struct ReferenceHint {
  std::string invoice;               ///< empty: none
  std::optional<std::int64_t> account;
};
ReferenceHint read_reference(std::string_view text);

/// A provider that hands out the rows of one file. It cannot collect.
class StatementFile final : public PaymentProvider {
 public:
  /// Errors as read_statement.
  static Result<StatementFile> open(std::string_view bytes);
  [[nodiscard]] std::string_view name() const override { return "file"; }
  [[nodiscard]] std::vector<IncomingLine> take() override { return std::exchange(lines_, {}); }

 private:
  explicit StatementFile(std::vector<IncomingLine> lines) : lines_(std::move(lines)) {}
  std::vector<IncomingLine> lines_;
};

}  // namespace postage::invoice
