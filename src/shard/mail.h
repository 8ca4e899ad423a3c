#pragma once
// What shards say to each other: values, moved. Mail from one shard to another arrives in the order of posting; much of
// the exactness here rests on that (a delivery posted before the answer to a subscribe belongs to those who were there
// before, one posted after it to the new subscriber as well).
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/channel/channel.h"
#include "shard/ports.h"

namespace postage::shard {

/// Where a resuming subscriber stands.
struct CatchUp {
  Position seen;     ///< last message the client has, as it says
  Position queued;   ///< last message that was queued to it and counted, as we know
  Position started;  ///< its subscription began after this
};
/// What it gets.
struct CaughtUp {
  std::uint64_t replayed = 0;
  std::optional<wire::Gap> gap;
  BufferRef frames;
  std::uint64_t fresh_units = 0;  ///< units of copies that were never queued to it before: to be counted when they are
  Instant at{};                   ///< the instant those belong to
};

/// Member's shard -> home. `counted`: it takes messages.
struct SubscribeMail {
  engine::ChannelKey channel;
  ShardIndex from = 0;
  ConnectionId member;
  std::uint64_t request = 0;
  Codec codec = Codec::proto;
  bool counted = true;
  std::optional<CatchUp> catch_up;
};
/// Home -> member's shard.
struct SubscribedMail {
  engine::ChannelKey channel;
  ConnectionId member;
  std::uint64_t request = 0;
  Position position;
  std::optional<CaughtUp> caught_up;
};
/// Member's shard -> home; of a counted subscription. No answer is sent when `member` is none.
struct UnsubscribeMail {
  engine::ChannelKey channel;
  ShardIndex from = 0;
  ConnectionId member;
  std::uint64_t request = 0;
  Codec codec = Codec::proto;
};
/// Home -> member's shard.
struct UnsubscribedMail {
  engine::ChannelKey channel;
  ConnectionId member;
  std::uint64_t request = 0;
};
/// Publisher's shard, or any thread -> home. The answer goes to `member`, or to `done` on the home shard's thread.
struct PublishMail {
  engine::ChannelKey channel;
  std::string publisher;
  std::string custom_type;
  std::string payload;
  engine::MessageType type = engine::MessageType::string;
  bool dry_run = false;
  ShardIndex from = 0;
  ConnectionId member;
  std::uint64_t request = 0;
  std::function<void(Answer<Published>)> done;
};
/// Home -> publisher's shard.
struct PublishedMail {
  ConnectionId member;
  std::uint64_t request = 0;
  Answer<Published> answer;
};
/// Home -> each shard with subscribers.
struct DeliveryMail {
  engine::ChannelKey channel;
  engine::Delivery delivery;
};

/// A user's home -> the shard of its connection: one USER message, admitted with its copy.
struct UserMail {
  ProjectId project;
  ConnectionId member;
  BufferRef frame;
  std::uint64_t units = 0;
  Instant at{};
};

/// One subscription of a session that waits to be resumed.
struct ParkedSubscription {
  std::string channel;
  SubscribeOptions options;
  Position started;
  Position queued;
};
/// What outlives a lost connection.
struct ParkedSession {
  SessionTraits traits;
  std::vector<ParkedSubscription> subscriptions;
};

/// Member's shard -> the user's home: an accepted token wants a place.
struct ConnectMail {
  ProjectId project;
  std::string user;
  ConnectionId member;
  Codec codec = Codec::proto;
};
struct ConnectedMail {
  ProjectId project;
  std::string user;
  ConnectionId member;
  Answer<Connected> answer;
  OpenedConnection connection;
};
/// Member's shard -> the shard named in the session key.
struct ResumeMail {
  SessionKey session{};
  ConnectionId member;
  Codec codec = Codec::proto;
  std::optional<std::uint64_t> user_seen;  ///< number of the last USER message that the client has, if it says so
};
struct ResumedMail {
  ConnectionId member;
  SessionKey session{};
  std::optional<Refusal> refusal;
  ParkedSession parked;  ///< when not refused
  OpenedConnection connection;
  std::optional<wire::Gap> user_gap;  ///< USER messages that were queued and that the client does not have
  Instant at{};
};
/// Member's shard -> the user's home: the connection is gone. With `parked` it may be resumed.
struct LeaveMail {
  ProjectId project;
  std::string user;
  ConnectionId member;
  std::optional<ParkedSession> parked;
  OpenedConnection connection;  ///< goes back to who opened it, to be closed
};
/// Member's shard -> the shard that was asked to resume: the new connection is gone before the answer came.
struct AbandonMail {
  SessionKey session{};
  ConnectionId member;
};
/// User's home -> member's shard.
struct EndMail {
  ConnectionId member;
  Errc reason = Errc::ok;
};

using Mail = std::variant<SubscribeMail, SubscribedMail, UnsubscribeMail, UnsubscribedMail, PublishMail, PublishedMail,
                          DeliveryMail, UserMail, ConnectMail, ConnectedMail, ResumeMail, ResumedMail, LeaveMail, AbandonMail,
                          EndMail>;

/// About how many bytes `mail` holds, for the bounds of mailboxes.
std::size_t mail_bytes(const Mail& mail);

}  // namespace postage::shard
