#pragma once
// Prepaid balance: grants of money, paid or given, each with an optional end. The order in which they are drawn, and what
// a bill takes from them. Pure.
//
// Drawn first is what ends first; of equal ends what was given before what was paid, so that the customer's own money
// lasts longest; then the older grant (billing rules 2.2: paid and granted credits, expiry, priority).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/rational.h"

namespace postage::invoice {

enum class GrantKind : std::uint8_t { granted, paid };
/// "granted", "paid".
std::string_view grant_kind_name(GrantKind kind);

/// One grant and what is left of it, whole minor units.
struct Grant {
  std::int64_t id = 0;
  GrantKind kind = GrantKind::granted;
  BigInt amount;
  BigInt left;
  Instant at;
  std::optional<Instant> expires_at;
};

/// True when `a` is drawn before `b`.
bool drawn_before(const Grant& a, const Grant& b);

/// What one grant gives up.
struct GrantUse {
  std::int64_t grant = 0;
  BigInt consumed;
  BigInt expired;
};

/// Takes `need` (below 0 counts as 0) from `grants` in the order above. Grants that end at or before `ended` lose what
/// they did not give; with `only_ended` the others give nothing (their part is drawn later). Never more than is left.
std::vector<GrantUse> draw_grants(std::vector<Grant> grants, const BigInt& need, std::optional<Instant> ended,
                                  bool only_ended);

}  // namespace postage::invoice
