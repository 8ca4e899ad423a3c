#pragma once
// REST calls per second, by key (a project, a principal): a token bucket each. Bounded memory. Thread: any.
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.h"

namespace postage::api {

class Rates {
 public:
  explicit Rates(std::size_t keys_max = 100'000) : keys_max_(keys_max) {}
  /// Takes one of `per_second` (at least 1; a second's worth may be saved up). None when taken; else the whole seconds
  /// after which the next one is there, at least 1.
  std::optional<std::int64_t> take(const std::string& key, std::int64_t per_second, Instant now);

 private:
  struct Bucket {
    std::int64_t milli = 0;  ///< thousandths of a call
    Instant at{};
  };
  void make_room(Instant now);

  const std::size_t keys_max_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace postage::api
