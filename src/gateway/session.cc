// Life of a session: messages in, alarms, farewell. Requests are in session_requests.cc, answers in session_answers.cc.
#include "gateway/session.h"

#include <algorithm>

#include "base/limits.h"

namespace postage::gateway {
namespace {

constexpr seconds kLoginTime{limits::login_seconds_max};
constexpr seconds kHeartbeatMargin{limits::heartbeat_margin_seconds};
constexpr seconds kTokenWarning{limits::token_warning_seconds};
// Who goes on through this many refusals in this time does not listen; answering costs more than it is worth.
constexpr std::uint32_t kRefusalsMax = 1000;
constexpr seconds kRefusalsSpan{10};
// A control character is six bytes in JSON; names and numbers beside the payload fit in the rest.
constexpr std::size_t kJsonGrowth = 6;
constexpr std::size_t kFrameOverhead = 16 * 1024;

}  // namespace

Session::Session(Door& door, Connection& connection, wire::Codec codec, shard::Now now)
    : door_(door),
      connection_(connection),
      codec_(codec),
      heard_(now.steady),
      publishes_(static_cast<std::uint32_t>(limits::publish_per_second_max)),
      calls_(static_cast<std::uint32_t>(limits::calls_per_second_max)),
      pings_(static_cast<std::uint32_t>(limits::calls_per_second_max)),
      alarm_(door.shard.alarms(), this, [](void* self, shard::Now at) { static_cast<Session*>(self)->on_alarm(at); }) {
  restart_login_deadline(now);
}

Session::~Session() {
  if (member_ != nullptr) door_.shard.leave(member_, false);
}

void Session::restart_login_deadline(shard::Now now) {
  login_deadline_ = now.steady + kLoginTime;
  arm(now);
}

void Session::on_message(bool text, std::string_view payload, shard::Now now) {
  door_.shard.enter(now);
  if (state_ == State::closed || ending_) return;
  heard_ = now.steady;
  if (state_ == State::online && token_over(now)) {
    end(Errc::token_expired, false);
    return;
  }
  std::uint64_t id = 0;
  const Result<wire::Request> request = wire::decode_request(codec_, payload, text, &id);
  if (!request) {
    answer_bad(id, request.error());
  } else if (within_rate(*request)) {
    std::visit([&](const auto& body) { take(request->request_id, body); }, request->body);
  }
  if (ending_) finish_ending();
}

// A frame that cannot be read ends the connection: what follows it cannot be trusted. A readable one with bad content
// gets its answer, and counts as a call.
void Session::answer_bad(std::uint64_t id, const Error& error) {
  const bool fatal = error.code == Errc::protocol_error || error.code == Errc::protocol_version ||
                     error.code == Errc::request_too_large;
  if (fatal) {
    refuse(id, error);
    end_later(error.code, true, error.detail);
    return;
  }
  if (calls_.take(now().steady)) {
    refuse(id, error);
  } else {
    refuse(id, Errc::operation_rate_exceed_limitation, calls_.wait_ms(now().steady));
  }
}

bool Session::within_rate(const wire::Request& request) {
  const Steady at = now().steady;
  if (std::holds_alternative<wire::Ping>(request.body)) return pings_.take(at);  // beyond it they go unanswered
  if (std::holds_alternative<wire::Publish>(request.body)) {
    if (publishes_.take(at)) return true;
    refuse(request.request_id, Errc::channel_publish_message_too_frequent, publishes_.wait_ms(at));
    return false;
  }
  if (calls_.take(at)) return true;
  refuse(request.request_id, Errc::operation_rate_exceed_limitation, calls_.wait_ms(at));
  return false;
}

void Session::on_closed(std::uint16_t code, shard::Now now) {
  door_.shard.enter(now);
  if (state_ == State::closed) return;
  const bool clean = ending_ ? !ending_->may_resume : code == 1000;
  const bool resumable = state_ == State::online && !clean;
  state_ = State::closed;
  alarm_.cancel();
  if (member_ != nullptr) door_.shard.leave(std::exchange(member_, nullptr), resumable);
}

void Session::on_stop(shard::Now now) {
  door_.shard.enter(now);
  if (state_ != State::closed) end(Errc::server_stopping, true);
}

void Session::on_alarm(shard::Now now) {
  if (ending_) {
    finish_ending();
    return;
  }
  if (state_ == State::closed) return;
  if (state_ != State::online) {
    if (now.steady >= login_deadline_) {
      end(Errc::login_timeout, false);
      return;
    }
  } else if (token_over(now)) {
    end(Errc::token_expired, false);
    return;
  } else if (now.steady >= heartbeat_deadline()) {
    end(Errc::keep_alive_timeout, true);
    return;
  } else {
    warn_of_expiry(now);
  }
  arm(now);
}

bool Session::token_over(shard::Now now) const { return token_expires_at_ != Instant{} && now.wall >= token_expires_at_; }

void Session::warn_of_expiry(shard::Now now) {
  shard::SessionTraits& traits = door_.shard.traits(member_);
  if (token_expires_at_ == Instant{} || traits.token_warned || now.wall < token_expires_at_ - kTokenWarning) return;
  traits.token_warned = true;
  door_.shard.count_closing(member_);
  reply(0, wire::TokenWillExpire{token_expires_at_});
}

Steady Session::heartbeat_deadline() const { return heard_ + seconds(heartbeat_seconds_) + kHeartbeatMargin; }

// The heartbeat's deadline moves with every message; the alarm is left where it is and looks again when it rings.
void Session::arm(shard::Now now) {
  if (state_ != State::online) {
    alarm_.set(login_deadline_);
    return;
  }
  Steady due = heartbeat_deadline();
  if (token_expires_at_ != Instant{}) {
    const bool warned = door_.shard.traits(member_).token_warned;
    const Instant next = warned ? token_expires_at_ : token_expires_at_ - kTokenWarning;
    due = std::min<Steady>(due, now.steady + std::max<nanoseconds>(next - now.wall, nanoseconds(0)));
  }
  alarm_.set(due);
}

void Session::set_limits(const auth::ProjectInfo& project) {
  const auth::ProjectLimits& of = project.in_force;
  limits_.message_bytes = static_cast<std::uint32_t>(of.message_bytes_max);
  limits_.publish_per_second = static_cast<std::uint32_t>(of.publish_per_second_max);
  limits_.calls_per_second = static_cast<std::uint32_t>(of.calls_per_second_max);
  limits_.channels = static_cast<std::uint32_t>(of.channels_per_client_max);
  limits_.same_channel_per_5s = static_cast<std::uint32_t>(of.subscribe_same_channel_per_5s_max);
  publishes_.set(limits_.publish_per_second);
  calls_.set(limits_.calls_per_second);
  const std::size_t frame = std::size_t{limits_.message_bytes} * kJsonGrowth + kFrameOverhead;
  connection_.set_message_limit(std::min(frame, wire::kFrameBytesMax));
}

void Session::set_grant(const auth::Grant& grant) {
  permissions_ = grant.permissions.restricted() ? std::make_unique<auth::ResourcePermissions>(grant.permissions) : nullptr;
  token_expires_at_ = grant.expires_at.value_or(Instant{});
}

void Session::refuse(std::uint64_t id, const shard::Refusal& why, std::uint32_t retry_after_ms) {
  const Steady at = now().steady;
  if (at - refusals_since_ >= kRefusalsSpan) {
    refusals_since_ = at;
    refusals_ = 0;
  }
  if (++refusals_ > kRefusalsMax) {
    end_later(Errc::operation_rate_exceed_limitation, false, "too many refused requests");
    return;
  }
  wire::ErrorReply answer;
  answer.code = why.code;
  answer.detail = why.detail;
  answer.retry_after_ms = retry_after_ms;
  std::string limit, used, needed;
  if (why.quota) {
    limit = std::to_string(why.quota->limit);
    used = std::to_string(why.quota->used);
    needed = std::to_string(why.quota->needed);
    answer.quota = wire::QuotaDetail{why.quota->reason, why.quota->meter, limit, used, needed, why.quota->reset_at};
  }
  reply(id, answer);
}

void Session::end(Errc code, bool may_resume, std::string detail) {
  ending_ = std::make_unique<Ending>(Ending{code, may_resume, std::move(detail)});
  finish_ending();
}

void Session::end_later(Errc code, bool may_resume, std::string detail) {
  if (ending_ || state_ == State::closed) return;
  ending_ = std::make_unique<Ending>(Ending{code, may_resume, std::move(detail)});
  alarm_.set(now().steady);
}

void Session::finish_ending() {
  const Ending ending = std::move(*ending_);
  if (member_ != nullptr) {
    door_.shard.leave(std::exchange(member_, nullptr), ending.may_resume && state_ == State::online);
  }
  wire::Bye bye;
  bye.code = ending.code;
  bye.may_resume = ending.may_resume;
  bye.detail = ending.detail;
  const bool drop = ending.code == Errc::slow_consumer;
  if (!drop) reply(0, bye);
  state_ = State::closed;
  ending_.reset();
  alarm_.cancel();
  connection_.close(wire::close_code(ending.code), error_row(ending.code).name, drop);
}

}  // namespace postage::gateway
