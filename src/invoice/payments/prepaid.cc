#include "invoice/payments/prepaid.h"

#include <algorithm>
#include <tuple>

namespace postage::invoice {

std::string_view grant_kind_name(GrantKind kind) { return kind == GrantKind::granted ? "granted" : "paid"; }

bool drawn_before(const Grant& a, const Grant& b) {
  const auto key = [](const Grant& grant) {
    return std::tuple(grant.expires_at.value_or(Instant::max()), grant.kind == GrantKind::paid, grant.id);
  };
  return key(a) < key(b);
}

std::vector<GrantUse> draw_grants(std::vector<Grant> grants, const BigInt& need, std::optional<Instant> ended,
                                  bool only_ended) {
  std::ranges::sort(grants, drawn_before);
  std::vector<GrantUse> uses;
  BigInt rest = std::max(need, BigInt(0));
  for (const Grant& grant : grants) {
    const bool ends = ended && grant.expires_at && *grant.expires_at <= *ended;
    if (only_ended && !ends) continue;
    GrantUse use{grant.id, std::min(rest, grant.left), 0};
    rest -= use.consumed;
    if (ends) use.expired = grant.left - use.consumed;
    if (use.consumed != 0 || use.expired != 0) uses.push_back(std::move(use));
  }
  return uses;
}

}  // namespace postage::invoice
