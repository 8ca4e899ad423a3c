#include "shard/members.h"

#include <algorithm>

#include "base/check.h"

namespace postage::shard {

using engine::ChannelName;
using State = Subscription::State;

// In no order: a destroyed member tells nobody anything.
Members::~Members() {
  members_.for_each([](Member& member) { delete &member; });
}

Member* Members::member(ConnectionId id) const { return members_.find(id.value); }

Member* Members::add(Client& client, Outlet outlet, Codec codec, Project* project) {
  const ConnectionId id{(static_cast<std::int64_t>(core_.index) << 48) | ++last_serial_};
  auto* member = new Member(id, client, outlet, codec, project);
  members_.add(*member);
  return member;
}

void Members::remove(Member& member) {
  members_.erase(member);
  delete &member;
}

Member* Members::connect(Client& client, Outlet outlet, Codec codec, SessionTraits traits) {
  Member* member = add(client, outlet, codec, &core_.projects.of(traits.project));
  member->traits = std::move(traits);
  const ProjectId project = member->traits.project;
  const std::string& user = member->traits.user;
  core_.send(home_of({project, ChannelType::user, user}), ConnectMail{project, user, member->id, codec});
  return member;
}

Member* Members::resume(Client& client, Outlet outlet, Codec codec, const SessionKey& session,
                        Seen seen) {
  Member* member = add(client, outlet, codec, nullptr);
  member->state = Member::State::resuming;
  member->session = session;
  member->seen = std::make_unique<std::vector<SeenPosition>>(std::move(seen.channels));
  const ShardIndex home = session_home(session);
  if (home >= core_.shards()) {
    // A key that no shard here has made. The answer still comes later, as the client expects.
    core_.send(core_.index, ResumedMail{member->id, session, Refusal(Errc::session_unknown), {}, {}, {}, core_.now.wall});
  } else {
    core_.send(home, ResumeMail{session, member->id, codec, seen.user});
  }
  return member;
}

void Members::on(ConnectedMail& mail) {
  Member* member = this->member(mail.member);
  auto* connected = std::get_if<Connected>(&mail.answer);
  if (member == nullptr) {
    // The connection went away meanwhile and has said so; only the meter's cell is left to give back.
    if (connected != nullptr) {
      core_.send(session_home(connected->session),
                 LeaveMail{mail.project, std::move(mail.user), mail.member, {}, std::move(mail.connection)});
    }
    return;
  }
  if (connected == nullptr) {
    Client& client = member->client;
    remove(*member);
    client.on_connected(mail.answer);
    return;
  }
  member->state = Member::State::connected;
  member->session = connected->session;
  member->connection = std::move(mail.connection);
  member->client.on_connected(mail.answer);
}

void Members::on(ResumedMail& mail) {
  Member* member = this->member(mail.member);
  if (member == nullptr) {
    if (!mail.refusal) {  // The session goes back to wait: whoever knows its key may try again.
      const ProjectId project = mail.parked.traits.project;
      const std::string user = mail.parked.traits.user;
      core_.send(home_of({project, ChannelType::user, user}),
                 LeaveMail{project, user, mail.member, std::move(mail.parked), std::move(mail.connection)});
    }
    return;
  }
  if (mail.refusal) {
    Client& client = member->client;
    remove(*member);
    client.on_restored(*mail.refusal);
    return;
  }
  member->connection = std::move(mail.connection);
  member->traits = std::move(mail.parked.traits);
  member->project = &core_.projects.of(member->traits.project);
  member->state = Member::State::connected;
  const std::size_t channels = mail.parked.subscriptions.size();
  member->restoring = static_cast<std::uint32_t>(channels);
  member->client.on_restored(Restored{member->session, member->traits, channels, mail.user_gap, mail.at});
  restore(*member, mail.parked);
}

void Members::restore(Member& member, const ParkedSession& parked) {
  for (const ParkedSubscription& row : parked.subscriptions) {
    Subscription& subscription =
        add_subscription(member, {member.traits.project, ChannelType::message, row.channel}, row.options);
    subscription.restoring = true;
    subscription.started = row.started;
    subscription.queued = row.queued;
  }
  // By slot: answers of this shard come from inside ask_home, and may not move what is walked here.
  const std::unique_ptr<std::vector<SeenPosition>> all_seen = std::move(member.seen);
  for (std::size_t slot = 0; slot < parked.subscriptions.size(); ++slot) {
    Subscription& subscription = member.subscriptions[slot];
    CatchUp want{subscription.queued, subscription.queued, subscription.started};
    for (const SeenPosition& seen : *all_seen) {
      if (seen.channel == subscription.place->key.name) want.seen = seen.position;
    }
    if (subscription.options.with_message) {
      ask_home(member, subscription, 0, want);
    } else {
      ask_home(member, subscription, 0, std::nullopt);
    }
  }
}

std::optional<ParkedSession> Members::park(Member& member) {
  ParkedSession parked;
  for (const Subscription& s : member.subscriptions) {
    if (s.state == State::leaving) continue;
    if (s.state == State::joining && !s.restoring) continue;  // The client has no answer yet: it will ask again.
    const Position queued = s.listed ? s.place->lists[engine::index_of(member.codec)].through : s.queued;
    parked.subscriptions.push_back({s.place->key.name, s.options, s.started, queued});
  }
  parked.traits = std::move(member.traits);
  return parked;
}

void Members::leave(Member* member, bool resumable) {
  members_.erase(*member);
  const std::unique_ptr<Member> gone(member);
  if (member->state == Member::State::resuming) {
    if (session_home(member->session) < core_.shards()) {
      core_.send(session_home(member->session), AbandonMail{member->session, member->id});
    }
    return;
  }
  const ProjectId project = member->traits.project;
  const std::string user = member->traits.user;
  std::optional<ParkedSession> parked;
  if (resumable && member->state == Member::State::connected) parked = park(*member);
  while (!member->subscriptions.empty()) {
    Subscription& s = member->subscriptions.back();
    const bool tell = s.options.with_message && s.state != State::leaving;  // The home forgets a leaving one by itself.
    if (tell) core_.send(s.place->home, UnsubscribeMail{s.place->key, core_.index, {}, 0, member->codec});
    remove_subscription(*member, member->subscriptions.size() - 1);
  }
  core_.send(home_of({project, ChannelType::user, user}),
             LeaveMail{project, user, member->id, std::move(parked), std::move(member->connection)});
}

void Members::on(EndMail& mail) {
  if (Member* member = this->member(mail.member)) doom(*member, mail.reason);
}

void Members::doom(Member& member, Errc reason) {
  if (member.doomed) return;
  member.doomed = true;
  doomed_.push_back({member.id, reason});
}

bool Members::end_doomed() {
  const std::vector<Doomed> doomed = std::exchange(doomed_, {});
  for (const Doomed& d : doomed) {
    Member* member = this->member(d.member);
    if (member == nullptr) continue;
    Client& client = member->client;
    if (d.reason == Errc::slow_consumer) ++core_.slow_consumers;
    // A session resumed elsewhere is handed over; a slow one may come back for what it missed.
    leave(member, d.reason == Errc::ok || d.reason == Errc::slow_consumer);
    client.on_ended(d.reason);
  }
  return !doomed.empty();
}

void Members::tell_limits() {
  // Who is still logging in, or resuming, looks when that is done.
  members_.for_each([](Member& member) {
    if (member.state == Member::State::connected && member.project->limits_changed()) member.client.on_limits();
  });
}

void Members::end_closed() {
  members_.for_each([this](Member& member) {
    if (member.state == Member::State::connected && !member.project->open()) doom(member, member.project->closed_for());
  });
}

std::uint64_t Members::queue_all(const Place::List& list, const engine::Delivery& delivery) {
  // How many members ahead their memory is asked for: first the member's, then, through it, the connection's.
  constexpr std::size_t kAhead = 8;
  const auto units = static_cast<std::int64_t>(delivery.units);
  const Subscriber* const all = list.subscribers.begin();
  const std::size_t count = list.subscribers.size();
  std::uint64_t taken = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (i + 2 * kAhead < count) __builtin_prefetch(all[i + 2 * kAhead].member, 1);
    if (i + kAhead < count) all[i + kAhead].member->outlet.prefetch();
    Member& member = *all[i].member;
    if (!member.outlet.send(delivery.frames)) [[unlikely]] {
      full_.push_back(all[i]);
      continue;
    }
    ++taken;
    if (meter::Cell& cell = member.connection.cell) cell.add(units);
  }
  return taken;
}

// A full connection leaves the list at once: after a hole nothing more may be queued to it.
void Members::cut_full() {
  for (const Subscriber& full : full_) {
    Subscription& subscription = full.member->subscriptions[full.slot];
    unlist(*full.member, subscription);
    subscription.state = State::cut;
    doom(*full.member, Errc::slow_consumer);
  }
  full_.clear();
}

// Counts the copies that were taken and returns the others.
void Members::settle(Project& project, std::string_view channel, std::uint64_t taken, std::uint64_t copies,
                     std::uint64_t units, Instant at) {
  CHECK(taken <= copies);
  core_.delivered += taken;
  if (project.tally() == nullptr) return;
  if (taken > 0) project.tally()->count(channel, taken * units, at);
  if (taken < copies) project.tally()->give_back(channel, (copies - taken) * units, at);
}

void Members::deliver(const ChannelName& channel, const engine::Delivery& delivery) {
  Place* place = places_.find(channel);
  Project& project = place != nullptr ? *place->project : core_.projects.of(channel.project);
  std::uint64_t taken = 0;
  if (place != nullptr) {
    Place::List& list = place->lists[engine::index_of(delivery.codec)];
    taken = queue_all(list, delivery);
    if (!full_.empty()) cut_full();
    list.through = delivery.through;
  }
  settle(project, channel.name, taken, delivery.copies, delivery.units, delivery.at);
}

void Members::deliver_alone(const ChannelName& channel, std::size_t hash, const SoleCopy& copy) {
  Place* place = places_.find(channel, hash);
  Project& project = place != nullptr ? *place->project : core_.projects.of(channel.project);
  std::uint64_t taken = 0;
  if (place != nullptr) {
    core_.footprint.add(place);
    Place::List& list = place->lists[engine::index_of(copy.codec)];
    for (const Subscriber& subscriber : list.subscribers) {
      if (!subscriber.member->outlet.append(copy.frame)) {
        full_.push_back(subscriber);
        continue;
      }
      ++taken;
      if (meter::Cell& cell = subscriber.member->connection.cell) cell.add(static_cast<std::int64_t>(copy.units));
    }
    if (!full_.empty()) cut_full();
    list.through = copy.position;
  }
  settle(project, channel.name, taken, 1, copy.units, copy.at);
}

bool Members::deliver_to_user(ConnectionId id, Project& project, const SoleCopy& copy) {
  Member* member = this->member(id);
  if (member != nullptr && member->state != Member::State::connected) return false;
  bool taken = member != nullptr && !member->doomed;  // After a hole nothing more may be queued to it.
  if (taken && !member->outlet.append(copy.frame)) {
    taken = false;
    doom(*member, Errc::slow_consumer);
  }
  if (taken && member->connection.cell) member->connection.cell.add(static_cast<std::int64_t>(copy.units));
  settle(project, {}, taken ? 1 : 0, 1, copy.units, copy.at);
  return true;
}

void Members::on(UserMail& mail) {
  SoleCopy copy;
  copy.frame = mail.frame.view();
  copy.units = mail.units;
  copy.at = mail.at;
  // Mail is in order: the answer to the login has been here. A member that is still waiting is another one's successor.
  CHECK(deliver_to_user(mail.member, core_.projects.of(mail.project), copy));
}

}  // namespace postage::shard
