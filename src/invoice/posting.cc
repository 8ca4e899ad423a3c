#include <fmt/format.h>

#include "invoice/close.h"
#include "ledger/ledger.h"

namespace postage::invoice {
namespace {

/// Printed amounts have the currency's minor digits, so that this is whole.
BigInt minor_of(const Rational& amount, const Currency& currency) {
  const Rational minor = amount * Rational(power_of_ten(currency.minor_digits));
  CHECK(minor.is_whole());
  return minor.numerator();
}

}  // namespace

Result<void> post_invoice(db::Connection& connection, const StoredInvoice& invoice, const rating::Bill& bill) {
  ledger::Draft draft{"invoice:" + invoice.number,
                      invoice.account,
                      invoice.currency,
                      invoice.issued_at,
                      fmt::format("invoice {} for {}", invoice.number, invoice.month),
                      {}};
  const auto add = [&](std::string code, const BigInt& minor) {
    if (minor != 0) draft.postings.push_back({std::move(code), minor});
  };
  add("receivable", minor_of(bill.total, bill.currency));
  for (const rating::Line& line : bill.lines) {
    const BigInt minor = minor_of(line.amount, bill.currency);
    if (line.kind == rating::LineKind::tax) {
      add("tax", -minor);
      if (line.inclusive) add("revenue:tax_included", minor);
    } else {
      add(fmt::format("revenue:{}", rating::line_kind_name(line.kind)), -minor);
    }
  }
  if (draft.postings.empty()) return {};  // A month that cost nothing moves nothing.
  auto posted = ledger::post(connection, draft);
  if (!posted) return posted.error();
  return {};
}

}  // namespace postage::invoice
