#include "invoice/payments/money_codes.h"

#include <algorithm>

namespace postage::invoice {

Result<BigInt> read_minor(const std::string& text, std::string_view what) {
  const auto value = parse_decimal(text);
  if (!value || value->decimals != 0) {
    return Error(Errc::corrupt_record, std::string(what) + ": an amount is not a whole number");
  }
  return value->value.numerator();
}

Result<AccountMoney> money_of(db::Connection& connection, AccountId account, const Currency& currency) {
  TRY(balances, ledger::balances(connection, account));
  AccountMoney money;
  for (const ledger::Balance& each : balances) {
    if (each.currency != currency.code) continue;
    if (each.code == codes::kReceivable) money.owed = each.minor;
    if (each.code == codes::kCredit) money.credit = -each.minor;
    if (each.code == codes::kReserved) money.reserved = -each.minor;
    if (each.code == codes::kPrepaid) money.prepaid = -each.minor;
    if (each.code == codes::kDrawn) money.drawn = -each.minor;
  }
  return money;
}

Result<void> post_move(db::Connection& connection, const Move& move) {
  CHECK(move.minor >= 0);
  if (move.minor == 0) return {};
  ledger::Draft draft{move.source, move.owner, std::string(move.currency->code), move.at, move.text, {}};
  draft.postings = {{std::string(move.debit), move.minor}, {std::string(move.credit), -move.minor}};
  auto posted = ledger::post(connection, draft);
  if (!posted) return posted.error();
  return {};
}

}  // namespace postage::invoice
