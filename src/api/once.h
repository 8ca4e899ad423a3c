#pragma once
// Idempotency keys: a POST that is sent again with the same key is answered again, not done again. Kept in memory,
// bounded in number, bytes and age; a restart forgets, as it forgets a channel's epoch.
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "api/message.h"
#include "base/clock.h"

namespace postage::api {

/// Thread: any.
class Once {
 public:
  struct Bounds {
    std::size_t entries_max = 100'000;
    std::size_t bytes_max = 64U << 20U;  ///< of kept answers and keys
    milliseconds life = std::chrono::hours(24);
  };
  explicit Once(Bounds bounds) : bounds_(bounds) {}
  Once() : Once(Bounds{}) {}

  enum class Verdict : std::uint8_t {
    go,        ///< do it, then call finish()
    answered,  ///< `answer` was or will be called with the first call's answer
    differs,   ///< the key was used for another request
    full,      ///< too many requests wait for the same first call
  };
  /// `key` holds principal and Idempotency-Key; `fingerprint` method, target and body. On `answered` the answer may
  /// come later, when the first call finishes.
  Verdict begin(const std::string& key, const std::string& fingerprint, const Answer& answer, Instant now);

  /// The first call is answered: kept when it was done (status below 400), forgotten when it was refused, so that a
  /// retry after a refusal is tried afresh. Answers everybody who waited.
  void finish(const std::string& key, const Response& response);

  [[nodiscard]] std::size_t size() const;

 private:
  struct Entry {
    std::string fingerprint;
    Response response;
    bool done = false;
    std::vector<Answer> waiting;
    Instant at{};
    std::size_t bytes = 0;
    std::list<std::string>::iterator place;
  };
  void make_room(Instant now);
  void erase(std::map<std::string, Entry>::iterator entry);

  const Bounds bounds_;
  mutable std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  std::list<std::string> order_;  ///< keys, oldest first
  std::size_t bytes_ = 0;
};

}  // namespace postage::api
