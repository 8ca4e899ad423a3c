#pragma once
// A blocking client of the real protocol over real sockets, for tests that cross rooms. Every wait has a deadline;
// there is nothing to sleep for: wait for an event, or use sync() to know that the server has handled everything
// before.
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tests/support/websocket.h"
#include "wire/codec.h"

namespace postage::testing {

struct ClientOptions {
  StreamOptions stream;
  wire::Codec codec = wire::Codec::proto;
  std::string path = "/rtm";
  milliseconds patience{10'000};  ///< of every wait
};

/// A delivery, owning its text.
struct Message {
  std::string channel;
  wire::ChannelType channel_type = wire::ChannelType::message;
  std::string publisher;
  std::string payload;
  wire::MessageType type = wire::MessageType::string;
  std::string custom_type;
  std::uint64_t epoch = 0;
  std::uint64_t offset = 0;
  Instant timestamp{};
};
struct WillExpire {
  Instant expires_at{};
};
struct ResumedChannel {
  std::string channel;
  std::uint64_t epoch = 0;
  std::uint64_t replayed = 0;
  std::optional<wire::Gap> gap;
};
struct ResumedChannels {
  wire::SessionKey session{};
  std::vector<ResumedChannel> channels;
  bool complete = false;
};
struct Goodbye {
  Errc code = Errc::ok;
  bool may_resume = false;
  std::uint32_t reconnect_after_ms = 0;
};
/// An error that answers no request (request_id 0).
struct LooseError {
  Error error{Errc::ok};
};
/// The WebSocket is closed; code 1006 when it was cut.
struct Closed {
  std::uint16_t code = 0;
  std::string reason;
};
using Event = std::variant<Message, WillExpire, ResumedChannels, Goodbye, LooseError, Closed>;

/// The quota part of the last refusal.
struct QuotaRefusal {
  Errc reason = Errc::ok;
  std::string meter;
  std::string limit;
  std::string used;
  std::string needed;
  Instant reset_at{};
};

struct LoginOptions {
  std::string app_id;
  std::string user_id;
  std::string token;
  std::uint32_t heartbeat_seconds = 0;
  std::uint32_t presence_timeout_seconds = 0;
};
struct PublishOptions {
  wire::ChannelType channel_type = wire::ChannelType::message;
  wire::MessageType type = wire::MessageType::string;
  std::string custom_type;
  bool store_in_history = false;
  bool dry_run = false;
};
struct Position {
  std::string channel;
  std::uint64_t epoch = 0;
  std::uint64_t offset = 0;
};

/// Thread: one at a time. Calls answer with the reply, or with the server's error as an Error of its number.
class Client {
 public:
  /// Opens the WebSocket, nothing more. Errors: unavailable, unauthorized (upgrade refused).
  static Result<std::unique_ptr<Client>> connect(const ClientOptions& options);
  /// connect, hello and login in one.
  static Result<std::unique_ptr<Client>> open(const ClientOptions& options, const LoginOptions& who);

  Result<wire::HelloReply> hello();
  /// The resumed events and the replay follow as events.
  Result<wire::HelloReply> resume(const wire::SessionKey& session, const std::vector<Position>& seen);
  Result<wire::LoginReply> login(const LoginOptions& who);
  Result<wire::RenewTokenReply> renew_token(std::string_view token);
  Result<wire::LogoutReply> logout();
  Result<wire::Pong> ping();
  Result<wire::SubscribeReply> subscribe(std::string_view channel, wire::Subscribe options = {});
  Result<wire::UnsubscribeReply> unsubscribe(std::string_view channel);
  Result<wire::PublishReply> publish(std::string_view channel, std::string_view payload,
                                     const PublishOptions& options = {});

  /// Sends a request without waiting; its reply, if it has an id, is fetched with wait_reply.
  Result<std::uint64_t> send(wire::Request request);
  /// Sends a publish that wants no answer.
  Result<void> publish_unanswered(std::string_view channel, std::string_view payload,
                                  const PublishOptions& options = {});
  /// The frame that answers `request_id`; an `error` becomes an Error. Views of it die with the next call.
  Result<wire::ServerFrame> wait_reply(std::uint64_t request_id);

  /// The next event in the order of arrival. Errors: unavailable "deadline".
  Result<Event> next_event();
  /// The next event, which must be of this kind; another kind is conflict.
  template <class Kind>
  Result<Kind> next() {
    TRY(event, next_event());
    if (Kind* kind = std::get_if<Kind>(&event)) return std::move(*kind);
    return Error(Errc::conflict, "another event came: kind " + std::to_string(event.index()));
  }
  /// After it, everything the server sent before its answer to a ping has arrived. The events that wait.
  Result<std::size_t> sync();
  /// Events that have arrived and were not fetched.
  [[nodiscard]] std::size_t pending() const { return events_.size(); }

  /// Set when the last refusal named a quota.
  [[nodiscard]] const std::optional<QuotaRefusal>& quota() const { return quota_; }
  [[nodiscard]] const wire::SessionKey& session() const { return session_; }
  [[nodiscard]] WebSocket& socket() { return *socket_; }
  /// Loses the connection without a word.
  void cut() { socket_->stream().cut(); }
  /// Sends a close frame and waits for the server's.
  Result<Closed> close(std::uint16_t code = 1000);

 private:
  explicit Client(const ClientOptions& options) : options_(options) {}
  [[nodiscard]] Steady deadline() const { return system_clock().steady() + options_.patience; }
  /// Reads one WebSocket message; an event is queued, a reply kept.
  Result<void> pump();
  Result<void> take(const std::string& bytes, bool is_text);
  Error refusal(const wire::ErrorReply& error);
  template <class Reply>
  Result<Reply> call(wire::Request request);

  ClientOptions options_;
  std::unique_ptr<WebSocket> socket_;
  std::uint64_t last_id_ = 0;
  std::deque<Event> events_;
  struct Answer {
    std::uint64_t request_id;
    std::string bytes;
  };
  std::vector<Answer> answers_;
  std::string answer_bytes_;  ///< what the views of the last reply point into
  std::optional<QuotaRefusal> quota_;
  wire::SessionKey session_{};
  bool closed_ = false;
};

}  // namespace postage::testing
