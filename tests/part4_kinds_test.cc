// Runs the rows of cases/part4.def that are neither units, rates nor scenarios.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <thread>

#include "app/quote.h"
#include "catalog/catalog.h"
#include "meter/folds.h"
#include "meter/test_site.h"
#include "quota/gate.h"
#include "quota/terms.h"
#include "rating/rating.h"
#include "rating/split.h"

namespace postage {
namespace {
using Json = nlohmann::ordered_json;

Rational decimal(const std::string& text) { return parse_decimal(text)->value; }

std::vector<std::string> words(const std::string& text, char at = ' ') {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, at);) {
    part.erase(0, part.find_first_not_of(' '));
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

template <class Case>
std::string case_name(const testing::TestParamInfo<Case>& info) {
  return info.param.id;
}

struct SplitCase {
  std::string id, amount, weights, parts;
};
const SplitCase kSplits[] = {
#define SPLIT(id, ...) {#id, __VA_ARGS__},
#include "tests/cases/part4.def"
};
class SplitTest : public testing::TestWithParam<SplitCase> {};
TEST_P(SplitTest, PartsAddUp) {
  std::vector<Rational> weights;
  for (const std::string& each : words(GetParam().weights)) weights.push_back(decimal(each));
  const Currency& yuan = *find_currency("CNY");
  std::string parts;
  for (const Rational& each : rating::split(decimal(GetParam().amount), weights, yuan)) {
    parts += (parts.empty() ? "" : " ") + money_text(each, yuan);
  }
  EXPECT_EQ(parts, GetParam().parts);
}
INSTANTIATE_TEST_SUITE_P(Part4, SplitTest, testing::ValuesIn(kSplits), case_name<SplitCase>);

struct CheapestCase {
  std::string id, catalogue, pcu, messages, gb, plans;
};
const CheapestCase kCheapest[] = {
#define CHEAPEST(id, ...) {#id, __VA_ARGS__},
#include "tests/cases/part4.def"
};
class CheapestTest : public testing::TestWithParam<CheapestCase> {};
TEST_P(CheapestTest, PlansComeCheapestFirst) {
  const CheapestCase& row = GetParam();
  std::istringstream in;
  std::ostringstream out, err;
  const int code = app::run_quote({"--catalogue", row.catalogue, "--pcu", row.pcu, "--messages", row.messages, "--gb", row.gb,
                                   "--json"}, in, out, err);
  ASSERT_EQ(code, 0) << err.str();
  std::string plans;
  const Json answer = Json::parse(out.str());  // Outlives the loop.
  for (const Json& each : answer.at("invoices")) {
    plans += (plans.empty() ? "" : " ") + each.at("plan").get<std::string>() + " " + each.at("total").get<std::string>();
  }
  EXPECT_EQ(plans, row.plans);
}
INSTANTIATE_TEST_SUITE_P(Part4, CheapestTest, testing::ValuesIn(kCheapest), case_name<CheapestCase>);

struct RoundCase {
  std::string id, currency, exact, printed, to_even;
};
const RoundCase kRounds[] = {
#define ROUND(id, ...) {#id, __VA_ARGS__},
#include "tests/cases/part4.def"
};
class RoundTest : public testing::TestWithParam<RoundCase> {};
TEST_P(RoundTest, HalfGoesAwayFromZeroOrToEvenByTheCataloguesRule) {
  const Currency& currency = *find_currency(GetParam().currency);
  const Rational exact = decimal(GetParam().exact);
  EXPECT_EQ(money_text(round_money(exact, currency), currency), GetParam().printed);
  EXPECT_EQ(round_money(-exact, currency), -round_money(exact, currency));
  EXPECT_EQ(money_text(exact.rounded_half_even(currency.minor_digits), currency), GetParam().to_even);
}
INSTANTIATE_TEST_SUITE_P(Part4, RoundTest, testing::ValuesIn(kRounds), case_name<RoundCase>);

struct PeaksCase {
  std::string id, rule;
  std::int64_t sum, simultaneous;
  std::string billed, total;
};
const PeaksCase kPeaks[] = {
#define PEAKS(id, ...) {#id, __VA_ARGS__},
#include "tests/cases/part4.def"
};
class PeaksTest : public testing::TestWithParam<PeaksCase> {};
TEST_P(PeaksTest, AreBilledByTheCataloguesRule) {
  const PeaksCase& row = GetParam();
  Json document = Json::parse(*catalog::builtin_text("cn26"));
  document["rules"]["pcu"] = row.rule;
  rating::MonthInput input;
  input.catalogue = catalog::load(document.dump()).value();
  input.plan = input.catalogue->find("basic");
  rating::Usage usage;
  usage.sum_of_peaks = row.sum;
  usage.simultaneous_peak = row.simultaneous;
  input.usage = rating::quantities(*input.catalogue, usage);
  EXPECT_EQ(input.usage.pcu.to_plain(), row.billed);
  const rating::Bill bill = rating::rate(input);
  EXPECT_EQ(money_text(bill.total, bill.currency), row.total);
}
INSTANTIATE_TEST_SUITE_P(Part4, PeaksTest, testing::ValuesIn(kPeaks), case_name<PeaksCase>);

struct OutageCase {
  std::string id;
  int days;
  std::string minutes, uptime;
  bool missed;
};
const OutageCase kOutages[] = {
#define OUTAGE(id, ...) {#id, __VA_ARGS__},
#include "tests/cases/part4.def"
};
class OutageTest : public testing::TestWithParam<OutageCase> {};
TEST_P(OutageTest, IsMissedBelowTheTarget) {
  const OutageCase& row = GetParam();
  const Rational all(row.days * 24 * 60);
  const Rational uptime = (all - decimal(row.minutes)) / all * Rational(100);
  EXPECT_EQ(uptime.to_plain(), row.uptime);
  const auto catalogue = *catalog::builtin("cn26");
  EXPECT_EQ(!catalogue->sla_credit_percent(uptime).is_zero(), row.missed);
}
INSTANTIATE_TEST_SUITE_P(Part4, OutageTest, testing::ValuesIn(kOutages), case_name<OutageCase>);

struct ConnectionsCase {
  std::string id, events;
  std::int64_t peak;
};
const ConnectionsCase kConnections[] = {
#define CONNECTIONS(id, ...) {#id, __VA_ARGS__},
#include "tests/cases/part4.def"
};
class ConnectionsTest : public testing::TestWithParam<ConnectionsCase> {};
TEST_P(ConnectionsTest, ThePeakIsWhatWasOpenAtOnce) {
  const meter::TestFolder folder;
  meter::TestSite site(folder.path);
  site.start_or_die();
  std::map<std::int64_t, meter::Cell> open;
  for (const std::string& event : words(GetParam().events, ';')) {
    const auto parts = words(event.substr(1));
    const std::int64_t session = std::stoll(parts.back());
    if (event[0] == '+') {
      open[session] = site.connect(7, session, parts.front());
    } else {
      open[session].close(site.clock.wall());
    }
  }
  site.tick();
  EXPECT_EQ(site.usage(7, meter::kJanuary).peak, GetParam().peak);
}
INSTANTIATE_TEST_SUITE_P(Part4, ConnectionsTest, testing::ValuesIn(kConnections), case_name<ConnectionsCase>);

struct RecordsCase {
  std::string id;
  int times;
  bool shuffled;
};
const RecordsCase kRecords[] = {
#define RECORDS(id, ...) {#id, __VA_ARGS__},
#include "tests/cases/part4.def"
};

/// The month of project 7 after `records` were applied.
meter::ProjectUsage month_of_records(const std::vector<meter::Record>& records) {
  const meter::TestFolder folder;
  meter::TestSite site(folder.path);
  CHECK(site.database->write([&](db::Connection& c) { return meter::Folds::apply(c, "node-0", records); }).ok());
  site.start_or_die();
  return site.usage(7, meter::kJanuary);
}

class RecordsTest : public testing::TestWithParam<RecordsCase> {};
TEST_P(RecordsTest, GiveTheSameMonth) {
  std::vector<meter::Record> records;
  for (std::int64_t i = 1; i <= 90; ++i) {
    constexpr meter::MeterKind kKinds[] = {meter::MeterKind::messages, meter::MeterKind::peak, meter::MeterKind::storage};
    records.push_back({.kind = meter::RecordKind::usage,
                       .meter = kKinds[i % 3],
                       .final = i % 2 == 0,
                       .run = 1,
                       .sequence = i,
                       .subject = 7,
                       .hour = meter::kTenHour + i / 6,
                       .value = i * 1'000'003,
                       .instant = meter::kTen});
  }
  const meter::ProjectUsage once = month_of_records(records);
  ASSERT_GT(once.units, 0);
  std::vector<meter::Record> again;
  for (int i = 0; i < GetParam().times; ++i) again.insert(again.end(), records.begin(), records.end());
  std::mt19937 random(11);
  if (GetParam().shuffled) std::ranges::shuffle(again, random);
  const meter::ProjectUsage after = month_of_records(again);
  EXPECT_EQ(after.units, once.units);
  EXPECT_EQ(after.peak, once.peak);
  EXPECT_EQ(after.byte_hours(), once.byte_hours());
}
INSTANTIATE_TEST_SUITE_P(Part4, RecordsTest, testing::ValuesIn(kRecords), case_name<RecordsCase>);

struct LastUnitsCase {
  std::string id;
  std::int64_t left, publishers, units, admitted;
};
const LastUnitsCase kLastUnits[] = {
#define LAST_UNITS(id, ...) {#id, __VA_ARGS__},
#include "tests/cases/part4.def"
};
class LastUnitsTest : public testing::TestWithParam<LastUnitsCase> {};
TEST_P(LastUnitsTest, GoToExactlySoMany) {
  const LastUnitsCase& row = GetParam();
  quota::GateTerms terms;
  terms.catalogue = *catalog::builtin("cn26");
  terms.plan = terms.catalogue->find("free");
  quota::GateUsage usage;
  usage.messages = terms.plan->quotas.messages - row.left;
  quota::Gate gate(terms, meter::kTen, usage);
  std::atomic<std::int64_t> admitted{0};
  std::vector<std::thread> threads;
  constexpr std::int64_t kThreads = 8;
  for (std::int64_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (std::int64_t k = 0; k < row.publishers / kThreads; ++k) admitted += gate.admit_messages(row.units, meter::kTen) ? 1 : 0;
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(admitted, row.admitted);
}
INSTANTIATE_TEST_SUITE_P(Part4, LastUnitsTest, testing::ValuesIn(kLastUnits), case_name<LastUnitsCase>);

}  // namespace
}  // namespace postage
