#include "base/rational.h"

#include <limits>
#include <utility>

namespace postage {
namespace {
/// numerator / 10^-decimals rounded half away from zero, as a whole number of 10^-decimals.
BigInt scaled_half_away(const BigInt& numerator, const BigInt& denominator, int decimals) {
  BigInt magnitude = numerator.sign() < 0 ? BigInt(-numerator) : numerator;
  magnitude *= power_of_ten(decimals);
  BigInt quotient, rest;
  boost::multiprecision::divide_qr(magnitude, denominator, quotient, rest);
  if (rest * 2 >= denominator) ++quotient;
  if (numerator.sign() < 0) quotient = -quotient;
  return quotient;
}
}  // namespace

BigInt power_of_ten(int exponent) {
  CHECK(exponent >= 0 && exponent <= 200);
  return boost::multiprecision::pow(BigInt(10), static_cast<unsigned>(exponent));
}

Rational::Rational(BigInt numerator, BigInt denominator)
    : numerator_(std::move(numerator)), denominator_(std::move(denominator)) {
  CHECK(!denominator_.is_zero());
  if (denominator_.sign() < 0) {
    numerator_ = -numerator_;
    denominator_ = -denominator_;
  }
  reduce();
}

void Rational::reduce() {
  if (denominator_ == 1) return;
  const BigInt common = boost::multiprecision::gcd(numerator_, denominator_);
  if (common == 1) return;
  numerator_ /= common;
  denominator_ /= common;
}

Rational& Rational::operator+=(const Rational& other) {
  if (denominator_ == other.denominator_) {
    numerator_ += other.numerator_;
  } else {
    numerator_ = numerator_ * other.denominator_ + other.numerator_ * denominator_;
    denominator_ *= other.denominator_;
  }
  reduce();
  return *this;
}

Rational& Rational::operator-=(const Rational& other) {
  if (denominator_ == other.denominator_) {
    numerator_ -= other.numerator_;
  } else {
    numerator_ = numerator_ * other.denominator_ - other.numerator_ * denominator_;
    denominator_ *= other.denominator_;
  }
  reduce();
  return *this;
}

Rational& Rational::operator*=(const Rational& other) {
  // Both are copied first: `x *= x` must not read its own half-changed parts.
  const BigInt numerator = other.numerator_, denominator = other.denominator_;
  numerator_ *= numerator;
  denominator_ *= denominator;
  reduce();
  return *this;
}

Rational& Rational::operator/=(const Rational& other) {
  CHECK(!other.is_zero());
  *this = Rational(numerator_ * other.denominator_, denominator_ * other.numerator_);
  return *this;
}

Rational Rational::operator-() const {
  Rational result = *this;
  result.numerator_ = -result.numerator_;
  return result;
}

std::strong_ordering operator<=>(const Rational& a, const Rational& b) {
  const int order = a.denominator_ == b.denominator_
                        ? a.numerator_.compare(b.numerator_)
                        : BigInt(a.numerator_ * b.denominator_).compare(BigInt(b.numerator_ * a.denominator_));
  if (order < 0) return std::strong_ordering::less;
  return order > 0 ? std::strong_ordering::greater : std::strong_ordering::equal;
}

BigInt Rational::floor() const {
  BigInt quotient, rest;
  boost::multiprecision::divide_qr(numerator_, denominator_, quotient, rest);
  if (rest.sign() < 0) --quotient;
  return quotient;
}

BigInt Rational::ceil() const {
  BigInt quotient, rest;
  boost::multiprecision::divide_qr(numerator_, denominator_, quotient, rest);
  if (rest.sign() > 0) ++quotient;
  return quotient;
}

Rational Rational::rounded(int decimals) const {
  return {scaled_half_away(numerator_, denominator_, decimals), power_of_ten(decimals)};
}

Rational Rational::rounded_half_even(int decimals) const {
  const Rational scaled = *this * Rational(power_of_ten(decimals));
  const BigInt below = scaled.floor();
  const Rational rest = scaled - Rational(below);
  const Rational half(1, 2);
  const bool odd = below % 2 != 0;
  const bool up = rest > half || (rest == half && odd);
  return {up ? BigInt(below + 1) : below, power_of_ten(decimals)};
}

std::string Rational::to_fixed(int decimals) const {
  const BigInt scaled = scaled_half_away(numerator_, denominator_, decimals);
  const bool negative = scaled.sign() < 0;
  std::string digits = (negative ? BigInt(-scaled) : scaled).str();
  const auto places = static_cast<std::size_t>(decimals);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  if (places > 0) digits.insert(digits.size() - places, 1, '.');
  if (negative) digits.insert(0, 1, '-');
  return digits;
}

std::string Rational::to_plain(int decimals) const {
  std::string text = to_fixed(decimals);
  if (decimals == 0) return text;
  const std::size_t last = text.find_last_not_of('0');
  text.erase(text[last] == '.' ? last : last + 1);
  return text;
}

Result<Decimal> parse_decimal(std::string_view text) {
  if (text.size() > kDecimalCharsMax) return Error(Errc::bad_request, "a decimal number has at most 100 characters");
  std::size_t at = 0;
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) ++at;
  std::string digits;
  std::size_t before = 0, after = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++before) digits += text[at];
  bool well = before > 0;
  if (at < text.size() && text[at] == '.') {
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++after) digits += text[at];
    well = well && after > 0;
  }
  if (!well || at != text.size()) return Error(Errc::bad_request, "not a plain decimal number such as 12.5");
  // A leading 0 would make the library read octal digits.
  const std::size_t first = digits.find_first_not_of('0');
  BigInt whole = first == std::string::npos ? BigInt(0) : BigInt(digits.substr(first));
  if (negative) whole = -whole;
  return Decimal{Rational(std::move(whole), power_of_ten(static_cast<int>(after))), static_cast<int>(after)};
}

std::optional<std::int64_t> to_int64(const Rational& value) {
  if (!value.is_whole()) return std::nullopt;
  if (value.numerator() > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  if (value.numerator() < std::numeric_limits<std::int64_t>::min()) return std::nullopt;
  return static_cast<std::int64_t>(value.numerator());
}

}  // namespace postage
