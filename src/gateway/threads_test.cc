// The same path with a real thread for each shard: every subscriber sees one order, nothing is lost, every unit counts.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "gateway/session_kit.h"

namespace postage::gateway::kit {
namespace {

constexpr std::size_t kShards = 3;
constexpr std::size_t kClients = 4;   // on each shard
constexpr std::size_t kChannels = 5;
constexpr std::size_t kMessages = 150;  // of each client
constexpr std::size_t kTurnsMax = 5'000'000;  // a bound for a run that hangs, never reached by one that works

struct Lane {
  std::vector<std::unique_ptr<TestClient>> clients;
  bool in_time = true;
};

/// Turns of one shard until `done`.
template <class Done>
bool turn_until(World& world, std::size_t shard, Done done) {
  for (std::size_t i = 0; i < kTurnsMax; ++i) {
    world.shards->turn(shard);
    if (done()) return true;
    std::this_thread::yield();
  }
  return false;
}

void live(World& world, std::size_t shard, Lane& lane, std::atomic<std::size_t>& ready, std::atomic<std::size_t>& finished) {
  const auto all = [&](std::string_view kind, std::size_t count) {
    return [&lane, kind, count] {
      for (auto& c : lane.clients) {
        if (c->count(kind) < count) return false;
      }
      return true;
    };
  };
  for (std::size_t i = 0; i < kClients; ++i) {
    lane.clients.push_back(std::make_unique<TestClient>(world, shard, i % 2 ? wire::Codec::json : wire::Codec::proto));
    TestClient& client = *lane.clients.back();
    client.ask(wire::Hello{wire::kProtocolVersion, "kit", "1", {}});
    client.ask(wire::Login{kAppId, "user" + std::to_string(shard) + "-" + std::to_string(i), "", 0, 0});
  }
  lane.in_time = lane.in_time && turn_until(world, shard, all("login", 1));
  for (auto& client : lane.clients) {
    for (std::size_t c = 0; c < kChannels; ++c) {
      wire::Subscribe s;
      const std::string name = "c" + std::to_string(c);
      s.channel = name;
      client->ask(s);
    }
  }
  lane.in_time = lane.in_time && turn_until(world, shard, all("subscribed", kChannels));
  // Nobody stops turning while another still needs it as a home.
  ++ready;
  turn_until(world, shard, [&] { return ready.load() == kShards; });
  for (std::size_t n = 0; n < kMessages; ++n) {
    for (auto& client : lane.clients) client->post("c" + std::to_string(n % kChannels), std::string(n, 'x'));
    if (n % 7 == 0) world.shards->turn(shard);
  }
  const std::size_t expected = kShards * kClients * kMessages;
  lane.in_time = lane.in_time && turn_until(world, shard, all("message", expected)) &&
                 turn_until(world, shard, all("published", kMessages));
  ++finished;
  turn_until(world, shard, [&] { return finished.load() == kShards; });
}

TEST(Threads, OneOrderForEveryoneAndEveryUnitCounted) {
  World world(kShards);
  world.tenants.projects[1].in_force.publish_per_second_max = 100'000;
  std::vector<Lane> lanes(kShards);
  std::atomic<std::size_t> ready{0}, finished{0};
  std::vector<std::thread> threads;
  for (std::size_t s = 0; s < kShards; ++s) {
    threads.emplace_back([&, s] { live(world, s, lanes[s], ready, finished); });
  }
  for (std::thread& t : threads) t.join();

  std::map<std::string, std::vector<std::string>> order;  // by channel: publisher and size in order of offsets
  std::int64_t units = kShards * kClients * (1 + kChannels);
  for (Lane& lane : lanes) {
    ASSERT_TRUE(lane.in_time);
    for (auto& client : lane.clients) {
      std::map<std::string, std::vector<std::string>> mine;
      for (Got got = client->take("message"); got.kind != "none"; got = client->take("message")) {
        mine[got.channel].push_back(got.publisher + "/" + std::to_string(got.payload.size()));
        EXPECT_EQ(got.offset, mine[got.channel].size());
        units += 1;
      }
      if (order.empty()) order = mine;
      EXPECT_EQ(mine, order);
    }
  }
  units += kShards * kClients * kMessages;
  EXPECT_EQ(world.books().counted, units);
  EXPECT_EQ(world.books().open, static_cast<std::int64_t>(kShards * kClients));
}

}  // namespace
}  // namespace postage::gateway::kit
