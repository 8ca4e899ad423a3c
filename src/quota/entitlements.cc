#include "quota/entitlements.h"

#include <algorithm>
#include <mutex>

namespace postage::quota {

std::uint32_t feature_bits(const catalog::Plan& plan) {
  std::uint32_t bits = 0;
  const auto names = catalog::feature_names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (plan.has(names[i])) bits |= std::uint32_t{1} << i;
  }
  return bits;
}

void Entitlements::set(AccountId account, const catalog::Plan& plan) {
  const std::uint32_t bits = feature_bits(plan);
  const std::unique_lock lock(mutex_);
  const auto [row, fresh] = bits_.try_emplace(account, bits);
  if (!fresh && row->second == bits) return;
  row->second = bits;
  version_.fetch_add(1, std::memory_order_release);
}

bool Entitlements::has(AccountId account, std::string_view feature) const {
  const auto names = catalog::feature_names();
  const auto row = std::ranges::find(names, feature);
  if (row == names.end()) return false;
  {
    const std::shared_lock lock(mutex_);
    const auto found = bits_.find(account);
    if (found != bits_.end()) return (found->second >> (row - names.begin()) & 1U) != 0;
  }
  const catalog::PlanPtr plan = listed_(account);
  return plan != nullptr && plan->has(feature);
}

}  // namespace postage::quota
