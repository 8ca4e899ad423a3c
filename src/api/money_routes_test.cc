// Usage, bills, invoices, plans: the API says what the bill says.
#include <gtest/gtest.h>

#include <sstream>

#include "api/testing.h"

namespace postage::api {
namespace {

using invoice::testing::at;
using testing::Seen;
using testing::World;

const Instant kJanuary = at("2026-01-01T00:00:00+08:00");

struct MoneyTest : ::testing::Test {
  MoneyTest() {
    world.usage.set(world.chat, kJanuary, 600, 30'000'000, std::int64_t{3} << 30);
    world.usage.set(world.game, kJanuary, 100, 1'000'001, 12'345);
  }
  std::vector<std::vector<std::string>> csv(const std::string& target) {
    const Seen seen = world.send("GET", target, world.owner, "", {{"Accept", "text/csv"}});
    EXPECT_EQ(seen.status, 200) << seen.body;
    EXPECT_EQ(seen.header("Content-Type"), "text/csv; charset=utf-8");
    std::vector<std::vector<std::string>> rows;
    std::istringstream lines(seen.body);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_TRUE(line.ends_with('\r'));
      line.pop_back();
      std::vector<std::string>& cells = rows.emplace_back();
      std::istringstream parts(line);
      for (std::string cell; std::getline(parts, cell, ',');) cells.push_back(cell);
    }
    return rows;
  }
  World world;
};

TEST_F(MoneyTest, CurrentUsageIsTheBillsUsage) {
  const Seen usage = world.get(world.account_path() + "/usage/current", world.owner);
  ASSERT_EQ(usage.status, 200) << usage.body;
  EXPECT_EQ(usage.json["month"], "2026-01");
  EXPECT_EQ(usage.json["start"], "2025-12-31T16:00:00.000Z");
  EXPECT_EQ(usage.json["plan"], "basic");
  EXPECT_EQ(usage.json["hard"], false);
  EXPECT_EQ(usage.json["meters"]["pcu"]["used"], "700");
  EXPECT_EQ(usage.json["meters"]["pcu"]["quota"], "500");
  EXPECT_EQ(usage.json["meters"]["pcu"]["percent"], "140");
  EXPECT_EQ(usage.json["meters"]["messages"]["used"], "31000001");
  EXPECT_EQ(usage.json["projects"]["game"]["messages"], "1000001");
  EXPECT_EQ(usage.json["gaps"].size(), 1U);
  const Seen bill = world.get(world.account_path() + "/bill", world.owner);
  EXPECT_EQ(bill.json["lines"][1]["quantity"], usage.json["meters"]["pcu"]["used"]);
  EXPECT_EQ(bill.json["lines"][2]["quantity"], usage.json["meters"]["messages"]["used"]);
  EXPECT_EQ(bill.json["lines"][3]["quantity"], usage.json["meters"]["storage_gb"]["used"]);
}

TEST_F(MoneyTest, TheRunningBillSaysSo) {
  const Seen bill = world.get(world.account_path() + "/bill", world.owner);
  ASSERT_EQ(bill.status, 200);
  EXPECT_EQ(bill.json["state"], "running");
  EXPECT_FALSE(bill.json.contains("number"));
  EXPECT_EQ(bill.text("total"), "559.00");
  EXPECT_NE(world.get(world.account_path() + "/bill?format=text", world.owner).body.find("559.00"), std::string::npos);
  EXPECT_EQ(world.get(world.account_path() + "/bill?format=html", world.owner).header("Content-Type"),
            "text/html; charset=utf-8");
}

TEST_F(MoneyTest, TheInvoiceIsTheRunningBillOfTheLastInstant) {
  world.clock.set(at("2026-01-31T23:59:59.999+08:00"));
  const std::string token = world.person("late@acme.example", world.acme, auth::Role::billing);
  const Seen running = world.get(world.account_path() + "/bill", token);
  invoice::MonthClose close(
      {*world.database, world.billing->history(), *world.accounts, world.usage, &world.outbox, nullptr}, {});
  ASSERT_EQ(close.tick(at("2026-02-01T00:00:10+08:00"))->closed, 2);
  const Seen list = world.get(world.account_path() + "/invoices", token);
  ASSERT_EQ(list.json["items"].size(), 1U) << list.body;
  const Json& issued = list.json["items"][0];
  for (const char* member : {"lines", "total", "usage", "plan", "terms"})
    EXPECT_EQ(issued[member], running.json[member]) << member;
  const std::string number = issued["number"];
  const Seen one = world.get(world.account_path() + "/invoices/" + number, token);
  EXPECT_EQ(one.json, issued);
  const Seen document = world.get(world.account_path() + "/invoices/" + number + "/document", token);
  EXPECT_EQ(invoice::sha256_hex(document.body), issued["sha256"]);
  const std::string other = world.person("late@rival.example", world.rival, auth::Role::owner);
  EXPECT_EQ(world.get("/v1/accounts/" + std::to_string(world.rival.value) + "/invoices/" + number, other).status, 404);
  const Seen books = world.get(world.account_path() + "/ledger", token);
  EXPECT_EQ(books.json["balances"][0]["code"], "receivable");
  EXPECT_EQ(books.json["balances"][0]["amount"], issued["total"]);
}

TEST_F(MoneyTest, TheCsvOfTheMonthAddsUpToTheBill) {
  const auto rows = csv(world.account_path() + "/usage?step=month");
  ASSERT_EQ(rows.size(), 3U);
  BigInt pcu = 0, messages = 0, byte_hours = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    pcu += BigInt(rows[i][4]);
    messages += BigInt(rows[i][5]);
    byte_hours += BigInt(rows[i][6]);
  }
  const Seen bill = world.get(world.account_path() + "/bill", world.owner);
  EXPECT_EQ(pcu.str(), bill.json["lines"][1]["quantity"]);
  EXPECT_EQ(messages.str(), bill.json["lines"][2]["quantity"]);
  EXPECT_EQ((Rational(byte_hours) / Rational(720) / Rational(std::int64_t{1} << 30)).to_plain(),
            bill.json["lines"][3]["quantity"]);
}

TEST_F(MoneyTest, TheCsvOfTheBillAddsUpToItsTotal) {
  const auto rows = csv(world.account_path() + "/bill");
  Rational sum;
  for (std::size_t i = 1; i + 1 < rows.size(); ++i) sum += parse_decimal(rows[i][5])->value;
  EXPECT_EQ(rows.back()[0], "total");
  EXPECT_EQ(sum.to_fixed(2), rows.back()[5]);
}

TEST_F(MoneyTest, SeriesAnswersPointsAndRefusesWhatIsTooMuch) {
  const std::string path = world.account_path() + "/usage?from=2026-01-01&to=2026-01-03T00:00:00%2B08:00&step=";
  const Seen days = world.get(path + "day", world.owner);
  ASSERT_EQ(days.status, 200) << days.body;
  ASSERT_GE(days.json["points"].size(), 2U);
  EXPECT_TRUE(days.json["points"][0].contains("pcu"));
  EXPECT_EQ(world.get(path + "year", world.owner).text("pointer"), "?step");
  EXPECT_EQ(world.get(world.account_path() + "/usage?from=2000-01-01&step=hour", world.owner).status, 400);
  EXPECT_EQ(world.get(world.account_path() + "/usage?from=yesterday", world.owner).text("pointer"), "?from");
  const Seen only = world.get(world.account_path() + "/usage?meter=messages", world.owner);
  EXPECT_FALSE(only.json["points"][0].contains("pcu"));
  EXPECT_EQ(
      world.get(world.account_path() + "/usage?project=" + std::to_string(world.foreign.value), world.owner).status,
      404);
}

TEST_F(MoneyTest, APlanChangeShowsThePriceBeforeAndThenChanges) {
  const std::string path = world.account_path() + "/plan";
  const Seen dry = world.send("PUT", path, world.owner, R"({"plan":"premium","dry_run":true})");
  ASSERT_EQ(dry.status, 200) << dry.body;
  EXPECT_EQ(dry.text("kind"), "upgrade");
  EXPECT_EQ(dry.text("price_now"), "1100.00");
  EXPECT_EQ(dry.json["bill_after"]["total"], "1499.00");
  EXPECT_EQ(world.get(world.account_path(), world.owner).text("plan"), "basic");
  EXPECT_EQ(world.send("PUT", path, world.owner, R"({"plan":"premium"})").text("kind"), "upgrade");
  EXPECT_EQ(world.get(world.account_path(), world.owner).text("plan"), "premium");
  const Seen down = world.send("PUT", path, world.owner, R"({"plan":"free"})");
  EXPECT_EQ(down.text("kind"), "downgrade");
  EXPECT_EQ(down.text("effective_at"), "2026-01-31T16:00:00.000Z");
  EXPECT_EQ(world.get(world.account_path() + "/usage/current", world.owner).text("next_plan"), "free");
  EXPECT_EQ(world.send("PUT", path, world.owner, R"({"plan":"premium"})").text("kind"), "same");
  EXPECT_EQ(world.send("PUT", path, world.owner, R"({"plan":"gold"})").text("pointer"), "/plan");
}

TEST_F(MoneyTest, BudgetContractAndTaxAreSetWithHistory) {
  const Seen budget = world.send("PUT", world.account_path() + "/budget", world.owner, R"({"amount":"500.00"})");
  EXPECT_EQ(budget.text("budget"), "500.00");
  EXPECT_EQ(world.send("PUT", world.account_path() + "/budget", world.owner, R"({"amount":"1.001"})").text("pointer"),
            "/amount");
  EXPECT_EQ(world.send("PUT", world.account_path() + "/budget", world.owner, R"({"amount":null})").json["budget"],
            nullptr);
  EXPECT_EQ(
      world.send("PUT", world.account_path() + "/contract", world.owner, R"({"discount_percent":"99","reason":"me"})")
          .status,
      403);
  const Seen contract = world.send("PUT", world.account_path() + "/contract", world.operator_token,
                                   R"({"discount_percent":"15","minimum_spend":"1000.00","reason":"two years"})");
  EXPECT_EQ(contract.json["contract"]["discount_percent"], "15");
  const std::string tax = R"({"rate_percent":"6","reason":"VAT"})";
  EXPECT_EQ(world.send("PUT", world.account_path() + "/tax", world.operator_token, tax).json["tax"]["rate_percent"],
            "6");
  EXPECT_EQ(world.get(world.account_path() + "/bill", world.owner).text("total"), "1060.00");
  const Seen history = world.get(world.account_path() + "/history", world.owner);
  ASSERT_EQ(history.json["items"].size(), 5U);
  EXPECT_EQ(history.json["items"][3]["why"], "two years");
  EXPECT_EQ(history.json["items"][3]["by"], "op@postage.example");
}

TEST_F(MoneyTest, ADryRunOfAContractTellsBothBillsAndAgreesNothing) {
  const std::string path = world.account_path() + "/contract";
  const auto offer = [&](const std::string& members) {
    return world.send("PUT", path, world.operator_token, "{" + members + R"(,"dry_run":true,"reason":"asked"})");
  };
  const Seen dry = offer(R"("discount_percent":"15","minimum_spend":"1000.00")");
  ASSERT_EQ(dry.status, 200) << dry.body;
  EXPECT_EQ(dry.json["dry_run"], true);
  EXPECT_EQ(dry.json["contract"]["discount_percent"], "15");
  EXPECT_EQ(dry.json["bill_before"]["total"], "559.00");
  EXPECT_EQ(dry.json["bill_after"]["total"], "1000.00");
  EXPECT_EQ(world.get(world.account_path() + "/bill", world.owner).text("total"), "559.00");
  EXPECT_EQ(world.get(world.account_path() + "/history", world.owner).json["items"].size(), 1U);
  // One that begins later is priced by this month, and is not in force in the terms that would be.
  const Seen later = offer(R"("discount_percent":"50","from":"2026-03-01T00:00:00+08:00")");
  EXPECT_EQ(later.json["bill_after"]["total"], "279.50");
  EXPECT_EQ(later.json["contract"]["discount_percent"], "0");
  EXPECT_EQ(later.json["contracts"][0]["from"], "2026-02-28T16:00:00.000Z");
  EXPECT_EQ(offer(R"("discount_percent":"101")").text("pointer"), "/discount_percent");
  EXPECT_EQ(offer(R"("from":"2025-01-01T00:00:00Z")").text("pointer"), "/from");
  // What is told is what then happens.
  ASSERT_EQ(world.send("PUT", path, world.operator_token,
                       R"({"discount_percent":"15","minimum_spend":"1000.00","reason":"two years"})").status, 200);
  EXPECT_EQ(world.get(world.account_path() + "/bill", world.owner).text("total"), "1000.00");
  EXPECT_EQ(offer(R"("discount_percent":null)").json["bill_after"]["total"], "559.00");
}

TEST_F(MoneyTest, EveryChangeOfTermsIsInTheAuditLogWithWhoAndWhy) {
  const std::string ask = R"({"amount":"500.00","reason":"a quiet month"})";
  ASSERT_EQ(world.send("PUT", world.account_path() + "/budget", world.owner, ask).status, 200);
  const Seen seen = world.get(world.account_path() + "/audit?limit=1", world.owner);
  const Json& event = seen.json["items"][0];
  EXPECT_EQ(event["action"], "terms.budget");
  EXPECT_EQ(event["actor"]["name"], "owner@acme.example");
  EXPECT_EQ(event["actor"]["kind"], "person");
  EXPECT_EQ(event["details"]["why"], "a quiet month");
  EXPECT_EQ(event["details"]["value"], R"({"amount":"500.00"})");
}

TEST_F(MoneyTest, CataloguesAndPlansAreOpenToAnybodyWithCredentials) {
  EXPECT_EQ(world.get("/v1/catalogues", world.owner).json["items"].size(), 6U);
  const Seen plans = world.get("/v1/catalogues/cn26/plans", world.owner);
  ASSERT_EQ(plans.json["plans"].size(), 5U) << plans.body;
  EXPECT_EQ(plans.json["plans"][0]["name"], "free");
  EXPECT_EQ(plans.json["plans"][1]["base_fee"], "399.00");
  EXPECT_EQ(plans.json["plans"][1]["quota"]["messages"], "30000000");
  EXPECT_EQ(plans.json["plans"][3]["quota"], nullptr);
  EXPECT_EQ(plans.json["plans"][1]["rates"]["messages"], "0.00002");
  EXPECT_EQ(world.get("/v1/catalogues/cn99/plans", world.owner).status, 404);
  EXPECT_EQ(world.get("/v1/catalogues/cn26", world.owner).body, *catalog::builtin_text("cn26"));
}

TEST_F(MoneyTest, AMeterThatCannotBeReadIsAnErrorAndNotAZeroBill) {
  world.usage.failing = true;
  const Seen bill = world.get(world.account_path() + "/bill", world.owner);
  EXPECT_EQ(bill.status, 503);
  EXPECT_FALSE(bill.header("Retry-After").empty());
  EXPECT_EQ(world.get("/v1/accounts?usage=1", world.owner).json["items"][0]["bill"], nullptr);
}

}  // namespace
}  // namespace postage::api
