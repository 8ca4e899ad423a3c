#include "auth/login_throttle.h"

#include <algorithm>

namespace postage::auth {
namespace {

// The prefix keeps an e-mail and an address of the same text apart.
std::string email_key(std::string_view email) { return "e" + std::string(email.substr(0, 254)); }
std::string address_key(std::string_view address) { return "a" + std::string(address.substr(0, 64)); }

}  // namespace

Result<void> LoginThrottle::admit(std::string_view email, std::string_view address, Instant now) {
  const std::lock_guard lock(mutex_);
  const std::string by_email = email_key(email), by_address = address_key(address);
  const std::int64_t wait = longest_wait(by_email, by_address, now);
  if (wait > 0) return Error(Errc::rate_limited, "too many failed log-ins; wait " + std::to_string(wait) + " s");
  make_room(now);
  count(by_email, now);
  count(by_address, now);
  return {};
}

std::int64_t LoginThrottle::wait(std::string_view email, std::string_view address, Instant now) {
  const std::lock_guard lock(mutex_);
  return longest_wait(email_key(email), address_key(address), now);
}

void LoginThrottle::succeeded(std::string_view email, std::string_view address, Instant now) {
  const std::lock_guard lock(mutex_);
  windows_.erase(email_key(email));
  const auto found = windows_.find(address_key(address));
  if (found == windows_.end() || found->second.until <= now) return;
  if (--found->second.failures <= 0) windows_.erase(found);
}

std::int64_t LoginThrottle::longest_wait(const std::string& by_email, const std::string& by_address,
                                         Instant now) const {
  return std::max(seconds_to_wait(by_email, settings_.failures_per_email, now),
                  seconds_to_wait(by_address, settings_.failures_per_address, now));
}

std::int64_t LoginThrottle::seconds_to_wait(const std::string& key, std::int64_t allowed, Instant now) const {
  const auto found = windows_.find(key);
  if (found == windows_.end() || found->second.until <= now || found->second.failures < allowed) return 0;
  return std::chrono::ceil<seconds>(found->second.until - now).count();
}

void LoginThrottle::count(const std::string& key, Instant now) {
  Window& window = windows_[key];
  if (window.until <= now) window = {now + settings_.window, 0};
  ++window.failures;
}

void LoginThrottle::make_room(Instant now) {
  if (windows_.size() + 2 <= settings_.entries_max) return;
  std::erase_if(windows_, [&](const auto& entry) { return entry.second.until <= now; });
  while (windows_.size() + 2 > settings_.entries_max && !windows_.empty()) {
    windows_.erase(std::min_element(windows_.begin(), windows_.end(), [](const auto& a, const auto& b) {
      return a.second.until < b.second.until;
    }));
  }
}

}  // namespace postage::auth
