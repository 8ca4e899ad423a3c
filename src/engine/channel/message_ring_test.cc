#include "engine/channel/message_ring.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>

#include "engine/channel/window.h"

namespace postage::engine {
namespace {

struct Kept {
  std::string publisher, custom_type, payload;
  MessageType type;
  Instant at;
};

void expect_same(const MessageRing& ring, const std::deque<Kept>& model) {
  RC_ASSERT(ring.count() == model.size());
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < model.size(); ++i) {
    std::string whole;
    const MessageRing::Message found = ring.at(i, whole);
    RC_ASSERT(found.at == model[i].at);
    RC_ASSERT(found.publication.publisher == model[i].publisher);
    RC_ASSERT(found.publication.custom_type == model[i].custom_type);
    RC_ASSERT(found.publication.payload.bytes == model[i].payload);
    RC_ASSERT(found.publication.payload.type == model[i].type);
    RC_ASSERT(ring.payload_bytes(i) == model[i].payload.size());
    bytes += model[i].publisher.size() + model[i].custom_type.size() + model[i].payload.size();
  }
  RC_ASSERT(ring.bytes() == bytes);
  if (!model.empty()) RC_ASSERT(ring.oldest_at() == model.front().at);
}

// The same story told to a queue: messages of all sizes come and go, so that they lie across the ring's end and the ring
// grows while it is wrapped round.
RC_GTEST_PROP(MessageRing, IsAQueue, (const std::vector<std::pair<std::uint8_t, std::uint16_t>>& steps)) {
  MessageRing ring;
  std::deque<Kept> model;
  std::int64_t time = 0;
  for (const auto& [what, size] : steps) {
    Footprint footprint;
    ring.leave_footprint(footprint);
    footprint.prefetch();
    if (what % 3 == 0 && !model.empty()) {
      ring.pop();
      model.pop_front();
    } else {
      const char fill = static_cast<char>('a' + time % 26);
      const auto type = what % 2 == 0 ? MessageType::string : MessageType::binary;
      model.push_back({std::string(what % 65, fill), std::string(size % 33, 'T'), std::string(size % 700, fill), type,
                       Instant(milliseconds(++time))});
      const Kept& made = model.back();
      ring.push({made.publisher, made.custom_type, {made.payload, type, true}}, made.at);
    }
    expect_same(ring, model);
  }
}

TEST(MessageRing, TurnsManyTimesWithoutGrowing) {
  MessageRing ring;
  const std::string payload(100, 'x');
  for (int i = 0; i < 100'000; ++i) {
    ring.push({"ann", "", Payload::text(payload)}, Instant(milliseconds(i)));
    if (ring.count() > 3) ring.pop();
    if (i % 997 != 0) continue;
    std::string whole;
    EXPECT_EQ(ring.at(ring.count() - 1, whole).publication.payload.bytes, payload);
    EXPECT_EQ(ring.oldest_at(), Instant(milliseconds(std::max(0, i - 2))));
  }
  EXPECT_EQ(ring.bytes(), 3 * 103u);
}

TEST(MessageRing, KeepsEmptyMessages) {
  MessageRing ring;
  for (int i = 0; i < 9; ++i) ring.push({"", "", Payload::text("")}, Instant(milliseconds(i)));
  EXPECT_EQ(ring.count(), 9u);
  EXPECT_EQ(ring.bytes(), 0u);
  std::string whole;
  EXPECT_EQ(ring.at(8, whole).publication.payload.bytes, "");
  EXPECT_EQ(ring.at(8, whole).at, Instant(milliseconds(8)));
}

TEST(Window, AMessageOverTheBoundEmptiesIt) {
  Window window;
  const WindowLimits limits{10, 50, seconds(120)};
  window.keep({"ann", "", Payload::text("small")}, 1, Instant(milliseconds(1)), limits);
  EXPECT_EQ(window.messages(), 1u);
  const std::string big(51, 'x');
  window.keep({"ann", "", Payload::text(big)}, 2, Instant(milliseconds(2)), limits);
  EXPECT_TRUE(window.empty());
  window.keep({"ann", "", Payload::text("after")}, 3, Instant(milliseconds(3)), limits);
  EXPECT_EQ(window.messages(), 1u);
  const ChannelName name{ProjectId{1}, ChannelType::message, "stage"};
  EXPECT_EQ(window.replay(name, 7, Codec::proto, 0, 3).lost, (LostRange{1, 2}));
}

}  // namespace
}  // namespace postage::engine
