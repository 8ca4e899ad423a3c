// What a client may ask, and the rules at the door.
#include <algorithm>

#include "base/limits.h"
#include "gateway/session.h"
#include "shard/names.h"

namespace postage::gateway {
namespace {

// Wrong tokens cost a signature check each; a connection gets this many.
constexpr std::uint8_t kFailedLoginsMax = 5;
constexpr std::uint32_t kPresenceTimeoutDefault = 300;
constexpr std::uint32_t kPresenceTimeoutMin = 5;
constexpr std::uint32_t kHeartbeatMin = 5;

std::uint32_t heartbeat_of(std::uint32_t asked) {
  if (asked == 0) return static_cast<std::uint32_t>(limits::heartbeat_seconds_default);
  return std::clamp(asked, kHeartbeatMin, static_cast<std::uint32_t>(limits::heartbeat_seconds_max));
}

std::uint32_t presence_timeout_of(std::uint32_t asked) {
  if (asked == 0) return kPresenceTimeoutDefault;
  return std::clamp(asked, kPresenceTimeoutMin, kPresenceTimeoutDefault);
}

}  // namespace

void Session::take(std::uint64_t id, const wire::Hello& hello) {
  if (state_ != State::opened) {
    refuse(id, Error(Errc::protocol_error, "hello comes once, first"));
    end_later(Errc::protocol_error, true);
    return;
  }
  if (hello.protocol_version == 0) {
    refuse(id, Errc::protocol_version);
    end_later(Errc::protocol_version, false);
    return;
  }
  opening_request_ = id;
  if (!hello.resume) {
    greet(id, false);
    return;
  }
  shard::Seen seen;
  seen.channels.reserve(hello.resume->channels.size());
  for (const wire::ResumePosition& row : hello.resume->channels) {
    seen.channels.push_back({std::string(row.channel), {row.epoch, row.offset}});
  }
  if (hello.resume->user) seen.user = hello.resume->user->offset;
  state_ = State::resuming;
  member_ = door_.shard.resume(*this, connection_.outlet(), codec_, hello.resume->session, std::move(seen));
}

void Session::greet(std::uint64_t id, bool resumed) {
  wire::HelloReply hello;
  hello.protocol_version = wire::kProtocolVersion;
  hello.server = door_.server_name;
  hello.resumed = resumed;
  hello.timestamp = now().wall;
  if (!resumed) state_ = State::greeted;
  reply(id, hello);
}

Result<auth::Grant> Session::check_token(const auth::ProjectInfo& project, std::string_view user, std::string_view token) const {
  TRY(grant, auth::check_login(project, user, token, now().wall, door_.policy));
  // Without the row of the plan's table there are no tokens; the App ID alone may still open the project's door.
  const bool by_token = !token.empty() && token != project.app_id.text;
  if (by_token && !door_.tenants.has(project.account, "authentication")) {
    return Error(Errc::login_not_authorized, "the account's plan does not include authentication: no log-in by token");
  }
  return grant;
}

Result<shard::SessionTraits> Session::check(const wire::Login& login) {
  TRY_VOID(shard::check_user_id(login.user_id));
  const auth::ProjectInfo* project = door_.tenants.find(login.app_id);
  if (project == nullptr) return Errc::invalid_app_id;
  const auth::AccountInfo* account = door_.tenants.account(project->account);
  if (account == nullptr) return Errc::invalid_app_id;
  if (account->in_arrears) return Error(Errc::login_not_authorized, "the account is suspended: a bill is unpaid");
  if (account->suspended) return Error(Errc::login_not_authorized, "the account is suspended");
  TRY(grant, check_token(*project, login.user_id, login.token));
  set_limits(*project);
  set_grant(grant);
  shard::SessionTraits traits;
  traits.project = project->id;
  traits.user = login.user_id;
  traits.token = login.token;
  traits.heartbeat_seconds = heartbeat_of(login.heartbeat_seconds);
  traits.presence_timeout_seconds = presence_timeout_of(login.presence_timeout_seconds);
  traits.token_expires_at = token_expires_at_;
  return traits;
}

void Session::take(std::uint64_t id, const wire::Login& login) {
  if (state_ == State::opened || state_ == State::resuming) {
    refuse(id, Error(state_ == State::opened ? Errc::not_login : Errc::duplicate_operation, "hello comes first"));
    return;
  }
  Result<shard::SessionTraits> traits = check(login);
  if (!traits) {
    refuse(id, traits.error());
    if (++failed_logins_ >= kFailedLoginsMax) end_later(traits.error().code, false, "too many failed logins");
    return;
  }
  if (state_ == State::logging_in) cancel_login();
  // Logging in again without a logout is legal; the session before it simply ends.
  if (member_ != nullptr) door_.shard.leave(std::exchange(member_, nullptr), false);
  state_ = State::logging_in;
  opening_request_ = id;
  heartbeat_seconds_ = traits->heartbeat_seconds;
  member_ = door_.shard.connect(*this, connection_.outlet(), codec_, std::move(*traits));
  restart_login_deadline(now());
}

void Session::cancel_login() {
  if (member_ != nullptr) door_.shard.leave(std::exchange(member_, nullptr), false);
  state_ = State::greeted;
  refuse(opening_request_, Errc::login_canceled);
}

bool Session::online(std::uint64_t id) {
  if (state_ == State::online) return true;
  refuse(id, Errc::not_login);
  return false;
}

void Session::take(std::uint64_t id, const wire::RenewToken& renew) {
  if (!online(id)) return;
  shard::SessionTraits& traits = door_.shard.traits(member_);
  const auth::ProjectInfo* project = door_.tenants.project(traits.project);
  if (project == nullptr) {
    refuse(id, Errc::invalid_app_id);
    return;
  }
  const Result<auth::Grant> grant = check_token(*project, traits.user, renew.token);
  if (!grant) {
    refuse(id, grant.error());
    return;
  }
  set_grant(*grant);
  traits.token = renew.token;
  traits.token_expires_at = token_expires_at_;
  traits.token_warned = false;
  door_.shard.count_closing(member_);
  arm(now());
  reply(id, wire::RenewTokenReply{now().wall, token_expires_at_});
}

void Session::take(std::uint64_t id, const wire::Logout&) {
  if (state_ == State::logging_in) {
    cancel_login();
  } else if (!online(id)) {
    return;
  } else {
    door_.shard.count_closing(member_);
    door_.shard.leave(std::exchange(member_, nullptr), false);
    state_ = State::greeted;
  }
  restart_login_deadline(now());
  reply(id, wire::LogoutReply{now().wall});
}

void Session::take(std::uint64_t id, const wire::Ping&) { reply(id, wire::Pong{now().wall}); }

Result<void> Session::check(const wire::Subscribe& subscribe) const {
  TRY_VOID(shard::check_channel_name(subscribe.channel));
  if (permissions_ && !permissions_->may_read(auth::Resource::message_channels, subscribe.channel)) {
    return Error(Errc::forbidden, "the token does not allow reading this channel");
  }
  const bool known = door_.shard.subscribed(member_, subscribe.channel);
  if (!known && door_.shard.channels_of(member_) >= limits_.channels) return Errc::channel_instance_exceed_limitation;
  return {};
}

void Session::take(std::uint64_t id, const wire::Subscribe& subscribe) {
  if (!online(id)) return;
  if (const Result<void> fine = check(subscribe); !fine) {
    refuse(id, fine.error());
    return;
  }
  const std::uint64_t key = std::hash<std::string_view>{}(subscribe.channel);
  if (!subscribes_.take(key, limits_.same_channel_per_5s, now().steady)) {
    refuse(id, Errc::channel_subscribe_too_frequent);
    return;
  }
  door_.shard.subscribe(member_, id, subscribe.channel,
                        {subscribe.with_message, subscribe.with_presence, subscribe.with_metadata, subscribe.with_lock,
                         subscribe.be_quiet});
}

void Session::take(std::uint64_t id, const wire::Unsubscribe& unsubscribe) {
  if (!online(id)) return;
  if (const Result<void> fine = shard::check_channel_name(unsubscribe.channel); !fine) {
    refuse(id, fine.error());
    return;
  }
  door_.shard.unsubscribe(member_, id, unsubscribe.channel);
}

Result<void> Session::check(const wire::Publish& publish) const {
  const bool to_user = publish.channel_type == wire::ChannelType::user;
  if (to_user) {
    TRY_VOID(shard::check_user_id(publish.channel));
  } else {
    TRY_VOID(shard::check_channel_name(publish.channel));
  }
  if (publish.payload.bytes.size() > limits_.message_bytes) return Errc::channel_message_length_exceed_limitation;
  TRY_VOID(shard::check_custom_type(publish.custom_type, static_cast<std::size_t>(limits::custom_type_chars_max)));
  if (publish.store_in_history) return Errc::history_not_available;
  const auth::Resource resource = to_user ? auth::Resource::users : auth::Resource::message_channels;
  if (permissions_ && !permissions_->may_write(resource, publish.channel)) {
    return Error(Errc::forbidden, "the token does not allow publishing here");
  }
  return {};
}

void Session::take(std::uint64_t id, const wire::Publish& publish) {
  if (!online(id)) return;
  if (const Result<void> fine = check(publish); !fine) {
    refuse(id, fine.error());
    return;
  }
  door_.shard.publish(member_, id,
                      {publish.channel_type, publish.channel, publish.custom_type, publish.payload, publish.dry_run});
}

}  // namespace postage::gateway
