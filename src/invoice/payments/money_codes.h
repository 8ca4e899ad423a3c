#pragma once
// The ledger accounts that payments move, and amounts between money and whole minor units. Pure but for reads of balances.
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/money.h"
#include "ledger/ledger.h"

namespace postage::invoice {

/// Codes of ledger accounts. Debit is positive. What the customer has with us is the negative sum of the first three.
namespace codes {
inline constexpr std::string_view kReceivable = "receivable";  ///< + owed by issued invoices
inline constexpr std::string_view kCredit = "credit";          ///< - money of the customer that pays the next invoice
inline constexpr std::string_view kReserved = "reserved";      ///< - of it, what a weekly settlement set aside
inline constexpr std::string_view kCash = "cash";              ///< + received
inline constexpr std::string_view kRefund = "refund";          ///< - paid back; cash + refund is what was kept
inline constexpr std::string_view kGoodwill = "goodwill";      ///< + given away as credits or granted prepayment
inline constexpr std::string_view kBadDebt = "bad_debt";       ///< + written off
inline constexpr std::string_view kSuspense = "suspense";      ///< - received, for nobody yet (the operator's own books)
inline constexpr std::string_view kPrepaid = "prepaid";        ///< - unused grants
inline constexpr std::string_view kDrawn = "prepaid_drawn";    ///< - of grants that ended, what the running month used
inline constexpr std::string_view kBreakage = "breakage";      ///< - grants that ended unused
}  // namespace codes

/// Whose books hold money that is nobody's yet. No account has this id.
inline constexpr AccountId kOperatorBooks{-1};

/// `amount` has at most the currency's minor digits.
inline BigInt to_minor(const Rational& amount, const Currency& currency) {
  const Rational minor = amount * Rational(power_of_ten(currency.minor_digits));
  CHECK(minor.is_whole());
  return minor.numerator();
}
inline Rational from_minor(const BigInt& minor, const Currency& currency) {
  return Rational(minor, power_of_ten(currency.minor_digits));
}
inline std::string minor_text(const BigInt& minor, const Currency& currency) {
  return money_text(from_minor(minor, currency), currency);
}
/// Reads a stored whole number. Error: corrupt_record naming `what`.
Result<BigInt> read_minor(const std::string& text, std::string_view what);

/// What one account has and owes, whole minor units, each as people say it (never a debit sign).
struct AccountMoney {
  BigInt owed;      ///< receivable
  BigInt credit;    ///< below 0 only inside a transaction
  BigInt reserved;
  BigInt prepaid;
  BigInt drawn;
  /// In the customer's favour when positive.
  [[nodiscard]] BigInt balance() const { return credit + reserved - owed; }
};
Result<AccountMoney> money_of(db::Connection& connection, AccountId account, const Currency& currency);

/// One posting of two legs: `minor` (above 0) goes from the credit side `from` to the debit side `to`.
struct Move {
  std::string source;
  AccountId owner;
  const Currency* currency = nullptr;
  Instant at;
  std::string text;
  std::string_view debit;
  std::string_view credit;
  BigInt minor;
};
/// Posts it; nothing when `minor` is 0. In the caller's transaction.
Result<void> post_move(db::Connection& connection, const Move& move);

}  // namespace postage::invoice
