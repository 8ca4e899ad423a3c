// The message path through real sessions and shards.
#include "gateway/session.h"

#include <gtest/gtest.h>

#include "gateway/session_kit.h"

namespace postage::gateway::kit {
namespace {

using namespace std::chrono_literals;

class Paths : public testing::TestWithParam<std::size_t> {
 protected:
  World world{GetParam()};
  std::size_t shard_of(std::size_t i) const { return i % GetParam(); }
};
INSTANTIATE_TEST_SUITE_P(OneAndSeveralShards, Paths, testing::Values(1, 2, 5));

TEST_P(Paths, WhatIsPublishedReachesEverySubscriberInOrder) {
  std::vector<std::unique_ptr<TestClient>> clients;
  for (std::size_t i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<TestClient>(world, shard_of(i), i % 2 ? wire::Codec::json : wire::Codec::proto));
    ASSERT_TRUE(clients[i]->login("user" + std::to_string(i)));
    const Got got = clients[i]->subscribe("stage");
    ASSERT_EQ(got.kind, "subscribed");
    EXPECT_EQ(got.offset, 0u);
    EXPECT_NE(got.epoch, 0u);
  }
  for (int n = 1; n <= 40; ++n) clients[0]->post("stage", "m" + std::to_string(n));
  world.settle();
  for (auto& client : clients) {
    ASSERT_EQ(client->count("message"), 40u);
    for (std::uint64_t n = 1; n <= 40; ++n) {
      const Got got = client->take("message");
      EXPECT_EQ(got.offset, n);
      EXPECT_EQ(got.payload, "m" + std::to_string(n));
      EXPECT_EQ(got.publisher, "user0");
      EXPECT_EQ(got.channel, "stage");
    }
  }
  EXPECT_EQ(clients[0]->count("published"), 40u);
  EXPECT_EQ(clients[0]->take("published").units, 7u);
  EXPECT_EQ(world.books().counted, 6 + 6 + 40 * 7);
}

TEST_P(Paths, ASubscriberGetsExactlyWhatIsAcceptedWhileItIsSubscribed) {
  TestClient ann(world, shard_of(0)), bob(world, shard_of(1));
  ASSERT_TRUE(ann.login("ann") && bob.login("bob"));
  ann.post("stage", "before");
  ASSERT_EQ(bob.subscribe("stage").offset, 1u);
  ann.post("stage", "within");
  bob.ask(wire::Unsubscribe{"stage"});
  world.settle();
  EXPECT_EQ(bob.take("unsubscribed").kind, "unsubscribed");
  ann.post("stage", "after");
  world.settle();
  ASSERT_EQ(bob.count("message"), 1u);
  EXPECT_EQ(bob.take("message").payload, "within");
}

TEST_P(Paths, AMessageInTheSameTurnAsTheSubscribeIsNotLostAndNotDoubled) {
  TestClient ann(world, 0), bob(world, 0);
  ASSERT_TRUE(ann.login("ann") && bob.login("bob"));
  ASSERT_EQ(bob.subscribe("stage").kind, "subscribed");
  ann.post("stage", "1");
  wire::Subscribe s;
  s.channel = "stage";
  ann.ask(s);
  ann.post("stage", "2");
  world.settle();
  EXPECT_EQ(bob.count("message"), 2u);
  ASSERT_EQ(ann.count("message"), 1u);
  EXPECT_EQ(ann.take("message").payload, "2");
}

TEST_P(Paths, AUserMessageReachesTheOneSessionOrFails) {
  TestClient ann(world, shard_of(0)), bob(world, shard_of(1));
  ASSERT_TRUE(ann.login("ann"));
  EXPECT_EQ(ann.publish("bob", "hi", true).code, Errc::channel_receiver_offline);
  EXPECT_EQ(world.books().counted, 1);
  ASSERT_TRUE(bob.login("bob"));
  EXPECT_EQ(ann.publish("bob", "hi", true).units, 2u);
  const Got got = bob.take("message");
  EXPECT_EQ(got.payload, "hi");
  EXPECT_EQ(got.channel, "bob");
  EXPECT_TRUE(got.to_user);
  EXPECT_EQ(world.books().counted, 4);
  bob.ask(wire::Logout{});
  world.settle();
  EXPECT_EQ(ann.publish("bob", "hi", true).code, Errc::channel_receiver_offline);
}

TEST_P(Paths, UserMessagesThatALostConnectionHeldBackAreAnnounced) {
  TestClient ann(world, shard_of(0));
  ASSERT_TRUE(ann.login("ann"));
  auto bob = std::make_unique<TestClient>(world, shard_of(1));
  ASSERT_TRUE(bob->login("bob"));
  for (std::uint64_t n = 1; n <= 3; ++n) {
    ASSERT_EQ(ann.publish("bob", "psst", true).kind, "published");
    const Got got = bob->take("message");
    EXPECT_EQ(got.offset, n);
    EXPECT_EQ(got.epoch, 0u);
  }
  const wire::SessionKey key = bob->key;
  const auto come_back = [&](std::optional<std::uint64_t> seen) {
    bob->cut();
    world.settle();
    bob = std::make_unique<TestClient>(world, shard_of(1));
    EXPECT_TRUE(bob->resume(key, {}, seen).resumed);
    return bob->take("resumed");
  };
  Got got = come_back(1);  // Two were queued and never arrived.
  EXPECT_TRUE(got.user_gap && got.complete);
  EXPECT_EQ(got.gap_from, 2u);
  EXPECT_EQ(got.gap_to, 3u);
  EXPECT_FALSE(come_back(3).user_gap);
  EXPECT_FALSE(come_back(std::nullopt).user_gap);  // It does not say, so nothing can be known.
  ASSERT_EQ(ann.publish("bob", "psst", true).kind, "published");
  EXPECT_EQ(bob->take("message").offset, 4u);
  ASSERT_EQ(bob->subscribe("stage").kind, "subscribed");
  got = come_back(0);
  EXPECT_TRUE(got.user_gap);
  EXPECT_FALSE(got.complete);  // The channels follow.
  EXPECT_EQ(got.gap_to, 4u);
  got = bob->take("resumed");
  EXPECT_TRUE(got.complete);
  EXPECT_EQ(got.channel, "stage");
  EXPECT_FALSE(got.user_gap);
  ASSERT_TRUE(bob->ask(wire::Logout{}) > 0);
  world.settle();
  ASSERT_TRUE(bob->login_again("bob"));
  ASSERT_EQ(ann.publish("bob", "new session", true).kind, "published");
  EXPECT_EQ(bob->take("message").offset, 1u);
}

TEST_P(Paths, AUserMessageThatFindsAFullConnectionIsNotCountedAndIsAnnounced) {
  TestClient ann(world, shard_of(0));
  ASSERT_TRUE(ann.login("ann"));
  auto bob = std::make_unique<TestClient>(world, shard_of(1));
  ASSERT_TRUE(bob->login("bob"));
  const std::int64_t before = world.books().counted;
  bob->queue_max = bob->queued;
  EXPECT_EQ(ann.publish("bob", "too much", true).kind, "published");
  EXPECT_EQ(bob->close_code, wire::close_code(Errc::slow_consumer));
  EXPECT_EQ(world.books().counted, before + 1);
  EXPECT_EQ(world.books().given_back, 1);
  const wire::SessionKey key = bob->key;
  bob->cut();
  world.settle();
  bob = std::make_unique<TestClient>(world, shard_of(1));
  EXPECT_TRUE(bob->resume(key, {}, 0).resumed);
  const Got got = bob->take("resumed");
  EXPECT_TRUE(got.user_gap);
  EXPECT_EQ(got.gap_from, 1u);
  EXPECT_EQ(got.gap_to, 1u);
}

TEST_P(Paths, AResumeBringsExactlyWhatWasMissedAndCountsEachCopyOnce) {
  TestClient ann(world, shard_of(0));
  ASSERT_TRUE(ann.login("ann"));
  auto bob = std::make_unique<TestClient>(world, shard_of(1));
  ASSERT_TRUE(bob->login("bob"));
  const Got subscribed = bob->subscribe("stage");
  for (int n = 1; n <= 3; ++n) ann.post("stage", std::to_string(n));
  world.settle();
  ASSERT_EQ(bob->count("message"), 3u);
  const auto key = bob->key;
  bob->cut();
  world.settle();
  EXPECT_EQ(world.books().open, 1);
  for (int n = 4; n <= 5; ++n) ann.post("stage", std::to_string(n));
  world.settle();
  const std::int64_t before = world.books().counted;
  EXPECT_EQ(before, 2 + 1 + 3 * 2 + 2);
  // The client says it saw only message 1: 2 and 3 are sent again for nothing, 4 and 5 count now.
  TestClient back(world, shard_of(2));
  EXPECT_TRUE(back.resume(key, {{"stage", subscribed.epoch, 1}}).resumed);
  const Got resumed = back.take("resumed");
  EXPECT_TRUE(resumed.complete);
  EXPECT_EQ(resumed.replayed, 4u);
  EXPECT_FALSE(resumed.gap);
  ASSERT_EQ(back.count("message"), 4u);
  for (std::uint64_t n = 2; n <= 5; ++n) EXPECT_EQ(back.take("message").offset, n);
  EXPECT_EQ(world.books().counted - before, 2);
  EXPECT_EQ(world.books().open, 2);
  EXPECT_EQ(world.books().peak, 2);
  ann.post("stage", "6");
  world.settle();
  EXPECT_EQ(back.take("message").payload, "6");
  // Twice: the same again is free.
  back.cut();
  world.settle();
  TestClient again(world, shard_of(0));
  const std::int64_t then = world.books().counted;
  EXPECT_TRUE(again.resume(key, {{"stage", subscribed.epoch, 1}}).resumed);
  EXPECT_EQ(again.count("message"), 5u);
  EXPECT_EQ(world.books().counted, then);
}

TEST_P(Paths, AResumeReplacesAConnectionThatIsStillThought) {
  TestClient ann(world, shard_of(0)), bob(world, shard_of(1));
  ASSERT_TRUE(ann.login("ann") && bob.login("bob"));
  bob.subscribe("stage");
  TestClient back(world, shard_of(2));
  EXPECT_TRUE(back.resume(bob.key, {}).resumed);
  EXPECT_TRUE(bob.closed);
  EXPECT_EQ(bob.close_code, 1000);
  EXPECT_EQ(world.books().open, 2);
  EXPECT_EQ(world.books().peak, 2);
  ann.post("stage", "x");
  world.settle();
  EXPECT_EQ(back.count("message"), 1u);
  EXPECT_EQ(bob.count("message"), 0u);
}

TEST_P(Paths, AGapIsAnnouncedWhenTheWindowIsOver) {
  shard::ProjectTerms terms = *world.shards->projects.find(ProjectId{1});
  terms.window.messages_max = 2;
  world.shards->projects.put(terms);
  TestClient ann(world, shard_of(0));
  auto bob = std::make_unique<TestClient>(world, shard_of(1));
  ASSERT_TRUE(ann.login("ann") && bob->login("bob"));
  const Got at = bob->subscribe("stage");
  const auto key = bob->key;
  bob->cut();
  world.settle();
  for (int n = 1; n <= 5; ++n) ann.post("stage", std::to_string(n));
  world.settle();
  TestClient back(world, shard_of(1));
  ASSERT_TRUE(back.resume(key, {{"stage", at.epoch, at.offset}}).resumed);
  const Got resumed = back.take("resumed");
  EXPECT_TRUE(resumed.gap);
  EXPECT_EQ(resumed.gap_from, 1u);
  EXPECT_EQ(resumed.gap_to, 3u);
  EXPECT_FALSE(resumed.epoch_changed);
  EXPECT_EQ(resumed.replayed, 2u);
  EXPECT_EQ(back.take("message").offset, 4u);
}

TEST_P(Paths, AnotherEpochIsAGap) {
  TestClient ann(world, shard_of(0));
  auto bob = std::make_unique<TestClient>(world, shard_of(1));
  ASSERT_TRUE(ann.login("ann") && bob->login("bob"));
  const Got at = bob->subscribe("stage");
  const auto key = bob->key;
  bob->cut();
  ann.post("stage", "1");
  world.settle();
  TestClient back(world, shard_of(1));
  ASSERT_TRUE(back.resume(key, {{"stage", at.epoch + 1, 7}}).resumed);
  const Got resumed = back.take("resumed");
  EXPECT_TRUE(resumed.gap && resumed.epoch_changed);
  EXPECT_EQ(resumed.epoch, at.epoch);
  EXPECT_EQ(back.take("message").payload, "1");
}

TEST_P(Paths, ASessionIsKept120SecondsAndNotLonger) {
  TestClient ann(world, shard_of(0));
  ASSERT_TRUE(ann.login("ann"));
  for (const bool late : {false, true}) {
    auto bob = std::make_unique<TestClient>(world, shard_of(1));
    ASSERT_TRUE(bob->login("bob"));
    const auto key = bob->key;
    bob->cut();
    world.settle();
    for (int s = 0; s < 119; s += 7) {
      ann.ask(wire::Ping{});
      world.advance(7s);
    }
    ann.ask(wire::Ping{});
    world.advance(late ? 1000ms : 999ms);  // 17 * 7 = 119
    TestClient back(world, shard_of(2));
    EXPECT_EQ(back.resume(key, {}).resumed, !late);
    back.cut(1000);
    world.settle();
  }
}

TEST_P(Paths, TheSameUserAgainEndsTheOlderAndStillCountsOne) {
  TestClient first(world, shard_of(0)), second(world, shard_of(1));
  ASSERT_TRUE(first.login("ann"));
  first.subscribe("stage");
  ASSERT_TRUE(second.login("ann"));
  const Got bye = first.take("bye");
  EXPECT_EQ(bye.code, Errc::same_uid_login);
  EXPECT_FALSE(bye.may_resume);
  EXPECT_EQ(first.close_code, 4004);
  EXPECT_EQ(world.books().open, 1);
  EXPECT_EQ(world.books().peak, 1);
  TestClient back(world, shard_of(0));
  EXPECT_FALSE(back.resume(first.key, {}).resumed);
  EXPECT_EQ(second.publish("ann", "me", true).kind, "published");
  EXPECT_EQ(second.count("message"), 1u);
}

TEST_P(Paths, ASlowConsumerIsClosedNotCountedAndMayComeBack) {
  TestClient ann(world, shard_of(0));
  auto bob = std::make_unique<TestClient>(world, shard_of(1));
  ASSERT_TRUE(ann.login("ann") && bob->login("bob"));
  const Got at = bob->subscribe("stage");
  ann.post("stage", "fits");
  world.settle();
  world.books().left = 100;
  bob->queue_max = bob->queued + 10;
  const std::int64_t before = world.books().counted;
  ann.post("stage", "too much");
  world.settle();
  EXPECT_TRUE(bob->closed);
  EXPECT_EQ(bob->close_code, 4003);
  EXPECT_EQ(world.books().counted - before, 1);
  EXPECT_EQ(world.books().left, 99);
  EXPECT_EQ(world.books().given_back, 1);
  const auto key = bob->key;
  bob->cut(1006);
  // Too slow for the replay as well: nothing counts, and nothing is lost by it.
  {
    TestClient slow(world, shard_of(2));
    slow.queue_max = 150;
    slow.resume(key, {{"stage", at.epoch, at.offset}});
    EXPECT_TRUE(slow.closed);
  }
  world.settle();
  EXPECT_EQ(world.books().counted - before, 1);
  TestClient back(world, shard_of(1));
  ASSERT_TRUE(back.resume(key, {{"stage", at.epoch, at.offset}}).resumed);
  EXPECT_EQ(back.take("message").payload, "fits");  // counted when it was first queued
  EXPECT_EQ(back.take("message").payload, "too much");
  EXPECT_EQ(world.books().counted - before, 2);
  EXPECT_EQ(world.books().left, 98);
}

TEST_P(Paths, AFlushGapJoinsWhatComesWithinIt) {
  shard::ProjectTerms terms = *world.shards->projects.find(ProjectId{1});
  terms.flush_gap = 10ms;
  world.shards->projects.put(terms);
  TestClient ann(world, shard_of(0)), bob(world, shard_of(1));
  ASSERT_TRUE(ann.login("ann") && bob.login("bob"));
  bob.subscribe("stage");
  ann.post("stage", "1");
  world.settle();
  EXPECT_EQ(bob.count("message"), 1u);  // the first after a pause goes at once
  ann.post("stage", "2");
  world.advance(9ms);
  EXPECT_EQ(bob.count("message"), 1u);
  const std::int64_t before = world.books().counted;
  world.advance(1ms);
  EXPECT_EQ(bob.count("message"), 2u);
  EXPECT_EQ(world.books().counted - before, 1);
}

TEST_P(Paths, AClosedProjectEndsItsSessions) {
  TestClient ann(world, shard_of(0));
  ASSERT_TRUE(ann.login("ann"));
  shard::ProjectTerms terms = *world.shards->projects.find(ProjectId{1});
  terms.open = false;
  world.shards->projects.put(terms);
  world.settle();
  EXPECT_EQ(ann.take("bye").code, Errc::kicked_out_by_server);
  EXPECT_TRUE(ann.closed);
  EXPECT_EQ(world.books().open, 0);
  TestClient bob(world, shard_of(0));
  EXPECT_FALSE(bob.login("bob"));
  EXPECT_EQ(bob.take("error").code, Errc::login_rejected);
}

TEST_P(Paths, PublishFromOutsideIsAnsweredAndDelivered) {
  TestClient bob(world, shard_of(1));
  ASSERT_TRUE(bob.login("bob"));
  bob.subscribe("stage");
  for (const bool dry : {true, false}) {
    std::uint64_t units = 0;
    shard::OutsidePublish what;
    what.project = ProjectId{1};
    what.channel = "stage";
    what.publisher = "server";
    what.payload = std::string(1025, 'x');
    what.dry_run = dry;
    const std::int64_t before = world.books().counted;
    shard::publish_from_outside(world.shards->bus, what, [&](const shard::Answer<shard::Published>& answer) {
      units = std::get<shard::Published>(answer).units;
    });
    world.settle();
    EXPECT_EQ(units, 4u);
    EXPECT_EQ(world.books().counted - before, dry ? 0 : 4);
    EXPECT_EQ(bob.count("message"), dry ? 0u : 1u);
  }
}

}  // namespace
}  // namespace postage::gateway::kit
