#include "app/quote.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

namespace postage::app {
namespace {
using Json = nlohmann::ordered_json;

struct Outcome {
  int code;
  std::string out, err;
};
Outcome quote(const std::string& line) {
  std::istringstream words(line), in;
  std::vector<std::string> args;
  for (std::string word; words >> word;) args.push_back(word);
  std::ostringstream out, err;
  const int code = run_quote(args, in, out, err);
  return {code, out.str(), err.str()};
}
/// "premium 1499.00, basic 2699.00, ..." of a --json quote.
std::string totals(const std::string& line) {
  const Outcome done = quote(line + " --json");
  if (done.code != 0) return done.err;
  std::string text;
  const Json document = Json::parse(done.out);
  for (const Json& row : document.at("invoices")) {
    text += (text.empty() ? "" : ", ") + row.at("plan").get<std::string>() + " " + row.at("total").get<std::string>();
  }
  return text;
}

TEST(Quote, ListsEveryPlanCheapestFirst) {
  EXPECT_EQ(totals("--catalogue cn26-tiers --pcu 2000 --messages 100000000 --gb 8"),
            "premium 1499.00, basic 2699.00, enterprise 3200.00, flagship 3899.00");
  EXPECT_EQ(totals("--catalogue cn26 --pcu 600 --messages 31000000 --gb 2.1"),
            "basic 449.00, flagship 950.00, premium 1499.00, enterprise 1500.00");
  EXPECT_EQ(totals("--pcu 200 --messages 10000000 --gb 1"),
            "flagship 340.00, basic 399.00, premium 1499.00, enterprise 1500.00");
}

TEST(Quote, TiesKeepTheOrderOfPlansAndTheExactTotalDecides) {
  EXPECT_EQ(totals("--messages 85000000 --pcu 0 --gb 0"), "basic 1499.00, premium 1499.00, flagship 1700.00, enterprise 1700.00");
  EXPECT_EQ(totals("--messages 85000001 --pcu 0 --gb 0"), "premium 1499.00, basic 1499.00, flagship 1700.00, enterprise 1700.00");
}

TEST(Quote, AHardPlanIsListedOnlyWithinEachOfItsQuotas) {
  EXPECT_TRUE(totals("--quota-of free").starts_with("free 0.00, "));
  EXPECT_TRUE(totals("--quota-of free --gb-hours 720").starts_with("free 0.00, "));
  EXPECT_TRUE(totals("--quota-of free --gb-hours 720.01").starts_with("flagship "));
  EXPECT_EQ(quote("--plan free --quota-of free --pcu 101").code, 2);
  EXPECT_EQ(quote("--plan free --quota-of free --messages 3000001").code, 2);
  EXPECT_EQ(quote("--plan free --quota-of free --gb 1.0001").code, 2);
  EXPECT_EQ(totals("--plan free --quota-of free"), "free 0.00");
}

TEST(Quote, QuotaOfFillsWhatIsNotGiven) {
  EXPECT_EQ(totals("--plan basic --quota-of basic --pcu 501"), "basic 399.20");
  EXPECT_EQ(totals("--plan flagship --quota-of enterprise --pcu 10"), "flagship 2.00");
  EXPECT_EQ(totals("--catalogue us26 --plan lite --quota-of lite"), "lite 39.00");
}

TEST(Quote, JsonHasTheMembersOfAnInvoiceWithoutAccountAndMonth) {
  EXPECT_EQ(quote("--catalogue us26 --plan pro --pcu 3000 --messages 151234567 --gb 11 --json").out,
            R"({"invoices": [
  {"plan":"pro","catalogue":"us26","currency":"USD","lines":[{"kind":"base","amount":"279.00"},{"kind":"pcu","quantity":"3000","included":"2500","overage":"500","unit_price":"0.03","amount":"15.00"},{"kind":"messages","quantity":"151234567","included":"150000000","overage":"1234567","unit_price":"0.000003","amount":"3.70"},{"kind":"storage","quantity":"11","included":"10","overage":"1","unit_price":"15","amount":"15.00"}],"total":"312.70"}]}
)");
  EXPECT_NE(quote("--plan=enterprise --pcu=0 --messages=0 --gb=0 --json").out.find(R"({"kind":"minimum","amount":"1500.00"})"),
            std::string::npos);
}

TEST(Quote, AWrongCallExitsTwoWithOneLine) {
  for (const char* line :
       {"", "--pcu 1 --messages 1", "--pcu 1 --gb 1", "--messages 1 --gb 1", "--pcu 1 --messages 1 --gb 1 --gb-hours 1",
        "--pcu -1 --messages 1 --gb 1", "--pcu 1.5 --messages 1 --gb 1", "--pcu 9223372036854775808 --messages 1 --gb 1",
        "--pcu 1 --messages 1 --gb x", "--pcu 1 --messages 1 --gb -1", "--pcu 1 --messages 1 --gb 1 --plan nope",
        "--pcu 1 --messages 1 --gb 1 --catalogue nope", "--quota-of nope", "--pcu", "--fast", "basic", "--json --json",
        "--json=1 --quota-of basic"}) {
    const Outcome done = quote(line);
    EXPECT_EQ(done.code, 2) << line;
    EXPECT_EQ(done.out, "") << line;
    EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), 1) << line;
  }
  EXPECT_EQ(quote("--help").code, 0);
}

TEST(Quote, PeopleGetLinesThatSayWhatWasUsed) {
  const Outcome done = quote("--plan basic --quota-of basic --messages 31000000");
  EXPECT_TRUE(done.out.starts_with("basic (cn26): 419.00 CNY\n")) << done.out;
  EXPECT_NE(done.out.find("31000000 used, 30000000 included, 1000000 x 0.00002"), std::string::npos);
}
}  // namespace
}  // namespace postage::app
