#pragma once
// The words of the message path: what a channel is called, where a message stands in it, and what was published.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "wire/codec.h"
#include "wire/messages.h"

namespace postage::engine {

using wire::ChannelType;
using wire::Codec;
using wire::MessageType;
using wire::Payload;

/// Number of codecs; a Codec is an index below it.
inline constexpr std::size_t kCodecs = 2;
inline constexpr std::size_t index_of(Codec codec) { return static_cast<std::size_t>(codec); }
/// Which loop a thing lives on; below the number of shards.
using ShardIndex = std::uint16_t;

/// A channel's name as a view, to look it up. The name of a USER channel is its user's ID.
struct ChannelName {
  ProjectId project;
  ChannelType type = ChannelType::message;
  std::string_view name;
  bool operator==(const ChannelName&) const = default;
};

/// A channel's name as its owner keeps it.
struct ChannelKey {
  ProjectId project;
  ChannelType type = ChannelType::message;
  std::string name;
  ChannelKey() = default;
  explicit ChannelKey(const ChannelName& view) : project(view.project), type(view.type), name(view.name) {}
  [[nodiscard]] ChannelName view() const { return {project, type, name}; }
};

/// Spreads well in its low bits; equal in all shards of one process, never stored.
inline std::size_t hash_of(const ChannelName& name) {
  std::uint64_t h = std::hash<std::string_view>{}(name.name);
  h ^= (static_cast<std::uint64_t>(name.project.value) * 2 + static_cast<std::uint64_t>(name.type)) * 0x9E3779B97F4A7C15ULL;
  h ^= h >> 32;
  h *= 0xD6E8FEB86659FD93ULL;
  return static_cast<std::size_t>(h ^ (h >> 32));
}
/// The shard that a channel lives on; `hash` is hash_of its name.
inline ShardIndex home_of(std::size_t hash, std::size_t shards) {
  return shards == 1 ? ShardIndex{0} : static_cast<ShardIndex>((hash >> 8) % shards);
}
inline ShardIndex home_of(const ChannelName& name, std::size_t shards) { return home_of(hash_of(name), shards); }

/// A place in a channel. An epoch is one unbroken run of offsets, never 0; offsets begin at 1 and grow by one.
struct Position {
  std::uint64_t epoch = 0;
  std::uint64_t offset = 0;
  bool operator==(const Position&) const = default;
};

/// What is published, as views for the time of a call.
struct Publication {
  std::string_view publisher;
  std::string_view custom_type;
  Payload payload;
};

/// Message units of `bytes` of payload: one for each begun `unit_bytes`, at least one (an empty message counts 1).
constexpr std::uint64_t message_units(std::uint64_t bytes, std::uint64_t unit_bytes = 1024) {
  return bytes == 0 ? 1 : (bytes - 1) / unit_bytes + 1;
}

}  // namespace postage::engine
