#pragma once
// The channels whose home is this shard: gives offsets, admits and counts publishes, joins frames, flushes them to the
// shards with subscribers, keeps windows, frees what is idle.
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/channel/channel.h"
#include "shard/core.h"
#include "shard/name_index.h"

namespace postage::shard {

/// One message's frame for one receiver, and what its copy counts.
struct SoleCopy {
  Codec codec = Codec::proto;
  std::string_view frame;
  Position position;        ///< zero for a USER message
  std::uint64_t units = 0;
  Instant at{};
};

/// Port to the members of this shard: what the homes deliver here. Outlives them.
class LocalDelivery {
 public:
  virtual void deliver(const engine::ChannelName& channel, const engine::Delivery& delivery) = 0;
  /// For a channel whose one subscriber is a member here; `hash` is the name's.
  virtual void deliver_alone(const engine::ChannelName& channel, std::size_t hash, const SoleCopy& copy) = 0;
  /// A USER message. False, and nothing done, while `member` does not know of its login yet: then it has to come by
  /// mail, behind the answer to that login.
  virtual bool deliver_to_user(ConnectionId member, Project& project, const SoleCopy& copy) = 0;

 protected:
  ~LocalDelivery() = default;
};

/// A publish that reached its home. `hash` is hash_of its channel.
struct HomePublish {
  engine::ChannelName channel;
  std::size_t hash = 0;
  engine::Publication message;
  bool dry_run = false;
};

/// See the top of the file. Thread: the shard's.
class Home {
 public:
  Home(Core& core, LocalDelivery& local) : core_(core), local_(local) {}

  /// A subscriber of shard `mail.from`; deliveries begin after the answer's position.
  SubscribedMail subscribe(const SubscribeMail& mail);
  /// A counted subscriber is gone. What was accepted before is delivered to it first.
  void unsubscribe(const engine::ChannelName& channel, ShardIndex from, Codec codec);
  /// All or nothing.
  Answer<Published> publish(const HomePublish& call);

  /// Delivers joined frames whose flush gap is over.
  void flush_due();
  /// When the next flush gap ends, if frames wait.
  [[nodiscard]] std::optional<Steady> next_flush() const;

  [[nodiscard]] std::size_t channels() const { return channels_.size(); }
  [[nodiscard]] std::size_t window_bytes() const { return window_bytes_; }

 private:
  struct HomeChannel {
    HomeChannel(Home& home, const engine::ChannelName& name, Project& project);
    Home& home;
    engine::ChannelKey key;
    Project& project;
    engine::Channel channel;
    Steady last_flush{Steady::min()};
    Steady last_used{};           // when a subscriber last left, or the channel was made
    bool was_left = false;        // a subscriber has left: it may come back and ask
    bool dirty = false;           // in dirty_
    Alarm upkeep;                 // expires the window; frees the channel when nobody can want it any more
  };
  HomeChannel& find_or_make(const engine::ChannelName& name);
  Position accept(HomeChannel& here, const HomePublish& call, bool alone);
  void flush(HomeChannel& here);
  CaughtUp catch_up(HomeChannel& here, Codec codec, const CatchUp& want);
  [[nodiscard]] bool room_at_subscribers(const HomeChannel& here) const;
  [[nodiscard]] bool wanted_for_resume(const HomeChannel& here) const;
  [[nodiscard]] bool goes_alone(const HomeChannel& here, const engine::Publication& message) const;
  [[nodiscard]] Steady gap_ends(const HomeChannel& here) const;
  void keep_up(HomeChannel& here);
  void on_upkeep(HomeChannel& here);
  void drop(HomeChannel& here);

  Core& core_;
  LocalDelivery& local_;
  NameIndex<HomeChannel> channels_;
  std::vector<HomeChannel*> dirty_;
  std::vector<engine::Delivery> deliveries_;  // scratch of flush()
  std::size_t window_bytes_ = 0;
};

}  // namespace postage::shard
