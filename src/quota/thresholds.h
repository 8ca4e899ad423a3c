#pragma once
// Which percentages of a quota were reached and not told yet.
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/month.h"
#include "base/rational.h"
#include "quota/refusal.h"

namespace postage::quota {

/// Remembers what was told: each percentage once per meter, month and plan. A value; thread: one.
class Thresholds {
 public:
  /// `percents` ascending, 1 to 1000 each; at most 32.
  explicit Thresholds(std::vector<int> percents = {50, 80, 95, 100});

  /// Starts afresh when the month or the plan is another one than before.
  void begin(MonthKey month, const std::string& plan);
  /// Percentages that `value` of `quota` reaches (greater or equal) and that were not told; they are told now.
  /// A quota of 0 or less has none.
  std::vector<int> reach(Meter meter, const Rational& value, const Rational& quota);
  /// The smallest percentage of `meter` not told yet, or 0.
  [[nodiscard]] int next(Meter meter) const;
  /// Marks `percent` of `meter` as told (when stored marks are read back).
  void mark(Meter meter, int percent);
  /// Told percentages of `meter` in this month and plan.
  [[nodiscard]] std::vector<int> told(Meter meter) const;

 private:
  std::vector<int> percents_;
  MonthKey month_;
  std::string plan_;
  std::array<std::uint32_t, 3> told_{};  ///< one bit per percentage
};

}  // namespace postage::quota
