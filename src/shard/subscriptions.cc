// The half of Members that deals with channels: places, lists, subscribe, unsubscribe, publish.
#include <algorithm>

#include "base/check.h"
#include "shard/members.h"
#include "shard/users.h"

namespace postage::shard {

using engine::ChannelName;
using State = Subscription::State;

Place& Members::place(const ChannelName& name, Project& project) {
  if (Place* found = places_.find(name)) return *found;
  auto made = std::make_unique<Place>();
  made->key = engine::ChannelKey(name);
  made->home = home_of(name);
  made->project = &project;
  return places_.add(std::move(made));
}

Subscription* Members::find(Member& member, std::string_view channel) const {
  const Place* place = places_.find({member.traits.project, ChannelType::message, channel});
  if (place == nullptr) return nullptr;
  for (Subscription& s : member.subscriptions) {
    if (s.place == place) return &s;
  }
  return nullptr;
}

Subscription& Members::add_subscription(Member& member, const ChannelName& name, const SubscribeOptions& options) {
  Place& here = place(name, *member.project);
  ++here.references;
  Subscription made;
  made.place = &here;
  made.options = options;
  member.subscriptions.push_back(made);
  return member.subscriptions.back();
}

void Members::remove_subscription(Member& member, std::size_t slot) {
  Subscription& gone = member.subscriptions[slot];
  Place& here = *gone.place;
  if (gone.listed) unlist(member, gone);
  if (slot + 1 < member.subscriptions.size()) {
    gone = member.subscriptions.back();
    if (gone.listed) {
      gone.place->lists[engine::index_of(member.codec)].subscribers[gone.index].slot = static_cast<std::uint32_t>(slot);
    }
  }
  member.subscriptions.pop_back();
  if (--here.references == 0) places_.erase(here);
}

void Members::list(Member& member, Subscription& subscription, Position through) {
  Place::List& list = subscription.place->lists[engine::index_of(member.codec)];
  subscription.index = static_cast<std::uint32_t>(list.subscribers.size());
  subscription.listed = true;
  list.through = through;
  const auto slot = static_cast<std::uint32_t>(&subscription - member.subscriptions.begin());
  list.subscribers.push_back({&member, slot});
}

void Members::unlist(Member& member, Subscription& subscription) {
  Place::List& list = subscription.place->lists[engine::index_of(member.codec)];
  const std::uint32_t index = subscription.index;
  subscription.queued = list.through;
  subscription.listed = false;
  const Subscriber last = list.subscribers.back();
  list.subscribers.pop_back();
  if (index == list.subscribers.size()) return;
  list.subscribers[index] = last;
  last.member->subscriptions[last.slot].index = index;
}

// With the channel's home here, the answer comes from inside; else by mail.
void Members::ask_home(Member& member, Subscription& subscription, std::uint64_t request,
                       std::optional<CatchUp> catch_up) {
  SubscribeMail mail;
  mail.channel = subscription.place->key;
  mail.from = core_.index;
  mail.member = member.id;
  mail.request = request;
  mail.codec = member.codec;
  mail.counted = subscription.options.with_message;
  mail.catch_up = catch_up;
  subscription.asked = true;
  if (subscription.place->home != core_.index) {
    core_.send(subscription.place->home, std::move(mail));
    return;
  }
  SubscribedMail answer = home_->subscribe(mail);
  on(answer);
}

void Members::subscribe(Member& member, std::uint64_t request, std::string_view channel, const SubscribeOptions& options) {
  Subscription* known = find(member, channel);
  if (known != nullptr && known->state != State::active) {
    member.client.on_subscribed(request, Refusal(Errc::duplicate_operation));
    return;
  }
  const ChannelName name{member.traits.project, ChannelType::message, channel};
  if (!core_.bus.has_room(home_of(name)) && home_of(name) != core_.index) {
    member.client.on_subscribed(request, Refusal(Errc::unavailable, "the channel's shard is behind"));
    return;
  }
  if (!member.project->terms().publish_subscribe) {
    member.client.on_subscribed(request, Refusal(Errc::channel_not_available));
    return;
  }
  Refusal why(member.project->account_suspended() ? Errc::account_suspended : Errc::operation_rate_exceed_limitation);
  if (!member.project->open() || !member.project->tally()->admit(channel, 1, core_.now.wall, why)) {
    member.client.on_subscribed(request, why);
    return;
  }
  member.project->tally()->count(channel, 1, core_.now.wall);
  if (known != nullptr && known->listed && options.with_message) {
    known->options = options;
    member.client.on_subscribed(request, known->place->lists[engine::index_of(member.codec)].through);
    return;
  }
  if (known != nullptr) {  // Whether it takes messages changes: leave quietly, then begin anew.
    if (known->options.with_message) {
      core_.send(known->place->home, UnsubscribeMail{known->place->key, core_.index, {}, 0, member.codec});
    }
    remove_subscription(member, static_cast<std::size_t>(known - member.subscriptions.begin()));
  }
  ask_home(member, add_subscription(member, name, options), request, std::nullopt);
}

void Members::on(SubscribedMail& mail) {
  Member* member = this->member(mail.member);
  Subscription* subscription = nullptr;
  if (member != nullptr) subscription = find(*member, mail.channel.name);
  if (subscription == nullptr || !subscription->asked) {  // The connection is gone, and has told the home so.
    if (mail.caught_up && mail.caught_up->fresh_units > 0) {
      ProjectTally& tally = *core_.projects.of(mail.channel.project).tally();
      tally.give_back(capped_name(mail.channel.view()), mail.caught_up->fresh_units, mail.caught_up->at);
    }
    return;
  }
  subscription->asked = false;
  if (subscription->restoring) {
    restored(*member, *subscription, mail);
    return;
  }
  subscription->started = mail.position;
  subscription->queued = mail.position;
  if (subscription->state == State::joining) {
    subscription->state = State::active;
    if (subscription->options.with_message) list(*member, *subscription, mail.position);
  }
  member->client.on_subscribed(mail.request, mail.position);
}

void Members::restored(Member& member, Subscription& subscription, const SubscribedMail& mail) {
  ChannelRestored channel;
  channel.channel = subscription.place->key.name;
  channel.epoch = mail.position.epoch;
  std::uint64_t fresh = 0;
  if (mail.caught_up) {
    channel.replayed = mail.caught_up->replayed;
    channel.gap = mail.caught_up->gap;
    channel.frames = mail.caught_up->frames;
    fresh = mail.caught_up->fresh_units;
  }
  CHECK(member.restoring > 0);
  const std::string_view name = capped_name(mail.channel.view());
  const bool last = --member.restoring == 0;
  if (!member.client.on_channel_restored(channel, last)) {
    if (fresh > 0) member.project->tally()->give_back(name, fresh, mail.caught_up->at);
    subscription.state = State::cut;  // Still restoring: the next resume begins where this one did.
    doom(member, Errc::slow_consumer);
    return;
  }
  if (fresh > 0) {
    member.project->tally()->count(name, fresh, mail.caught_up->at);
    if (member.connection.cell) member.connection.cell.add(static_cast<std::int64_t>(fresh));
  }
  subscription.restoring = false;
  subscription.queued = mail.position;
  if (subscription.started.epoch != mail.position.epoch) subscription.started = {mail.position.epoch, 0};
  if (subscription.state != State::joining) return;
  subscription.state = State::active;
  if (subscription.options.with_message) list(member, subscription, mail.position);
}

void Members::unsubscribe(Member& member, std::uint64_t request, std::string_view channel) {
  Subscription* known = find(member, channel);
  const bool busy = known != nullptr && (known->state == State::leaving || (known->asked && !known->options.with_message));
  if (busy) {
    member.client.on_unsubscribed(request, Refusal(Errc::duplicate_operation));
    return;
  }
  member.project->tally()->count_closing(channel, core_.now.wall);
  if (known == nullptr) {
    member.client.on_unsubscribed(request, core_.now.wall);
    return;
  }
  const bool here = known->place->home == core_.index;
  if (here && known->options.with_message) home_->unsubscribe(known->place->key.view(), core_.index, member.codec);
  // After that flush the connection may have been found full; it still goes, and so does this subscription.
  if (here || !known->options.with_message) {
    remove_subscription(member, static_cast<std::size_t>(known - member.subscriptions.begin()));
    member.client.on_unsubscribed(request, core_.now.wall);
    return;
  }
  known->state = State::leaving;
  core_.send(known->place->home, UnsubscribeMail{known->place->key, core_.index, member.id, request, member.codec});
}

void Members::on(UnsubscribedMail& mail) {
  Member* member = this->member(mail.member);
  Subscription* known = member != nullptr ? find(*member, mail.channel.name) : nullptr;
  if (known == nullptr) return;
  remove_subscription(*member, static_cast<std::size_t>(known - member->subscriptions.begin()));
  member->client.on_unsubscribed(mail.request, core_.now.wall);
}

void Members::publish(Member& member, std::uint64_t request, const PublishCall& call) {
  const ChannelName name{member.traits.project, call.type, call.channel};
  const std::size_t hash = engine::hash_of(name);
  const ShardIndex home = engine::home_of(hash, core_.shards());
  if (home == core_.index) {
    const HomePublish here{name, hash, {member.traits.user, call.custom_type, call.payload}, call.dry_run};
    const bool to_user = call.type == ChannelType::user;
    core_.footprint.clear();
    core_.footprint.add(&member.client);
    core_.footprint.add(&member);
    core_.footprint.add(member.connection.cell.place());
    const Answer<Published> answer = to_user ? users_->publish(here) : home_->publish(here);
    member.outlet.expect(core_.footprint);
    member.client.on_published(request, answer);
    return;
  }
  if (!core_.bus.has_room(home)) {
    member.client.on_published(request, Refusal(Errc::channel_publish_message_failed, "the channel's shard is behind"));
    return;
  }
  PublishMail mail;
  mail.channel = engine::ChannelKey(name);
  mail.publisher = member.traits.user;
  mail.custom_type = call.custom_type;
  mail.payload = call.payload.bytes;
  mail.type = call.payload.type;
  mail.dry_run = call.dry_run;
  mail.from = core_.index;
  mail.member = member.id;
  mail.request = request;
  core_.send(home, std::move(mail));
}

void Members::on(PublishedMail& mail) {
  if (Member* member = this->member(mail.member)) member->client.on_published(mail.request, mail.answer);
}

}  // namespace postage::shard
