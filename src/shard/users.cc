#include "shard/users.h"

#include "base/check.h"

namespace postage::shard {
namespace {

constexpr std::chrono::seconds kResume{limits::session_resume_seconds};

}  // namespace

Users::User::User(Users& u, const engine::ChannelName& name)
    : users(u), key(name), parked_ends(u.core_.alarms, this, [](void* self, Now) {
        auto* user = static_cast<User*>(self);
        user->users.forget_session(*user);
        user->users.drop_if_empty(*user);
      }) {}

Users::User* Users::find(const SessionKey& session) {
  const auto found = by_session_.find(session_id(session));
  if (found == by_session_.end()) return nullptr;
  // Every byte is looked at, so that time tells nothing about a key.
  unsigned differs = 0;
  for (std::size_t i = 0; i < session.size(); ++i) differs |= session[i] ^ found->second->session[i];
  return differs == 0 ? found->second : nullptr;
}

void Users::on(ConnectMail& mail) {
  const engine::ChannelName name{mail.project, ChannelType::user, mail.user};
  const Waiting who{mail.member, mail.codec, false};
  Project& project = core_.projects.of(mail.project);
  Refusal why(Errc::login_not_authorized);
  const bool open = project.open();
  if (!open) why = Refusal(Errc::login_rejected, "the project is closed");
  // The login's own unit, before anybody is asked to leave for it.
  if (!open || !project.tally()->admit(1, core_.now.wall, why)) {
    core_.send(shard_of(mail.member), ConnectedMail{mail.project, mail.user, mail.member, why, {}, {}});
    return;
  }
  User* user = users_.find(name);
  if (user == nullptr) user = &users_.add(std::make_unique<User>(*this, name));
  turn_away(*user, Errc::login_canceled);
  user->waiting = who;
  if (user->member) {
    core_.send(shard_of(user->member), EndMail{user->member, Errc::same_uid_login});
  } else {
    go_on(*user);
  }
}

void Users::on(ResumeMail& mail) {
  User* user = find(mail.session);
  const Waiting who{mail.member, mail.codec, true};
  if (user == nullptr) {
    core_.send(shard_of(who.member), ResumedMail{who.member, mail.session, Refusal(Errc::session_unknown), {}, {}, {}, {}});
    return;
  }
  if (user->waiting && !user->waiting->resume) {  // A login of the same user is on its way and ends this session.
    refuse(*user, who, Errc::session_unknown);
    return;
  }
  turn_away(*user, Errc::login_canceled);
  user->waiting = who;
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
  home_.remove_user(user->key.view(), shard_of(user->member), user->codec);
  user->member = {};
  if (mail.parked) {
    user->parked = std::make_unique<ParkedSession>(std::move(*mail.parked));
    user->parked_ends.set(core_.now.steady + kResume);
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
    core_.projects.of(user.key.project).tally()->give_back(1, core_.now.wall);
  }
  refuse(user, who, why);
}

void Users::refuse(const User& user, const Waiting& who, const Refusal& why) {
  if (who.resume) {
    core_.send(shard_of(who.member), ResumedMail{who.member, user.session, why, {}, {}, {}, {}});
  } else {
    core_.send(shard_of(who.member), ConnectedMail{user.key.project, user.key.name, who.member, why, {}, {}});
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
  std::unique_ptr<ParkedSession> older = std::move(user.parked);
  SessionKey key;
  core_.chance.fill(key);
  key[0] = static_cast<std::uint8_t>(core_.index >> 8);
  key[1] = static_cast<std::uint8_t>(core_.index);
  Refusal why(Errc::login_not_authorized);
  OpenedConnection connection;
  if (!tally.open_connection({session_id(key), who.member, user.key.name}, at, connection.cell, why)) {
    tally.give_back(1, at);
    user.parked = std::move(older);  // Nothing has happened: the lost session may still be resumed.
    refuse(user, who, why);
    drop_if_empty(user);
    return;
  }
  connection.open = true;
  tally.count(1, at);
  forget_session(user);
  user.session = key;
  by_session_[session_id(key)] = &user;
  const Position position = go_online(user, who);
  core_.send(shard_of(who.member),
             ConnectedMail{user.key.project, user.key.name, who.member, Connected{key, at}, std::move(connection), position});
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
  ResumedMail mail{who.member, user.session, {}, std::move(*user.parked), std::move(connection), {}, at};
  user.parked.reset();
  user.parked_ends.cancel();
  mail.user_channel = go_online(user, who);
  core_.send(shard_of(who.member), std::move(mail));
}

Position Users::go_online(User& user, const Waiting& who) {
  user.member = who.member;
  user.codec = who.codec;
  return home_.add_user(user.key.view(), shard_of(who.member), who.codec);
}

void Users::forget_session(User& user) {
  user.parked.reset();
  user.parked_ends.cancel();
  const auto found = by_session_.find(session_id(user.session));
  if (found != by_session_.end() && found->second == &user) by_session_.erase(found);
  user.session = {};
}

void Users::drop_if_empty(User& user) {
  if (user.member || user.parked || user.waiting) return;
  users_.erase(user);
}

}  // namespace postage::shard
