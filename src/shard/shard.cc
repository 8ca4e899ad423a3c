#include "shard/shard.h"

#include "shard/home.h"
#include "shard/members.h"
#include "shard/users.h"

namespace postage::shard {

/// The parts of a shard, in order of dependence.
struct Shard::Rooms {
  explicit Rooms(const ShardParts& parts)
      : tally(parts.tally),
        core(parts.index, parts.bus, parts.projects, parts.tally, parts.chance),
        members(core),
        home(core, members),
        users(core, members) {
    members.set_homes(home, users);
  }
  Tally& tally;
  Core core;
  Members members;
  Home home;
  Users users;
  std::vector<Mail> inbox;
  bool in_turn = false;

  void on(SubscribeMail& mail) { core.send(mail.from, home.subscribe(mail)); }
  void on(UnsubscribeMail& mail) {
    home.unsubscribe(mail.channel.view(), mail.from, mail.codec);
    if (mail.member) core.send(mail.from, UnsubscribedMail{std::move(mail.channel), mail.member, mail.request});
  }
  void on(PublishMail& mail) {
    const engine::Payload payload{mail.payload, mail.type, true};
    const engine::ChannelName name = mail.channel.view();
    const HomePublish call{name, engine::hash_of(name), {mail.publisher, mail.custom_type, payload}, mail.dry_run};
    Answer<Published> answer = name.type == ChannelType::user ? users.publish(call) : home.publish(call);
    if (mail.done) {
      mail.done(std::move(answer));
    } else {
      core.send(mail.from, PublishedMail{mail.member, mail.request, std::move(answer)});
    }
  }
  void on(DeliveryMail& mail) { members.deliver(mail.channel.view(), mail.delivery); }
  void on(UserMail& mail) { members.on(mail); }
  void on(SubscribedMail& mail) { members.on(mail); }
  void on(UnsubscribedMail& mail) { members.on(mail); }
  void on(PublishedMail& mail) { members.on(mail); }
  void on(ConnectMail& mail) { users.on(mail); }
  void on(ConnectedMail& mail) { members.on(mail); }
  void on(ResumeMail& mail) { users.on(mail); }
  void on(ResumedMail& mail) { members.on(mail); }
  void on(LeaveMail& mail) { users.on(mail); }
  void on(AbandonMail& mail) { users.on(mail); }
  void on(EndMail& mail) { members.on(mail); }
  void read(std::vector<Mail>& mails) {
    for (Mail& mail : mails) std::visit([this](auto& m) { on(m); }, mail);
    mails.clear();
  }
};

Shard::Shard(const ShardParts& parts) : rooms_(std::make_unique<Rooms>(parts)) {}
Shard::~Shard() = default;

void Shard::enter(Now now) {
  rooms_->core.now = now;
  if (rooms_->in_turn) return;
  rooms_->in_turn = true;
  rooms_->tally.begin_turn(now.wall);
}

void Shard::turn(Now now) {
  enter(now);
  Rooms& rooms = *rooms_;
  const Projects::Changed changed = rooms.core.projects.refresh();
  if (changed.limits) rooms.members.tell_limits();
  if (changed.closed) rooms.members.end_closed();
  rooms.core.bus.take(rooms.core.index, rooms.inbox);
  rooms.read(rooms.inbox);
  rooms.core.alarms.ring(now);
  // What one part says to another, and who is ended, may cause more of both; it ends because each step uses up requests.
  do {
    std::vector<Mail> own = rooms.core.take_own();
    rooms.read(own);
    rooms.home.flush_due();
  } while (rooms.members.end_doomed() || rooms.core.has_own());
  rooms.core.post_all();
  rooms.tally.end_turn();
  rooms.in_turn = false;
}

std::optional<Steady> Shard::next_wake() const {
  const std::optional<Steady> alarm = rooms_->core.alarms.next();
  const std::optional<Steady> flush = rooms_->home.next_flush();
  if (alarm && flush) return std::min(*alarm, *flush);
  return alarm ? alarm : flush;
}

Alarms& Shard::alarms() { return rooms_->core.alarms; }
Now Shard::now() const { return rooms_->core.now; }

Member* Shard::connect(Client& client, Outlet outlet, Codec codec, SessionTraits traits) {
  return rooms_->members.connect(client, outlet, codec, std::move(traits));
}
Member* Shard::resume(Client& client, Outlet outlet, Codec codec, const SessionKey& session,
                      Seen seen) {
  return rooms_->members.resume(client, outlet, codec, session, std::move(seen));
}
void Shard::leave(Member* member, bool resumable) { rooms_->members.leave(member, resumable); }
void Shard::subscribe(Member* member, std::uint64_t request, std::string_view channel, SubscribeOptions options) {
  rooms_->members.subscribe(*member, request, channel, options);
}
void Shard::unsubscribe(Member* member, std::uint64_t request, std::string_view channel) {
  rooms_->members.unsubscribe(*member, request, channel);
}
void Shard::publish(Member* member, std::uint64_t request, const PublishCall& call) {
  rooms_->members.publish(*member, request, call);
}
void Shard::count_closing(Member* member) { member->project->tally()->count_closing({}, rooms_->core.now.wall); }
std::size_t Shard::channels_of(const Member* member) const { return Members::channels_of(*member); }
bool Shard::subscribed(Member* member, std::string_view channel) const {
  return rooms_->members.find(*member, channel) != nullptr;
}
SessionTraits& Shard::traits(Member* member) const { return member->traits; }
const SessionKey& Shard::session(const Member* member) const { return member->session; }

ShardGauges Shard::gauges() const {
  const Rooms& rooms = *rooms_;
  return {rooms.members.size(),       rooms.home.channels(),  rooms.users.size(),       rooms.home.window_bytes(),
          rooms.core.published,       rooms.core.delivered,   rooms.core.slow_consumers};
}

void publish_from_outside(bus::Bus<Mail>& bus, OutsidePublish what, std::function<void(Answer<Published>)> done) {
  PublishMail mail;
  mail.channel.project = what.project;
  mail.channel.type = what.type;
  mail.channel.name = std::move(what.channel);
  mail.publisher = std::move(what.publisher);
  mail.custom_type = std::move(what.custom_type);
  mail.payload = std::move(what.payload);
  mail.type = what.payload_type;
  mail.dry_run = what.dry_run;
  const ShardIndex home = engine::home_of(mail.channel.view(), bus.shards());
  if (!bus.has_room(home)) {
    done(Refusal(Errc::unavailable, "the channel's shard is behind"));
    return;
  }
  mail.done = std::move(done);
  std::vector<Mail> mails;
  mails.emplace_back(std::move(mail));
  const std::size_t bytes = mail_bytes(mails.front());
  bus.post(home, mails, bytes);
}

}  // namespace postage::shard
