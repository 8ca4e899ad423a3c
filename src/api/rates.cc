#include "api/rates.h"

#include <algorithm>

#include "base/check.h"

namespace postage::api {

std::optional<std::int64_t> Rates::take(const std::string& key, std::int64_t per_second, Instant now) {
  CHECK(per_second >= 1);
  const std::lock_guard lock(mutex_);
  const std::int64_t full = per_second * 1000;
  auto found = buckets_.find(key);
  if (found == buckets_.end()) {
    if (buckets_.size() >= keys_max_) make_room(now);
    found = buckets_.emplace(key, Bucket{full, now}).first;
  }
  Bucket& bucket = found->second;
  const std::int64_t passed_ms = std::clamp<std::int64_t>((now - bucket.at).count(), 0, 1000);
  bucket.milli = std::min(full, bucket.milli + passed_ms * per_second);
  bucket.at = std::max(bucket.at, now);
  if (bucket.milli < 1000) return 1;  // One call takes at most a second to come back.
  bucket.milli -= 1000;
  return std::nullopt;
}

void Rates::make_room(Instant now) {
  // A bucket that nobody touched for a second is full again: forgetting it changes nothing.
  std::erase_if(buckets_, [&](const auto& each) { return each.second.at + seconds(1) <= now; });
  if (buckets_.size() >= keys_max_) buckets_.clear();
}

}  // namespace postage::api
