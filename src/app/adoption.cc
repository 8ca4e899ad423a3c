#include "app/adoption.h"

namespace postage::app {
namespace {
constexpr std::size_t kAtOnce = 1000;
}  // namespace

Adoption::Adoption(invoice::Billing& billing, const invoice::AccountBatch& accounts)
    : billing_(billing), accounts_(accounts), version_(accounts.version()) {
  for (auto some = accounts.ids_after(seen_, kAtOnce); !some.empty(); some = accounts.ids_after(seen_, kAtOnce)) {
    seen_ = some.back();
  }
}

Result<void> Adoption::round() {
  const std::uint64_t version = accounts_.version();
  if (version != version_) {
    // Ids of accounts grow: what is new stands behind the last one seen.
    for (auto some = accounts_.ids_after(seen_, kAtOnce); !some.empty(); some = accounts_.ids_after(seen_, kAtOnce)) {
      unadopted_.insert(some.begin(), some.end());
      seen_ = some.back();
    }
    version_ = version;
  }
  Result<void> failed;
  std::erase_if(unadopted_, [&](AccountId account) {
    auto opened = billing_.open_account(account, {"system", "the account's first month"});
    if (!opened) failed = opened;
    return opened.ok();
  });
  return failed;
}

}  // namespace postage::app
