#pragma once
// The users whose home is this shard: who is online and where, who was lost and may come back, and the connection count.
// One user has one live connection. A newer login or a resume first ends the older connection and waits for its farewell,
// so that in the meter one closes before the other opens: the two count 1.
#include <memory>
#include <optional>
#include <string>

#include "shard/core.h"
#include "shard/home.h"
#include "shard/id_index.h"
#include "shard/name_index.h"

namespace postage::shard {

/// See the top of the file. Thread: the shard's.
class Users {
 public:
  Users(Core& core, LocalDelivery& local) : core_(core), local_(local) {}

  void on(ConnectMail& mail);
  void on(ResumeMail& mail);
  void on(LeaveMail& mail);
  void on(AbandonMail& mail);
  /// A USER message: all or nothing; refused while the user is not online.
  Answer<Published> publish(const HomePublish& call);

  /// Online or resumable.
  [[nodiscard]] std::size_t size() const { return users_.size(); }

 private:
  /// A connection that waits for the older one to leave.
  struct Waiting {
    ConnectionId member;
    Codec codec = Codec::proto;
    bool resume = false;
    std::optional<std::uint64_t> user_seen;  ///< of a resume, as in ResumeMail
  };
  struct User;
  /// A lost session that may be taken up again.
  struct Parked {
    Parked(User& user, ParkedSession session);
    ParkedSession session;
    Alarm ends;
  };
  struct User {
    User(Users& users, const engine::ChannelName& name) : users(users), key(name) {}
    Users& users;
    engine::ChannelKey key;  // of its USER channel
    ConnectionId member;     // the live connection, or none
    Codec codec = Codec::proto;
    SessionKey session{};    // of the live or parked session
    std::uint64_t sent = 0;  // USER messages queued to that session so far: the number of the last one
    std::unique_ptr<Parked> parked;
    std::unique_ptr<Waiting> waiting;
  };
  static ShardIndex shard_of(ConnectionId member) { return static_cast<ShardIndex>(member.value >> 48); }
  User* find(const SessionKey& session);
  void admit(User& user, const Waiting& who);
  void restore(User& user, const Waiting& who);
  /// The older connection's place is free: the one that waits gets it.
  void go_on(User& user);
  /// Refuses the one that waits and returns its login unit.
  void turn_away(User& user, Errc why);
  void send_to(const User& user, Project& project, const SoleCopy& copy);
  void forget_session(User& user);
  void refuse(const User& user, const Waiting& who, const Refusal& why);
  void drop_if_empty(User& user);

  Core& core_;
  LocalDelivery& local_;
  NameIndex<User> users_;
  struct SessionOf {
    std::int64_t operator()(const User& user) const { return session_id(user.session).value; }
  };
  IdIndex<User, SessionOf> by_session_;
};

}  // namespace postage::shard
