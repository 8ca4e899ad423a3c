#include "base/money.h"

namespace postage {
namespace {
constexpr Currency kCurrencies[] = {
    {"CNY", 2, "¥"},   {"USD", 2, "$"},   {"EUR", 2, "€"},   {"GBP", 2, "£"},   {"JPY", 0, "¥"},
    {"KRW", 0, "₩"},   {"HKD", 2, "HK$"}, {"TWD", 2, "NT$"}, {"SGD", 2, "S$"},  {"INR", 2, "₹"},
    {"AUD", 2, "A$"},  {"CAD", 2, "C$"},  {"CHF", 2, "CHF"}, {"SEK", 2, "SEK"}, {"BRL", 2, "R$"},
    {"IDR", 2, "IDR"}, {"THB", 2, "THB"}, {"VND", 0, "₫"},   {"KWD", 3, "KWD"}, {"BHD", 3, "BHD"},
};
}  // namespace

std::span<const Currency> currencies() { return kCurrencies; }

const Currency* find_currency(std::string_view code) {
  for (const Currency& row : kCurrencies) {
    if (row.code == code) return &row;
  }
  return nullptr;
}

Result<Rational> parse_money(std::string_view text, const Currency& currency) {
  TRY(decimal, parse_decimal(text));
  if (decimal.value.is_negative()) return Error(Errc::bad_request, "an amount of money must not be negative");
  if (decimal.decimals > currency.minor_digits) {
    return Error(Errc::bad_request, "money in " + std::string(currency.code) + " has at most " +
                                        std::to_string(currency.minor_digits) + " decimals");
  }
  return decimal.value;
}

}  // namespace postage
