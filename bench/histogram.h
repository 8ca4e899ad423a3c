#pragma once
// Latencies in nanoseconds, log-linear: 64 buckets an octave, so a percentile is right to 1.6 %.
#include <bit>
#include <cstdint>
#include <vector>

namespace postage::bench {

class Histogram {
 public:
  void add(std::uint64_t value) {
    ++buckets_[index_of(value)];
    ++count_;
  }
  /// The value below which `permille` of 1000 lie; 0 if there is none.
  [[nodiscard]] std::uint64_t at_permille(std::uint64_t permille) const {
    const std::uint64_t target = count_ * permille / 1000;
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      seen += buckets_[i];
      if (seen > target) return value_of(i);
    }
    return 0;
  }

 private:
  static std::size_t index_of(std::uint64_t v) {
    if (v < 64) return v;
    const auto exponent = static_cast<std::size_t>(std::bit_width(v)) - 1;
    return (exponent - 5) * 64 + ((v >> (exponent - 6)) & 63);
  }
  static std::uint64_t value_of(std::size_t i) {
    if (i < 64) return i;
    const std::size_t exponent = i / 64 + 5;
    return (1ULL << exponent) + (static_cast<std::uint64_t>(i & 63) << (exponent - 6));
  }
  std::vector<std::uint64_t> buckets_ = std::vector<std::uint64_t>(64 * 60);
  std::uint64_t count_ = 0;
};

}  // namespace postage::bench
