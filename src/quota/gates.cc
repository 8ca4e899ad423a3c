#include <mutex>
#include <utility>

#include "quota/gate.h"

namespace postage::quota {

std::shared_ptr<Gate> Gates::find(AccountId account) const {
  const std::shared_lock lock(mutex_);
  const auto found = gates_.find(account);
  return found == gates_.end() ? nullptr : found->second;
}

std::shared_ptr<Gate> Gates::of(AccountId account) {
  if (auto gate = find(account)) return gate;
  const std::unique_lock lock(mutex_);
  // Made under the lock: two gates of one account would each admit the whole quota.
  auto& slot = gates_[account];
  if (!slot) slot = maker_(account);
  auto gate = slot;
  if (!gate) gates_.erase(account);
  return gate;
}

void Gates::forget(AccountId account) {
  const std::unique_lock lock(mutex_);
  gates_.erase(account);
}

}  // namespace postage::quota
