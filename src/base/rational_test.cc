#include "base/rational.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/money.h"

namespace postage {
namespace {
Rational fraction(std::int64_t n, std::int64_t d) { return {BigInt(n), BigInt(d)}; }

TEST(Rational, IsAlwaysInLowestTermsWithAPositiveDenominator) {
  const Rational half = fraction(-6, -12);
  EXPECT_EQ(half.numerator(), 1);
  EXPECT_EQ(half.denominator(), 2);
  EXPECT_EQ(fraction(3, -6), -half);
  EXPECT_TRUE((half - half).is_zero());
  EXPECT_EQ((half - half).denominator(), 1);
}

TEST(Rational, RoundsHalfAwayFromZeroInBothDirections) {
  const char* const kCases[][2] = {{"0.005", "0.01"}, {"0.00498", "0.00"}, {"0.015", "0.02"}, {"-0.005", "-0.01"},
                                   {"-0.0049", "0.00"}, {"2.675", "2.68"}, {"1.005", "1.01"}, {"-1.004999", "-1.00"}};
  for (const auto& [exact, printed] : kCases) EXPECT_EQ(parse_decimal(exact)->value.to_fixed(2), printed) << exact;
}

TEST(Rational, RoundsToWholeUnitsWhereACurrencyHasNoMinorOnes) {
  const Currency& yen = *find_currency("JPY");
  const char* const kCases[][2] = {{"0.49", "0"}, {"0.5", "1"}, {"1.5", "2"}, {"2.5", "3"}, {"-2.5", "-3"}};
  for (const auto& [exact, printed] : kCases) EXPECT_EQ(money_text(parse_decimal(exact)->value, yen), printed);
}

TEST(Rational, PlainTextHasNoTrailingZerosOrExponent) {
  EXPECT_EQ(fraction(19, 10).to_plain(), "1.9");
  EXPECT_EQ(Rational(200).to_plain(), "200");
  EXPECT_EQ(Rational().to_plain(), "0");
  EXPECT_EQ(fraction(2, 3).to_plain(), "0.6666666667");
  EXPECT_EQ(fraction(-1, 100'000'000'000).to_plain(), "0");
  EXPECT_EQ(parse_decimal("0.00002")->value.to_plain(), "0.00002");
  EXPECT_EQ(Rational(10).to_plain(0), "10");
}

TEST(Rational, FloorAndCeilingOfNegativeNumbers) {
  EXPECT_EQ(fraction(-7, 2).floor(), -4);
  EXPECT_EQ(fraction(-7, 2).ceil(), -3);
  EXPECT_EQ(fraction(7, 2).floor(), 3);
  EXPECT_EQ(fraction(7, 2).ceil(), 4);
  EXPECT_EQ(Rational(4).ceil(), 4);
}

TEST(Rational, CountsPastSixtyFourBits) {
  const Rational units(INT64_MAX), rate = parse_decimal("0.00002")->value;
  EXPECT_EQ((units * rate).to_fixed(2), "184467440737095.52");
  EXPECT_EQ(Rational(static_cast<UInt128>(1) << 100).to_plain(), "1267650600228229401496703205376");
  EXPECT_EQ(to_int64(units), INT64_MAX);
  EXPECT_EQ(to_int64(units + Rational(1)), std::nullopt);
  EXPECT_EQ(to_int64(rate), std::nullopt);
}

TEST(Decimal, AcceptsOnlyPlainDecimals) {
  for (const char* text : {"", "-", ".5", "5.", "+5", "1e3", "1,000", " 1", "1 ", "0x10", "1.2.3", "--1", "NaN"}) {
    EXPECT_FALSE(parse_decimal(text)) << text;
  }
  EXPECT_FALSE(parse_decimal(std::string(101, '1')));
  EXPECT_EQ(parse_decimal("007.50")->value, fraction(15, 2));
  EXPECT_EQ(parse_decimal("007.50")->decimals, 2);
  EXPECT_EQ(parse_decimal("-0.10")->value, fraction(-1, 10));
}

TEST(Money, HasAtMostTheMinorDigitsAndIsNotNegative) {
  const Currency& yuan = *find_currency("CNY");
  EXPECT_EQ(parse_money("399", yuan)->to_plain(), "399");
  EXPECT_FALSE(parse_money("399.000", yuan));
  EXPECT_FALSE(parse_money("-1.00", yuan));
  EXPECT_EQ(find_currency("XTS"), nullptr);
  EXPECT_EQ(find_currency("cny"), nullptr);
}

RC_GTEST_PROP(Rational, ArithmeticKeepsTheLawsOfFractions, (std::int64_t a, std::int64_t b, std::int32_t c)) {
  const std::int64_t d = c == 0 ? 1 : c;
  const Rational x = fraction(a, d), y = fraction(b, 720);
  RC_ASSERT((x + y) - y == x);
  RC_ASSERT(x * y == y * x);
  RC_ASSERT((x - y) * (x + y) == x * x - y * y);
  if (!y.is_zero()) RC_ASSERT(x / y * y == x);
  RC_ASSERT((x < y) == (y - x > Rational()));
  RC_ASSERT(Rational(x.floor()) <= x);
  RC_ASSERT(Rational(x.ceil()) >= x);
}

RC_GTEST_PROP(Rational, TextReadsBackAndIsOffByAtMostHalfAUnit, (std::int64_t a, std::uint16_t b, std::uint8_t places)) {
  const int decimals = places % 12;
  const Rational exact = fraction(a, b + 1), rounded = exact.rounded(decimals);
  RC_ASSERT(parse_decimal(exact.to_fixed(decimals))->value == rounded);
  RC_ASSERT(parse_decimal(exact.to_plain(decimals))->value == rounded);
  const Rational error = rounded - exact;
  RC_ASSERT((error.is_negative() ? -error : error) <= Rational(BigInt(1), power_of_ten(decimals) * 2));
}
}  // namespace
}  // namespace postage
