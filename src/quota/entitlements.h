#pragma once
// Which features an account has, from the plan it is really on (list plan, contract): the one place that every gate of a
// feature asks.
#include <atomic>
#include <cstdint>
#include <functional>
#include <shared_mutex>
#include <string_view>
#include <unordered_map>

#include "base/ids.h"
#include "catalog/catalog.h"

namespace postage::quota {

/// The features of a plan, bit i for the i-th of catalog::feature_names().
std::uint32_t feature_bits(const catalog::Plan& plan);

/// Thread: any, all functions; has() takes a shared lock and reads nothing else.
class Entitlements {
 public:
  /// `listed` gives the list plan of an account whose terms were not told yet; null when it is unknown.
  explicit Entitlements(std::function<catalog::PlanPtr(AccountId)> listed) : listed_(std::move(listed)) {}

  /// The account's plan is this one from now on.
  void set(AccountId account, const catalog::Plan& plan);
  /// True when the account has the feature (a row of catalog::feature_names()). Unknown accounts and names have none.
  [[nodiscard]] bool has(AccountId account, std::string_view feature) const;
  /// Grows when the features of an account change.
  [[nodiscard]] std::uint64_t version() const { return version_.load(std::memory_order_acquire); }

 private:
  const std::function<catalog::PlanPtr(AccountId)> listed_;
  std::atomic<std::uint64_t> version_{0};
  mutable std::shared_mutex mutex_;
  std::unordered_map<AccountId, std::uint32_t> bits_;
};

}  // namespace postage::quota
