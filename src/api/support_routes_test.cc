// Support requests through the real router.
#include <gtest/gtest.h>

#include "api/testing.h"

namespace postage::api {
namespace {

using testing::Seen;
using testing::World;

struct SupportRoutesTest : ::testing::Test {
  Seen open(const std::string& body, const std::string& bearer) {
    return world.send("POST", world.account_path() + "/support-requests", bearer, body);
  }
  std::string path(const Seen& made) { return world.account_path() + "/support-requests/" + made.text("id"); }
  World world;
};

TEST_F(SupportRoutesTest, ARequestFromOpeningToClosing) {
  const Seen made = open(R"({"subject":"Slow","text":"Since noon.","severity":"high","channel":"slack","project":")" +
                             std::to_string(world.chat.value) + R"("})",
                         world.owner);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.text("state"), "open");
  EXPECT_EQ(made.text("due_at"), "2026-01-18T01:00:00.000Z");  // Opened at midnight: a day after the next opening.
  EXPECT_EQ(made.text("project"), std::to_string(world.chat.value));
  EXPECT_EQ(world.send("POST", path(made) + "/comments", world.operator_token, R"({"text":"Look here."})").text("state"), "answered");
  EXPECT_EQ(world.send("POST", path(made) + "/comments", world.owner, R"({"text":"No."})").text("state"), "reopened");
  EXPECT_EQ(world.send("POST", path(made) + ":close", world.owner).text("state"), "closed");
  const Seen story = world.get(path(made), world.owner);
  ASSERT_EQ(story.json["entries"].size(), 4U);
  EXPECT_EQ(story.json["entries"][1]["kind"], "answer");
  EXPECT_EQ(story.json["entries"][1]["by"], "op@postage.example");
}

TEST_F(SupportRoutesTest, RequestsAreTheAccountsOwn) {
  const Seen made = open(R"({"subject":"s","text":"t"})", world.owner);
  EXPECT_EQ(world.get(path(made), world.stranger).status, 404);
  const std::string foreign = "/v1/accounts/" + std::to_string(world.rival.value) + "/support-requests/" + made.text("id");
  EXPECT_EQ(world.get(foreign, world.stranger).status, 404);
  EXPECT_EQ(world.send("POST", foreign + "/comments", world.stranger, R"({"text":"t"})").status, 404);
  EXPECT_EQ(world.send("POST", foreign + ":close", world.stranger).status, 404);
  EXPECT_EQ(world.get("/v1/support-requests", world.owner).status, 403);
  EXPECT_EQ(world.get(world.account_path() + "/support-requests/9", world.owner).status, 404);
  EXPECT_EQ(world.get(world.account_path() + "/support-requests/x", world.owner).status, 404);
}

TEST_F(SupportRoutesTest, WhatThePlanDoesNotHaveIs403AndWhatIsWrongIsNamed) {
  const std::string rival = "/v1/accounts/" + std::to_string(world.rival.value) + "/support-requests";
  const Seen free = world.send("POST", rival, world.stranger, R"({"subject":"s","text":"t","channel":"slack"})");
  EXPECT_EQ(free.status, 403);
  EXPECT_NE(free.text("detail").find("no support by slack"), std::string::npos) << free.body;
  EXPECT_EQ(open(R"({"subject":"","text":"t"})", world.owner).text("pointer"), "/subject");
  EXPECT_EQ(open(R"({"subject":"a\nb","text":"t"})", world.owner).text("pointer"), "/subject");
  EXPECT_EQ(open(R"({"subject":"s"})", world.owner).text("pointer"), "/text");
  EXPECT_EQ(open(R"({"subject":"s","text":"t","severity":"panic"})", world.owner).text("pointer"), "/severity");
  EXPECT_EQ(open(R"({"subject":"s","text":"t","project":")" + std::to_string(world.foreign.value) + R"("})", world.owner).text("pointer"),
            "/project");
}

TEST_F(SupportRoutesTest, OperatorsSeeWhatIsDueSoonestFirst) {
  open(R"({"subject":"basic","text":"t"})", world.owner);
  ASSERT_EQ(world.send("PUT", world.account_path() + "/plan", world.owner, R"({"plan":"premium"})").status, 200);
  open(R"({"subject":"premium","text":"t"})", world.owner);
  const Seen due = world.get("/v1/support-requests?due_before=2026-02-01T00:00:00Z", world.operator_token);
  ASSERT_EQ(due.json["items"].size(), 2U) << due.body;
  EXPECT_EQ(due.json["items"][0]["subject"], "premium");
  EXPECT_EQ(world.get("/v1/support-requests?state=closed", world.operator_token).json["items"].size(), 0U);
  const Seen page = world.get("/v1/support-requests?limit=1&due_before=2026-02-01T00:00:00Z", world.operator_token);
  EXPECT_EQ(page.text("next"), "1");
  const Seen second = world.get("/v1/support-requests?limit=1&cursor=1&due_before=2026-02-01T00:00:00Z", world.operator_token);
  EXPECT_EQ(second.json["items"][0]["subject"], "basic");
  EXPECT_EQ(world.get(world.account_path() + "/support-requests", world.owner).json["items"].size(), 2U);
}

}  // namespace
}  // namespace postage::api
