#pragma once
// Currencies and the printed form of money. An amount itself is a Rational of major units (yuan, dollars).
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/rational.h"

namespace postage {

/// A currency of ISO 4217 that a catalogue may name.
struct Currency {
  std::string_view code;  ///< "CNY"
  int minor_digits = 2;   ///< 2 for CNY, 0 for JPY, 3 for KWD
  std::string_view sign;  ///< for people: "¥", "$"; the code itself where none is common
};

/// All currencies known here.
std::span<const Currency> currencies();
/// The row of `code` ("CNY"), or null. The row lives as long as the process.
const Currency* find_currency(std::string_view code);

/// Rounded half away from zero to the currency's minor digits: what an invoice line carries.
inline Rational round_money(const Rational& amount, const Currency& currency) {
  return amount.rounded(currency.minor_digits);
}
/// "399.00", "-224.85": always the minor digits, no sign or grouping.
inline std::string money_text(const Rational& amount, const Currency& currency) {
  return amount.to_fixed(currency.minor_digits);
}
/// Reads an amount that is not negative and has at most the currency's minor digits. Else bad_request.
Result<Rational> parse_money(std::string_view text, const Currency& currency);

}  // namespace postage
