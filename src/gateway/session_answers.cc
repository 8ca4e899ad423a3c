// What the shard answers, as replies. All of these run inside the shard's calls: nothing here leaves the shard; who must
// go goes when the session's alarm rings, later in the turn.
#include "gateway/session.h"

#include "base/limits.h"

namespace postage::gateway {

void Session::on_connected(const shard::Answer<shard::Connected>& answer) {
  if (const auto* why = std::get_if<shard::Refusal>(&answer)) {
    member_ = nullptr;
    state_ = State::greeted;
    refuse(opening_request_, *why);
    return;
  }
  const auto& connected = std::get<shard::Connected>(answer);
  const shard::SessionTraits& traits = door_.shard.traits(member_);
  state_ = State::online;
  failed_logins_ = 0;
  heard_ = now().steady;
  on_limits();  // They may have changed since the token was checked by them.
  wire::LoginReply login;
  login.session = connected.session;
  login.timestamp = connected.at;
  login.heartbeat_seconds = traits.heartbeat_seconds;
  login.presence_timeout_seconds = traits.presence_timeout_seconds;
  login.resume_seconds = static_cast<std::uint32_t>(limits::session_resume_seconds);
  login.token_expires_at = token_expires_at_;
  login.limits = {limits_.message_bytes, limits_.publish_per_second, limits_.calls_per_second, limits_.channels,
                  static_cast<std::uint32_t>(limits::custom_type_chars_max)};
  reply(opening_request_, login);
  arm(now());
}

void Session::on_restored(const shard::Answer<shard::Restored>& answer) {
  if (std::holds_alternative<shard::Refusal>(answer)) {  // Unknown or no place: the client logs in and learns why.
    member_ = nullptr;
    greet(opening_request_, false);
    return;
  }
  const auto& restored = std::get<shard::Restored>(answer);
  const shard::SessionTraits& traits = restored.traits;
  state_ = State::online;
  heard_ = now().steady;
  heartbeat_seconds_ = traits.heartbeat_seconds;
  greet(opening_request_, true);
  // The token is judged again: the project may be closed, the certificate withdrawn, the time over.
  const auth::ProjectInfo* project = door_.tenants.project(traits.project);
  const Result<auth::Grant> grant = project == nullptr
                                        ? Result<auth::Grant>(Errc::invalid_app_id)
                                        : check_token(*project, traits.user, traits.token);
  if (!grant) {
    end_later(grant.error().code, false, grant.error().detail);
    return;
  }
  set_limits(*project);
  set_grant(*grant);
  arm(now());
  if (restored.channels > 0 && !restored.user_gap) return;
  wire::Resumed resumed;
  resumed.session = restored.session;
  resumed.user_gap = restored.user_gap;
  resumed.complete = restored.channels == 0;
  reply(0, resumed);
}

bool Session::on_channel_restored(const shard::ChannelRestored& channel, bool last) {
  if (ending_) return false;
  const wire::ChannelResumed row{channel.channel, channel.epoch, channel.replayed, channel.gap};
  wire::Resumed resumed;
  resumed.session = door_.shard.session(member_);
  resumed.channels = {&row, 1};
  resumed.complete = last;
  reply(0, resumed);
  if (ending_) return false;
  return !channel.frames || connection_.send(channel.frames);
}

void Session::on_limits() {
  const auth::ProjectInfo* project = door_.tenants.project(door_.shard.traits(member_).project);
  if (project != nullptr) set_limits(*project);
}

void Session::on_subscribed(std::uint64_t request, const shard::Answer<shard::Position>& answer) {
  if (const auto* why = std::get_if<shard::Refusal>(&answer)) {
    refuse(request, *why);
    return;
  }
  const auto& position = std::get<shard::Position>(answer);
  reply(request, wire::SubscribeReply{now().wall, position.epoch, position.offset});
}

void Session::on_unsubscribed(std::uint64_t request, const shard::Answer<Instant>& answer) {
  if (const auto* why = std::get_if<shard::Refusal>(&answer)) {
    refuse(request, *why);
    return;
  }
  reply(request, wire::UnsubscribeReply{std::get<Instant>(answer)});
}

void Session::on_published(std::uint64_t request, const shard::Answer<shard::Published>& answer) {
  if (const auto* why = std::get_if<shard::Refusal>(&answer)) {
    refuse(request, *why);
    return;
  }
  if (request == 0) return;  // The client asked for no answer on success.
  const auto& published = std::get<shard::Published>(answer);
  wire::PublishReply accepted;
  accepted.epoch = published.position.epoch;
  accepted.offset = published.position.offset;
  accepted.timestamp = published.at;
  accepted.units = published.units;
  reply(request, accepted);
}

void Session::on_ended(Errc reason) {
  member_ = nullptr;
  if (state_ == State::closed) return;
  if (ending_) {
    finish_ending();
  } else {
    end(reason, reason == Errc::slow_consumer);
  }
}

}  // namespace postage::gateway
