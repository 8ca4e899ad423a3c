#pragma once
// The logged-in connections of this shard and their subscriptions: where deliveries are queued and counted. A channel's
// subscribers stand side by side in a flat list, so that a fan-out walks memory in order.
#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "shard/core.h"
#include "shard/home.h"
#include "shard/name_index.h"
#include "shard/shard.h"

namespace postage::shard {

struct Place;

/// One subscription of a member. `slot` in a Subscriber is its index in Member::subscriptions.
struct Subscription {
  enum class State : std::uint8_t {
    joining,   ///< waits for the home's answer
    active,    ///< in the list (if it takes messages)
    leaving,   ///< waits for the home's answer to unsubscribe; still in the list if `listed`
    cut,       ///< taken out of the list because the connection was full; the session is about to end
  };
  Place* place = nullptr;
  std::uint32_t index = 0;  ///< in the list, while `listed`
  State state = State::joining;
  bool listed = false;
  bool asked = false;       ///< the home's answer to subscribe is still to come
  bool restoring = false;   ///< joining because of a resume
  SubscribeOptions options;
  Position started;         ///< deliveries began after this
  Position queued;          ///< last queued position, while not listed
};

class Member {
 public:
  enum class State : std::uint8_t { connecting, resuming, connected };
  Member(ConnectionId i, Client& c, Outlet o, Codec k, Project* p) : id(i), client(c), outlet(o), codec(k), project(p) {}

  OpenedConnection connection;  // first: touched by every delivery
  const ConnectionId id;
  Client& client;
  const Outlet outlet;
  const Codec codec;
  State state = State::connecting;
  bool doomed = false;
  Project* project;  // null while resuming
  SessionKey session{};
  SessionTraits traits;
  std::vector<Subscription> subscriptions;
  std::vector<SeenPosition> seen;   // while resuming
  std::size_t restoring = 0;        // channels whose on_channel_restored is still to come
};

/// One subscriber in a list.
struct Subscriber {
  Outlet outlet;
  Member* member;
  std::uint32_t slot;
};
/// A channel as this shard's members see it.
struct Place {
  struct List {
    std::vector<Subscriber> subscribers;
    Position through;  ///< every listed subscriber has been queued everything up to here
  };
  engine::ChannelKey key;
  ShardIndex home = 0;
  Project* project = nullptr;
  std::array<List, engine::kCodecs> lists;
  std::size_t references = 0;  ///< subscriptions that point here
};

/// See the top of the file. Thread: the shard's.
class Members final : public LocalDelivery {
 public:
  explicit Members(Core& core) : core_(core) {}
  ~Members();
  /// The channels that live here. Before anything else.
  void set_home(Home& home) { home_ = &home; }

  // What sessions ask (shard.h).
  Member* connect(Client& client, Outlet outlet, Codec codec, SessionTraits traits);
  Member* resume(Client& client, Outlet outlet, Codec codec, const SessionKey& session, std::vector<SeenPosition> seen);
  void leave(Member* member, bool resumable);
  void subscribe(Member& member, std::uint64_t request, std::string_view channel, const SubscribeOptions& options);
  void unsubscribe(Member& member, std::uint64_t request, std::string_view channel);
  void publish(Member& member, std::uint64_t request, const PublishCall& call);

  // What other shards, and this one, answer.
  void on(SubscribedMail& mail);
  void on(UnsubscribedMail& mail);
  void on(PublishedMail& mail);
  void on(ConnectedMail& mail);
  void on(ResumedMail& mail);
  void on(EndMail& mail);
  void deliver(const engine::ChannelName& channel, const engine::Delivery& delivery) override;

  /// Ends those who are to be ended. True if there were any.
  bool end_doomed();
  /// Ends the members of closed projects.
  void end_closed();

  [[nodiscard]] std::size_t size() const { return members_.size(); }
  /// Subscriptions of message channels.
  [[nodiscard]] static std::size_t channels_of(const Member& member);
  [[nodiscard]] Subscription* find(Member& member, std::string_view channel) const;

 private:
  struct Doomed {
    ConnectionId member;
    Errc reason;
  };
  Member* member(ConnectionId id) const;
  Member* add(Client& client, Outlet outlet, Codec codec, Project* project);
  Place& place(const engine::ChannelName& name, Project& project);
  Place* find_place(const engine::ChannelName& name) const;
  Subscription& add_subscription(Member& member, const engine::ChannelName& name, const SubscribeOptions& options);
  void remove_subscription(Member& member, std::size_t slot);
  void list(Member& member, Subscription& subscription, Position through);
  void unlist(Member& member, Subscription& subscription);
  void ask_home(Member& member, Subscription& subscription, std::uint64_t request, std::optional<CatchUp> catch_up);
  void restored(Member& member, Subscription& subscription, const SubscribedMail& mail);
  void restore(Member& member, const ParkedSession& parked);
  void join_own_channel(Member& member, Position position);
  std::optional<ParkedSession> park(Member& member);
  std::uint64_t queue_all(Place::List& list, const engine::Delivery& delivery);
  void doom(Member& member, Errc reason);
  [[nodiscard]] ShardIndex home_of(const engine::ChannelName& name) const { return engine::home_of(name, core_.shards()); }

  Core& core_;
  Home* home_ = nullptr;
  std::int64_t last_serial_ = 0;
  std::unordered_map<std::int64_t, std::unique_ptr<Member>> members_;
  NameIndex<Place> places_;
  std::vector<Subscriber> full_;  // scratch of deliver()
  std::vector<Doomed> doomed_;
};

}  // namespace postage::shard
