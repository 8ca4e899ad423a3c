// The desk for catalogues, what-if, forecast and plan state over REST.
#include <gtest/gtest.h>

#include "api/testing.h"

namespace postage::api {
namespace {

using invoice::testing::at;
using testing::Seen;
using testing::World;

const Instant kJanuary = at("2026-01-01T00:00:00+08:00");

Json cn27() {
  Json document = Json::parse(*catalog::builtin_text("cn26"));
  document["name"] = "cn27";
  document["effective_from"] = "2026-03-01";
  document["plans"][1]["base_fee"] = "429.00";
  return document;
}

struct CatalogueRoutes : ::testing::Test {
  CatalogueRoutes() {
    world.usage.set(world.chat, kJanuary, 2'000, 100'000'000, std::int64_t{8} << 30);
    world.usage.set(world.chat, at("2025-12-01T00:00:00+08:00"), 1, 1, 0);
  }
  Seen post(const std::string& path, const Json& body) { return world.send("POST", "/v1" + path, world.operator_token, body.dump()); }
  World world;
};

TEST_F(CatalogueRoutes, LintAnswersWithPlacesAndReasons) {
  Json document = cn27();
  document["rates"]["storage_gb"] = "0";
  const Seen seen = post("/catalogues:lint", {{"text", document.dump()}});
  ASSERT_EQ(seen.status, 200) << seen.body;
  EXPECT_EQ(seen.json["may_publish"], false);
  EXPECT_EQ(seen.json["findings"][0]["pointer"], "/plans/1/rates/storage_gb");
  EXPECT_EQ(seen.json["findings"][0]["code"], "no_price");
  EXPECT_EQ(post("/catalogues:lint", {{"text", cn27().dump()}}).json["may_publish"], true);
  EXPECT_EQ(post("/catalogues:lint", Json::object()).text("pointer"), "/text");
  EXPECT_EQ(world.send("POST", "/v1/catalogues:lint", world.owner, R"({"text":"{}"})").status, 403);
}

TEST_F(CatalogueRoutes, DraftPreviewPublishMoveAndWithdraw) {
  const Seen draft = post("/catalogues", {{"text", cn27().dump()}, {"replaces", "cn26"}, {"reason", "prices"}});
  ASSERT_EQ(draft.status, 201) << draft.body;
  EXPECT_EQ(draft.text("state"), "draft");
  EXPECT_EQ(world.get("/v1/catalogues/cn27", world.owner).status, 404);
  const Seen preview = world.send("POST", "/v1/catalogues/cn27:preview", world.operator_token);
  ASSERT_EQ(preview.status, 200) << preview.body;
  EXPECT_EQ(preview.json["done"], true);
  EXPECT_EQ(preview.text("accounts"), "2");
  EXPECT_EQ(preview.json["items"][0]["name"], "Acme");
  EXPECT_EQ(preview.json["items"][0]["months"][0]["difference"], "30.00");
  EXPECT_EQ(preview.json["items"][0]["months"][0]["before"]["total"], "2699.00");
  EXPECT_EQ(world.get("/v1/catalogues/cn27/preview?limit=1&cursor=1", world.operator_token).json["items"].size(), 1U);

  EXPECT_EQ(post("/catalogues/cn27:publish", Json::object()).text("pointer"), "/reason");
  const Seen published = post("/catalogues/cn27:publish", {{"reason", "decided"}});
  ASSERT_EQ(published.status, 200) << published.body;
  EXPECT_EQ(published.text("state"), "published");
  EXPECT_EQ(world.get("/v1/catalogues/cn27", world.owner).body, cn27().dump());
  EXPECT_EQ(post("/catalogues", {{"text", cn27().dump()}, {"reason", "again"}}).status, 409);
  const Json account = {{"name", "New"}, {"email", "n@new.example"}, {"catalogue", "cn27"}};
  EXPECT_EQ(post("/accounts", account).text("pointer"), "/catalogue");  // Not before March.

  const std::string path = world.account_path() + "/catalogue";
  const Json move = {{"catalogue", "cn27"}, {"from", "2026-03"}, {"reason", "agreed"}};
  EXPECT_EQ(world.send("PUT", path, world.owner, move.dump()).status, 403);
  const Seen moved = world.send("PUT", path, world.operator_token, move.dump());
  ASSERT_EQ(moved.status, 200) << moved.body;
  EXPECT_EQ(moved.json["next"]["from"], "2026-03");
  EXPECT_EQ(moved.json["next"]["plan"], "basic");
  EXPECT_EQ(world.get(world.account_path() + "/terms", world.owner).json["next_catalogue"]["catalogue"], "cn27");
  const Seen listed = world.get("/v1/accounts?usage=1", world.operator_token);
  EXPECT_EQ(listed.json["items"][0]["next_catalogue"], (Json{{"catalogue", "cn27"}, {"from", "2026-03"}}));
  EXPECT_EQ(listed.json["items"][1]["next_catalogue"], nullptr);
  const std::string early = R"({"catalogue":"cn27","from":"2026-01","reason":"x"})";
  EXPECT_EQ(world.send("PUT", path, world.operator_token, early).text("pointer"), "/from");
  EXPECT_EQ(world.send("DELETE", path, world.operator_token).json["next"], nullptr);
  EXPECT_EQ(post("/catalogues/cn27:withdraw", {{"reason", "no"}}).text("state"), "withdrawn");
  const Seen list = world.get("/v1/catalogue-publications", world.operator_token);
  EXPECT_EQ(list.json["items"][0]["why"], "no");
  const Seen audit = world.get("/v1/audit", world.operator_token);
  EXPECT_NE(audit.body.find("catalogue.withdraw"), std::string::npos) << audit.body;
  EXPECT_NE(audit.body.find("terms.catalogue"), std::string::npos);
}

TEST_F(CatalogueRoutes, WhatIfNamesTheCheapestPlanWithFullInvoices) {
  const Seen seen = world.get(world.account_path() + "/what-if?month=2026-01&catalogue=cn26", world.owner);
  ASSERT_EQ(seen.status, 200) << seen.body;
  std::string rows;
  for (const Json& row : seen.json["invoices"]) {
    rows += row["plan"].get<std::string>() + " " + row["total"].get<std::string>() + (row["current"] == true ? " now" : "") + "; ";
    EXPECT_EQ(row["lines"][2]["quantity"], "100000000");
  }
  EXPECT_EQ(rows, "premium 1499.00; basic 2699.00 now; flagship 3200.00; enterprise 3200.00; free 0.00; ");
  EXPECT_EQ(seen.json["invoices"][0]["difference"], "-1200.00");
  EXPECT_EQ(seen.json["invoices"][4]["possible"], false);
  EXPECT_EQ(seen.json["invoices"][4]["passed"][1]["quota"], "3000000");
  EXPECT_EQ(world.get(world.account_path() + "/what-if?month=2026-13", world.owner).text("pointer"), "?month");
  EXPECT_EQ(world.get(world.account_path() + "/what-if?month=2027-01", world.owner).status, 404);
  EXPECT_EQ(world.get(world.account_path() + "/what-if?catalogue=cn99", world.owner).status, 404);
}

TEST_F(CatalogueRoutes, ForecastAndBreakEvenAnswer) {
  const Seen forecast = world.get(world.account_path() + "/forecast", world.owner);
  ASSERT_EQ(forecast.status, 200) << forecast.body;
  EXPECT_EQ(forecast.json["meters"]["messages"]["reached"], true);
  EXPECT_EQ(forecast.json["meters"]["messages"]["quota"], "30000000");
  EXPECT_EQ(forecast.json["bill"]["plan"], "basic");
  EXPECT_EQ(forecast.json["budget"], nullptr);
  const Seen even = world.get(world.account_path() + "/break-even", world.owner);
  ASSERT_EQ(even.status, 200) << even.body;
  ASSERT_EQ(even.json["items"].size(), 9U);
  EXPECT_EQ(even.json["items"][3]["meter"], "messages");
  EXPECT_EQ(even.json["items"][3]["plan"], "premium");
  // 300.00 for connections and 600.00 for storage leave 200.00: ten million over the quota.
  EXPECT_EQ(even.json["items"][3]["cheaper_from"], "40000001");
}

TEST_F(CatalogueRoutes, APendingDowngradeIsShownReplacedAndTakenBack) {
  const std::string path = world.account_path() + "/plan";
  EXPECT_EQ(world.get(path, world.owner).json["next_plan"], nullptr);
  EXPECT_EQ(world.send("DELETE", path + "/pending", world.owner).status, 404);
  EXPECT_EQ(world.send("PUT", path, world.owner, R"({"plan":"premium"})").text("kind"), "upgrade");
  EXPECT_EQ(world.send("PUT", path, world.owner, R"({"plan":"basic"})").text("kind"), "downgrade");
  EXPECT_EQ(world.get(path, world.owner).text("next_plan"), "basic");
  const Seen cancelled = world.send("POST", path + ":cancel", world.owner);
  EXPECT_EQ(cancelled.text("to"), "free");
  EXPECT_EQ(cancelled.text("effective_at"), "2026-01-31T16:00:00.000Z");
  const Seen state = world.get(path, world.owner);
  EXPECT_EQ(state.text("plan") + " " + state.text("next_plan") + " " + state.text("renews_at"),
            "premium free 2026-01-31T16:00:00.000Z");
  EXPECT_EQ(world.send("DELETE", path + "/pending", world.owner).text("kind"), "same");
  EXPECT_EQ(world.get(path, world.owner).json["next_plan"], nullptr);
}

TEST_F(CatalogueRoutes, ANewAccountGetsTheNewestCatalogueInForce) {
  ASSERT_EQ(post("/catalogues", {{"text", cn27().dump()}, {"replaces", "cn26"}, {"reason", "prices"}}).status, 201);
  ASSERT_EQ(post("/catalogues/cn27:publish", {{"reason", "decided"}}).status, 200);
  EXPECT_EQ(post("/accounts", {{"name", "One"}, {"email", "1@new.example"}}).text("catalogue"), "cn26");
  world.clock.set(at("2026-03-01T00:00:00+08:00"));
  const std::string token = world.operator_of("late@postage.example", auth::Role::operator_);
  const auto open = [&](const char* body) { return world.send("POST", "/v1/accounts", token, body).text("catalogue"); };
  EXPECT_EQ(open(R"({"name":"Two","email":"2@new.example"})"), "cn27");
  EXPECT_EQ(open(R"({"name":"Three","email":"3@new.example","catalogue":"cn26"})"), "cn26");
}

}  // namespace
}  // namespace postage::api
