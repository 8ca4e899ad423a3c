#pragma once
// The rules of one message channel at its home: who has subscribers, which offset comes next, what is delivered where,
// and what a resume gets. Pure and synchronous: no clock, no sockets, no meter. What happens comes back as data.
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/few.h"
#include "base/shared_buffer.h"
#include "engine/channel/publication.h"
#include "engine/channel/window.h"

namespace postage::engine {

/// Joined frames of one channel and codec for one shard: the messages (after, through], all accepted in the UTC hour of
/// `at`. Every copy of it costs `units`; `copies` is how many subscribers the shard had while they were accepted.
struct Delivery {
  ShardIndex shard = 0;
  Codec codec = Codec::proto;
  BufferRef frames;
  Position through;
  std::uint64_t units = 0;
  std::uint64_t copies = 0;
  Instant at{};
};

/// How a message is to be taken.
struct Terms {
  Instant at{};
  std::uint64_t unit_bytes = 1024;       ///< size of a message unit
  const WindowLimits* keep = nullptr;    ///< null: it does not enter the window
  std::string* alone = nullptr;          ///< not null: see Channel::accept
};

/// See the top of the file. One thread at a time.
class Channel {
 public:
  /// Joined frames above this many bytes want a flush before the turn ends.
  static constexpr std::size_t kJoinedBytesMax = 64 * 1024;

  /// `epoch` is not 0 and differs from every epoch this channel had before (random; at most wire::kIntegerMax).
  explicit Channel(std::uint64_t epoch) : epoch_(epoch) {}

  /// A shard gets or loses one subscriber who takes messages in `codec`. take_deliveries() must have been called first, so
  /// that waiting messages go to exactly those who were subscribed when they were accepted.
  void add_subscriber(ShardIndex shard, Codec codec);
  void remove_subscriber(ShardIndex shard, Codec codec);
  [[nodiscard]] std::uint64_t subscribers() const { return std::uint64_t{of_codec_[0]} + of_codec_[1]; }
  /// Shards with subscribers; the order is not fixed.
  struct ShardCount {
    ShardIndex shard = 0;
    std::array<std::uint32_t, kCodecs> count{};
  };
  [[nodiscard]] const FewOf<ShardCount>& shards() const { return shards_; }
  /// The codec of a sole subscriber; only while subscribers() is 1.
  [[nodiscard]] Codec sole_codec() const { return of_codec_[0] != 0 ? Codec::proto : Codec::json; }

  /// True if take_deliveries() must come before a message of `at` is accepted: the joined frames are full, or belong to
  /// another hour of the meter.
  [[nodiscard]] bool must_flush_before(Instant at) const;
  /// Gives the message the next offset and joins its frame for every codec that has subscribers. With `terms.keep` it
  /// enters the window; without, the window is emptied, because nobody can come back for it or memory is short.
  /// With `terms.alone` (a sole subscriber, nothing joined) its frame is appended there instead: the caller delivers it.
  Position accept(const ChannelName& name, const Publication& message, const Terms& terms);
  /// True if frames wait for take_deliveries().
  [[nodiscard]] bool has_joined() const { return joined_units_ != 0; }
  /// True if the joined frames have reached their bound.
  [[nodiscard]] bool joined_full() const;
  /// Appends one Delivery for each shard and codec with subscribers, and starts anew.
  void take_deliveries(std::vector<Delivery>& out);

  [[nodiscard]] Position position() const { return {epoch_, offset_}; }
  [[nodiscard]] Window& window() { return window_; }
  [[nodiscard]] const Window& window() const { return window_; }

 private:
  ShardCount& count_of(ShardIndex shard);
  void encode(const ChannelName& name, const Publication& message, const Terms& terms);

  std::uint64_t epoch_;
  std::uint64_t offset_ = 0;
  std::array<std::uint32_t, kCodecs> of_codec_{};  // subscribers of all shards
  FewOf<ShardCount> shards_;
  std::array<BufferRef, kCodecs> joined_;
  std::uint64_t joined_units_ = 0;
  Instant joined_at_{};
  Window window_;
};

}  // namespace postage::engine
