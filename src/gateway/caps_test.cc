// A customer's own caps, through real sessions, shards, gates and meters.
#include <gtest/gtest.h>

#include "gateway/session_kit.h"
#include "shard/money_kit.h"

namespace postage::gateway::kit {
namespace {

using shard::kit::kStart;
using shard::kit::RealMoney;
constexpr ProjectId kProject{1};
constexpr CapId kWhole{1}, kStage{2};

void cap(RealMoney& money, std::int64_t whole, std::int64_t stage) {
  const Rational rate = parse_decimal("0.00002")->value;
  quota::CapSet set;
  set.caps = {{kWhole, kProject, "", whole, {}, money.slot(kWhole)}, {kStage, kProject, "st", stage, {}, money.slot(kStage)}};
  set.rates = set.next_rates = {rate, Rational(0)};
  set.zone = (*catalog::builtin("cn26"))->zone;
  money.gate().caps().set(money.gate(), set, kStart, true, [](CapId) { return 0; });
}

std::int64_t seen(RealMoney& money, CapId id) {
  for (const quota::CapUsage& row : money.gate().caps().usage(money.gate(), kStart)) {
    if (row.id == id) return row.units;
  }
  return -1;
}

TEST(Caps, AreExactAcrossShardsAndAllOrNothing) {
  for (const std::size_t shards : {1u, 2u, 3u}) {
    RealMoney money(static_cast<int>(shards), "premium", kStart);
    cap(money, 100, 25);
    World world(shards, money.tallies());
    TestClient ann(world, 0);
    ASSERT_TRUE(ann.login("ann"));
    std::vector<std::unique_ptr<TestClient>> fans;
    for (std::size_t i = 0; i < 5; ++i) {
      fans.push_back(std::make_unique<TestClient>(world, i % shards));
      ASSERT_TRUE(fans.back()->login("fan" + std::to_string(i)));
      ASSERT_EQ(fans.back()->subscribe("stage").kind, "subscribed");
    }
    EXPECT_EQ(money.units(kStage), 5);  // A subscribe is an operation on the channel, a login is not.
    EXPECT_EQ(money.units(kWhole), 11);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(ann.publish("stage", "x").units, 6u);
    const Got refused = ann.publish("stage", "x");
    EXPECT_EQ(refused.code, Errc::channel_publish_message_too_frequent);
    EXPECT_EQ(refused.quota, Errc::budget);
    EXPECT_EQ(refused.limit, "25");
    EXPECT_EQ(refused.used, "23");
    EXPECT_EQ(refused.needed, "6");
    for (auto& fan : fans) EXPECT_EQ(fan->count("message"), 3u);
    EXPECT_EQ(ann.publish("other", "x").kind, "published");  // Another channel goes on.
    EXPECT_EQ(ann.subscribe("stage2").kind, "subscribed");
    fans[0]->ask(wire::Unsubscribe{"stage"});
    world.settle();
    EXPECT_EQ(money.units(kStage), 25);
    EXPECT_EQ(ann.subscribe("stage3").quota, Errc::budget);
    // Letting go is always possible, and not counted above the cap.
    fans[1]->ask(wire::Unsubscribe{"stage"});
    world.settle();
    EXPECT_EQ(money.units(kStage), 25);
    EXPECT_EQ(money.units(kWhole), money.units(kProject));
    EXPECT_EQ(seen(money, kStage), money.units(kStage));
    EXPECT_EQ(seen(money, kWhole), money.units(kWhole));
  }
}

TEST(Caps, CopiesThatNobodyTookAreGivenBack) {
  RealMoney money(2, "premium", kStart);
  cap(money, 1000, 1000);
  World world(2, money.tallies());
  TestClient ann(world, 0);
  ASSERT_TRUE(ann.login("ann"));
  {
    TestClient bob(world, 1);
    ASSERT_TRUE(bob.login("bob"));
    ASSERT_EQ(bob.subscribe("stage").kind, "subscribed");
    ann.publish_body("stage", "x", false);
    bob.ask(wire::Logout{});
    world.settle();
  }
  EXPECT_EQ(seen(money, kStage), money.units(kStage));
  EXPECT_EQ(seen(money, kWhole), money.units(kProject));
}

}  // namespace
}  // namespace postage::gateway::kit
