#pragma once
// What clients and the server say to each other, as plain values. proto/postage/v1/client.proto is the public text of
// the same facts; wire/schema.h binds the two. Nothing here owns memory: views and spans point into the decoded frame
// or into a buffer of the decoding thread, and are valid until that thread decodes the next frame. Integers on the wire
// are at most kIntegerMax, so that JSON readers with floating numbers keep them exact.
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "base/clock.h"
#include "base/error.h"

namespace postage::wire {

inline constexpr std::uint32_t kProtocolVersion = 1;
inline constexpr std::uint64_t kIntegerMax = (1ULL << 53) - 1;
/// Largest frame either decoder looks at, bytes.
inline constexpr std::size_t kFrameBytesMax = 2 * 1024 * 1024;
/// Most channels one `hello` may resume and one `resumed` may report.
inline constexpr std::size_t kResumeChannelsMax = 1000;
/// The offered names of Sec-WebSocket-Protocol.
inline constexpr std::string_view kSubprotocolProto = "postage.v1.proto";
inline constexpr std::string_view kSubprotocolJson = "postage.v1.json";

enum class ChannelType : std::uint8_t { message = 0, user = 1 };
enum class MessageType : std::uint8_t { string = 0, binary = 1 };

/// 16 random bytes that name a session: whoever knows them may resume it, so they are never logged. 32 hex digits in
/// JSON.
using SessionKey = std::array<std::uint8_t, 16>;

/// What a publisher sends: text (valid UTF-8) or bytes.
struct Payload {
  std::string_view bytes;
  MessageType type = MessageType::string;
  bool present = false;  ///< a publish without any payload is refused by the decoder
  static constexpr Payload text(std::string_view t) { return {t, MessageType::string, true}; }
  static constexpr Payload binary(std::string_view b) { return {b, MessageType::binary, true}; }
};

// ---- requests
// -----------------------------------------------------------------------------------------------------------

/// The last message of a channel that the client has seen (or the position a subscribe answered).
struct ResumePosition {
  std::string_view channel;
  std::uint64_t epoch = 0;
  std::uint64_t offset = 0;
};
/// The `offset` of the last USER message that the client has seen; 0: none.
struct ResumeUser {
  std::uint64_t offset = 0;
};
struct Resume {
  SessionKey session{};
  std::span<const ResumePosition> channels;  ///< at most kResumeChannelsMax
  std::optional<ResumeUser> user;            ///< absent: the client does not say
};
/// First request of every connection.
struct Hello {
  std::uint32_t protocol_version = 0;  ///< the newest the client speaks
  std::string_view client_name;
  std::string_view client_version;
  std::optional<Resume> resume;
};
struct Login {
  std::string_view app_id;
  std::string_view user_id;
  std::string_view token;                      ///< empty or the App ID where the project allows that
  std::uint32_t heartbeat_seconds = 0;         ///< 0: the server's default
  std::uint32_t presence_timeout_seconds = 0;  ///< 0: the server's default
};
struct RenewToken {
  std::string_view token;
};
struct Logout {};
struct Ping {};
struct Subscribe {
  std::string_view channel;
  bool with_message = true;
  bool with_presence = true;
  bool with_metadata = false;
  bool with_lock = false;
  bool be_quiet = false;
};
struct Unsubscribe {
  std::string_view channel;
};
struct Publish {
  std::string_view channel;  ///< a channel name, or the receiver's user ID when the type is user
  ChannelType channel_type = ChannelType::message;
  Payload payload;
  std::string_view custom_type;
  bool store_in_history = false;
  bool dry_run = false;  ///< answer what it would cost, deliver and count nothing
};

/// A frame from a client. `request_id` is the client's; 0 is allowed in a publish only: no answer on success.
struct Request {
  std::uint64_t request_id = 0;
  std::variant<Hello, Login, RenewToken, Logout, Ping, Subscribe, Unsubscribe, Publish> body;
};

// ---- replies
// ------------------------------------------------------------------------------------------------------------

struct HelloReply {
  std::uint32_t protocol_version = 0;
  std::string_view server;  ///< name and version
  bool resumed = false;     ///< the session goes on: no login, `resumed` events follow
  Instant timestamp{};
};
/// The technical limits that hold for this session.
struct SessionLimits {
  std::uint64_t message_bytes = 0;
  std::uint32_t publish_per_second = 0;
  std::uint32_t calls_per_second = 0;
  std::uint32_t channels = 0;
  std::uint32_t custom_type_chars = 0;
};
struct LoginReply {
  SessionKey session{};
  Instant timestamp{};
  std::uint32_t heartbeat_seconds = 0;
  std::uint32_t presence_timeout_seconds = 0;
  std::uint32_t resume_seconds = 0;  ///< a lost session can be resumed this long
  Instant token_expires_at{};        ///< the epoch's start when no token limits the session
  SessionLimits limits;
};
struct RenewTokenReply {
  Instant timestamp{};
  Instant token_expires_at{};
};
struct LogoutReply {
  Instant timestamp{};
};
struct Pong {
  Instant timestamp{};
};
/// Deliveries of the channel begin after (epoch, offset).
struct SubscribeReply {
  Instant timestamp{};
  std::uint64_t epoch = 0;
  std::uint64_t offset = 0;
};
struct UnsubscribeReply {
  Instant timestamp{};
};
struct PublishReply {
  std::uint64_t epoch = 0;   ///< 0 in a dry run and for USER channels
  std::uint64_t offset = 0;  ///< as epoch
  Instant timestamp{};       ///< the instant the message was accepted, as subscribers see it
  std::uint64_t units = 0;   ///< message units this publish counts: itself and every copy
};
/// Which quota, budget or limit refused. Quantities and money are decimal text, never floating numbers.
struct QuotaDetail {
  Errc reason = Errc::ok;  ///< a row of -17001 and below
  std::string_view meter;  ///< "pcu", "messages", "storage" or "money"
  std::string_view limit;
  std::string_view used;
  std::string_view needed;
  Instant reset_at{};  ///< when the quota begins anew
};
/// The call failed. Name, text and advice follow from `code` by spec/errors.def and are written by the encoder.
struct ErrorReply {
  Errc code = Errc::ok;  ///< to be set
  std::string_view detail;
  std::uint32_t retry_after_ms = 0;  ///< 0: not known
  std::optional<QuotaDetail> quota;
};

// ---- events (request_id 0)
// ----------------------------------------------------------------------------------------------

struct MessageEvent {
  std::string_view channel;  ///< of a USER message: the receiver's user ID
  ChannelType channel_type = ChannelType::message;
  std::string_view publisher;
  Payload payload;
  std::string_view custom_type;
  std::uint64_t epoch = 0;   ///< 0 for USER messages
  std::uint64_t offset = 0;  ///< of a USER message: its number in the receiver's session
  Instant timestamp{};
};
/// The token ends soon (limits::token_warning_seconds before).
struct TokenWillExpire {
  Instant expires_at{};
};
/// Messages that a resume could not bring back: offsets [from, to] of the channel's epoch; or, when the epoch changed
/// (the window of offsets was lost), everything between the client's position and `to`, an unknown number.
struct Gap {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  bool epoch_changed = false;
};
/// What a resume found in one channel. `replayed` messages follow as ordinary `message` events.
struct ChannelResumed {
  std::string_view channel;
  std::uint64_t epoch = 0;  ///< the epoch now
  std::uint64_t replayed = 0;
  std::optional<Gap> gap;
};
/// A channel's replay comes after the frame that names it; `complete` marks the last of these frames.
struct Resumed {
  SessionKey session{};
  std::span<const ChannelResumed> channels;  ///< at most kResumeChannelsMax
  bool complete = false;
  std::optional<Gap> user_gap;  ///< USER messages queued to this session that the client does not have
};
/// The server ends the connection; the WebSocket close follows with close_code(code).
struct Bye {
  Errc code = Errc::ok;  ///< ok after a logout
  bool may_resume = false;
  std::string_view detail;
  std::uint32_t reconnect_after_ms = 0;  ///< wait at least this long; 0: no wish
};

/// A frame from the server: a reply (its request's id) or an event (id 0; an error may have id 0 too).
struct ServerFrame {
  std::uint64_t request_id = 0;
  std::variant<HelloReply, LoginReply, RenewTokenReply, LogoutReply, Pong, SubscribeReply, UnsubscribeReply,
               PublishReply, ErrorReply, MessageEvent, TokenWillExpire, Resumed, Bye>
      body;
};
using Reply = ServerFrame;

/// The WebSocket close code that stands for `code`, for clients that got no `bye`: 1000 for ok, 4000 + n for
/// -16000 - n, 4100 + n for -10000 - n (n up to 99), else 4000.
constexpr std::uint16_t close_code(Errc code) {
  const int number = -static_cast<int>(code);
  if (number == 0) return 1000;
  if (number > 16000 && number <= 16099) return static_cast<std::uint16_t>(4000 + number - 16000);
  if (number > 10000 && number <= 10099) return static_cast<std::uint16_t>(4100 + number - 10000);
  return 4000;
}

}  // namespace postage::wire
