#include "base/clock.h"

namespace postage {
namespace {
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant wall() const override {
    return std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
  }
  [[nodiscard]] Steady steady() const override {
    return std::chrono::time_point_cast<nanoseconds>(std::chrono::steady_clock::now());
  }
};
}  // namespace

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}
}  // namespace postage
