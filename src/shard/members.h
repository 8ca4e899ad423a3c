#pragma once
// The logged-in connections of this shard and their subscriptions: where deliveries are queued and counted. A channel's
// subscribers stand side by side in a flat list, so that a fan-out walks memory in order.
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/few.h"
#include "shard/core.h"
#include "shard/home.h"
#include "shard/id_index.h"
#include "shard/name_index.h"
#include "shard/shard.h"

namespace postage::shard {

struct Place;
class Users;

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
  Member(ConnectionId i, Client& c, Outlet o, Codec k, Project* p) : outlet(o), client(c), project(p), id(i), codec(k) {}

  // First what every delivery and every publish touches: one line of the processor's cache, or two.
  const Outlet outlet;
  OpenedConnection connection;
  Client& client;
  Project* project;  // null while resuming
  const ConnectionId id;
  const Codec codec;
  State state = State::connecting;
  bool doomed = false;
  std::uint32_t restoring = 0;  // channels whose on_channel_restored is still to come
  SessionTraits traits;
  SessionKey session{};
  FewOf<Subscription> subscriptions;
  std::unique_ptr<std::vector<SeenPosition>> seen;  // while resuming
};

/// One subscriber in a list.
struct Subscriber {
  Member* member;
  std::uint32_t slot;
};
/// A channel as this shard's members see it.
struct Place {
  struct List {
    FewOf<Subscriber> subscribers;
    Position through;  ///< every listed subscriber has been queued everything up to here
  };
  engine::ChannelKey key;
  ShardIndex home = 0;
  std::uint32_t references = 0;  ///< subscriptions that point here
  Project* project = nullptr;
  std::array<List, engine::kCodecs> lists;
};

/// See the top of the file. Thread: the shard's.
class Members final : public LocalDelivery {
 public:
  explicit Members(Core& core) : core_(core) {}
  ~Members();
  /// The channels and users that live here. Before anything else.
  void set_homes(Home& home, Users& users) {
    home_ = &home;
    users_ = &users;
  }

  // What sessions ask (shard.h).
  Member* connect(Client& client, Outlet outlet, Codec codec, SessionTraits traits);
  Member* resume(Client& client, Outlet outlet, Codec codec, const SessionKey& session, Seen seen);
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
  void on(UserMail& mail);
  void deliver(const engine::ChannelName& channel, const engine::Delivery& delivery) override;
  void deliver_alone(const engine::ChannelName& channel, std::size_t hash, const SoleCopy& copy) override;
  bool deliver_to_user(ConnectionId member, Project& project, const SoleCopy& copy) override;

  /// Ends those who are to be ended. True if there were any.
  bool end_doomed();
  /// Tells the connected members of projects whose limits this turn's refresh has changed.
  void tell_limits();
  /// Ends the members of closed projects.
  void end_closed();

  [[nodiscard]] std::size_t size() const { return members_.size(); }
  /// Subscriptions of message channels.
  [[nodiscard]] static std::size_t channels_of(const Member& member) { return member.subscriptions.size(); }
  [[nodiscard]] Subscription* find(Member& member, std::string_view channel) const;

 private:
  struct Doomed {
    ConnectionId member;
    Errc reason;
  };
  Member* member(ConnectionId id) const;
  Member* add(Client& client, Outlet outlet, Codec codec, Project* project);
  Place& place(const engine::ChannelName& name, Project& project);
  Subscription& add_subscription(Member& member, const engine::ChannelName& name, const SubscribeOptions& options);
  void remove_subscription(Member& member, std::size_t slot);
  void list(Member& member, Subscription& subscription, Position through);
  void unlist(Member& member, Subscription& subscription);
  void ask_home(Member& member, Subscription& subscription, std::uint64_t request, std::optional<CatchUp> catch_up);
  void restored(Member& member, Subscription& subscription, const SubscribedMail& mail);
  void restore(Member& member, const ParkedSession& parked);
  std::optional<ParkedSession> park(Member& member);
  void remove(Member& member);
  std::uint64_t queue_all(const Place::List& list, const engine::Delivery& delivery);
  void cut_full();
  void settle(Project& project, std::string_view channel, std::uint64_t taken, std::uint64_t copies,
              std::uint64_t units, Instant at);
  void doom(Member& member, Errc reason);
  [[nodiscard]] ShardIndex home_of(const engine::ChannelName& name) const { return engine::home_of(name, core_.shards()); }

  Core& core_;
  Home* home_ = nullptr;
  Users* users_ = nullptr;
  std::int64_t last_serial_ = 0;
  struct IdOf {
    std::int64_t operator()(const Member& member) const { return member.id.value; }
  };
  IdIndex<Member, IdOf> members_;  // owns them: add() and remove()
  NameIndex<Place> places_;
  std::vector<Subscriber> full_;  // scratch of deliver()
  std::vector<Doomed> doomed_;
};

}  // namespace postage::shard
