#include "engine/channel/channel.h"

#include <algorithm>

#include "base/check.h"

namespace postage::engine {
namespace {

// The meter's windows are UTC hours; joined frames never span two, because their units are counted as one sum.
std::int64_t hour_of(Instant at) { return std::chrono::floor<std::chrono::hours>(at).time_since_epoch().count(); }

}  // namespace

Channel::ShardCount& Channel::count_of(ShardIndex shard) {
  auto* const found = std::find_if(shards_.begin(), shards_.end(), [&](const ShardCount& s) { return s.shard == shard; });
  if (found != shards_.end()) return *found;
  shards_.push_back(ShardCount{shard, {}});
  return shards_.back();
}

void Channel::add_subscriber(ShardIndex shard, Codec codec) {
  CHECK(!has_joined());
  ++count_of(shard).count[index_of(codec)];
  ++of_codec_[index_of(codec)];
}

void Channel::remove_subscriber(ShardIndex shard, Codec codec) {
  CHECK(!has_joined());
  ShardCount& here = count_of(shard);
  CHECK(here.count[index_of(codec)] > 0);
  --here.count[index_of(codec)];
  --of_codec_[index_of(codec)];
  const bool none = std::all_of(here.count.begin(), here.count.end(), [](std::uint32_t n) { return n == 0; });
  if (none) {
    here = shards_.back();
    shards_.pop_back();
  }
}

bool Channel::must_flush_before(Instant at) const {
  return has_joined() && (joined_full() || hour_of(at) != hour_of(joined_at_));
}

bool Channel::joined_full() const {
  return std::any_of(joined_.begin(), joined_.end(), [](const BufferRef& b) { return b.size() >= kJoinedBytesMax; });
}

Position Channel::accept(const ChannelName& name, const Publication& message, const Terms& terms) {
  ++offset_;
  if (subscribers() > 0) encode(name, message, terms);
  if (terms.keep != nullptr) {
    window_.keep(message, offset_, terms.at, *terms.keep);
  } else if (!window_.empty()) {
    window_.clear();
  }
  return position();
}

void Channel::encode(const ChannelName& name, const Publication& message, const Terms& terms) {
  wire::MessageEvent event;
  event.channel = name.name;
  event.channel_type = name.type;
  event.publisher = message.publisher;
  event.payload = message.payload;
  event.custom_type = message.custom_type;
  event.epoch = epoch_;
  event.offset = offset_;
  event.timestamp = terms.at;
  if (terms.alone != nullptr) {
    CHECK(!has_joined() && subscribers() == 1);
    wire::append_message(*terms.alone, sole_codec(), event);
    return;
  }
  CHECK(!must_flush_before(terms.at));
  for (std::size_t codec = 0; codec < kCodecs; ++codec) {
    if (of_codec_[codec] == 0) continue;
    if (!joined_[codec]) joined_[codec] = BufferRef::make();
    wire::append_message(joined_[codec].unshared(), static_cast<Codec>(codec), event);
  }
  joined_units_ += message_units(message.payload.bytes.size(), terms.unit_bytes);
  joined_at_ = terms.at;
}

void Channel::take_deliveries(std::vector<Delivery>& out) {
  if (!has_joined()) return;
  for (const ShardCount& here : shards_) {
    for (std::size_t codec = 0; codec < kCodecs; ++codec) {
      if (here.count[codec] == 0) continue;
      out.push_back({here.shard, static_cast<Codec>(codec), joined_[codec], {epoch_, offset_}, joined_units_,
                     here.count[codec], joined_at_});
    }
  }
  joined_ = {};
  joined_units_ = 0;
}

}  // namespace postage::engine
