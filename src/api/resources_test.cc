// What each resource does, through the real router.
#include <gtest/gtest.h>

#include "api/testing.h"
#include "auth/token_check.h"

namespace postage::api {
namespace {

using testing::Seen;
using testing::World;

TEST(Session, LogsInShowsWhoAndLogsOut) {
  World world;
  world.person("ann@acme.example", world.acme, auth::Role::billing);
  const Seen login =
      world.send("POST", "/v1/session", "", R"({"email":"Ann@acme.example","password":"correct horse battery"})");
  ASSERT_EQ(login.status, 201) << login.body;
  EXPECT_EQ(login.json["person"]["email"], "ann@acme.example");
  EXPECT_EQ(login.json["person"]["realm"], "customer");
  EXPECT_EQ(login.json["accounts"][0]["name"], "Acme");
  EXPECT_EQ(login.json["accounts"][0]["role"], "billing");
  const std::string token = login.text("token");
  EXPECT_EQ(world.get("/v1/me", token).json["accounts"], login.json["accounts"]);
  EXPECT_EQ(world.send("DELETE", "/v1/session", token).status, 204);
  EXPECT_EQ(world.get("/v1/me", token).status, 401);
}

TEST(Session, WrongPasswordsAreRefusedAndThenSlowed) {
  World world;
  const std::string body = R"({"email":"owner@acme.example","password":"not the password"})";
  Seen seen = world.send("POST", "/v1/session", "", body);
  EXPECT_EQ(seen.status, 401);
  for (int i = 0; i < 10 && seen.status == 401; ++i) seen = world.send("POST", "/v1/session", "", body);
  EXPECT_EQ(seen.status, 429);
  EXPECT_FALSE(seen.header("Retry-After").empty());
}

TEST(Accounts, OperatorsOpenThemAndCustomersSeeTheirOwn) {
  World world;
  const Seen made = world.send("POST", "/v1/accounts", world.operator_token,
                               R"({"name":"New","email":"n@new.example","locale":"zh","plan":"premium"})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.json["plan"], "premium");
  EXPECT_EQ(made.header("Location"), "/v1/accounts/" + made.text("id"));
  EXPECT_EQ(world.get("/v1/accounts", world.operator_token).json["items"].size(), 3U);
  const Seen own = world.get("/v1/accounts?usage=1", world.owner);
  ASSERT_EQ(own.json["items"].size(), 1U);
  EXPECT_EQ(own.json["items"][0]["name"], "Acme");
  EXPECT_EQ(own.json["items"][0]["bill"]["total"], "399.00");
  EXPECT_EQ(own.json["items"][0]["meters"]["pcu"]["open"], "6");
  EXPECT_EQ(world.send("POST", "/v1/accounts", world.owner, R"({"name":"X","email":"x@x.example"})").status, 403);
  const Seen wrong =
      world.send("POST", "/v1/accounts", world.operator_token, R"({"name":"X","email":"x@x.example","plan":"gold"})");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.text("pointer"), "/plan");
}

TEST(Accounts, PagesGoThroughAllOfThem) {
  World world;
  std::string cursor;
  int seen = 0;
  do {
    const Seen page =
        world.get("/v1/accounts?limit=1" + (cursor.empty() ? "" : "&cursor=" + cursor), world.operator_token);
    ASSERT_EQ(page.json["items"].size(), 1U);
    ++seen;
    cursor = page.text("next");
  } while (!cursor.empty());
  EXPECT_EQ(seen, 2);
}

TEST(Accounts, AreChangedSuspendedAndRestored) {
  World world;
  const Seen changed = world.send("PATCH", world.account_path(), world.owner, R"({"name":"Acme Ltd"})");
  EXPECT_EQ(changed.json["name"], "Acme Ltd");
  EXPECT_EQ(world.send("POST", world.account_path() + ":suspend", world.owner).status, 403);
  const std::string why = R"({"reason":"abuse"})";
  EXPECT_EQ(world.send("POST", world.account_path() + ":suspend", world.operator_token, why).json["suspended"], true);
  const Seen audit = world.get(world.account_path() + "/audit?limit=2", world.operator_token);
  EXPECT_EQ(audit.json["items"][0]["details"]["suspended"], "false -> true");
  EXPECT_EQ(audit.json["items"][1]["action"], "account.suspend");
  EXPECT_EQ(audit.json["items"][1]["details"]["why"], "abuse");
  const Seen publish =
      world.send("POST", world.project_path() + "/channels/room/messages", world.owner, R"({"payload":"x"})");
  EXPECT_EQ(publish.status, 403);
  EXPECT_EQ(publish.text("name"), "account_suspended");
  EXPECT_EQ(world.send("POST", world.account_path() + ":restore", world.operator_token, R"({"why":"x"})").status, 400);
  EXPECT_EQ(world.send("POST", world.account_path() + ":restore", world.operator_token).json["suspended"], false);
  EXPECT_EQ(
      world.send("POST", world.project_path() + "/channels/room/messages", world.owner, R"({"payload":"x"})").status,
      200);
}

TEST(People, AreAddedWithARoleThatTheGiverMayGive) {
  World world;
  const std::string admin = world.person("admin@acme.example", world.acme, auth::Role::admin);
  const std::string path = world.account_path() + "/people";
  const Seen made = world.send("POST", path, admin,
                               R"({"email":"new@acme.example","role":"developer","password":"long enough now"})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.json["role"], "developer");
  EXPECT_EQ(
      world.send("POST", path, admin, R"({"email":"two@acme.example","role":"owner","password":"long enough now"})")
          .status,
      403);
  EXPECT_EQ(world.send("POST", path, admin, R"({"email":"two@acme.example","role":"chief"})").text("pointer"), "/role");
  const Seen nobody =
      world.send("POST", path, admin, R"({"email":"nobody","role":"viewer","password":"long enough now"})");
  EXPECT_EQ(nobody.text("pointer"), "/email");
  EXPECT_EQ(world.send("PATCH", path + "/" + made.text("id"), admin, R"({"role":"viewer"})").json["role"], "viewer");
  EXPECT_EQ(world.send("DELETE", path + "/" + made.text("id"), admin).status, 204);
  const Seen list = world.get(path, world.owner);
  EXPECT_EQ(list.json["items"].size(), 2U);
  const std::string owner_id = list.json["items"][0]["id"];
  EXPECT_EQ(world.send("DELETE", path + "/" + owner_id, admin).status, 403);
  EXPECT_EQ(world.send("PATCH", path + "/9999", admin, R"({"role":"viewer"})").status, 404);
}

TEST(Projects, LiveADay) {
  World world;
  const std::string path = world.account_path() + "/projects";
  const Seen made = world.send("POST", path, world.owner, R"({"name":"shop","limits":{"message_bytes_max":1000}})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.text("certificate").size(), 32U);
  EXPECT_EQ(made.json["limits"]["message_bytes_max"], 1000);
  const std::string project = "/v1/projects/" + made.text("id");
  EXPECT_FALSE(world.get(project, world.owner).json.contains("certificate"));
  EXPECT_EQ(world.get(path, world.owner).json["items"].size(), 3U);
  const Seen twice = world.send("POST", path, world.owner, R"({"name":"shop"})");
  EXPECT_EQ(twice.status, 409);
  EXPECT_EQ(twice.text("pointer"), "/name");
  EXPECT_EQ(twice.text("detail"), "another project of the account has it");
  const Seen odd = world.send("PATCH", project, world.owner, R"({"limits":{"colour":1}})");
  EXPECT_EQ(odd.text("pointer"), "/limits/colour");
  const Seen wide = world.send("PATCH", project, world.owner, R"({"limits":{"message_bytes_max":99999999}})");
  EXPECT_EQ(wide.status, 400);
  EXPECT_EQ(wide.text("pointer"), "/limits/message_bytes_max");
  const Seen bent =
      world.send("POST", path, world.owner, R"({"name":"x","app_id":"no hex digits, but as many as 32"})");
  EXPECT_EQ(bent.text("pointer"), "/app_id");
  EXPECT_EQ(world.send("PATCH", project, world.owner, R"({"disabled":true})").json["disabled"], true);
  const Seen publish = world.send("POST", project + "/channels/room/messages", world.owner, R"({"payload":"x"})");
  EXPECT_EQ(publish.status, 403);
  EXPECT_EQ(world.send("DELETE", project, world.owner).status, 204);
  EXPECT_EQ(world.get(project, world.owner).status, 404);
}

TEST(Certificates, RotateAndSignTokens) {
  World world;
  const Seen rotated = world.send("POST", world.project_path() + "/certificates/secondary:rotate", world.owner);
  ASSERT_EQ(rotated.status, 200) << rotated.body;
  EXPECT_EQ(rotated.text("certificate").size(), 32U);
  EXPECT_EQ(rotated.text("slot"), "secondary");
  EXPECT_EQ(world.send("POST", world.project_path() + "/certificates/third:rotate", world.owner).status, 404);
  EXPECT_EQ(
      world.send("PATCH", world.project_path() + "/certificates/primary", world.owner, R"({"enabled":false})").status,
      200);
  const Seen token =
      world.send("POST", world.project_path() + "/tokens", world.owner, R"({"user_id":"anna","expire_seconds":600})");
  ASSERT_EQ(token.status, 201) << token.body;
  EXPECT_EQ(token.text("expires_at"), instant_text_utc(world.clock.wall() + seconds(600)));
  const auto snapshot = world.directory->snapshot();
  EXPECT_TRUE(auth::check_login(*snapshot->project(world.chat), "anna", token.text("token"), world.clock.wall()).ok());
  EXPECT_EQ(world.send("DELETE", world.project_path() + "/certificates/primary", world.owner).status, 204);
  const Seen odd = world.send("POST", world.project_path() + "/tokens", world.owner, R"({"user_id":"null"})");
  EXPECT_EQ(odd.status, 400);
  EXPECT_EQ(odd.text("name"), "invalid_user_id");
  EXPECT_EQ(odd.text("pointer"), "/user_id");
}

TEST(Keys, AreMadeUsedAndRevoked) {
  World world;
  const std::string path = world.account_path() + "/keys";
  const Seen made = world.send("POST", path, world.owner, R"({"name":"ci","role":"developer"})");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string secret = made.text("secret");
  EXPECT_EQ(world.get(world.project_path(), secret).status, 200);
  EXPECT_EQ(world.get("/v1/me", secret).json["key"]["name"], "ci");
  EXPECT_EQ(world.get("/v1/accounts", secret).json["items"].size(), 1U);
  EXPECT_EQ(world.get(world.account_path() + "/bill", secret).status, 403);
  EXPECT_EQ(world.send("POST", path, secret, R"({"name":"more","role":"viewer"})").status, 403);
  const std::string admin = world.person("admin@acme.example", world.acme, auth::Role::admin);
  EXPECT_EQ(world.send("POST", path, admin, R"({"name":"x","role":"owner"})").status, 403);
  EXPECT_EQ(world.send("POST", path, admin, R"({"name":" x","role":"viewer"})").text("pointer"), "/name");
  EXPECT_EQ(world.send("POST", path, world.owner, R"({"name":"x","role":"owner"})").text("pointer"), "/role");
  EXPECT_FALSE(world.get(path, world.owner).json["items"][0].contains("secret"));
  EXPECT_EQ(world.send("DELETE", path + "/" + made.text("id"), world.owner).status, 204);
  EXPECT_EQ(world.get(world.project_path(), secret).status, 401);
}

TEST(Publish, AnswersFromTheHomeShardExactly) {
  World world;
  const std::string path = world.project_path() + "/channels/%E4%BD%A0%20room/messages";
  const Seen seen =
      world.send("POST", path, world.owner, R"({"payload":"a\u0000b","custom_type":"note","publisher":"srv"})");
  ASSERT_EQ(seen.status, 200) << seen.body;
  EXPECT_EQ(seen.text("epoch"), "9007199254740993");
  EXPECT_EQ(seen.text("units"), "22");
  EXPECT_EQ(seen.text("timestamp"), "2027-01-15T08:00:01.000Z");
  const PublishAsk& ask = world.publisher.asked.at(0);
  EXPECT_EQ(ask.channel, "你 room");
  EXPECT_EQ(ask.payload, std::string("a\0b", 3));
  EXPECT_EQ(ask.project, world.chat);
  EXPECT_EQ(ask.custom_type, "note");
  EXPECT_FALSE(ask.dry_run);
  world.send("POST", world.project_path() + "/channels/room/messages", world.owner,
             R"({"payload_base64":"AP8=","dry_run":true})");
  EXPECT_EQ(world.publisher.asked.at(1).payload, std::string("\0\xFF", 2));
  EXPECT_FALSE(world.publisher.asked.at(1).text);
  EXPECT_TRUE(world.publisher.asked.at(1).dry_run);
}

TEST(Publish, RefusesWhatAProjectDoesNotTake) {
  World world;
  const std::string path = world.project_path() + "/channels/room/messages";
  EXPECT_EQ(world.send("POST", path, world.owner, R"({"payload":"a","payload_base64":"YQ=="})").text("pointer"),
            "/payload");
  EXPECT_EQ(world.send("POST", path, world.owner, "{}").text("pointer"), "/payload");
  EXPECT_EQ(world.send("POST", path, world.owner, R"({"payload_base64":"YQ="})").text("pointer"), "/payload_base64");
  EXPECT_EQ(world.send("POST", path, world.owner, R"({"payload":")" + std::string(32 * 1024, 'x') + "\"}").status, 200);
  const Seen long_one =
      world.send("POST", path, world.owner, R"({"payload":")" + std::string(32 * 1024 + 1, 'x') + "\"}");
  EXPECT_EQ(long_one.status, 413);
  EXPECT_EQ(
      world.send("POST", path, world.owner, R"({"payload":"a","custom_type":")" + std::string(32, 'x') + "\"}").status,
      200);
  EXPECT_EQ(world.send("POST", path, world.owner, R"({"payload":"a","custom_type":")" + std::string(33, 'x') + "\"}")
                .text("name"),
            "channel_custom_type_length_overflow");
}

TEST(Publish, AQuotaRefusalCarriesItsNumbers) {
  World world;
  Problem refusal(Errc::quota_messages);
  refusal.quota = QuotaFacts{"messages", "3000000", "2999999", "11", Instant(seconds(1'800'000'000))};
  world.publisher.refusal = refusal;
  const Seen seen =
      world.send("POST", world.project_path() + "/channels/room/messages", world.owner, R"({"payload":"x"})");
  EXPECT_EQ(seen.status, 402);
  EXPECT_EQ(seen.text("meter"), "messages");
  EXPECT_EQ(seen.text("needed"), "11");
  EXPECT_FALSE(seen.text("request_id").empty());
}

TEST(Idempotency, ARetriedPublishPublishesOnce) {
  World world;
  const std::string path = world.project_path() + "/channels/room/messages";
  const std::vector<Header> key{{"Idempotency-Key", "k-1"}};
  const Seen first = world.send("POST", path, world.owner, R"({"payload":"x"})", key);
  const Seen again = world.send("POST", path, world.owner, R"({"payload":"x"})", key);
  EXPECT_EQ(world.publisher.asked.size(), 1U);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
  EXPECT_EQ(world.send("POST", path, world.owner, R"({"payload":"y"})", key).status, 409);
  EXPECT_EQ(world.send("POST", path, world.operator_token, R"({"payload":"x"})", key).status, 200);
  EXPECT_EQ(world.publisher.asked.size(), 2U);
  world.clock.advance(std::chrono::hours(11));
  EXPECT_EQ(world.send("POST", path, world.owner, R"({"payload":"x"})", key).header("Idempotent-Replayed"), "true");
}

TEST(Idempotency, ARetryWhileTheFirstRunsGetsTheSameAnswerAndARefusalIsForgotten) {
  World world;
  const std::string path = world.project_path() + "/channels/room/messages";
  const std::vector<Header> key{{"Idempotency-Key", "k-1"}};
  world.publisher.hold = true;
  EXPECT_EQ(world.send("POST", path, world.owner, R"({"payload":"x"})", key).status, 0);
  EXPECT_EQ(world.send("POST", path, world.owner, R"({"payload":"x"})", key).status, 0);
  world.publisher.refusal = Problem(Errc::unavailable);
  world.publisher.release();
  ASSERT_EQ(world.late.size(), 2U);
  EXPECT_EQ(world.late[0].status, 503);
  EXPECT_EQ(world.late[1].status, 503);
  world.publisher.hold = false;
  world.publisher.refusal.reset();
  EXPECT_EQ(world.send("POST", path, world.owner, R"({"payload":"x"})", key).status, 200);
  EXPECT_EQ(world.publisher.asked.size(), 2U);
}

TEST(Idempotency, ACreatedProjectIsCreatedOnce) {
  World world;
  const std::string path = world.account_path() + "/projects";
  const Seen first = world.send("POST", path, world.owner, R"({"name":"shop"})", {{"Idempotency-Key", "a"}});
  const Seen again = world.send("POST", path, world.owner, R"({"name":"shop"})", {{"Idempotency-Key", "a"}});
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(world.get(path, world.owner).json["items"].size(), 3U);
}

TEST(Rates, RestCallsPerProjectAreBounded) {
  World world;
  world.send("PATCH", world.project_path(), world.owner, R"({"limits":{"rest_per_second_max":3}})");
  world.clock.advance(seconds(2));
  const std::string path = world.project_path() + "/channels/room/messages";
  for (int i = 0; i < 3; ++i) EXPECT_EQ(world.send("POST", path, world.owner, R"({"payload":"x"})").status, 200);
  const Seen over = world.send("POST", path, world.owner, R"({"payload":"x"})");
  EXPECT_EQ(over.status, 429);
  EXPECT_EQ(over.header("Retry-After"), "1");
  world.clock.advance(milliseconds(333));
  EXPECT_EQ(world.send("POST", path, world.owner, R"({"payload":"x"})").status, 429);
  world.clock.advance(milliseconds(1));
  EXPECT_EQ(world.send("POST", path, world.owner, R"({"payload":"x"})").status, 200);
}

TEST(Audit, ShowsWhoChangedWhatInTheOwnAccountOnly) {
  World world;
  world.send("PATCH", world.account_path(), world.owner, R"({"name":"Acme Ltd"})");
  const Seen own = world.get(world.account_path() + "/audit?limit=1", world.owner);
  ASSERT_EQ(own.status, 200) << own.body;
  EXPECT_EQ(own.json["items"][0]["actor"]["name"], "owner@acme.example");
  EXPECT_EQ(own.json["items"][0]["account"], std::to_string(world.acme.value));
  EXPECT_FALSE(own.text("next").empty());
  EXPECT_EQ(world.get("/v1/audit", world.owner).status, 403);
  EXPECT_EQ(world.get("/v1/audit", world.operator_token).status, 200);
}

}  // namespace
}  // namespace postage::api
