#include "rating/split.h"

#include <algorithm>
#include <numeric>

namespace postage::rating {

std::vector<Rational> split(const Rational& amount, const std::vector<Rational>& weights, const Currency& currency) {
  if (weights.empty()) return {};
  const BigInt minor = power_of_ten(currency.minor_digits);
  const Rational units = (amount.is_negative() ? -amount : amount) * Rational(minor);
  CHECK(units.is_whole());
  const Rational all = std::accumulate(weights.begin(), weights.end(), Rational());
  std::vector<BigInt> parts(weights.size());
  std::vector<Rational> rests(weights.size());
  BigInt missing = units.numerator();
  if (!all.is_zero()) {
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const Rational share = units * weights[i] / all;
      parts[i] = share.floor();
      rests[i] = share - Rational(parts[i]);
      missing -= parts[i];
    }
  } else {
    parts[0] = missing;
    missing = 0;
  }
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return rests[a] > rests[b]; });
  for (std::size_t i = 0; missing > 0; ++i, --missing) ++parts[order[i]];
  std::vector<Rational> result;
  for (const BigInt& part : parts) {
    result.emplace_back(amount.is_negative() ? BigInt(-part) : part, minor);
  }
  return result;
}

}  // namespace postage::rating
