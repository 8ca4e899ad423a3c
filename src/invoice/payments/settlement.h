#pragma once
// The weekly settlement as arithmetic: cumulative differences, so that slices never drift from the whole (billing rules
// 1.11, settlement 2026-06). Pure.
#include <algorithm>

#include "invoice/payments/money_codes.h"

namespace postage::invoice {

/// What one check decides; whole minor units.
struct WeeklySettlement {
  BigInt delta;     ///< how much the running bill grew since the last check of the month: what this check settles
  BigInt reserve;   ///< goes from credit to the reserve (below 0: back)
  BigInt short_by;  ///< running bill less balance; 0 when covered
  bool ask = false; ///< short by more than the tolerance
};

/// `bill` is the running bill in all, `before` what it was at the month's check before. The sum of all deltas is the last
/// bill, whatever the slices were.
inline WeeklySettlement settle_week(const BigInt& bill, const BigInt& before, const AccountMoney& money,
                                    const Rational& tolerance, const Currency& currency) {
  WeeklySettlement settled;
  settled.delta = bill - before;
  const BigInt missing = bill - money.reserved;
  settled.reserve = missing > 0 ? std::min(missing, std::max(money.credit, BigInt(0))) : missing;
  settled.short_by = std::max(BigInt(bill - money.balance()), BigInt(0));
  settled.ask = from_minor(settled.short_by, currency) > tolerance;
  return settled;
}

}  // namespace postage::invoice
