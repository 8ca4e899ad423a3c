#pragma once
// The users whose home is this shard: who is online and where, who was lost and may come back, and the connection count.
// One user has one live connection. A newer login or a resume first ends the older connection and waits for its farewell,
// so that in the meter one closes before the other opens: the two count 1.
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "shard/core.h"
#include "shard/home.h"
#include "shard/name_index.h"

namespace postage::shard {

/// See the top of the file. Thread: the shard's.
class Users {
 public:
  Users(Core& core, Home& home) : core_(core), home_(home) {}

  void on(ConnectMail& mail);
  void on(ResumeMail& mail);
  void on(LeaveMail& mail);
  void on(AbandonMail& mail);

  /// Online or resumable.
  [[nodiscard]] std::size_t size() const { return users_.size(); }

 private:
  /// A connection that waits for the older one to leave.
  struct Waiting {
    ConnectionId member;
    Codec codec = Codec::proto;
    bool resume = false;
  };
  struct User {
    User(Users& users, const engine::ChannelName& name);
    Users& users;
    engine::ChannelKey key;  // of its USER channel
    ConnectionId member;     // the live connection, or none
    Codec codec = Codec::proto;
    SessionKey session{};    // of the live or parked session
    std::unique_ptr<ParkedSession> parked;
    std::optional<Waiting> waiting;
    Alarm parked_ends;
  };
  static ShardIndex shard_of(ConnectionId member) { return static_cast<ShardIndex>(member.value >> 48); }
  User* find(const SessionKey& session);
  void admit(User& user, const Waiting& who);
  void restore(User& user, const Waiting& who);
  /// The older connection's place is free: the one that waits gets it.
  void go_on(User& user);
  /// Refuses the one that waits and returns its login unit.
  void turn_away(User& user, Errc why);
  Position go_online(User& user, const Waiting& who);
  void forget_session(User& user);
  void new_session(User& user);
  void refuse(const User& user, const Waiting& who, const Refusal& why);
  void drop_if_empty(User& user);

  Core& core_;
  Home& home_;
  NameIndex<User> users_;
  std::unordered_map<SessionId, User*> by_session_;
};

}  // namespace postage::shard
