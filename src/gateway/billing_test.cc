// Known answers of message and connection metering (the cases M, C and F of docs/billing), through real sessions, shards,
// gates and meters.
#include <gtest/gtest.h>

#include "gateway/session_kit.h"
#include "shard/money_kit.h"

namespace postage::gateway::kit {
namespace {

using namespace std::chrono_literals;
using shard::kit::kStart;
using shard::kit::RealMoney;
constexpr ProjectId kProject{1};

quota::GateUsage used(std::int64_t messages) {
  quota::GateUsage usage;
  usage.messages = messages;
  return usage;
}

/// `count` subscribers of "stage" and a publisher who is not one.
struct Hall {
  Hall(World& world, std::size_t shards, int count) : ann(world, 0) {
    EXPECT_TRUE(ann.login("ann"));
    for (int i = 0; i < count; ++i) {
      fans.push_back(std::make_unique<TestClient>(world, static_cast<std::size_t>(i) % shards));
      EXPECT_TRUE(fans.back()->login("fan" + std::to_string(i)));
      EXPECT_EQ(fans.back()->subscribe("stage").kind, "subscribed");
    }
  }
  TestClient ann;
  std::vector<std::unique_ptr<TestClient>> fans;
};

struct UnitCase {
  const char* name;
  std::size_t bytes;
  int subscribers;
  std::int64_t units;
};

TEST(Billing, APublishCountsItselfAndEveryCopyByBegunKilobytes) {
  const UnitCase cases[] = {
      {"M1", 1024, 10, 11},   {"M2", 2560, 0, 3},    {"M3", 10 * 1024, 100, 1010}, {"M7", 1, 0, 1},
      {"M8", 0, 0, 1},        {"M9a", 1023, 0, 1},   {"M9b", 1024, 0, 1},          {"M9c", 1025, 0, 2},
      {"M9d", 2048, 0, 2},    {"M9e", 2049, 0, 3},   {"M11", 2560, 7, 24},         {"M12", 32768, 3, 128},
  };
  for (const std::size_t shards : {1u, 3u}) {
    for (const UnitCase& c : cases) {
      RealMoney money(static_cast<int>(shards), "premium", kStart);
      World world(shards, money.tallies());
      Hall hall(world, shards, c.subscribers);
      const std::int64_t before = money.units(kProject);
      EXPECT_EQ(hall.ann.publish("stage", std::string(c.bytes, 'x')).units, static_cast<std::uint64_t>(c.units)) << c.name;
      EXPECT_EQ(money.units(kProject) - before, c.units) << c.name;
      EXPECT_EQ(money.gate().usage(kStart).messages, money.units(kProject)) << c.name;
    }
  }
}

TEST(Billing, ASessionFromLoginToLogoutCounts15) {  // M13
  RealMoney money(2, "premium", kStart);
  World world(2, money.tallies());
  Hall hall(world, 2, 9);
  const std::int64_t before = money.units(kProject);
  TestClient bob(world, 1);
  bob.ask(wire::Hello{wire::kProtocolVersion, "kit", "1", {}});
  bob.ask(wire::Ping{});
  ASSERT_TRUE(bob.login_again("bob"));
  bob.subscribe("stage");
  bob.publish("stage", std::string(1024, 'x'));
  bob.ask(wire::Ping{});
  bob.ask(wire::Unsubscribe{"stage"});
  world.settle();
  bob.ask(wire::Logout{});
  world.settle();
  EXPECT_EQ(bob.take("logout").kind, "logout");
  EXPECT_EQ(money.units(kProject) - before, 15);
}

TEST(Billing, ARenewalCountsOne) {  // M18, thirty of 15,000
  RealMoney money(1, "premium", kStart);
  World world(1, money.tallies());
  TestClient ann(world, 0);
  ASSERT_TRUE(ann.login("ann", world.token("ann", 3600)));
  const std::int64_t before = money.units(kProject);
  for (int day = 0; day < 30; ++day) {
    ann.ask(wire::RenewToken{world.token("ann", 3600)});
    world.advance(1s);
  }
  EXPECT_EQ(ann.count("renewed"), 30u);
  EXPECT_EQ(money.units(kProject) - before, 30);
}

TEST(Billing, WhatIsRefusedCountsNothing) {  // M20
  RealMoney money(1, "premium", kStart);
  World world(1, money.tallies());
  Hall hall(world, 1, 2);
  const std::int64_t before = money.units(kProject);
  EXPECT_EQ(hall.ann.publish("stage", std::string(32769, 'x')).code, Errc::channel_message_length_exceed_limitation);
  EXPECT_EQ(hall.ann.publish("", "x").code, Errc::invalid_channel_name);
  EXPECT_EQ(hall.ann.publish("nobody", "x", true).code, Errc::channel_receiver_offline);
  EXPECT_EQ(money.units(kProject), before);
  for (int i = 0; i < 57; ++i) EXPECT_EQ(hall.ann.publish("other", "x").kind, "published");
  EXPECT_EQ(hall.ann.publish("other", "x").code, Errc::channel_publish_message_too_frequent);
  EXPECT_EQ(money.units(kProject) - before, 57);
}

TEST(Billing, TheQuotaIsExactToOneUnitAndAllOrNothing) {  // F1 to F4
  for (const std::size_t shards : {1u, 2u}) {
    // Login of the publisher, and login and subscribe of ten, are 21 of what is used.
    for (const bool fits : {false, true}) {
      RealMoney money(static_cast<int>(shards), "free", kStart, used((fits ? 2'999'989 : 2'999'995) - 21));
      World world(shards, money.tallies());
      Hall hall(world, shards, 10);
      const Got got = hall.ann.publish("stage", std::string(1024, 'x'));
      const std::int64_t counted = money.gate().usage(kStart).messages;
      if (fits) {
        EXPECT_EQ(got.kind, "published");
        EXPECT_EQ(counted, 3'000'000);
      } else {
        EXPECT_EQ(got.code, Errc::channel_publish_message_too_frequent);
        EXPECT_EQ(got.quota, Errc::quota_messages);
        EXPECT_EQ(got.limit, "3000000");
        EXPECT_EQ(got.used, "2999995");
        EXPECT_EQ(got.needed, "11");
        EXPECT_EQ(counted, 2'999'995);
        for (auto& fan : hall.fans) EXPECT_EQ(fan->count("message"), 0u);
        for (int i = 0; i < 5; ++i) EXPECT_EQ(hall.ann.publish("empty", "x").kind, "published");  // the last is F1
        EXPECT_EQ(hall.ann.publish("empty", "x").code, Errc::channel_publish_message_too_frequent);  // F2
        EXPECT_EQ(money.gate().usage(kStart).messages, 3'000'000);
        EXPECT_EQ(hall.ann.subscribe("empty").code, Errc::operation_rate_exceed_limitation);
      }
      EXPECT_EQ(money.units(kProject) - 21, fits ? 11 : 5);
    }
  }
}

TEST(Billing, OfAThousandPublishersWithTenLeftExactlyTenAreAccepted) {  // F5
  RealMoney money(3, "free", kStart, used(3'000'000 - 10 - 40));
  World world(3, money.tallies());
  std::vector<std::unique_ptr<TestClient>> crowd;
  for (std::size_t i = 0; i < 40; ++i) {
    crowd.push_back(std::make_unique<TestClient>(world, i % 3));
    ASSERT_TRUE(crowd.back()->login("user" + std::to_string(i)));
  }
  for (int round = 0; round < 25; ++round) {
    for (std::size_t i = 0; i < crowd.size(); ++i) crowd[i]->post("c" + std::to_string(i), "x");
  }
  world.settle();
  std::size_t accepted = 0, refused = 0;
  for (auto& client : crowd) accepted += client->count("published"), refused += client->count("error");
  EXPECT_EQ(accepted, 10u);
  EXPECT_EQ(refused, 990u);
  EXPECT_EQ(money.units(kProject), 50);
}

TEST(Billing, TheHundredAndFirstConnectionIsRefused) {  // F6
  RealMoney money(2, "free", kStart);
  World world(2, money.tallies());
  std::vector<std::unique_ptr<TestClient>> crowd;
  for (std::size_t i = 0; i < 100; ++i) {
    crowd.push_back(std::make_unique<TestClient>(world, i % 2));
    ASSERT_TRUE(crowd.back()->login("user" + std::to_string(i)));
  }
  TestClient late(world, 1);
  EXPECT_FALSE(late.login("late"));
  const Got refused = late.take("error");
  EXPECT_EQ(refused.code, Errc::login_not_authorized);
  EXPECT_EQ(refused.quota, Errc::quota_pcu);
  EXPECT_EQ(refused.limit, "100");
  EXPECT_EQ(refused.used, "100");
  EXPECT_EQ(refused.needed, "1");
  EXPECT_EQ(money.units(kProject), 100);
  EXPECT_EQ(money.gate().usage(kStart).messages, 100);  // the refused login's unit went back
  crowd[7]->cut(1000);
  world.settle();
  EXPECT_TRUE(late.login_again("late"));
  EXPECT_EQ(money.open(kProject), 100);
  EXPECT_EQ(money.peak(kProject, kStart), 100);
}

TEST(Billing, WhoLeavesIsNeverHeldBack) {  // F9
  RealMoney money(2, "free", kStart, used(3'000'000 - 3));
  World world(2, money.tallies());
  TestClient ann(world, 0);
  ASSERT_TRUE(ann.login("ann", world.token("ann", 3600)));
  ASSERT_EQ(ann.subscribe("stage").kind, "subscribed");
  ASSERT_EQ(ann.publish("other", "x").kind, "published");
  ann.ask(wire::RenewToken{world.token("ann", 3600)});
  ann.ask(wire::Unsubscribe{"stage"});
  ann.ask(wire::Logout{});
  world.settle();
  EXPECT_EQ(ann.take("renewed").kind, "renewed");
  EXPECT_EQ(ann.take("unsubscribed").kind, "unsubscribed");
  EXPECT_EQ(ann.take("logout").kind, "logout");
  EXPECT_EQ(money.units(kProject), 3);
  EXPECT_FALSE(ann.login_again("ann"));
  EXPECT_EQ(ann.take("error").quota, Errc::quota_messages);
}

TEST(Billing, TheNextMonthBeginsAtZeroInTheCataloguesZone) {  // F12, F13
  const Instant end = Instant(milliseconds(1769875200000));  // 2026-01-31T16:00Z, February in Shanghai
  RealMoney money(2, "free", end - 1h, used(3'000'000 - 2));
  World world(2, money.tallies());
  world.shards->clock.set(end - 1ms);
  money.prepare(end - 1ms);
  money.prepare(end);
  TestClient ann(world, 0);
  ASSERT_TRUE(ann.login("ann"));
  EXPECT_EQ(ann.publish("stage", "x").kind, "published");
  EXPECT_EQ(ann.publish("stage", "x").code, Errc::channel_publish_message_too_frequent);
  world.shards->clock.set(end);
  EXPECT_EQ(ann.publish("stage", "x").kind, "published");
  EXPECT_EQ(money.gate().usage(end).messages, 1);
  EXPECT_EQ(money.units(kProject, end - 1ms), 2);
  EXPECT_EQ(money.units(kProject, end), 1);
}

TEST(Billing, OneClosesAndAnotherOpensIsOne) {  // C9, C10
  RealMoney money(2, "free", kStart);
  World world(2, money.tallies());
  auto ann = std::make_unique<TestClient>(world, 0);
  ASSERT_TRUE(ann->login("ann"));
  ann->cut(1000);
  TestClient bob(world, 0);
  ASSERT_TRUE(bob.login("bob"));
  EXPECT_EQ(money.peak(kProject, kStart), 1);
  TestClient again(world, 1);
  ASSERT_TRUE(again.login("bob"));
  EXPECT_EQ(money.open(kProject), 1);
  EXPECT_EQ(money.peak(kProject, kStart), 1);
  TestClient back(world, 0);
  again.cut(1006);
  EXPECT_TRUE(back.resume(again.key, {}).resumed);
  EXPECT_EQ(money.open(kProject), 1);
  EXPECT_EQ(money.peak(kProject, kStart), 1);
  EXPECT_EQ(money.gate().usage(kStart).simultaneous_peak, 1);
}

TEST(Billing, TheWarningBeforeExpiryCountsOne) {
  RealMoney money(1, "premium", kStart);
  World world(1, money.tallies());
  TestClient ann(world, 0);
  ASSERT_TRUE(ann.login("ann", world.token("ann", 40)));
  const std::int64_t before = money.units(kProject);
  world.advance(9'999ms);
  EXPECT_EQ(ann.count("token_will_expire"), 0u);
  ann.ask(wire::Ping{});
  world.advance(1ms);
  EXPECT_EQ(ann.count("token_will_expire"), 1u);
  EXPECT_EQ(money.units(kProject) - before, 1);
}

}  // namespace
}  // namespace postage::gateway::kit
