// The door: names, sizes, rates, tokens, heartbeats, hello and login. Each limit one below and one above.
#include <gtest/gtest.h>

#include "gateway/session_kit.h"

namespace postage::gateway::kit {
namespace {

using namespace std::chrono_literals;

class Doors : public testing::Test {
 protected:
  World world{2};
  TestClient ann{world, 0};
};

TEST_F(Doors, BeforeHelloAndLoginNothingIsDone) {
  ann.ask(wire::Login{kAppId, "ann", "", 0, 0});
  EXPECT_EQ(ann.take("error").code, Errc::not_login);
  ann.ask(wire::Hello{1, "kit", "1", {}});
  EXPECT_FALSE(ann.take("hello").resumed);
  EXPECT_EQ(ann.subscribe("stage").code, Errc::not_login);
  EXPECT_EQ(ann.publish("stage", "x").code, Errc::not_login);
  ann.ask(wire::Logout{});
  EXPECT_EQ(ann.take("error").code, Errc::not_login);
  EXPECT_EQ(world.books().counted, 0);
  ann.ask(wire::Hello{1, "kit", "1", {}});
  EXPECT_EQ(ann.close_code, 4001);
}

TEST_F(Doors, ALoginMustComeInTime) {
  ann.ask(wire::Hello{1, "kit", "1", {}});
  world.advance(9'999ms);
  EXPECT_FALSE(ann.closed);
  world.advance(1ms);
  EXPECT_TRUE(ann.closed);
  EXPECT_EQ(ann.take("bye").code, Errc::login_timeout);
  EXPECT_EQ(ann.close_code, 4111);
}

TEST_F(Doors, FiveFailedLoginsAreEnough) {
  ann.ask(wire::Hello{1, "kit", "1", {}});
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(ann.closed);
    EXPECT_FALSE(ann.login_again("ann", "007nonsense", 2));
    EXPECT_EQ(ann.take("error").code, Errc::invalid_token);
  }
  EXPECT_TRUE(ann.closed);
}

TEST_F(Doors, LoginIsJudgedByProjectTokenAndUser) {
  ann.ask(wire::Hello{1, "kit", "1", {}});
  ann.ask(wire::Login{"nope", "ann", "", 0, 0});
  EXPECT_EQ(ann.take("error").code, Errc::invalid_app_id);
  EXPECT_FALSE(ann.login_again(std::string(65, 'a')));
  EXPECT_EQ(ann.take("error").code, Errc::invalid_user_id);
  EXPECT_FALSE(ann.login_again("ann", "", 2));
  EXPECT_EQ(ann.take("error").code, Errc::invalid_token);
  world.tenants.accounts[1].suspended = true;
  EXPECT_FALSE(ann.login_again("ann"));
  EXPECT_EQ(ann.take("error").code, Errc::login_not_authorized);
  world.tenants.accounts[1].suspended = false;
  EXPECT_TRUE(ann.login_again(std::string(64, 'a'), world.token(std::string(64, 'a'), 60, 2), 2));
}

TEST_F(Doors, APlanWithoutAuthenticationTakesNoTokens) {
  ASSERT_TRUE(ann.login("ann", world.token("ann", 3600)));
  TestClient bob(world, 1), eve(world, 0);
  ASSERT_TRUE(eve.login("eve", world.token("eve", 3600, 2), 2));
  eve.cut();
  world.tenants.lacking = "authentication";
  EXPECT_FALSE(bob.login("bob", world.token("bob", 3600)));
  const Got refused = bob.take("error");
  EXPECT_EQ(refused.code, Errc::login_not_authorized);
  EXPECT_NE(refused.detail.find("does not include authentication"), std::string::npos) << refused.detail;
  EXPECT_FALSE(bob.login_again("bob", "007nonsense", 2));
  EXPECT_EQ(bob.take("error").code, Errc::invalid_token) << "a wrong token is that first";
  EXPECT_TRUE(bob.login_again("bob")) << "the App ID alone is no token";
  EXPECT_TRUE(bob.login_again("bob", kAppId));
  ann.ask(wire::RenewToken{world.token("ann", 7200)});
  EXPECT_EQ(ann.take("error").code, Errc::login_not_authorized);
  EXPECT_EQ(ann.publish("stage", "still here").kind, "published");
  TestClient again(world, 0);
  EXPECT_TRUE(again.resume(eve.key, {}).resumed);
  world.advance(1ms);
  EXPECT_EQ(again.take("bye").code, Errc::login_not_authorized) << "a resume is judged again";
  world.tenants.lacking.clear();
  EXPECT_TRUE(bob.login_again("bob", world.token("bob", 3600)));
}

TEST_F(Doors, NewLimitsHoldForThoseWhoAreHere) {
  TestClient bob(world, 1), eve(world, 1);
  ASSERT_TRUE(ann.login("ann") && bob.login("bob") && eve.login("eve", world.token("eve", 3600, 2), 2));
  const std::string large(40'000, 'x');
  EXPECT_EQ(bob.publish("stage", large).code, Errc::channel_message_length_exceed_limitation);
  world.tenants.projects[1].in_force.message_bytes_max = 50'000;
  shard::ProjectTerms terms = *world.shards->projects.find(ProjectId{1});
  terms.limits_version = 7;
  world.shards->projects.put(terms);
  world.settle();
  EXPECT_EQ(bob.publish("stage", large).kind, "published");
  EXPECT_GT(ann.message_limit, 50'000U);
  EXPECT_LT(eve.message_limit, ann.message_limit) << "another project's client keeps what it had";
  world.tenants.projects[1].in_force.message_bytes_max = 10;
  world.shards->projects.put(terms);  // Something else of the project changed: nobody is told.
  world.settle();
  EXPECT_EQ(bob.publish("stage", large).kind, "published");
  terms.limits_version = 8;
  world.shards->projects.put(terms);
  world.settle();
  EXPECT_EQ(bob.publish("stage", std::string(11, 'x')).code, Errc::channel_message_length_exceed_limitation);
  EXPECT_EQ(bob.publish("stage", std::string(10, 'x')).kind, "published");
}

TEST_F(Doors, NewLimitsHoldForWhoIsJustLoggingIn) {
  TestClient late(world, 1);
  late.ask(wire::Hello{wire::kProtocolVersion, "kit", "1", {}});
  wire::Login login;
  login.app_id = world.tenants.projects[1].app_id.text;
  login.user_id = "late";
  ASSERT_TRUE(ann.login("ann")) << "the project is known where the login goes";
  late.ask(login);  // Checked with the old limits; the answer is still under way.
  world.tenants.projects[1].in_force.message_bytes_max = 50'000;
  shard::ProjectTerms terms = *world.shards->projects.find(ProjectId{1});
  terms.limits_version = 7;
  world.shards->projects.put(terms);
  world.settle();
  ASSERT_EQ(late.take("login").kind, "login");
  EXPECT_EQ(late.publish("stage", std::string(40'000, 'x')).kind, "published");
}

TEST_F(Doors, AHeartbeatIsWaitedForItsIntervalAndTenSeconds) {
  ASSERT_TRUE(ann.login("ann"));
  for (int i = 0; i < 3; ++i) {
    world.advance(14'999ms);
    EXPECT_FALSE(ann.closed);
    ann.ask(wire::Ping{});
  }
  EXPECT_EQ(ann.count("pong"), 3u);
  world.advance(15'000ms);
  EXPECT_TRUE(ann.closed);
  const Got bye = ann.take("bye");
  EXPECT_EQ(bye.code, Errc::keep_alive_timeout);
  EXPECT_TRUE(bye.may_resume);
  EXPECT_EQ(world.books().open, 0);
  TestClient back(world, 1);
  EXPECT_TRUE(back.resume(ann.key, {}).resumed);
}

TEST_F(Doors, ATokenWarnsRenewsAndEnds) {
  ASSERT_TRUE(ann.login("ann", world.token("ann", 60)));
  const auto wait = [&](milliseconds by) {
    ann.ask(wire::Ping{});
    world.advance(by);
  };
  for (int i = 0; i < 29; ++i) wait(1s);
  wait(999ms);
  EXPECT_EQ(ann.count("token_will_expire"), 0u);
  wait(1ms);
  EXPECT_EQ(ann.count("token_will_expire"), 1u);
  ann.ask(wire::RenewToken{"007nonsense"});
  EXPECT_EQ(ann.take("error").code, Errc::invalid_token);
  ann.ask(wire::RenewToken{world.token("bob", 60)});
  EXPECT_EQ(ann.take("error").code, Errc::invalid_token);
  ann.ask(wire::RenewToken{world.token("ann", 20)});
  EXPECT_EQ(ann.take("renewed").kind, "renewed");
  world.settle();
  EXPECT_EQ(ann.count("token_will_expire"), 2u);  // the new one is warned of as well, once
  wait(10s);
  wait(9'999ms);
  EXPECT_FALSE(ann.closed);
  wait(1ms);
  EXPECT_EQ(ann.take("bye").code, Errc::token_expired);
  EXPECT_EQ(ann.close_code, 4109);
  EXPECT_EQ(ann.count("token_will_expire"), 2u);
  TestClient back(world, 1);
  EXPECT_FALSE(back.resume(ann.key, {}).resumed);
}

TEST_F(Doors, AResumeIsJudgedByTheTokenAgain) {
  ASSERT_TRUE(ann.login("ann", world.token("ann", 60, 2), 2));
  ann.cut();
  world.tenants.projects[2].certificates[0].enabled = false;
  TestClient back(world, 1);
  back.resume(ann.key, {});
  EXPECT_TRUE(back.closed);
  EXPECT_EQ(back.take("bye").code, Errc::invalid_token);
  EXPECT_EQ(world.books(2).open, 0);
}

TEST_F(Doors, NamesAreTheUnionOfWhatTheDocumentsAllow) {
  ASSERT_TRUE(ann.login("ann"));
  for (const char* name : {"a", "chats.room1", "_x", "a b", "!#$%&()+,-:;<=>?@[]^_{|}~`"}) {
    EXPECT_EQ(ann.publish(name, "x").kind, "published") << name;
  }
  EXPECT_EQ(ann.publish(std::string(64, 'a'), "x").kind, "published");
  for (const std::string& name : {std::string(), std::string("null"), std::string("a*"), std::string("a/b"),
                                  std::string("a\\b"), std::string("a\x1f"), std::string("\xC3\xA9"), std::string(65, 'a')}) {
    EXPECT_EQ(ann.publish(name, "x").code, Errc::invalid_channel_name) << name;
    EXPECT_EQ(ann.publish(name, "x", true).code, Errc::invalid_user_id) << name;
  }
}

TEST_F(Doors, SizesAreHeldAtTheByte) {
  ASSERT_TRUE(ann.login("ann"));
  EXPECT_EQ(ann.publish("stage", std::string(32 * 1024, 'x')).units, 32u);
  EXPECT_EQ(ann.publish("stage", std::string(32 * 1024 + 1, 'x')).code, Errc::channel_message_length_exceed_limitation);
  wire::Publish p;
  p.channel = "stage";
  p.payload = wire::Payload::text("x");
  std::string type;
  for (int i = 0; i < 32; ++i) type += "\xE4\xB8\xAD";
  p.custom_type = type;
  ann.ask(p);
  EXPECT_EQ(ann.take("published").kind, "published");
  type += "a";
  p.custom_type = type;
  ann.ask(p);
  EXPECT_EQ(ann.take("error").code, Errc::channel_custom_type_length_overflow);
  p.custom_type = {};
  p.store_in_history = true;
  ann.ask(p);
  EXPECT_EQ(ann.take("error").code, Errc::history_not_available);
}

TEST_F(Doors, SixtyPublishesASecondAndTwentyCalls) {
  ASSERT_TRUE(ann.login("ann"));
  world.advance(1s);
  for (int i = 0; i < 60; ++i) ann.post("stage", "x");
  ann.post("stage", "x");
  world.settle();
  EXPECT_EQ(ann.count("published"), 60u);
  const Got refused = ann.take("error");
  EXPECT_EQ(refused.code, Errc::channel_publish_message_too_frequent);
  EXPECT_EQ(refused.quota, Errc::ok);
  EXPECT_EQ(refused.retry_after_ms, 17u);
  world.advance(17ms);
  EXPECT_EQ(ann.publish("stage", "x").kind, "published");
  for (int i = 0; i < 20; ++i) ann.ask(wire::Unsubscribe{"stage"});
  EXPECT_EQ(ann.count("error"), 0u);
  ann.ask(wire::Unsubscribe{"stage"});
  const Got slow = ann.take("error");
  EXPECT_EQ(slow.code, Errc::operation_rate_exceed_limitation);
  EXPECT_EQ(slow.retry_after_ms, 50u);
}

TEST_F(Doors, TheSameChannelTwiceInFiveSeconds) {
  ASSERT_TRUE(ann.login("ann"));
  EXPECT_EQ(ann.subscribe("stage").kind, "subscribed");
  EXPECT_EQ(ann.subscribe("stage").kind, "subscribed");
  EXPECT_EQ(ann.subscribe("stage").code, Errc::channel_subscribe_too_frequent);
  EXPECT_EQ(ann.subscribe("other").kind, "subscribed");
  world.advance(4'999ms);
  EXPECT_EQ(ann.subscribe("stage").code, Errc::channel_subscribe_too_frequent);
  world.advance(1ms);
  EXPECT_EQ(ann.subscribe("stage").kind, "subscribed");
  ann.publish("stage", "x");
  EXPECT_EQ(ann.count("message"), 1u);  // subscribed many times, delivered once
}

TEST_F(Doors, FiftyChannelsForOneClient) {
  ASSERT_TRUE(ann.login("ann"));
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(ann.subscribe("c" + std::to_string(i)).kind, "subscribed");
    world.advance(50ms);
  }
  EXPECT_EQ(ann.subscribe("one more").code, Errc::channel_instance_exceed_limitation);
  world.advance(50ms);
  EXPECT_EQ(ann.subscribe("c7").kind, "subscribed");
  world.advance(50ms);
  ann.ask(wire::Unsubscribe{"c7"});
  world.advance(50ms);
  EXPECT_EQ(ann.subscribe("one more").kind, "subscribed");
}

TEST_F(Doors, WhoDoesNotListenToRefusalsIsClosed) {
  ASSERT_TRUE(ann.login("ann"));
  for (int i = 0; i < 60 + 1000; ++i) ann.post("stage", "x");
  EXPECT_FALSE(ann.closed);
  ann.post("stage", "x");
  EXPECT_TRUE(ann.closed);
}

TEST_F(Doors, ALoginOvertakenByALogoutIsCanceledAndCountsNoConnection) {
  ann.ask(wire::Hello{1, "kit", "1", {}});
  ann.take("hello");
  ann.ask(wire::Login{kAppId, "ann", "", 0, 0});
  ann.ask(wire::Logout{});
  world.settle();
  EXPECT_EQ(ann.take("error").code, Errc::login_canceled);
  EXPECT_EQ(ann.take("logout").kind, "logout");
  EXPECT_EQ(ann.count("login"), 0u);
  EXPECT_EQ(world.books().open, 0);
  EXPECT_TRUE(ann.login_again("ann"));
  EXPECT_TRUE(ann.login_again("ann"));  // again without a logout is legal
  EXPECT_FALSE(ann.closed);
  EXPECT_EQ(world.books().open, 1);
  EXPECT_EQ(world.books().peak, 1);
}

TEST_F(Doors, AConnectionThatDiesWhileItLogsInOrResumesLeavesNothingOpen) {
  ann.ask(wire::Hello{1, "kit", "1", {}});
  ann.ask(wire::Login{kAppId, "ann", "", 0, 0});
  ann.cut();
  world.settle();
  EXPECT_EQ(world.books().open, 0);
  TestClient bob(world, 1);
  ASSERT_TRUE(bob.login("bob"));
  bob.subscribe("stage");
  bob.cut();
  world.settle();
  {
    TestClient half(world, 0);
    half.ask(wire::Hello{1, "kit", "1", wire::Resume{bob.key, {}, {}}});
    half.cut();
  }
  world.settle();
  EXPECT_EQ(world.books().open, 0);
  TestClient back(world, 0);
  EXPECT_TRUE(back.resume(bob.key, {}).resumed);
  EXPECT_EQ(back.take("resumed").channel, "stage");
  EXPECT_EQ(world.books().open, 1);
}

TEST_F(Doors, ADryRunPricesAndDoesNothing) {
  TestClient bob(world, 1);
  ASSERT_TRUE(ann.login("ann") && bob.login("bob"));
  bob.subscribe("stage");
  const std::int64_t before = world.books().counted;
  ann.publish_body("stage", std::string(1025, 'x'), false, true);
  world.settle();
  EXPECT_EQ(ann.take("published").units, 4u);
  EXPECT_EQ(bob.count("message"), 0u);
  EXPECT_EQ(world.books().counted, before);
}

TEST_F(Doors, AnUnreadableFrameEndsTheConnectionAndASessionMayResume) {
  ASSERT_TRUE(ann.login("ann"));
  ann.raw("\xff\xff\xff", false);
  EXPECT_TRUE(ann.closed);
  EXPECT_EQ(ann.close_code, 4001);
  TestClient back(world, 1);
  EXPECT_TRUE(back.resume(ann.key, {}).resumed);
}

TEST_F(Doors, AStoppingServerSaysSo) {
  ASSERT_TRUE(ann.login("ann"));
  ann.session->on_stop(world.shards->now());
  const Got bye = ann.take("bye");
  EXPECT_EQ(bye.code, Errc::server_stopping);
  EXPECT_TRUE(bye.may_resume);
  EXPECT_EQ(ann.close_code, 4007);
}

TEST_F(Doors, AMadeUpSessionIsUnknown) {
  wire::SessionKey key{};
  for (const int first : {0, 1, 255}) {
    key[0] = static_cast<std::uint8_t>(first);
    TestClient back(world, 0);
    EXPECT_EQ(back.resume(key, {}).kind, "hello");
    EXPECT_FALSE(back.closed);
    EXPECT_TRUE(back.login_again("ann"));
  }
}

}  // namespace
}  // namespace postage::gateway::kit
