#pragma once
// One shard: the members (logged-in connections) of one loop, the channels and users whose home it is, and the mail
// between them. No sockets, no clock, no locks: the loop calls enter() before it hands in something, and turn() at the
// end of each turn.
//
// Thread: the loop's, all functions. Life: outlives its members' sessions; leave() every member before destroying.
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "bus/bus.h"
#include "shard/alarms.h"
#include "shard/mail.h"
#include "shard/ports.h"

namespace postage::shard {

/// What a shard is given. Everything outlives it.
struct ShardParts {
  ShardIndex index = 0;
  bus::Bus<Mail>& bus;
  const ProjectBook& projects;
  Tally& tally;
  Chance& chance;
};

/// What a member publishes; views are read during the call.
struct PublishCall {
  ChannelType type = ChannelType::message;
  std::string_view channel;  ///< a channel's name or the receiver's user ID; checked by the caller
  std::string_view custom_type;
  engine::Payload payload;
  bool dry_run = false;
};

/// One logged-in (or logging-in) connection as a session holds it. Owned by the shard.
class Member;

/// Counts for metrics; a moment's values.
struct ShardGauges {
  std::size_t members = 0;
  std::size_t channels = 0;       ///< message channels at home here
  std::size_t users = 0;          ///< at home here, online or resumable
  std::size_t window_bytes = 0;
  std::uint64_t published = 0;    ///< accepted since start
  std::uint64_t delivered = 0;    ///< copies queued since start
  std::uint64_t slow_consumers = 0;
};

class Shard {
 public:
  explicit Shard(const ShardParts& parts);
  ~Shard();

  /// The time of this turn. Before anything else in a turn; as often as wanted.
  void enter(Now now);
  /// The end of a turn: reads mail, rings alarms, delivers, posts. Call it in every turn of the loop, before the flush.
  void turn(Now now);
  /// When a turn is wanted even if nothing happens.
  [[nodiscard]] std::optional<Steady> next_wake() const;
  /// For the alarms of sessions on this shard.
  [[nodiscard]] Alarms& alarms();
  /// The time given by enter().
  [[nodiscard]] Now now() const;

  /// Takes a login whose token is good. The answer is on_connected, later in this turn or in one of the next. The
  /// member is good until leave(), a refusal or on_ended.
  Member* connect(Client& client, Outlet outlet, Codec codec, SessionTraits traits);
  /// Takes up a session again. The answer is on_restored, then on_channel_restored for each channel.
  Member* resume(Client& client, Outlet outlet, Codec codec, const SessionKey& session, Seen seen);
  /// The connection or the session ends. With `resumable` the session is kept for limits::session_resume_seconds.
  /// No further calls to the client. The pointer is dead afterwards.
  void leave(Member* member, bool resumable);

  /// Subscribes; costs a unit. Answer: on_subscribed. Refusals: duplicate_operation, unavailable, -10021 with quota.
  void subscribe(Member* member, std::uint64_t request, std::string_view channel, SubscribeOptions options);
  /// Unsubscribes; counts a unit while the quota lasts. Answer: on_unsubscribed (success also when not subscribed).
  void unsubscribe(Member* member, std::uint64_t request, std::string_view channel);
  /// Publishes. Answer: on_published. Refusals: channel_receiver_offline, channel_publish_message_failed (a shard is
  /// behind), channel_publish_message_too_frequent with quota.
  void publish(Member* member, std::uint64_t request, const PublishCall& call);
  /// Counts an operation of spec/operations.def that lets a client go on or leave (logout, renew_token, token warning).
  void count_closing(Member* member);
  /// Subscribed message channels, those that wait for an answer included.
  [[nodiscard]] std::size_t channels_of(const Member* member) const;
  [[nodiscard]] bool subscribed(Member* member, std::string_view channel) const;
  /// The session's facts; may be changed (token renewal) while connected.
  [[nodiscard]] SessionTraits& traits(Member* member) const;
  /// The key of its session; zero before the answer to a login.
  [[nodiscard]] const SessionKey& session(const Member* member) const;

  [[nodiscard]] ShardGauges gauges() const;

 private:
  struct Rooms;
  std::unique_ptr<Rooms> rooms_;
};

/// The way in for REST and tools, from any thread. `done` is called once, on the home shard's thread, and must not block;
/// when the home shard is too far behind it is called at once, here, with `unavailable`.
struct OutsidePublish {
  ProjectId project;
  ChannelType type = ChannelType::message;
  std::string channel;
  std::string publisher;
  std::string custom_type;
  std::string payload;
  engine::MessageType payload_type = engine::MessageType::string;
  bool dry_run = false;
};
void publish_from_outside(bus::Bus<Mail>& bus, OutsidePublish what, std::function<void(Answer<Published>)> done);

}  // namespace postage::shard
