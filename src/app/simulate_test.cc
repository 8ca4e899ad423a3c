#include "app/simulate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

namespace postage::app {
namespace {
using Json = nlohmann::ordered_json;

// The example of the published contract and its whole answer. tiny's lines and usage follow from the rules beside it.
constexpr const char* kExample = R"({ "catalogue": "cn26",
  "start": "2026-01-01T00:00:00+08:00", "until": "2026-02-01T00:00:00+08:00",
  "accounts": [
    { "id": "acme", "plan": "basic", "projects": ["a", "b"],
      "contract": { "discount_percent": "15", "minimum_spend": "1500.00" },
      "tax": { "rate_percent": "6", "inclusive": false } },
    { "id": "tiny", "plan": "free", "projects": ["t"] } ],
  "steps": [
    { "at": "2026-01-05T10:00:00+08:00", "do": "connect",     "project": "a", "count": 300 },
    { "at": "2026-01-05T10:05:00+08:00", "do": "publish",     "project": "a", "bytes": 2560, "receivers": 7, "times": 1000 },
    { "at": "2026-01-05T10:06:00+08:00", "do": "operate",     "project": "a", "operation": "subscribe", "times": 10 },
    { "at": "2026-01-05T10:07:00+08:00", "do": "store",       "project": "a", "bytes": 2147483648 },
    { "at": "2026-01-05T11:00:00+08:00", "do": "disconnect",  "project": "a", "count": 250 },
    { "at": "2026-01-05T12:00:00+08:00", "do": "publish",     "project": "t", "bytes": 100, "receivers": 10, "times": 272730 },
    { "at": "2026-01-17T00:00:00+08:00", "do": "change_plan", "account": "acme", "plan": "premium" },
    { "at": "2026-01-18T00:00:00+08:00", "do": "set_budget",  "account": "acme", "amount": "2000.00" } ] })";
constexpr const char* kExampleAnswer = R"({
 "invoices": [
  {"account":"acme","month":"2026-01","plan":"premium","catalogue":"cn26","currency":"CNY","lines":[{"kind":"base","amount":"1499.00"},{"kind":"pcu","quantity":"300","included":"2500","overage":"0","unit_price":"0.2","amount":"0.00"},{"kind":"messages","quantity":"24010","included":"150000000","overage":"0","unit_price":"0.00002","amount":"0.00"},{"kind":"storage","quantity":"1.7694444444","included":"10","overage":"0","unit_price":"100","amount":"0.00"},{"kind":"discount","amount":"-224.85"},{"kind":"minimum","amount":"225.85"},{"kind":"tax","amount":"90.00"}],"total":"1590.00"},
  {"account":"tiny","month":"2026-01","plan":"free","catalogue":"cn26","currency":"CNY","lines":[{"kind":"base","amount":"0.00"},{"kind":"pcu","quantity":"0","included":"100","overage":"0","unit_price":"0.2","amount":"0.00"},{"kind":"messages","quantity":"2999997","included":"3000000","overage":"0","unit_price":"0.00002","amount":"0.00"},{"kind":"storage","quantity":"0","included":"1","overage":"0","unit_price":"100","amount":"0.00"}],"total":"0.00"}],
 "steps": [
  {"admitted":300,"refused":0},
  {"admitted":1000,"refused":0},
  {"admitted":10,"refused":0},
  {"admitted":1,"refused":0},
  {"admitted":250,"refused":0},
  {"admitted":272727,"refused":3,"error":"quota_messages"},
  {"admitted":1,"refused":0},
  {"admitted":1,"refused":0}],
 "notices": [
  {"at":"2026-01-05T10:00:00.000+08:00","account":"acme","meter":"pcu","threshold_percent":50},
  {"at":"2026-01-05T12:00:00.000+08:00","account":"tiny","meter":"messages","threshold_percent":50},
  {"at":"2026-01-05T12:00:00.000+08:00","account":"tiny","meter":"messages","threshold_percent":80},
  {"at":"2026-01-05T12:00:00.000+08:00","account":"tiny","meter":"messages","threshold_percent":95}],
 "usage": {
  "acme":{"2026-01":{"pcu":"300","messages":"24010","storage_gb":"1.7694444444","projects":{"a":{"pcu":"300","messages":"24010","storage_gb":"1.7694444444"},"b":{"pcu":"0","messages":"0","storage_gb":"0"}}}},
  "tiny":{"2026-01":{"pcu":"0","messages":"2999997","storage_gb":"0","projects":{"t":{"pcu":"0","messages":"2999997","storage_gb":"0"}}}}}
}
)";

struct Outcome {
  int code;
  std::string out, err;
};
Outcome run(const std::string& scenario, const std::vector<std::string>& args = {"-"}) {
  std::istringstream in(scenario);
  std::ostringstream out, err;
  const int code = run_simulate(args, in, out, err);
  return {code, out.str(), err.str()};
}

/// One account "a" on `plan` with projects "p" and "q", from 2026-01-01 to `until` in China.
Json scenario(const char* plan, const char* until, const char* steps) {
  return {{"start", "2026-01-01T00:00:00+08:00"},
          {"until", until},
          {"accounts", Json::array({{{"id", "a"}, {"plan", plan}, {"projects", {"p", "q"}}}})},
          {"steps", Json::parse(steps)}};
}
Json answer_to(const Json& scenario) {
  const auto answer = simulate(scenario.dump());
  EXPECT_TRUE(answer) << (answer ? "" : answer.error().detail);
  return answer ? Json::parse(*answer) : Json();
}
std::string notices(const Json& answer) {
  std::string text;
  for (const Json& row : answer.at("notices")) {
    text += row.at("at").get<std::string>().substr(5, 14) + " " + row.at("meter").get<std::string>() + " " +
            row.at("threshold_percent").dump() + "\n";
  }
  return text;
}

TEST(Simulate, GivesTheContractsExampleItsWholeAnswer) {
  const Outcome done = run(kExample);
  EXPECT_EQ(done.code, 0);
  EXPECT_EQ(done.err, "");
  EXPECT_EQ(done.out, kExampleAnswer);
}

TEST(Simulate, SamplesSeeTheStepsOfTheirInstantAndNotThoseAMillisecondLater) {
  const auto gb = [](const char* at) {
    Json input = scenario("flagship", "2026-02-01T00:00:00+08:00", "[]");
    input["steps"].push_back({{"at", at}, {"do", "store"}, {"project", "p"}, {"bytes", std::int64_t{720} << 30}});
    return answer_to(input)["usage"]["a"]["2026-01"]["storage_gb"].get<std::string>();
  };
  EXPECT_EQ(gb("2026-01-31T23:00:00.000+08:00"), "1");
  EXPECT_EQ(gb("2026-01-31T23:00:00.001+08:00"), "0");
  EXPECT_EQ(gb("2026-01-31T22:00:00.000+08:00"), "2");
}

TEST(Simulate, AStepAtTheEndBelongsToTheNextMonthWhichIsNotReported) {
  const Json done = answer_to(scenario("free", "2026-02-01T00:00:00+08:00", R"([
    {"at":"2026-01-31T23:59:59.999+08:00","do":"connect","project":"p","count":100},
    {"at":"2026-02-01T00:00:00+08:00","do":"publish","project":"p","bytes":0,"times":3000001}])"));
  EXPECT_EQ(done["steps"][1]["admitted"], 3'000'000);
  EXPECT_EQ(done["usage"]["a"].size(), 1u);
  EXPECT_EQ(done["invoices"].size(), 1u);
  EXPECT_EQ(done["usage"]["a"]["2026-01"]["messages"], "0");
}

TEST(Simulate, AnUnfinishedMonthIsReportedWithoutAnInvoice) {
  const Json done = answer_to(scenario("basic", "2026-02-01T00:30:00+08:00", R"([
    {"at":"2026-01-31T23:00:00+08:00","do":"store","project":"q","bytes":1073741824}])"));
  EXPECT_EQ(done["invoices"].size(), 1u);
  EXPECT_EQ(done["usage"]["a"]["2026-02"]["storage_gb"], "0.0013888889");
  EXPECT_EQ(done["usage"]["a"]["2026-02"]["projects"]["q"]["storage_gb"], "0.0013888889");
}

TEST(Simulate, ASoftPlansStorageIsToldAtTheSampleAndAHardPlansAtTheStore) {
  const char* const steps = R"([{"at":"2026-01-01T00:00:01+08:00","do":"store","project":"p","bytes":1073741824}])";
  EXPECT_EQ(notices(answer_to(scenario("free", "2026-01-02T00:00:00+08:00", steps))),
            "01-01T00:00:01 storage 50\n01-01T00:00:01 storage 80\n01-01T00:00:01 storage 95\n01-01T00:00:01 storage 100\n");
  // 1 GB of 2: half is reached by the 720th sample, which is 30 days after the first one at 01:00.
  EXPECT_EQ(notices(answer_to(scenario("basic", "2026-02-01T00:00:00+08:00", steps))), "01-31T00:00:00 storage 50\n");
}

TEST(Simulate, AnUpgradeTellsWhatIsReachedAgainstItsNewQuotas) {
  const Json done = answer_to(scenario("free", "2026-03-01T00:00:00+08:00", R"([
    {"at":"2026-01-02T00:00:00+08:00","do":"connect","project":"p","count":100},
    {"at":"2026-01-02T00:00:00+08:00","do":"publish","project":"p","bytes":0,"times":1500000},
    {"at":"2026-01-03T00:00:00+08:00","do":"change_plan","account":"a","plan":"basic"},
    {"at":"2026-01-03T00:00:00+08:00","do":"connect","project":"q","count":310},
    {"at":"2026-01-03T00:00:00+08:00","do":"publish","project":"p","bytes":0,"times":23000000},
    {"at":"2026-01-04T00:00:00+08:00","do":"disconnect","project":"q","count":150}])"));
  EXPECT_EQ(notices(done),
            "01-02T00:00:00 pcu 50\n01-02T00:00:00 pcu 80\n01-02T00:00:00 pcu 95\n01-02T00:00:00 pcu 100\n"
            "01-02T00:00:00 messages 50\n01-03T00:00:00 pcu 50\n01-03T00:00:00 pcu 80\n"
            "01-03T00:00:00 messages 50\n01-03T00:00:00 messages 80\n"
            "02-01T00:00:00 pcu 50\n"
            "03-01T00:00:00 pcu 50\n");  // The month that opens at the end tells what it begins with.
}

TEST(Simulate, AnAccountThatBeganLateRefusesEarlierStepsAndPaysItsFirstMonthInFull) {
  Json input = scenario("basic", "2026-03-01T00:00:00+08:00", R"([
    {"at":"2026-01-31T23:59:59+08:00","do":"operate","project":"p","operation":"logout","times":4},
    {"at":"2026-01-31T23:59:59+08:00","do":"set_budget","account":"a","amount":null},
    {"at":"2026-02-01T00:00:00+08:00","do":"connect","project":"p"}])");
  input["accounts"][0]["since"] = "2026-02-01T00:00:00+08:00";
  const Json done = answer_to(input);
  EXPECT_EQ(done["steps"].dump(),
            R"([{"admitted":0,"refused":4,"error":"no_account"},{"admitted":0,"refused":1,"error":"no_account"},{"admitted":1,"refused":0}])");
  EXPECT_EQ(done["invoices"].size(), 1u);
  EXPECT_EQ(done["invoices"][0]["month"], "2026-02");
  EXPECT_EQ(done["usage"]["a"].size(), 1u);
}

TEST(Simulate, ExtremesStayExact) {
  const Json done = answer_to(scenario("flagship", "2026-02-01T00:00:00+08:00", R"([
    {"at":"2026-01-01T00:00:00+08:00","do":"store","project":"p","bytes":1152921504606846976},
    {"at":"2026-01-01T00:00:00+08:00","do":"publish","project":"p","bytes":9223372036854775807,"receivers":9223372036854775807,"times":9223372036854775807},
    {"at":"2026-01-01T00:00:00+08:00","do":"publish","project":"p","bytes":0,"times":9223372036854775807},
    {"at":"2026-01-01T00:00:00+08:00","do":"publish","project":"q","bytes":0},
    {"at":"2026-01-01T00:00:00+08:00","do":"connect","project":"p","count":"9223372036854775807"},
    {"at":"2026-01-01T00:00:00+08:00","do":"disconnect","project":"p","count":9223372036854775807},
    {"at":"2026-01-01T00:00:00+08:00","do":"connect","project":"q","count":9223372036854775807},
    {"at":"2026-01-01T00:00:00+08:00","do":"connect","project":"q"},
    {"at":"2026-01-01T00:00:00+08:00","do":"store","project":"q","bytes":9223372036854775807}])"));
  EXPECT_EQ(done["steps"][1]["error"], "limit_messages");
  EXPECT_EQ(done["steps"][1]["refused"].dump(), "9223372036854775807");
  EXPECT_EQ(done["steps"][2]["admitted"].dump(), "9223372036854775807");
  EXPECT_EQ(done["steps"][3]["error"], "limit_messages");
  EXPECT_EQ(done["steps"][7]["error"], "limit_pcu");
  EXPECT_EQ(done["steps"][8]["error"], "limit_storage");
  const Json& lines = done["invoices"][0]["lines"];
  EXPECT_EQ(lines[1]["quantity"], "18446744073709551614");
  EXPECT_EQ(lines[1]["amount"], "3689348814741910322.80");
  EXPECT_EQ(lines[2]["amount"], "184467440737095.52");
  EXPECT_EQ(lines[3]["quantity"], "1109533218.1333333333");
  EXPECT_EQ(lines[3]["amount"], "110953321813.33");
}

TEST(Simulate, ManyYearsOfManyAccountsAreQuick) {
  Json input = scenario("basic", "2036-01-01T00:00:00+08:00", R"([
    {"at":"2026-01-01T00:00:00+08:00","do":"store","project":"p","bytes":1073741824}])");
  for (int i = 0; i < 20; ++i) {
    input["accounts"].push_back({{"id", "b" + std::to_string(i)}, {"plan", "free"}, {"projects", Json::array()}});
  }
  const Json done = answer_to(input);
  EXPECT_EQ(done["invoices"].size(), 21u * 120u);
  // 1 GB of 2 is half after 720 samples: in each month of at least 30 days.
  EXPECT_EQ(done["notices"].size(), 110u);
}

TEST(Simulate, MalformedInputIsNamedByAPointerOnOneLine) {
  const auto complaint = [](const char* patch) {
    Json input = Json::parse(kExample);
    input = input.patch(Json::parse(patch));
    const Outcome done = run(input.dump());
    EXPECT_EQ(done.code, 2) << patch;
    EXPECT_EQ(done.out, "");
    EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), 1) << done.err;
    EXPECT_TRUE(done.err.starts_with("postage simulate: ")) << done.err;
    return done.err.substr(18, done.err.find(':', 18) - 18);
  };
  const char* const kCases[][2] = {
      {R"([{"op":"replace","path":"/catalogue","value":"cn99"}])", "/catalogue"},
      {R"([{"op":"replace","path":"/catalogue","value":7}])", "/catalogue"},
      {R"([{"op":"replace","path":"/catalogue","value":{"schema":1}}])", "/catalogue/name"},
      {R"([{"op":"replace","path":"/catalogue","value":{"a/b~\n":1}}])", "/catalogue/a/b~?"},
      {R"([{"op":"remove","path":"/start"}])", "/start"},
      {R"([{"op":"replace","path":"/until","value":"2025-12-31T00:00:00+08:00"}])", "/until"},
      {R"([{"op":"replace","path":"/start","value":"2026-01-01T00:00:00"}])", "/start"},
      {R"([{"op":"replace","path":"/accounts/1/id","value":"acme"}])", "/accounts/1/id"},
      {R"([{"op":"replace","path":"/accounts/1/projects/0","value":"b"}])", "/accounts/1/projects/0"},
      {R"([{"op":"replace","path":"/accounts/1/plan","value":"starter"}])", "/accounts/1/plan"},
      {R"([{"op":"remove","path":"/accounts/1/plan"}])", "/accounts/1/plan"},
      {R"([{"op":"add","path":"/accounts/1/since","value":"2025-12-31T23:59:59.999+08:00"}])", "/accounts/1/since"},
      {R"([{"op":"replace","path":"/accounts/0/contract/discount_percent","value":"100.01"}])", "/accounts/0/contract/discount_percent"},
      {R"([{"op":"replace","path":"/accounts/0/contract/discount_percent","value":"-1"}])", "/accounts/0/contract/discount_percent"},
      {R"([{"op":"replace","path":"/accounts/0/contract/minimum_spend","value":"1.001"}])", "/accounts/0/contract/minimum_spend"},
      {R"([{"op":"remove","path":"/accounts/0/tax/rate_percent"}])", "/accounts/0/tax/rate_percent"},
      {R"([{"op":"replace","path":"/steps/0/do","value":"fly"}])", "/steps/0/do"},
      {R"([{"op":"replace","path":"/steps/0/count","value":-1}])", "/steps/0/count"},
      {R"([{"op":"replace","path":"/steps/0/count","value":1.5}])", "/steps/0/count"},
      {R"([{"op":"replace","path":"/steps/0/count","value":"1.5"}])", "/steps/0/count"},
      {R"([{"op":"replace","path":"/steps/0/count","value":9223372036854775808}])", "/steps/0/count"},
      {R"([{"op":"replace","path":"/steps/0/count","value":null}])", "/steps/0/count"},
      {R"([{"op":"remove","path":"/steps/1/bytes"}])", "/steps/1/bytes"},
      {R"([{"op":"replace","path":"/steps/1/receivers","value":"x"}])", "/steps/1/receivers"},
      {R"([{"op":"replace","path":"/steps/1/at","value":"2026-01-05T09:59:59+08:00"}])", "/steps/1/at"},
      {R"([{"op":"replace","path":"/steps/7/at","value":"2026-02-01T00:00:00.001+08:00"}])", "/steps/7/at"},
      {R"([{"op":"replace","path":"/steps/1/at","value":"2026-01-05T10:05:00.0001+08:00"}])", "/steps/1/at"},
      {R"([{"op":"replace","path":"/steps/2/operation","value":"dance"}])", "/steps/2/operation"},
      {R"([{"op":"replace","path":"/steps/3/project","value":"zz"}])", "/steps/3/project"},
      {R"([{"op":"replace","path":"/steps/6/account","value":"zz"}])", "/steps/6/account"},
      {R"([{"op":"replace","path":"/steps/6/plan","value":"zz"}])", "/steps/6/plan"},
      {R"([{"op":"remove","path":"/steps/7/amount"}])", "/steps/7/amount"},
      {R"([{"op":"replace","path":"/steps/7/amount","value":"2000.001"}])", "/steps/7/amount"},
      {R"([{"op":"replace","path":"/steps/7","value":[]}])", "/steps/7"},
  };
  for (const auto& [patch, pointer] : kCases) EXPECT_EQ(complaint(patch), pointer) << patch;
}

TEST(Simulate, WhatIsNotAScenarioExitsTwo) {
  for (const char* text : {"", "{", "[]", "nul", "{}", "{\"start\":1e999}", "\xff"}) {
    const Outcome done = run(text);
    EXPECT_EQ(done.code, 2) << text;
    EXPECT_EQ(done.out, "");
    EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), 1);
  }
  EXPECT_EQ(run("", {}).code, 2);
  EXPECT_EQ(run("", {"a", "b"}).code, 2);
  EXPECT_EQ(run("", {"/nowhere/scenario.json"}).code, 2);
}

TEST(Simulate, UnknownMembersAndDefaultsAreFine) {
  const Json done = answer_to(scenario("basic", "2026-02-01T00:00:00+08:00", R"([
    {"at":"2025-12-31T16:00:00Z","do":"connect","project":"p","why":{"x":[1]}},
    {"at":"2026-01-01T00:00:00+08:00","do":"publish","project":"p","bytes":"0","times":0},
    {"at":"2026-01-01T00:00:00+08:00","do":"disconnect","project":"q"},
    {"at":"2026-01-01T00:00:00+08:00","do":"wait"}])"));
  EXPECT_EQ(done["steps"].dump(),
            R"([{"admitted":1,"refused":0},{"admitted":0,"refused":0},{"admitted":0,"refused":1,"error":"not_connected"},{"admitted":1,"refused":0}])");
}
}  // namespace
}  // namespace postage::app
