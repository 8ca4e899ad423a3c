#pragma once
// The fields of every message in one place: Protobuf number, JSON name, member. Both codecs are made from these rows by
// the compiler; proto/postage/v1/client.proto says the same to the world and schema_test.cc holds the two together.
// Internal to wire.
#include <tuple>
#include <vector>

#include "wire/messages.h"

namespace postage::wire {

/// One member under one number and name. `bad` is the error for text that is not UTF-8 or a value out of its enum.
template <class S, class T>
struct Field {
  std::uint32_t number;
  std::string_view name;
  T S::* member;
  Errc bad = Errc::protocol_error;
  bool always = false;  ///< written even if it has Protobuf's default, because ours is another
};
/// Text or bytes: two numbers (a oneof) and two names, one member.
template <class S>
struct PayloadField {
  std::uint32_t text_number;
  std::uint32_t binary_number;
  Payload S::* member;
};
/// An error number at 1, its name at 2 and, when `full`, the text at 3. Only the number is read back.
template <class S>
struct ErrorField {
  Errc S::* member;
  bool full;
};
/// The advice that belongs to an error number; written, never read.
template <class S>
struct AdviceField {
  std::uint32_t number;
  Errc S::* member;
};

template <class S, class T>
constexpr Field<S, T> field(std::uint32_t number, std::string_view name, T S::* member,
                            Errc bad = Errc::protocol_error) {
  return {number, name, member, bad};
}
template <class S, class T>
constexpr Field<S, T> always(std::uint32_t number, std::string_view name, T S::* member) {
  return {number, name, member, Errc::protocol_error, true};
}

/// `fields` of each message, in the order of their numbers; of a oneof's alternative also its `number` and `name`
/// there.
template <class S>
struct Schema;

#define POSTAGE_FIELDS(...) static constexpr auto fields = std::make_tuple(__VA_ARGS__)
#define POSTAGE_ALTERNATIVE(n, text)         \
  static constexpr std::uint32_t number = n; \
  static constexpr std::string_view name = text

template <>
struct Schema<ResumePosition> {
  POSTAGE_FIELDS(field(1, "channel", &ResumePosition::channel), field(2, "epoch", &ResumePosition::epoch),
                 field(3, "offset", &ResumePosition::offset));
};
template <>
struct Schema<ResumeUser> {
  POSTAGE_FIELDS(field(1, "offset", &ResumeUser::offset));
};
template <>
struct Schema<Resume> {
  POSTAGE_FIELDS(field(1, "session", &Resume::session), field(2, "channels", &Resume::channels),
                 field(3, "user", &Resume::user));
};
template <>
struct Schema<Hello> {
  POSTAGE_ALTERNATIVE(2, "hello");
  POSTAGE_FIELDS(field(1, "protocol_version", &Hello::protocol_version), field(2, "client_name", &Hello::client_name),
                 field(3, "client_version", &Hello::client_version), field(4, "resume", &Hello::resume));
};
template <>
struct Schema<Login> {
  POSTAGE_ALTERNATIVE(3, "login");
  POSTAGE_FIELDS(field(1, "app_id", &Login::app_id), field(2, "user_id", &Login::user_id),
                 field(3, "token", &Login::token), field(4, "heartbeat_seconds", &Login::heartbeat_seconds),
                 field(5, "presence_timeout_seconds", &Login::presence_timeout_seconds));
};
template <>
struct Schema<RenewToken> {
  POSTAGE_ALTERNATIVE(4, "renew_token");
  POSTAGE_FIELDS(field(1, "token", &RenewToken::token));
};
template <>
struct Schema<Logout> {
  POSTAGE_ALTERNATIVE(5, "logout");
  POSTAGE_FIELDS();
};
template <>
struct Schema<Ping> {
  POSTAGE_ALTERNATIVE(6, "ping");
  POSTAGE_FIELDS();
};
template <>
struct Schema<Subscribe> {
  POSTAGE_ALTERNATIVE(10, "subscribe");
  POSTAGE_FIELDS(field(1, "channel", &Subscribe::channel), always(2, "with_message", &Subscribe::with_message),
                 always(3, "with_presence", &Subscribe::with_presence),
                 field(4, "with_metadata", &Subscribe::with_metadata), field(5, "with_lock", &Subscribe::with_lock),
                 field(6, "be_quiet", &Subscribe::be_quiet));
};
template <>
struct Schema<Unsubscribe> {
  POSTAGE_ALTERNATIVE(11, "unsubscribe");
  POSTAGE_FIELDS(field(1, "channel", &Unsubscribe::channel));
};
template <>
struct Schema<Publish> {
  POSTAGE_ALTERNATIVE(12, "publish");
  POSTAGE_FIELDS(field(1, "channel", &Publish::channel),
                 field(2, "channel_type", &Publish::channel_type, Errc::invalid_channel_type),
                 PayloadField<Publish>{3, 4, &Publish::payload},
                 field(5, "custom_type", &Publish::custom_type, Errc::channel_invalid_custom_type),
                 field(6, "store_in_history", &Publish::store_in_history), field(7, "dry_run", &Publish::dry_run));
};

template <>
struct Schema<HelloReply> {
  POSTAGE_ALTERNATIVE(2, "hello");
  POSTAGE_FIELDS(field(1, "protocol_version", &HelloReply::protocol_version), field(2, "server", &HelloReply::server),
                 field(3, "resumed", &HelloReply::resumed), field(4, "timestamp", &HelloReply::timestamp));
};
template <>
struct Schema<SessionLimits> {
  POSTAGE_FIELDS(field(1, "message_bytes", &SessionLimits::message_bytes),
                 field(2, "publish_per_second", &SessionLimits::publish_per_second),
                 field(3, "calls_per_second", &SessionLimits::calls_per_second),
                 field(4, "channels", &SessionLimits::channels),
                 field(5, "custom_type_chars", &SessionLimits::custom_type_chars));
};
template <>
struct Schema<LoginReply> {
  POSTAGE_ALTERNATIVE(3, "login");
  POSTAGE_FIELDS(field(1, "session", &LoginReply::session), field(2, "timestamp", &LoginReply::timestamp),
                 field(3, "heartbeat_seconds", &LoginReply::heartbeat_seconds),
                 field(4, "presence_timeout_seconds", &LoginReply::presence_timeout_seconds),
                 field(5, "resume_seconds", &LoginReply::resume_seconds),
                 field(6, "token_expires_at", &LoginReply::token_expires_at), field(7, "limits", &LoginReply::limits));
};
template <>
struct Schema<RenewTokenReply> {
  POSTAGE_ALTERNATIVE(4, "renew_token");
  POSTAGE_FIELDS(field(1, "timestamp", &RenewTokenReply::timestamp),
                 field(2, "token_expires_at", &RenewTokenReply::token_expires_at));
};
template <>
struct Schema<LogoutReply> {
  POSTAGE_ALTERNATIVE(5, "logout");
  POSTAGE_FIELDS(field(1, "timestamp", &LogoutReply::timestamp));
};
template <>
struct Schema<Pong> {
  POSTAGE_ALTERNATIVE(6, "pong");
  POSTAGE_FIELDS(field(1, "timestamp", &Pong::timestamp));
};
template <>
struct Schema<SubscribeReply> {
  POSTAGE_ALTERNATIVE(10, "subscribe");
  POSTAGE_FIELDS(field(1, "timestamp", &SubscribeReply::timestamp), field(2, "epoch", &SubscribeReply::epoch),
                 field(3, "offset", &SubscribeReply::offset));
};
template <>
struct Schema<UnsubscribeReply> {
  POSTAGE_ALTERNATIVE(11, "unsubscribe");
  POSTAGE_FIELDS(field(1, "timestamp", &UnsubscribeReply::timestamp));
};
template <>
struct Schema<PublishReply> {
  POSTAGE_ALTERNATIVE(12, "publish");
  POSTAGE_FIELDS(field(1, "epoch", &PublishReply::epoch), field(2, "offset", &PublishReply::offset),
                 field(3, "timestamp", &PublishReply::timestamp), field(4, "units", &PublishReply::units));
};
template <>
struct Schema<QuotaDetail> {
  POSTAGE_FIELDS(ErrorField<QuotaDetail>{&QuotaDetail::reason, false}, field(3, "meter", &QuotaDetail::meter),
                 field(4, "limit", &QuotaDetail::limit), field(5, "used", &QuotaDetail::used),
                 field(6, "needed", &QuotaDetail::needed), field(7, "reset_at", &QuotaDetail::reset_at));
};
template <>
struct Schema<ErrorReply> {
  POSTAGE_ALTERNATIVE(7, "error");
  POSTAGE_FIELDS(ErrorField<ErrorReply>{&ErrorReply::code, true}, AdviceField<ErrorReply>{4, &ErrorReply::code},
                 field(5, "detail", &ErrorReply::detail), field(6, "retry_after_ms", &ErrorReply::retry_after_ms),
                 field(7, "quota", &ErrorReply::quota));
};
template <>
struct Schema<MessageEvent> {
  POSTAGE_ALTERNATIVE(8, "message");
  POSTAGE_FIELDS(field(1, "channel", &MessageEvent::channel), field(2, "channel_type", &MessageEvent::channel_type),
                 field(3, "publisher", &MessageEvent::publisher),
                 PayloadField<MessageEvent>{4, 5, &MessageEvent::payload},
                 field(6, "custom_type", &MessageEvent::custom_type), field(7, "epoch", &MessageEvent::epoch),
                 field(8, "offset", &MessageEvent::offset), field(9, "timestamp", &MessageEvent::timestamp));
};
template <>
struct Schema<TokenWillExpire> {
  POSTAGE_ALTERNATIVE(100, "token_will_expire");
  POSTAGE_FIELDS(field(1, "expires_at", &TokenWillExpire::expires_at));
};
template <>
struct Schema<Gap> {
  POSTAGE_FIELDS(field(1, "from", &Gap::from), field(2, "to", &Gap::to),
                 field(3, "epoch_changed", &Gap::epoch_changed));
};
template <>
struct Schema<ChannelResumed> {
  POSTAGE_FIELDS(field(1, "channel", &ChannelResumed::channel), field(2, "epoch", &ChannelResumed::epoch),
                 field(3, "replayed", &ChannelResumed::replayed), field(4, "gap", &ChannelResumed::gap));
};
template <>
struct Schema<Resumed> {
  POSTAGE_ALTERNATIVE(101, "resumed");
  POSTAGE_FIELDS(field(1, "session", &Resumed::session), field(2, "channels", &Resumed::channels),
                 field(3, "complete", &Resumed::complete), field(4, "user_gap", &Resumed::user_gap));
};
template <>
struct Schema<Bye> {
  POSTAGE_ALTERNATIVE(102, "bye");
  POSTAGE_FIELDS(ErrorField<Bye>{&Bye::code, true}, field(4, "may_resume", &Bye::may_resume),
                 field(5, "detail", &Bye::detail), field(6, "reconnect_after_ms", &Bye::reconnect_after_ms));
};

#undef POSTAGE_FIELDS
#undef POSTAGE_ALTERNATIVE

/// Types with a Schema.
template <class S>
concept Message = requires { Schema<S>::fields; };

/// Calls `visit(row)` for each field row of S.
template <Message S, class Visit>
constexpr void for_fields(Visit&& visit) {
  std::apply([&](const auto&... rows) { (visit(rows), ...); }, Schema<S>::fields);
}
/// Calls `visit(row)` for the rows of S until one returns true; whether one did.
template <Message S, class Visit>
constexpr bool any_field(Visit&& visit) {
  return std::apply([&](const auto&... rows) { return (visit(rows) || ...); }, Schema<S>::fields);
}

/// The row that has an error number, for what came from outside; an unknown number reads as `internal`.
inline Errc known_error(std::int64_t number) {
  for (const ErrorRow& row : error_rows()) {
    if (static_cast<std::int64_t>(row.code) == number) return row.code;
  }
  return Errc::internal;
}

/// Collects what went wrong while a frame is read. A hard error ends the reading; a soft one (bad text in a readable
/// frame) lets it go on, so that the request's id is still found.
struct ReadStatus {
  Errc hard = Errc::ok;
  Errc soft = Errc::ok;
  std::string_view where;  ///< the field's name, static storage
  bool fail(Errc code, std::string_view at) {
    if (hard == Errc::ok) {
      hard = code;
      where = at;
    }
    return false;
  }
  void complain(Errc code, std::string_view at) {
    if (code == Errc::protocol_error) {
      fail(code, at);
    } else if (soft == Errc::ok) {
      soft = code;
      if (hard == Errc::ok) where = at;
    }
  }
  [[nodiscard]] bool failed() const { return hard != Errc::ok; }
};

/// Memory for the repeated fields of the frame this thread decodes now.
template <class M>
std::vector<M>& repeated_pool() {
  thread_local std::vector<M> pool;
  return pool;
}

}  // namespace postage::wire
