#pragma once
// Slows guessing of passwords: failures are counted per e-mail and per address in fixed windows. Bounded memory; thread: any.
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/result.h"

namespace postage::auth {

struct ThrottleSettings {
  std::int64_t failures_per_email = 5;
  std::int64_t failures_per_address = 50;
  std::chrono::seconds window{300};
  std::size_t entries_max = 100'000;  ///< e-mails and addresses remembered; beyond it the oldest windows go first
};

class LoginThrottle {
 public:
  explicit LoginThrottle(ThrottleSettings settings) : settings_(settings) {}

  /// Counts one attempt before it is checked (so that parallel guesses count too). Errors: rate_limited with the seconds
  /// to wait; a refused attempt is not counted.
  Result<void> admit(std::string_view email, std::string_view address, Instant now);
  /// Seconds until admit() takes this pair again; 0: at once.
  [[nodiscard]] std::int64_t wait(std::string_view email, std::string_view address, Instant now);
  /// The attempt was right: gives its count back and forgets the e-mail's failures.
  void succeeded(std::string_view email, std::string_view address, Instant now);

 private:
  struct Window {
    Instant until;
    std::int64_t failures = 0;
  };
  [[nodiscard]] std::int64_t longest_wait(const std::string& by_email, const std::string& by_address, Instant now) const;
  [[nodiscard]] std::int64_t seconds_to_wait(const std::string& key, std::int64_t allowed, Instant now) const;
  void count(const std::string& key, Instant now);
  void make_room(Instant now);

  ThrottleSettings settings_;
  std::mutex mutex_;
  std::unordered_map<std::string, Window> windows_;
};

}  // namespace postage::auth
