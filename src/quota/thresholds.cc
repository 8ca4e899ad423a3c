#include "quota/thresholds.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace postage::quota {
namespace {
std::size_t slot(Meter meter) { return static_cast<std::size_t>(meter); }
}  // namespace

Thresholds::Thresholds(std::vector<int> percents) : percents_(std::move(percents)) {
  CHECK(percents_.size() <= 32 && std::ranges::is_sorted(percents_));
}

void Thresholds::begin(MonthKey month, const std::string& plan) {
  if (month == month_ && plan == plan_) return;
  month_ = month;
  plan_ = plan;
  told_ = {};
}

std::vector<int> Thresholds::reach(Meter meter, const Rational& value, const Rational& quota) {
  std::vector<int> fresh;
  if (quota <= Rational(0)) return fresh;
  const Rational hundredfold = value * Rational(100);
  for (std::size_t i = 0; i < percents_.size(); ++i) {
    const std::uint32_t bit = std::uint32_t{1} << i;
    if ((told_[slot(meter)] & bit) != 0 || hundredfold < quota * Rational(percents_[i])) continue;
    told_[slot(meter)] |= bit;
    fresh.push_back(percents_[i]);
  }
  return fresh;
}

int Thresholds::next(Meter meter) const {
  for (std::size_t i = 0; i < percents_.size(); ++i) {
    if ((told_[slot(meter)] >> i & 1) == 0) return percents_[i];
  }
  return 0;
}

void Thresholds::mark(Meter meter, int percent) {
  for (std::size_t i = 0; i < percents_.size(); ++i) {
    if (percents_[i] == percent) told_[slot(meter)] |= std::uint32_t{1} << i;
  }
}

std::vector<int> Thresholds::told(Meter meter) const {
  std::vector<int> marks;
  for (std::size_t i = 0; i < percents_.size(); ++i) {
    if ((told_[slot(meter)] >> i & 1) != 0) marks.push_back(percents_[i]);
  }
  return marks;
}

}  // namespace postage::quota
