#include "shard/users.h"

#include "base/check.h"

namespace postage::shard {
namespace {

constexpr std::chrono::seconds kResume{limits::session_resume_seconds};

}  // namespace

Users::Parked::Parked(User& user, ParkedSession s)
    : session(std::move(s)), ends(user.users.core_.alarms, &user, [](void* self, Now) {
        auto* user = static_cast<User*>(self);
        user->users.forget_session(*user);
        user->users.drop_if_empty(*user);
      }) {
  ends.set(user.users.core_.now.steady + kResume);
}

Users::User* Users::find(const SessionKey& session) {
  User* found = by_session_.find(session_id(session).value);
  if (found == nullptr) return nullptr;
  // Every byte is looked at, so that time tells nothing about a key.
  unsigned differs = 0;
  for (std::size_t i = 0; i < session.size(); ++i) differs |= session[i] ^ found->session[i];
  return differs == 0 ? found : nullptr;
}

void Users::on(ConnectMail& mail) {
  const engine::ChannelName name{mail.project, ChannelType::user, mail.user};
  const Waiting who{mail.member, mail.codec, false, {}};
  Project& project = core_.projects.of(mail.project);
  Refusal why(Errc::login_not_authorized);
  const bool open = project.open();
  if (!open) why = Refusal(Errc::login_rejected, "the project is closed");
  if (project.account_suspended()) why = Refusal(Errc::login_not_authorized, "the account is suspended");
  // The login's own unit, before anybody is asked to leave for it.
  if (!open || !project.tally()->admit({}, 1, core_.now.wall, why)) {
    core_.send(shard_of(mail.member), ConnectedMail{mail.project, mail.user, mail.member, why, {}});
    return;
  }
  User* user = users_.find(name);
  if (user == nullptr) user = &users_.add(std::make_unique<User>(*this, name));
  turn_away(*user, Errc::login_canceled);
  user->waiting = std::make_unique<Waiting>(who);
  if (user->member) {
    core_.send(shard_of(user->member), EndMail{user->member, Errc::same_uid_login});
  } else {
    go_on(*user);
  }
}

void Users::on(ResumeMail& mail) {
  User* user = find(mail.session);
  const Waiting who{mail.member, mail.codec, true, mail.user_seen};
  if (user == nullptr) {
    core_.send(shard_of(who.member), ResumedMail{who.member, mail.session, Refusal(Errc::session_unknown), {}, {}, {}, {}});
    return;
  }
  if (user->waiting && !user->waiting->resume) {  // A login of the same user is on its way and ends this session.
    refuse(*user, who, Errc::session_unknown);
    return;
  }
  turn_away(*user, Errc::login_canceled);
  user->waiting = std::make_unique<Waiting>(who);
  if (user->member) {
    core_.send(shard_of(user->member), EndMail{user->member, Errc::ok});
  } else {
    go_on(*user);
  }
}

void Users::on(LeaveMail& mail) {
  Project& project = core_.projects.of(mail.project);
  if (mail.connection.open) project.tally()->close_connection(mail.connection.cell, core_.now.wall);
  User* user = users_.find({mail.project, ChannelType::user, mail.user});
  if (user == nullptr) return;
  if (user->waiting && user->waiting->member == mail.member) {
    turn_away(*user, Errc::login_canceled);
    drop_if_empty(*user);
    return;
  }
  if (user->member != mail.member) return;  // An older connection, or a refused one.
  user->member = {};
  if (mail.parked) {
    user->parked = std::make_unique<Parked>(*user, std::move(*mail.parked));
  } else {
    forget_session(*user);
  }
  go_on(*user);
}

void Users::on(AbandonMail& mail) {
  User* user = find(mail.session);
  if (user != nullptr && user->waiting && user->waiting->member == mail.member) user->waiting.reset();
}

void Users::turn_away(User& user, Errc why) {
  if (!user.waiting) return;
  const Waiting who = *user.waiting;
  user.waiting.reset();
  if (!who.resume) {
    core_.projects.of(user.key.project).tally()->give_back({}, 1, core_.now.wall);
  }
  refuse(user, who, why);
}

void Users::refuse(const User& user, const Waiting& who, const Refusal& why) {
  if (who.resume) {
    core_.send(shard_of(who.member), ResumedMail{who.member, user.session, why, {}, {}, {}, {}});
  } else {
    core_.send(shard_of(who.member), ConnectedMail{user.key.project, user.key.name, who.member, why, {}});
  }
}

void Users::go_on(User& user) {
  if (!user.waiting) {
    drop_if_empty(user);
    return;
  }
  const Waiting who = *user.waiting;
  user.waiting.reset();
  if (who.resume) {
    restore(user, who);
  } else {
    admit(user, who);
  }
}

void Users::admit(User& user, const Waiting& who) {
  ProjectTally& tally = *core_.projects.of(user.key.project).tally();
  const Instant at = core_.now.wall;
  SessionKey key;
  core_.chance.fill(key);
  key[0] = static_cast<std::uint8_t>(core_.index >> 8);
  key[1] = static_cast<std::uint8_t>(core_.index);
  Refusal why(Errc::login_not_authorized);
  OpenedConnection connection;
  if (!tally.open_connection({session_id(key), who.member, user.key.name}, at, connection.cell, why)) {
    tally.give_back({}, 1, at);
    refuse(user, who, why);  // Nothing has happened: a lost session may still be resumed.
    drop_if_empty(user);
    return;
  }
  connection.open = true;
  tally.count({}, 1, at);
  forget_session(user);
  user.session = key;
  user.sent = 0;
  by_session_.add(user);
  user.member = who.member;
  user.codec = who.codec;
  core_.send(shard_of(who.member),
             ConnectedMail{user.key.project, user.key.name, who.member, Connected{key, at}, std::move(connection)});
}

void Users::restore(User& user, const Waiting& who) {
  Project& project = core_.projects.of(user.key.project);
  const Instant at = core_.now.wall;
  if (!user.parked || !project.open()) {
    refuse(user, who, Errc::session_unknown);
    drop_if_empty(user);
    return;
  }
  Refusal why(Errc::login_not_authorized);
  OpenedConnection connection;
  if (!project.tally()->open_connection({session_id(user.session), who.member, user.key.name}, at, connection.cell, why)) {
    refuse(user, who, why);
    return;
  }
  connection.open = true;
  ResumedMail mail{who.member, user.session, {}, std::move(user.parked->session), std::move(connection), {}, at};
  user.parked.reset();
  user.member = who.member;
  user.codec = who.codec;
  // What the lost connection held back cannot be told from what the client got, but the client knows what it has.
  if (who.user_seen && *who.user_seen < user.sent) mail.user_gap = wire::Gap{*who.user_seen + 1, user.sent, false};
  core_.send(shard_of(who.member), std::move(mail));
}

Answer<Published> Users::publish(const HomePublish& call) {
  User* user = users_.find(call.channel, call.hash);
  Project& project = core_.projects.of(call.channel.project);
  if (!project.open()) return project.closed_answer();
  if (!project.terms().publish_subscribe) return Errc::channel_not_available;
  if (user == nullptr || !user->member) return Errc::channel_receiver_offline;
  const std::uint64_t units = engine::message_units(call.message.payload.bytes.size(), project.terms().unit_bytes);
  const std::uint64_t price = units * 2;  // itself and the copy
  const Instant at = core_.now.wall;
  if (call.dry_run) return priced(*project.tally(), {}, price, 1, at);
  const ShardIndex shard = shard_of(user->member);
  if (shard != core_.index && !core_.bus.has_room(shard)) {
    return Refusal(Errc::channel_publish_message_failed, "the subscribers' shards are behind");
  }
  Refusal why(Errc::channel_publish_message_too_frequent);
  if (!project.tally()->admit({}, price, at, why)) return why;
  project.tally()->count({}, units, at);
  ++core_.published;
  wire::MessageEvent event;
  event.channel = call.channel.name;
  event.channel_type = ChannelType::user;
  event.publisher = call.message.publisher;
  event.payload = call.message.payload;
  event.custom_type = call.message.custom_type;
  event.offset = ++user->sent;
  event.timestamp = at;
  core_.frame.clear();
  wire::append_message(core_.frame, user->codec, event);
  send_to(*user, project, {user->codec, core_.frame, {}, units, at});
  return Published{{}, at, price, 1};
}

void Users::send_to(const User& user, Project& project, const SoleCopy& copy) {
  const ShardIndex shard = shard_of(user.member);
  if (shard == core_.index && local_.deliver_to_user(user.member, project, copy)) return;
  core_.send(shard, UserMail{project.terms().id, user.member, BufferRef(std::string(copy.frame)), copy.units, copy.at});
}

void Users::forget_session(User& user) {
  user.parked.reset();
  if (by_session_.find(session_id(user.session).value) == &user) by_session_.erase(user);
  user.session = {};
}

void Users::drop_if_empty(User& user) {
  if (user.member || user.parked || user.waiting) return;
  users_.erase(user);
}

}  // namespace postage::shard
