// Reasons: what a refusal carries beside its English sentence, route by route, with figures to the cent.
#include "api/reason.h"

#include <gtest/gtest.h>

#include <set>

#include "api/decode.h"
#include "api/problem.h"
#include "api/testing.h"

namespace postage::api {
namespace {

using testing::Seen;
using testing::World;

TEST(Reasons, HaveNamesOfTheirOwnAndFiguresThatHideNoOtherMember) {
  // A reason may bring a limit, as a quota does; it never stands beside one.
  const std::set<std::string_view> taken{"type", "title", "status", "detail", "code", "name",
                                         "retry", "pointer", "reason", "request_id"};
  std::set<std::string_view> names;
  for (const ReasonRow& row : reason_rows()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_FALSE(row.text.empty()) << row.name;
    for (const std::string_view each : taken) {
      EXPECT_EQ((" " + std::string(row.figures) + " ").find(" " + std::string(each) + " "), std::string::npos) << row.name;
    }
  }
}

TEST(Reasons, AreMembersInTheOrderOfTheirRow) {
  Json out = Json::object();
  Why().append_to(out);
  EXPECT_EQ(out.dump(), "{}");
  Why(Reason::open_left, {"1.00", "CNY", "PO-1"}).append_to(out);
  EXPECT_EQ(out.dump(), R"({"reason":"open_left","most":"1.00","currency":"CNY","invoice":"PO-1"})");
}

/// The reason and its figures of the first mistake that reading `bytes` finds.
std::string reason_of(const std::string& bytes) {
  Body body(bytes);
  body.maybe_integer("n", -10, 20);
  body.maybe_text("t", {1, 5});
  body.maybe_flag("f");
  body.maybe_base64("b", 2);
  if (body.has("c")) body.choice("c", {"hard", "soft"});
  if (body.has("r")) body.text("missing", {1, 5});
  if (body.enter("o")) body.leave();
  Json out = Json::object();
  if (const auto mistake = body.mistake()) mistake->why.append_to(out);
  return out.dump();
}

TEST(Reasons, OfABodySayTheBounds) {
  const std::pair<const char*, const char*> cases[] = {
      {"{}", "{}"},
      {"[]", R"({"reason":"unreadable"})"},
      {"{", R"({"reason":"unreadable"})"},
      {R"({"n":21})", R"({"reason":"range","min":"-10","max":"20"})"},
      {R"({"n":"1"})", R"({"reason":"type","expected":"integer"})"},
      {R"({"t":7})", R"({"reason":"type","expected":"string"})"},
      {R"({"t":"abcdef"})", R"({"reason":"length","min":"1","max":"5"})"},
      {R"({"t":"a\u0001"})", R"({"reason":"control"})"},
      {R"({"f":1})", R"({"reason":"type","expected":"boolean"})"},
      {R"({"b":"?"})", R"({"reason":"type","expected":"base64"})"},
      {R"({"b":"YWJj"})", R"({"reason":"length","min":"0","max":"2"})"},
      {R"({"c":"medium"})", R"({"reason":"choice","choices":"hard, soft"})"},
      {R"({"r":1})", R"({"reason":"missing"})"},
      {R"({"o":1})", R"({"reason":"type","expected":"object"})"},
      {R"({"x":1})", R"({"reason":"unknown"})"},
  };
  for (const auto& [bytes, reason] : cases) EXPECT_EQ(reason_of(bytes), reason) << bytes;
}

TEST(Reasons, APointerIsReadFromAMembersNameToo) {
  const Problem named = pointed(Error(Errc::conflict, "limits.flush_gap_ms: is too small"));
  EXPECT_EQ(named.pointer, "/limits/flush_gap_ms");
  EXPECT_EQ(named.error.detail, "is too small");
  EXPECT_EQ(pointed(Error(Errc::bad_request, "/from: lies before")).pointer, "/from");
  EXPECT_EQ(pointed(Error(Errc::conflict, "the account is full: go")).pointer, "");
  EXPECT_EQ(pointed(Error(Errc::conflict, ": go")).pointer, "");
  EXPECT_EQ(pointed(Error(Errc::conflict)).pointer, "");
}

TEST(Reasons, OfRoutesCarryTheirFigures) {
  World world;
  const std::string path = world.account_path();
  const Seen plan = world.send("PUT", path + "/plan", world.owner, R"({"plan":"gold"})");
  EXPECT_EQ(plan.text("reason"), "no_plan") << plan.body;
  EXPECT_EQ(plan.text("plan"), "gold");
  EXPECT_NE(plan.text("choices").find("basic, premium"), std::string::npos) << plan.body;
  EXPECT_EQ(world.send("DELETE", path + "/plan/pending", world.owner, "").text("reason"), "nothing_pending");
  const Seen budget = world.send("PUT", path + "/budget", world.owner, R"({"amount":"1.001"})");
  EXPECT_EQ(budget.text("reason"), "decimal");
  EXPECT_EQ(budget.text("decimals"), "2");
  const Seen role = world.send("POST", path + "/people", world.owner, R"({"email":"a@b.c","role":"king"})");
  EXPECT_EQ(role.text("reason"), "choice");
  EXPECT_EQ(role.text("pointer"), "/role");
  const Seen contract = world.send("PUT", path + "/contract", world.owner, R"({"reason":"x"})");
  EXPECT_EQ(contract.text("reason"), "permission");
  EXPECT_EQ(contract.text("permission"), "contract_write");
  const std::string cap = R"({"scope":"account","units":"5"})";
  const Seen made = world.send("POST", path + "/caps", world.owner, cap);
  ASSERT_EQ(made.status, 201) << made.body;
  const Seen again = world.send("POST", path + "/caps", world.owner, cap);
  EXPECT_EQ(again.text("reason"), "cap_exists");
  EXPECT_EQ(again.text("cap"), made.text("id"));
}

TEST(Reasons, OfALogInTellTheTrueWait) {
  World world;
  const auto log_in = [&] {
    return world.send("POST", "/v1/session", "", R"({"email":"nobody@example.com","password":"wrong"})");
  };
  EXPECT_EQ(log_in().text("reason"), "wrong_login");
  Seen last = log_in();
  for (int i = 0; i < 10 && last.status != 429; ++i) last = log_in();
  ASSERT_EQ(last.status, 429) << last.body;
  EXPECT_EQ(last.text("reason"), "failed_log_ins");
  EXPECT_EQ(last.header("Retry-After"), "300");
  world.clock.set(world.clock.wall() + seconds(100));
  EXPECT_EQ(log_in().header("Retry-After"), "200");
}

}  // namespace
}  // namespace postage::api
