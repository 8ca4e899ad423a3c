// Random stories over several shards against a naive model: per channel one order, every subscriber gets every message
// accepted while it is subscribed exactly once across cuts and resumes, and the units counted are the units expected.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "gateway/session_kit.h"

namespace postage::gateway::kit {
namespace {

using namespace std::chrono_literals;

/// One user: what it has seen, and what it must see.
struct Actor {
  std::string name;
  wire::Codec codec = wire::Codec::proto;
  std::unique_ptr<TestClient> client;
  wire::SessionKey key{};
  bool parked = false;
  std::map<std::string, TestClient::Seen> seen;                    // by subscribed channel: the last position
  std::map<std::string, std::vector<std::uint64_t>> owed;          // offsets accepted while subscribed
  std::map<std::string, std::vector<std::uint64_t>> received;
};

/// Drives actors and keeps the model.
class Story {
 public:
  Story(std::uint64_t seed, std::size_t shards) : world_(shards), shards_(shards), random_(seed) {
    for (int i = 0; i < 6; ++i) {
      actors_.emplace_back();
      actors_.back().name = "user" + std::to_string(i);
      actors_.back().codec = i % 2 ? wire::Codec::json : wire::Codec::proto;
    }
  }

  void run(int steps) {
    for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
      step(actors_[pick(actors_.size())]);
      if (pick(3) == 0) world_.settle();
      if (pick(8) == 0) world_.advance(milliseconds(pick(40)));
      world_.advance(60ms);  // keeps within the rates of calls
      read_all();
    }
    world_.settle();
    for (Actor& actor : actors_) {
      if (actor.parked) resume(actor);
    }
    world_.settle();
    read_all();
    for (Actor& actor : actors_) EXPECT_EQ(actor.received, actor.owed) << actor.name;
    EXPECT_EQ(world_.books().counted, expected_units_);
    const std::int64_t start = std::numeric_limits<std::int64_t>::max() / 2;
    EXPECT_EQ(start - world_.books().left, expected_units_) << "what was admitted and not used is given back";
    std::int64_t online = 0;
    for (const Actor& actor : actors_) online += actor.client ? 1 : 0;
    EXPECT_EQ(world_.books().open, online);
  }

 private:
  std::size_t pick(std::size_t below) { return static_cast<std::size_t>(random_() % below); }
  std::string some_channel() { return "c" + std::to_string(pick(4)); }

  void step(Actor& actor) {
    if (!actor.client) {
      if (actor.parked) {
        if (pick(4) == 0) resume(actor);
      } else {
        login(actor);
      }
      return;
    }
    actor.client->ask(wire::Ping{});
    switch (pick(8)) {
      case 0: subscribe(actor); break;
      case 1: unsubscribe(actor); break;
      case 2: cut(actor); break;
      case 3: if (pick(4) == 0) logout(actor); break;
      case 4: to_user(actor); break;
      default: publish(actor, 1 + pick(5)); break;
    }
  }

  void login(Actor& actor) {
    actor.client = std::make_unique<TestClient>(world_, pick(shards_), actor.codec);
    ASSERT_TRUE(actor.client->login(actor.name));
    actor.key = actor.client->key;
    expected_units_ += 1;
  }

  void subscribe(Actor& actor) {
    const std::string channel = some_channel();
    if (actor.seen.count(channel)) return;
    const Got got = actor.client->subscribe(channel);
    if (got.code == Errc::channel_subscribe_too_frequent) return;
    ASSERT_EQ(got.kind, "subscribed") << error_row(got.code).name;
    EXPECT_EQ(got.offset, offsets_[channel]);
    actor.seen[channel] = {channel, got.epoch, got.offset};
    joined_at_[actor.name + channel] = got.offset;
    expected_units_ += 1;
  }

  void unsubscribe(Actor& actor) {
    if (actor.seen.empty()) return;
    const std::string channel = actor.seen.begin()->first;
    actor.client->ask(wire::Unsubscribe{channel});
    world_.settle();
    ASSERT_EQ(actor.client->take("unsubscribed").kind, "unsubscribed");
    read(actor);
    actor.seen.erase(channel);
    expected_units_ += 1;
  }

  /// Several publishes in one turn; sometimes the connection of a subscriber dies between acceptance and delivery.
  void publish(Actor& actor, std::size_t count) {
    const std::string channel = some_channel();
    world_.settle();
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t bytes = pick(2500);
      actor.client->post(channel, std::string(bytes, 'p'));
      const auto offset = ++offsets_[channel];
      const auto units = static_cast<std::int64_t>(engine::message_units(bytes));
      expected_units_ += units;
      for (Actor& other : actors_) {
        if (!other.seen.count(channel)) continue;
        other.owed[channel].push_back(offset);
        expected_units_ += units;  // now, or when the lost session takes it
      }
    }
    world_.settle();
    EXPECT_EQ(actor.client->count("published"), count);
    while (actor.client->take("published").kind != "none") {
    }
  }

  void to_user(Actor& actor) {
    Actor& other = actors_[pick(actors_.size())];
    read_all();
    const Got got = actor.client->publish(other.name, "psst", true);
    if (other.client) {
      EXPECT_EQ(got.kind, "published");
      expected_units_ += 2;
      EXPECT_EQ(other.client->take("message").to_user, true);
    } else {
      EXPECT_EQ(got.code, Errc::channel_receiver_offline);
    }
  }

  void cut(Actor& actor) {
    read(actor);
    forget_some(actor);
    actor.client->cut(1006);
    actor.client.reset();
    actor.parked = true;
    if (pick(2) == 0) world_.settle();
  }

  /// The last frames were lost on the wire: the client has not seen them and will say so.
  void forget_some(Actor& actor) {
    for (auto& [channel, seen] : actor.seen) {
      auto& received = actor.received[channel];
      for (std::size_t lost = pick(3); lost > 0 && !received.empty() && received.back() == seen.offset; --lost) {
        if (seen.offset <= joined_at_[actor.name + channel]) break;
        received.pop_back();
        --seen.offset;
      }
      if (received.empty()) actor.received.erase(channel);
    }
  }

  void resume(Actor& actor) {
    actor.client = std::make_unique<TestClient>(world_, pick(shards_), actor.codec);
    std::vector<TestClient::Seen> seen;
    for (const auto& [channel, at] : actor.seen) seen.push_back(at);
    ASSERT_TRUE(actor.client->resume(actor.key, seen).resumed);
    actor.parked = false;
    std::size_t rows = 0;
    for (Got got = actor.client->take("resumed"); got.kind != "none"; got = actor.client->take("resumed")) {
      EXPECT_FALSE(got.gap) << got.channel;
      rows += got.channel.empty() ? 0 : 1;
    }
    EXPECT_EQ(rows, actor.seen.size());
  }

  void logout(Actor& actor) {
    actor.client->ask(wire::Logout{});
    world_.settle();
    read(actor);
    ASSERT_EQ(actor.client->take("logout").kind, "logout");
    actor.client->cut(1000);
    actor.client.reset();
    actor.seen.clear();
    expected_units_ += 1;
  }

  void read_all() {
    for (Actor& actor : actors_) {
      if (actor.client) read(actor);
    }
  }
  void read(Actor& actor) {
    for (Got got = actor.client->take("message"); got.kind != "none"; got = actor.client->take("message")) {
      ASSERT_TRUE(actor.seen.count(got.channel)) << actor.name << " has " << got.channel;
      TestClient::Seen& seen = actor.seen[got.channel];
      ASSERT_EQ(got.epoch, seen.epoch);
      ASSERT_EQ(got.offset, seen.offset + 1) << actor.name << " in " << got.channel;
      seen.offset = got.offset;
      actor.received[got.channel].push_back(got.offset);
    }
  }

  World world_;
  const std::size_t shards_;
  std::mt19937_64 random_;
  std::vector<Actor> actors_;
  std::map<std::string, std::uint64_t> offsets_;
  std::map<std::string, std::uint64_t> joined_at_;
  std::int64_t expected_units_ = 0;
};

TEST(Stories, OrderOnceAndUnitsHoldOverShardsCutsAndResumes) {
  for (const std::size_t shards : {1u, 2u, 4u}) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
      SCOPED_TRACE("shards " + std::to_string(shards) + " seed " + std::to_string(seed));
      Story(seed, shards).run(250);
      if (HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace postage::gateway::kit
