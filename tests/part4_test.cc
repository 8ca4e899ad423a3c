// Runs the known-answer rows of cases/part4.def against the product's own functions.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "app/simulate.h"
#include "catalog/catalog.h"
#include "invoice/sla.h"
#include "meter/month_usage.h"
#include "rating/rating.h"

namespace postage {
namespace {
using Json = nlohmann::ordered_json;

struct UnitsCase {
  std::string id;
  std::int64_t bytes, receivers, times, kilobyte;
  std::string units;
};
const UnitsCase kUnits[] = {
#define UNITS(id, ...) {#id, __VA_ARGS__},
#include "tests/cases/part4.def"
};

struct RateCase {
  std::string id;
  std::string catalogue = "cn26";
  std::string rules = {};          ///< members that replace the catalogue's rules
  std::string plan = {};
  std::string pcu = "0";
  std::string messages = "0";
  std::string gb = {};             ///< GB as metered, a decimal or a fraction
  std::string byte_hours_gb = {};  ///< or GB-hours, divided by the catalogue's rule
  std::int64_t hours = 744;
  std::string segments = {};       ///< "basic 16 premium 15"
  std::string discount = "0";
  std::string tax = "0";
  bool inclusive = false;
  std::string lines = {};          ///< printed amounts in order
  std::string total = {};
  std::string exact = {};
};
const RateCase kRates[] = {
#define RATE(name, ...) {.id = #name, __VA_ARGS__},
#include "tests/cases/part4.def"
};

struct SimulateCase {
  std::string id, head, accounts, steps;
  std::vector<std::string> expected;
};
const SimulateCase kScenarios[] = {
#define SIMULATE(id, head, accounts, steps, ...) {#id, head, accounts, steps, {__VA_ARGS__}},
#include "tests/cases/part4.def"
};

std::vector<std::string> split_text(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, at);) {
    const std::size_t first = part.find_first_not_of(' ');
    if (first != std::string::npos) parts.push_back(part.substr(first));
  }
  return parts;
}

Rational fraction(const std::string& text) {
  const auto parts = split_text(text, '/');
  Rational value = parse_decimal(parts[0])->value;
  return parts.size() == 1 ? value : value / parse_decimal(parts[1])->value;
}

catalog::CataloguePtr catalogue_with(const std::string& name, const std::string& rules) {
  Json document = Json::parse(*catalog::builtin_text(name));
  if (!rules.empty()) document["rules"].update(Json::parse(rules));
  const auto catalogue = catalog::load(document.dump());
  EXPECT_TRUE(catalogue) << (catalogue ? "" : catalogue.error().detail);
  return *catalogue;
}

template <class Case>
std::string case_name(const testing::TestParamInfo<Case>& info) {
  return info.param.id;
}

class UnitsTest : public testing::TestWithParam<UnitsCase> {};
TEST_P(UnitsTest, CountsEachCopyByStartedKilobytes) {
  const UnitsCase& row = GetParam();
  const UInt128 units = meter::publish_units(row.bytes, row.receivers, row.kilobyte) * static_cast<UInt128>(row.times);
  EXPECT_EQ(Rational(units).to_plain(), row.units);
}
INSTANTIATE_TEST_SUITE_P(Part4, UnitsTest, testing::ValuesIn(kUnits), case_name<UnitsCase>);

class RateTest : public testing::TestWithParam<RateCase> {};
TEST_P(RateTest, GivesTheKnownInvoice) {
  const RateCase& row = GetParam();
  rating::MonthInput input;
  input.catalogue = catalogue_with(row.catalogue, row.rules);
  input.plan = input.catalogue->find(row.plan);
  ASSERT_TRUE(input.plan);
  input.contract.discount_percent = parse_decimal(row.discount)->value;
  input.tax = {parse_decimal(row.tax)->value, row.inclusive};
  if (!row.byte_hours_gb.empty()) {
    const BigInt bytes = (parse_decimal(row.byte_hours_gb)->value * Rational(input.catalogue->gigabyte)).floor();
    input.usage.storage_gb = rating::storage_gb(*input.catalogue, static_cast<UInt128>(bytes), row.hours);
  } else if (!row.gb.empty()) {
    input.usage.storage_gb = fraction(row.gb);
  }
  input.usage.pcu = parse_decimal(row.pcu)->value;
  input.usage.messages = parse_decimal(row.messages)->value;
  input.usage.month_hours = row.hours;
  const bool by_seconds = input.catalogue->rules.upgrade == catalog::UpgradeRule::pro_rata_seconds;
  input.month_days = static_cast<int>(by_seconds ? row.hours * 3600 : row.hours / 24);
  const auto words = split_text(row.segments, ' ');
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    input.segments.push_back({input.catalogue->find(words[i]), std::stoi(words[i + 1])});
  }
  const rating::Bill bill = rating::rate(input);
  EXPECT_EQ(money_text(bill.total, bill.currency), row.total);
  if (!row.exact.empty()) { EXPECT_EQ(bill.exact_total.to_plain(), row.exact); }
  std::string lines;
  for (const auto& line : bill.lines) lines += (lines.empty() ? "" : " ") + money_text(line.amount, bill.currency);
  if (!row.lines.empty()) { EXPECT_EQ(lines, row.lines); }
}
INSTANTIATE_TEST_SUITE_P(Part4, RateTest, testing::ValuesIn(kRates), case_name<RateCase>);

Json scenario_of(const SimulateCase& row) {
  const auto head = split_text(row.head, ' ');
  const std::string offset = head[0].starts_with("us") ? "Z" : "+08:00";
  Json scenario = {{"catalogue", head[0]}, {"start", "2026-01-01T00:00:00" + offset},
                   {"until", head[1] + "T00:00:00" + offset}, {"accounts", Json::array()}, {"steps", Json::array()}};
  for (const std::string& text : split_text(row.accounts, ';')) {
    const auto words = split_text(text, ' ');
    Json account = {{"id", words[0]}, {"plan", words[1]}, {"projects", Json::array()}};
    for (std::size_t i = 2; i < words.size(); ++i) {
      if (words[i].starts_with("since=")) {
        account["since"] = words[i].substr(6);
      } else {
        account["projects"].push_back(words[i]);
      }
    }
    scenario["accounts"].push_back(account);
  }
  for (const std::string& text : split_text(row.steps, ';')) {
    const auto words = split_text(text, ' ');
    Json step = {{"at", "2026-" + words[0] + offset}, {"do", words[1]}};
    for (std::size_t i = 2; i < words.size(); ++i) {
      const std::size_t equals = words[i].find('=');
      step[words[i].substr(0, equals)] = words[i].substr(equals + 1);
    }
    scenario["steps"].push_back(step);
  }
  return scenario;
}

class SimulateTest : public testing::TestWithParam<SimulateCase> {};
TEST_P(SimulateTest, AnswersAsKnown) {
  const SimulateCase& row = GetParam();
  const auto answer = app::simulate(scenario_of(row).dump());
  ASSERT_TRUE(answer) << answer.error().detail;
  const Json document = Json::parse(*answer);
  ASSERT_EQ(row.expected.size() % 2, 0u);
  for (std::size_t i = 0; i < row.expected.size(); i += 2) {
    const Json::json_pointer pointer(row.expected[i]);
    ASSERT_TRUE(document.contains(pointer)) << row.expected[i] << "\n" << document.dump(1);
    const Json& value = document.at(pointer);
    EXPECT_EQ(value.is_string() ? value.get<std::string>() : value.dump(), row.expected[i + 1]) << row.expected[i];
  }
}
INSTANTIATE_TEST_SUITE_P(Part4, SimulateTest, testing::ValuesIn(kScenarios), case_name<SimulateCase>);
struct SlaCase {
  const char* id;
  std::int64_t minutes, down;
  const char *allowed, *percent, *credit;
};
constexpr SlaCase kSla[] = {
#define UNITS(...)
#define RATE(...)
#define SIMULATE(...)
#define SLA(id, ...) {#id, __VA_ARGS__},
#include "tests/cases/part4.def"
#undef UNITS
#undef RATE
#undef SIMULATE
};

TEST(Part4, Sla) {
  const catalog::CataloguePtr cn26 = catalog::builtin("cn26").value();
  for (const SlaCase& each : kSla) {
    const invoice::Uptime uptime{each.minutes, each.down, {}};
    EXPECT_EQ(invoice::sla_allowed_minutes(*cn26, each.minutes).to_plain(), each.allowed) << each.id;
    EXPECT_EQ(uptime.percent().to_fixed(4), each.percent) << each.id;
    EXPECT_EQ(cn26->sla_credit_percent(uptime.percent()).to_plain(), each.credit) << each.id;
  }
}

}  // namespace
}  // namespace postage
