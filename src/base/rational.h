#pragma once
// Exact rational numbers: every quantity and every amount of money is one until it is printed. Nothing here rounds
// unless its name says so, and rounding is half away from zero where the name does not say half even.
#include <boost/multiprecision/cpp_int.hpp>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace postage {

/// A whole number of any size.
using BigInt = boost::multiprecision::number<boost::multiprecision::cpp_int_backend<>, boost::multiprecision::et_off>;
__extension__ using Int128 = __int128;
__extension__ using UInt128 = unsigned __int128;

/// numerator / denominator, always in lowest terms with a denominator above 0. A value; thread: any, as with int.
class Rational {
 public:
  Rational() : denominator_(1) {}
  Rational(std::int64_t whole) : numerator_(whole), denominator_(1) {}  // NOLINT: a whole number is one of these
  Rational(int whole) : numerator_(whole), denominator_(1) {}           // NOLINT
  explicit Rational(BigInt whole) : numerator_(std::move(whole)), denominator_(1) {}
  explicit Rational(Int128 whole) : numerator_(whole), denominator_(1) {}
  explicit Rational(UInt128 whole) : numerator_(whole), denominator_(1) {}
  /// `denominator` must not be 0; its sign moves to the numerator.
  Rational(BigInt numerator, BigInt denominator);

  [[nodiscard]] const BigInt& numerator() const { return numerator_; }
  [[nodiscard]] const BigInt& denominator() const { return denominator_; }
  [[nodiscard]] bool is_zero() const { return numerator_.is_zero(); }
  [[nodiscard]] bool is_whole() const { return denominator_ == 1; }
  [[nodiscard]] bool is_negative() const { return numerator_.sign() < 0; }

  Rational& operator+=(const Rational& other);
  Rational& operator-=(const Rational& other);
  Rational& operator*=(const Rational& other);
  /// `other` must not be 0.
  Rational& operator/=(const Rational& other);
  friend Rational operator+(Rational a, const Rational& b) { return a += b; }
  friend Rational operator-(Rational a, const Rational& b) { return a -= b; }
  friend Rational operator*(Rational a, const Rational& b) { return a *= b; }
  friend Rational operator/(Rational a, const Rational& b) { return a /= b; }
  Rational operator-() const;
  friend bool operator==(const Rational& a, const Rational& b) {
    return a.numerator_ == b.numerator_ && a.denominator_ == b.denominator_;
  }
  friend std::strong_ordering operator<=>(const Rational& a, const Rational& b);

  /// The largest whole number not above this.
  [[nodiscard]] BigInt floor() const;
  /// The smallest whole number not below this.
  [[nodiscard]] BigInt ceil() const;
  /// Rounded half away from zero to `decimals` places (0 to 40).
  [[nodiscard]] Rational rounded(int decimals) const;
  /// Rounded half to even (bankers' rounding) to `decimals` places (0 to 40).
  [[nodiscard]] Rational rounded_half_even(int decimals) const;
  /// Rounded half away from zero and written with exactly `decimals` places: "-3.50".
  [[nodiscard]] std::string to_fixed(int decimals) const;
  /// Rounded half away from zero to at most `decimals` places, without trailing zeros: "1.9", "2", "0".
  [[nodiscard]] std::string to_plain(int decimals = 10) const;

 private:
  void reduce();
  BigInt numerator_;
  BigInt denominator_;
};

/// A decimal number as written: its value, and how many digits stood after the point.
struct Decimal {
  Rational value;
  int decimals = 0;
};

/// The longest decimal text that is read, characters.
inline constexpr std::size_t kDecimalCharsMax = 100;

/// Reads `-?digits[.digits]`: no plus sign, exponent, blanks or grouping. Anything else: bad_request.
Result<Decimal> parse_decimal(std::string_view text);

/// 10 to the power `exponent` (0 to 200).
BigInt power_of_ten(int exponent);

/// The value as 64-bit, or none when it is not whole or does not fit.
std::optional<std::int64_t> to_int64(const Rational& value);

}  // namespace postage
