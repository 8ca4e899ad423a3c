// Runs the rows of tests/cases/part4.def about settlement and arrears against the functions that the server decides with.
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "invoice/payments/arrears.h"
#include "invoice/payments/settlement.h"
#include "rating/rating.h"

namespace postage {
namespace {

struct SettleCase {
  std::string id, catalogue, plan;
  std::int64_t before;
  std::string growth, settled, sum;
};
struct ShortCase {
  std::string id, balance, bill, tolerance, short_by;
  bool asked;
};
struct ArrearsCase {
  std::string id, issued, paid;
  std::vector<std::string> states;
};
#define UNITS(...)
#define RATE(...)
#define SIMULATE(...)
const SettleCase kSettles[] = {
#define SETTLE(id, ...) {#id, __VA_ARGS__},
#include "../tests/cases/part4.def"
};
const ShortCase kShorts[] = {
#define SHORT(id, ...) {#id, __VA_ARGS__},
#include "../tests/cases/part4.def"
};
const ArrearsCase kArrears[] = {
#define ARREARS(id, issued, paid, ...) {#id, issued, paid, {__VA_ARGS__}},
#include "../tests/cases/part4.def"
};
#undef UNITS
#undef RATE
#undef SIMULATE

template <class Case>
std::string case_name(const testing::TestParamInfo<Case>& info) {
  return info.param.id;
}

std::vector<std::int64_t> growths(const std::string& text) {
  std::vector<std::int64_t> found;
  std::istringstream in(text);
  for (std::string word; in >> word;) {
    if (word.starts_with('x')) {
      found.resize(found.size() + static_cast<std::size_t>(std::stoi(word.substr(1))) - 1, found.back());
    } else {
      found.push_back(std::stoll(word));
    }
  }
  return found;
}

/// The running bill without its base fee, minor units.
BigInt overage(const catalog::CataloguePtr& catalogue, const std::string& plan, std::int64_t units) {
  rating::MonthInput input;
  input.catalogue = catalogue;
  input.plan = catalogue->find(plan);
  input.usage.messages = Rational(units);
  const rating::Bill bill = rating::rate(input);
  return invoice::to_minor(bill.total - bill.line(rating::LineKind::base)->amount, catalogue->currency);
}

class SettleTest : public testing::TestWithParam<SettleCase> {};
TEST_P(SettleTest, SettlesByCumulativeDifference) {
  const SettleCase& row = GetParam();
  const catalog::CataloguePtr catalogue = *catalog::builtin(row.catalogue);
  const Currency& currency = catalogue->currency;
  std::int64_t units = row.before;
  BigInt before = 0, sum = 0;
  std::string settled;
  for (const std::int64_t growth : growths(row.growth)) {
    units += growth;
    const BigInt bill = overage(catalogue, row.plan, units);
    const BigInt delta = invoice::settle_week(bill, before, {}, Rational(50), currency).delta;
    settled += (settled.empty() ? "" : " ") + invoice::minor_text(delta, currency);
    before = bill;
    sum += delta;
  }
  EXPECT_EQ(invoice::minor_text(sum, currency), row.sum);
  if (!row.settled.empty()) { EXPECT_EQ(settled, row.settled); }
}
INSTANTIATE_TEST_SUITE_P(Part4, SettleTest, testing::ValuesIn(kSettles), case_name<SettleCase>);

class ShortTest : public testing::TestWithParam<ShortCase> {};
TEST_P(ShortTest, AsksOnlyAboveTheTolerance) {
  const ShortCase& row = GetParam();
  const Currency& currency = *find_currency("USD");
  const auto minor = [&](const std::string& text) { return invoice::to_minor(parse_decimal(text)->value, currency); };
  invoice::AccountMoney money;
  money.credit = minor(row.balance);
  const auto settled = invoice::settle_week(minor(row.bill), 0, money, parse_decimal(row.tolerance)->value, currency);
  EXPECT_EQ(settled.short_by, minor(row.short_by));
  EXPECT_EQ(settled.ask, row.asked);
}
INSTANTIATE_TEST_SUITE_P(Part4, ShortTest, testing::ValuesIn(kShorts), case_name<ShortCase>);

class ArrearsTest : public testing::TestWithParam<ArrearsCase> {};
TEST_P(ArrearsTest, StandsWhereItShould) {
  const ArrearsCase& row = GetParam();
  const Zone zone = Zone::find("Asia/Shanghai").value();
  const auto at = [](const std::string& text) { return parse_instant(text + ":00+08:00").value(); };
  invoice::CollectionTerms terms;
  terms.mode = invoice::CollectionMode::classic;
  const Instant issued = at(row.issued);
  std::vector<invoice::Movement> history{{issued, invoice::deduction_at(issued, terms, zone), BigInt(-39900)}};
  if (!row.paid.empty()) history.push_back({at(row.paid), at(row.paid), BigInt(39900)});
  for (const std::string& each : row.states) {
    const std::size_t blank = each.find(' ');
    const auto view = invoice::arrears_at(history, terms, zone, at(each.substr(0, blank)));
    EXPECT_EQ(invoice::arrears_state_name(view.state), each.substr(blank + 1)) << each;
  }
}
INSTANTIATE_TEST_SUITE_P(Part4, ArrearsTest, testing::ValuesIn(kArrears), case_name<ArrearsCase>);

}  // namespace
}  // namespace postage
