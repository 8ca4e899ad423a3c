#pragma once
// A client's session without sockets: hello, login, heartbeat, limits, subscribe, publish, resume, farewell. It reads
// requests, asks the shard, and writes replies. Before an accepted login it does only bounded work.
//
// Life: made when the WebSocket opens; on_message any number of times; on_closed once; then destroyed. Thread: its shard's.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "gateway/ports.h"
#include "gateway/rate.h"
#include "shard/alarms.h"
#include "shard/ports.h"
#include "wire/codec.h"
#include "wire/messages.h"

namespace postage::gateway {

class Session final : private shard::Client {
 public:
  /// `door` and `connection` outlive the session; `codec` is the subprotocol's. Arms the login deadline.
  Session(Door& door, Connection& connection, wire::Codec codec, shard::Now now);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// One WebSocket message; `payload` as decode_request wants it (followed by padding).
  void on_message(bool text, std::string_view payload, shard::Now now);
  /// The socket is gone. 1000 from the client ends the session; anything else leaves it to be resumed.
  void on_closed(std::uint16_t code, shard::Now now);
  /// The server stops: says goodbye and closes.
  void on_stop(shard::Now now);

 private:
  enum class State : std::uint8_t { opened, resuming, greeted, logging_in, online, closed };
  struct Limits {
    std::uint32_t message_bytes = 0;
    std::uint32_t publish_per_second = 0;
    std::uint32_t calls_per_second = 0;
    std::uint32_t channels = 0;
    std::uint32_t same_channel_per_5s = 0;
  };
  struct Ending {
    Errc code = Errc::ok;
    bool may_resume = false;
    std::string detail;
  };

  // Requests (session_requests.cc). Each answers by itself.
  void take(std::uint64_t id, const wire::Hello& hello);
  void take(std::uint64_t id, const wire::Login& login);
  void take(std::uint64_t id, const wire::RenewToken& renew);
  void take(std::uint64_t id, const wire::Logout& logout);
  void take(std::uint64_t id, const wire::Ping& ping);
  void take(std::uint64_t id, const wire::Subscribe& subscribe);
  void take(std::uint64_t id, const wire::Unsubscribe& unsubscribe);
  void take(std::uint64_t id, const wire::Publish& publish);
  Result<shard::SessionTraits> check(const wire::Login& login);
  /// The token and the plan behind it.
  [[nodiscard]] Result<auth::Grant> check_token(const auth::ProjectInfo& project, std::string_view user,
                                                std::string_view token) const;
  Result<void> check(const wire::Subscribe& subscribe) const;
  Result<void> check(const wire::Publish& publish) const;
  bool within_rate(const wire::Request& request);
  bool online(std::uint64_t id);
  void answer_bad(std::uint64_t id, const Error& error);
  void cancel_login();

  // Answers of the shard (session_answers.cc).
  void on_connected(const shard::Answer<shard::Connected>& answer) override;
  void on_restored(const shard::Answer<shard::Restored>& answer) override;
  bool on_channel_restored(const shard::ChannelRestored& channel, bool last) override;
  void on_subscribed(std::uint64_t request, const shard::Answer<shard::Position>& answer) override;
  void on_unsubscribed(std::uint64_t request, const shard::Answer<Instant>& answer) override;
  void on_published(std::uint64_t request, const shard::Answer<shard::Published>& answer) override;
  void on_ended(Errc reason) override;
  void on_limits() override;

  void on_alarm(shard::Now now);
  void arm(shard::Now now);
  void set_limits(const auth::ProjectInfo& project);
  void set_grant(const auth::Grant& grant);
  void warn_of_expiry(shard::Now now);
  [[nodiscard]] bool token_over(shard::Now now) const;
  void restart_login_deadline(shard::Now now);
  void greet(std::uint64_t id, bool resumed);
  /// Queues a reply or, with id 0, an event.
  template <class Body>
  void reply(std::uint64_t id, const Body& body) {
    if (state_ == State::closed) return;
    door_.frame.clear();
    wire::append_reply(door_.frame, codec_, id, body);
    if (!connection_.append(door_.frame)) end_later(Errc::slow_consumer, true);
  }
  void refuse(std::uint64_t id, const shard::Refusal& why, std::uint32_t retry_after_ms = 0);
  /// Ends the session and closes the connection, now or, from inside the shard's call, when its alarm rings.
  void end(Errc code, bool may_resume, std::string detail = {});
  void end_later(Errc code, bool may_resume, std::string detail = {});
  void finish_ending();
  [[nodiscard]] shard::Now now() const { return door_.shard.now(); }
  [[nodiscard]] Steady heartbeat_deadline() const;

  // First what every publish touches.
  Door& door_;
  Connection& connection_;
  const wire::Codec codec_;
  State state_ = State::opened;
  std::uint8_t failed_logins_ = 0;
  std::uint32_t heartbeat_seconds_ = 0;
  shard::Member* member_ = nullptr;  // while resuming, logging in or online
  Steady heard_{};                   // last message from the client
  Instant token_expires_at_{};       // the epoch's start: never
  std::unique_ptr<Ending> ending_;   // while it waits for its alarm
  std::unique_ptr<auth::ResourcePermissions> permissions_;  // only when the token restricts
  Rate publishes_{1};
  Limits limits_;
  std::uint32_t refusals_ = 0;       // since refusals_since_, for clients that do not listen
  Steady refusals_since_{};
  Rate calls_{1};
  Rate pings_{1};
  SameKeyRate subscribes_;
  std::uint64_t opening_request_ = 0;  // the hello while resuming, the login while logging in
  Steady login_deadline_{};
  shard::Alarm alarm_;
};

}  // namespace postage::gateway
