#include "engine/channel/channel.h"

#include <gtest/gtest.h>

#include "engine/channel/names.h"

namespace postage::engine {
namespace {

using namespace std::chrono_literals;
constexpr Instant kNow{milliseconds(1768471200000)};  // a full hour
constexpr std::uint64_t kEpoch = 77;
const ChannelName kStage{ProjectId{1}, ChannelType::message, "stage"};

Publication say(std::string_view text) { return {"ann", "", Payload::text(text)}; }

struct ChannelTest : testing::Test {
  Channel channel{kEpoch};
  WindowLimits limits{3, 1000, 120s};
  std::vector<Delivery> out;
  Position accept(std::string_view text, Instant at = kNow) {
    return channel.accept(kStage, say(text), {at, 1024, &limits, nullptr});
  }
  void flush() {
    out.clear();
    channel.take_deliveries(out);
  }
  Replay replay(std::uint64_t after, Codec codec = Codec::proto) {
    return channel.window().replay(kStage, kEpoch, codec, after, channel.position().offset);
  }
};

TEST_F(ChannelTest, OffsetsGrowByOneFromOne) {
  EXPECT_EQ(channel.position(), (Position{kEpoch, 0}));
  for (std::uint64_t n = 1; n <= 5; ++n) EXPECT_EQ(accept("x"), (Position{kEpoch, n}));
}

TEST_F(ChannelTest, OneDeliveryForEachShardAndCodecWithItsCopies) {
  channel.add_subscriber(0, Codec::proto);
  channel.add_subscriber(0, Codec::proto);
  channel.add_subscriber(2, Codec::json);
  channel.add_subscriber(2, Codec::proto);
  EXPECT_EQ(channel.subscribers(), 4u);
  accept("one");
  accept(std::string(1025, 'x'));
  flush();
  ASSERT_EQ(out.size(), 3u);
  std::uint64_t copies = 0;
  for (const Delivery& d : out) {
    EXPECT_EQ(d.units, 3u);
    EXPECT_EQ(d.through.offset, 2u);
    EXPECT_EQ(d.at, kNow);
    copies += d.copies;
  }
  EXPECT_EQ(copies, 4u);
  EXPECT_FALSE(channel.has_joined());
  channel.remove_subscriber(2, Codec::json);
  channel.remove_subscriber(2, Codec::proto);
  EXPECT_EQ(channel.shards().size(), 1u);
}

TEST_F(ChannelTest, WithoutSubscribersNothingIsJoined) {
  accept("x");
  EXPECT_FALSE(channel.has_joined());
}

TEST_F(ChannelTest, ASoleSubscribersFrameIsTheOneThatWouldBeJoined) {
  channel.add_subscriber(1, Codec::json);
  EXPECT_EQ(channel.sole_codec(), Codec::json);
  accept("one");
  flush();
  std::string alone = "before ";
  Channel other(kEpoch);
  other.add_subscriber(1, Codec::json);
  EXPECT_EQ(other.accept(kStage, say("one"), {kNow, 1024, &limits, &alone}), (Position{kEpoch, 1}));
  EXPECT_FALSE(other.has_joined());
  EXPECT_EQ(alone, "before " + std::string(out[0].frames.view()));
  EXPECT_EQ(other.window().messages(), 1u);
}

TEST_F(ChannelTest, JoinedFramesEndAtTheirBoundAndAtTheHour) {
  channel.add_subscriber(0, Codec::proto);
  const std::string big(20'000, 'x');
  for (int n = 0; n < 3; ++n) accept(big);
  EXPECT_FALSE(channel.must_flush_before(kNow));
  accept(big);
  EXPECT_TRUE(channel.joined_full());
  EXPECT_TRUE(channel.must_flush_before(kNow));
  flush();
  accept("x", kNow + 1h - 1ms);
  EXPECT_FALSE(channel.must_flush_before(kNow + 1h - 1ms));
  EXPECT_TRUE(channel.must_flush_before(kNow + 1h));
}

TEST_F(ChannelTest, TheWindowReplaysExactlyWhatIsAskedFor) {
  channel.add_subscriber(0, Codec::proto);
  accept("1");
  accept("2");
  flush();
  const Replay both = replay(0);
  EXPECT_EQ(both.messages(), 2u);
  EXPECT_EQ(both.frames.view(), out[0].frames.view());  // the same bytes as were delivered
  EXPECT_FALSE(both.lost);
  EXPECT_EQ(replay(1).messages(), 1u);
  EXPECT_EQ(replay(2).messages(), 0u);
  EXPECT_FALSE(replay(2).frames);
  EXPECT_TRUE(replay(0).frames == replay(0).frames);  // one encoding for all who ask the same
  EXPECT_FALSE(replay(0, Codec::json).frames.view() == both.frames.view());
}

TEST_F(ChannelTest, TheWindowIsBoundedByMessagesBytesAndAge) {
  for (const char* text : {"1", "2", "3", "4"}) accept(text);
  EXPECT_EQ(channel.window().messages(), 3u);
  Replay found = replay(0);
  EXPECT_EQ(found.lost, (LostRange{1, 1}));
  EXPECT_EQ(found.messages(), 3u);
  accept(std::string(990, 'x'));
  EXPECT_EQ(channel.window().messages(), 1u + 1u);
  EXPECT_LE(channel.window().bytes(), 1000u);
  accept("late", kNow + 120s - 1ms);
  channel.window().expire(kNow + 120s - 1ms, limits.age_max);
  EXPECT_EQ(replay(0).lost, (LostRange{1, 4}));
  channel.window().expire(kNow + 120s, limits.age_max);
  found = replay(3);
  EXPECT_EQ(found.lost, (LostRange{4, 5}));
  EXPECT_EQ(found.messages(), 1u);
  channel.window().expire(kNow + 240s, limits.age_max);
  EXPECT_TRUE(channel.window().empty());
  EXPECT_EQ(channel.window().bytes(), 0u);
  EXPECT_EQ(replay(0).lost, (LostRange{1, 6}));
}

TEST_F(ChannelTest, UnitsOfARangeAreThoseOfItsPayloads) {
  limits = {100, 1'000'000, 120s};
  for (const std::size_t size : {0u, 1024u, 1025u, 2049u}) accept(std::string(size, 'x'));
  EXPECT_EQ(channel.window().units(1, 4, 1024), 1u + 1u + 2u + 3u);
  EXPECT_EQ(channel.window().units(3, 3, 1024), 2u);
  EXPECT_EQ(channel.window().units(5, 4, 1024), 0u);
}

TEST_F(ChannelTest, WhatIsNotKeptIsAGap) {
  accept("1");
  channel.accept(kStage, say("2"), {kNow, 1024, nullptr, nullptr});
  accept("3");
  const Replay found = replay(0);
  EXPECT_EQ(found.lost, (LostRange{1, 2}));
  EXPECT_EQ(found.messages(), 1u);
}

TEST(Units, OneForEachBegunKilobyteAndAtLeastOne) {
  for (const auto& [bytes, units] : {std::pair{0, 1}, {1, 1}, {1023, 1}, {1024, 1}, {1025, 2}, {2048, 2}, {2049, 3}}) {
    EXPECT_EQ(message_units(static_cast<std::uint64_t>(bytes)), static_cast<std::uint64_t>(units)) << bytes;
  }
  for (const auto& [bytes, units] : {std::pair{999, 1}, {1000, 1}, {1001, 2}, {1024, 2}, {2000, 2}}) {  // M10
    EXPECT_EQ(message_units(static_cast<std::uint64_t>(bytes), 1000), static_cast<std::uint64_t>(units)) << bytes;
  }
}

TEST(Names, StrictOnesAreWhatEveryDocumentAllows) {
  EXPECT_TRUE(strict_channel_name("chat room"));
  EXPECT_FALSE(strict_channel_name("chats.room1"));
  EXPECT_FALSE(strict_channel_name("_x"));
  EXPECT_FALSE(strict_channel_name("null"));
  EXPECT_TRUE(check_channel_name("chats.room1"));
}

}  // namespace
}  // namespace postage::engine
