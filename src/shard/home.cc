#include "shard/home.h"

#include <algorithm>

#include "base/check.h"

namespace postage::shard {
namespace {

constexpr std::chrono::seconds kResume{limits::session_resume_seconds};
// Below this a copy into the one receiver's own buffer is cheaper than a buffer to share.
constexpr std::size_t kAloneBytesMax = 2048;

}  // namespace

Home::HomeChannel::HomeChannel(Home& h, const engine::ChannelName& name, Project& p)
    : home(h),
      key(name),
      project(p),
      channel(h.core_.random_epoch()),
      last_used(h.core_.now.steady),
      upkeep(h.core_.alarms, this, [](void* self, Now) {
        auto* here = static_cast<HomeChannel*>(self);
        here->home.on_upkeep(*here);
      }) {}

Home::HomeChannel& Home::find_or_make(const engine::ChannelName& name) {
  if (HomeChannel* found = channels_.find(name)) return *found;
  return channels_.add(std::make_unique<HomeChannel>(*this, name, core_.projects.of(name.project)));
}

SubscribedMail Home::subscribe(const SubscribeMail& mail) {
  HomeChannel& here = find_or_make(mail.channel.view());
  flush(here);
  SubscribedMail answer;
  answer.channel = mail.channel;
  answer.member = mail.member;
  answer.request = mail.request;
  if (mail.catch_up) answer.caught_up = catch_up(here, mail.codec, *mail.catch_up);
  answer.position = here.channel.position();
  if (mail.counted) here.channel.add_subscriber(mail.from, mail.codec);
  keep_up(here);
  return answer;
}

CaughtUp Home::catch_up(HomeChannel& here, Codec codec, const CatchUp& want) {
  const std::size_t bytes_before = here.channel.window().bytes();
  here.channel.window().expire(core_.now.wall, here.project.terms().window.age_max);
  window_bytes_ -= bytes_before - here.channel.window().bytes();
  const Position now = here.channel.position();
  CaughtUp got;
  got.at = core_.now.wall;
  // A client cannot reach back before its own subscription, whatever it says it has seen.
  const std::uint64_t started = want.started.epoch == now.epoch ? want.started.offset : 0;
  const bool same_epoch = want.seen.epoch == now.epoch;
  const std::uint64_t after = std::clamp(same_epoch ? want.seen.offset : started, started, now.offset);
  const std::uint64_t queued = want.queued.epoch == now.epoch ? want.queued.offset : 0;
  std::uint64_t through = now.offset;
  const std::uint64_t fresh_after = std::max(after, queued);  // copies up to here were counted when first queued
  engine::Window& window = here.channel.window();
  const std::uint64_t unit_bytes = here.project.terms().unit_bytes;
  got.fresh_units = window.units(fresh_after + 1, through, unit_bytes);
  Refusal why;
  if (got.fresh_units > 0 && !(here.project.open() && here.project.tally()->admit(capped_name(here.key.view()), got.fresh_units, got.at, why))) {
    got.fresh_units = 0;
    through = std::min(through, fresh_after);
  }
  engine::Replay replay = window.replay(here.key.view(), now.epoch, codec, after, through);
  std::optional<engine::LostRange> lost = replay.lost;
  if (through < now.offset) {
    // The quota refuses the fresh copies: they are announced, and what is lost before them with them, as one range.
    if (lost) replay = {through + 1, through, BufferRef(), {}};
    lost = engine::LostRange{lost ? lost->from : through + 1, now.offset};
  }
  got.replayed = replay.messages();
  got.frames = std::move(replay.frames);
  if (lost || !same_epoch) {
    got.gap = wire::Gap{lost ? lost->from : after + 1, lost ? lost->to : after, !same_epoch};
  }
  return got;
}

void Home::unsubscribe(const engine::ChannelName& channel, ShardIndex from, Codec codec) {
  HomeChannel* here = channels_.find(channel);
  CHECK(here != nullptr);
  flush(*here);
  here->channel.remove_subscriber(from, codec);
  here->last_used = core_.now.steady;
  here->was_left = true;
  keep_up(*here);
}

bool Home::room_at_subscribers(const HomeChannel& here) const {
  const auto& shards = here.channel.shards();
  return std::all_of(shards.begin(), shards.end(),
                     [&](const auto& s) { return s.shard == core_.index || core_.bus.has_room(s.shard); });
}

// Messages are worth keeping while somebody is subscribed, or may still come back and ask.
bool Home::wanted_for_resume(const HomeChannel& here) const {
  return here.channel.subscribers() > 0 || (here.was_left && here.last_used + kResume > core_.now.steady);
}

// One receiver on this loop: its connection joins what a turn brings anyway, so nothing is gained by waiting.
bool Home::goes_alone(const HomeChannel& here, const engine::Publication& message) const {
  const engine::Channel& channel = here.channel;
  return channel.subscribers() == 1 && channel.shards()[0].shard == core_.index && !channel.has_joined() &&
         here.project.terms().flush_gap.count() == 0 && message.payload.bytes.size() <= kAloneBytesMax;
}

Answer<Published> Home::publish(const HomePublish& call) {
  HomeChannel* here = channels_.find(call.channel, call.hash);
  Project& project = here != nullptr ? here->project : core_.projects.of(call.channel.project);
  if (!project.open()) return project.closed_answer();
  if (!project.terms().publish_subscribe) [[unlikely]] return Errc::channel_not_available;
  const std::uint64_t receivers = here == nullptr ? 0 : here->channel.subscribers();
  const std::uint64_t unit_bytes = project.terms().unit_bytes;
  const std::uint64_t units = engine::message_units(call.message.payload.bytes.size(), unit_bytes);
  const std::uint64_t price = units * (1 + receivers);
  const Instant at = core_.now.wall;
  if (call.dry_run) return priced(*project.tally(), capped_name(call.channel), price, receivers, at);
  if (here != nullptr && !room_at_subscribers(*here)) {
    return Refusal(Errc::channel_publish_message_failed, "the subscribers' shards are behind");
  }
  Refusal why(Errc::channel_publish_message_too_frequent);
  if (!project.tally()->admit(capped_name(call.channel), price, at, why)) return why;
  if (here == nullptr) here = &find_or_make(call.channel);
  if (here->channel.must_flush_before(at)) flush(*here);
  const bool alone = goes_alone(*here, call.message);
  const Position position = accept(*here, call, alone);
  project.tally()->count(capped_name(call.channel), units, at);
  ++core_.published;
  if (alone) {
    local_.deliver_alone(call.channel, call.hash, {here->channel.sole_codec(), core_.frame, position, units, at});
  } else {
    if (here->channel.has_joined() && !here->dirty) {
      here->dirty = true;
      dirty_.push_back(here);
    }
    if (here->channel.joined_full()) flush(*here);
  }
  keep_up(*here);
  return Published{position, at, price, receivers, nullptr};
}

Position Home::accept(HomeChannel& here, const HomePublish& call, bool alone) {
  const ProjectTerms& project = here.project.terms();
  engine::Window& window = here.channel.window();
  const std::size_t bytes_before = window.bytes();
  const bool keep = wanted_for_resume(here) && window_bytes_ < static_cast<std::size_t>(limits::windows_bytes_max);
  core_.frame.clear();
  const Position position = here.channel.accept(
      call.channel, call.message,
      {core_.now.wall, project.unit_bytes, keep ? &project.window : nullptr, alone ? &core_.frame : nullptr});
  window_bytes_ += window.bytes() - bytes_before;
  core_.footprint.add(&here);
  core_.footprint.add(&here.last_flush);
  window.leave_footprint(core_.footprint);
  return position;
}

void Home::flush(HomeChannel& here) {
  if (!here.channel.has_joined()) return;
  here.last_flush = core_.now.steady;
  CHECK(deliveries_.empty());
  here.channel.take_deliveries(deliveries_);
  for (engine::Delivery& delivery : deliveries_) {
    if (delivery.shard == core_.index) {
      local_.deliver(here.key.view(), delivery);
    } else {
      const ShardIndex to = delivery.shard;
      core_.send(to, DeliveryMail{here.key, std::move(delivery)});
    }
  }
  deliveries_.clear();
}

Steady Home::gap_ends(const HomeChannel& here) const {
  const milliseconds gap = here.project.terms().flush_gap;
  return gap.count() == 0 || here.last_flush == Steady::min() ? Steady::min() : here.last_flush + gap;
}

void Home::flush_due() {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < dirty_.size(); ++i) {
    HomeChannel* here = dirty_[i];
    if (here->channel.has_joined() && gap_ends(*here) > core_.now.steady) {
      dirty_[kept++] = here;
      continue;
    }
    here->dirty = false;
    flush(*here);
  }
  dirty_.resize(kept);
}

std::optional<Steady> Home::next_flush() const {
  std::optional<Steady> next;
  for (const HomeChannel* here : dirty_) {
    if (here->channel.has_joined() && (!next || gap_ends(*here) < *next)) next = gap_ends(*here);
  }
  return next;
}

// Arms the upkeep alarm for the next thing that ends: the oldest message's age, or the time a lost session may return.
void Home::keep_up(HomeChannel& here) {
  if (here.upkeep.armed()) return;
  const engine::Window& window = here.channel.window();
  if (!window.empty()) {
    const Instant ends = window.oldest_at() + here.project.terms().window.age_max;
    const nanoseconds left = std::max<milliseconds>(ends - core_.now.wall, milliseconds(1));
    here.upkeep.set(core_.now.steady + left);
  } else if (here.channel.subscribers() == 0) {
    here.upkeep.set(std::max(here.last_used + kResume, core_.now.steady));
  }
}

void Home::on_upkeep(HomeChannel& here) {
  engine::Window& window = here.channel.window();
  const std::size_t bytes_before = window.bytes();
  window.expire(core_.now.wall, here.project.terms().window.age_max);
  window_bytes_ -= bytes_before - window.bytes();
  const bool idle = here.channel.subscribers() == 0 && window.empty() && !here.channel.has_joined() &&
                    here.last_used + kResume <= core_.now.steady;
  if (idle) {
    drop(here);
    return;
  }
  keep_up(here);
}

void Home::drop(HomeChannel& here) {
  window_bytes_ -= here.channel.window().bytes();
  if (here.dirty) std::erase(dirty_, &here);
  channels_.erase(here);
}

}  // namespace postage::shard
