#include "tests/support/client.h"

#include <algorithm>

namespace postage::testing {
namespace {

std::string own(std::string_view text) { return std::string(text); }

/// The owning form of an event frame, if it is one.
std::optional<Event> event_of(const wire::ServerFrame& frame) {
  if (const auto* m = std::get_if<wire::MessageEvent>(&frame.body)) {
    return Message{own(m->channel),     m->channel_type, own(m->publisher), own(m->payload.bytes), m->payload.type,
                   own(m->custom_type), m->epoch,        m->offset,         m->timestamp};
  }
  if (const auto* t = std::get_if<wire::TokenWillExpire>(&frame.body)) return WillExpire{t->expires_at};
  if (const auto* b = std::get_if<wire::Bye>(&frame.body))
    return Goodbye{b->code, b->may_resume, b->reconnect_after_ms};
  if (const auto* r = std::get_if<wire::Resumed>(&frame.body)) {
    ResumedChannels all{r->session, {}, r->complete};
    for (const auto& c : r->channels) all.channels.push_back({own(c.channel), c.epoch, c.replayed, c.gap});
    return all;
  }
  return std::nullopt;
}

}  // namespace

Result<std::unique_ptr<Client>> Client::connect(const ClientOptions& options) {
  std::unique_ptr<Client> client(new Client(options));
  const auto subprotocol = options.codec == wire::Codec::json ? wire::kSubprotocolJson : wire::kSubprotocolProto;
  TRY(socket, WebSocket::open(options.stream, options.path, subprotocol, options.patience));
  client->socket_ = std::move(socket);
  return client;
}

Result<std::unique_ptr<Client>> Client::open(const ClientOptions& options, const LoginOptions& who) {
  TRY(client, connect(options));
  TRY_VOID([&]() -> Result<void> {
    TRY(hello, client->hello());
    (void)hello;
    TRY(login, client->login(who));
    (void)login;
    return {};
  }());
  return std::move(client);
}

Result<std::uint64_t> Client::send(wire::Request request) {
  if (request.request_id == 0) request.request_id = ++last_id_;
  std::string bytes;
  wire::encode_request(bytes, options_.codec, request);
  const bool json = options_.codec == wire::Codec::json;
  TRY_VOID(socket_->send(json ? websocket::kText : websocket::kBinary, bytes, deadline()));
  return request.request_id;
}

Error Client::refusal(const wire::ErrorReply& error) {
  quota_.reset();
  if (error.quota) {
    const auto& q = *error.quota;
    quota_ = QuotaRefusal{q.reason, own(q.meter), own(q.limit), own(q.used), own(q.needed), q.reset_at};
  }
  return {error.code, own(error.detail)};
}

Result<void> Client::take(const std::string& bytes, bool is_text) {
  TRY(frame, wire::decode_event(options_.codec, bytes, is_text));
  if (auto event = event_of(frame)) {
    events_.push_back(std::move(*event));
  } else if (frame.request_id != 0) {
    answers_.push_back({frame.request_id, bytes});
  } else if (const auto* error = std::get_if<wire::ErrorReply>(&frame.body)) {
    events_.push_back(LooseError{refusal(*error)});
  } else {
    return Error(Errc::protocol_error, "a reply without request_id");
  }
  return {};
}

Result<void> Client::pump() {
  if (closed_) return Error(Errc::not_connected, "closed");
  auto message = socket_->receive(deadline());
  if (!message) {
    if (message.error().detail == "deadline") return message.error();
    closed_ = true;
    events_.push_back(Closed{1006, message.error().detail});
    return {};
  }
  if (message->opcode != websocket::kClose) return take(message->payload, message->opcode == websocket::kText);
  closed_ = true;
  events_.push_back(Closed{message->close_code, message->payload});
  return {};
}

Result<wire::ServerFrame> Client::wait_reply(std::uint64_t request_id) {
  for (;;) {
    const auto found =
        std::find_if(answers_.begin(), answers_.end(), [&](const Answer& a) { return a.request_id == request_id; });
    if (found != answers_.end()) {
      answer_bytes_ = std::move(found->bytes);
      answers_.erase(found);
      TRY(frame, wire::decode_event(options_.codec, answer_bytes_, options_.codec == wire::Codec::json));
      if (const auto* error = std::get_if<wire::ErrorReply>(&frame.body)) return refusal(*error);
      return frame;
    }
    TRY_VOID(pump());
  }
}

template <class Reply>
Result<Reply> Client::call(wire::Request request) {
  TRY(id, send(std::move(request)));
  TRY(frame, wait_reply(id));
  if (const Reply* reply = std::get_if<Reply>(&frame.body)) return *reply;
  return Error(Errc::protocol_error, "a reply of another kind: " + std::to_string(frame.body.index()));
}

Result<wire::HelloReply> Client::hello() {
  return call<wire::HelloReply>({0, wire::Hello{wire::kProtocolVersion, "test", "1", std::nullopt}});
}

Result<wire::HelloReply> Client::resume(const wire::SessionKey& session, const std::vector<Position>& seen) {
  std::vector<wire::ResumePosition> positions;
  for (const Position& p : seen) positions.push_back({p.channel, p.epoch, p.offset});
  session_ = session;
  return call<wire::HelloReply>(
      {0, wire::Hello{wire::kProtocolVersion, "test", "1", wire::Resume{session, positions, std::nullopt}}});
}

Result<wire::LoginReply> Client::login(const LoginOptions& who) {
  TRY(reply, call<wire::LoginReply>({0, wire::Login{who.app_id, who.user_id, who.token, who.heartbeat_seconds,
                                                    who.presence_timeout_seconds}}));
  session_ = reply.session;
  return reply;
}

Result<wire::RenewTokenReply> Client::renew_token(std::string_view token) {
  return call<wire::RenewTokenReply>({0, wire::RenewToken{token}});
}
Result<wire::LogoutReply> Client::logout() { return call<wire::LogoutReply>({0, wire::Logout{}}); }
Result<wire::Pong> Client::ping() { return call<wire::Pong>({0, wire::Ping{}}); }

Result<wire::SubscribeReply> Client::subscribe(std::string_view channel, wire::Subscribe options) {
  options.channel = channel;
  return call<wire::SubscribeReply>({0, options});
}
Result<wire::UnsubscribeReply> Client::unsubscribe(std::string_view channel) {
  return call<wire::UnsubscribeReply>({0, wire::Unsubscribe{channel}});
}

Result<wire::PublishReply> Client::publish(std::string_view channel, std::string_view payload,
                                           const PublishOptions& options) {
  return call<wire::PublishReply>({0, wire::Publish{channel,
                                                    options.channel_type,
                                                    {payload, options.type, true},
                                                    options.custom_type,
                                                    options.store_in_history,
                                                    options.dry_run}});
}

Result<void> Client::publish_unanswered(std::string_view channel, std::string_view payload,
                                        const PublishOptions& options) {
  std::string bytes;
  wire::encode_request(bytes, options_.codec,
                       {0, wire::Publish{channel,
                                         options.channel_type,
                                         {payload, options.type, true},
                                         options.custom_type,
                                         options.store_in_history,
                                         options.dry_run}});
  const bool json = options_.codec == wire::Codec::json;
  return socket_->send(json ? websocket::kText : websocket::kBinary, bytes, deadline());
}

Result<Event> Client::next_event() {
  while (events_.empty()) TRY_VOID(pump());
  Event event = std::move(events_.front());
  events_.pop_front();
  return event;
}

Result<std::size_t> Client::sync() {
  TRY(pong, ping());
  (void)pong;
  return events_.size();
}

Result<Closed> Client::close(std::uint16_t code) {
  const char payload[2] = {static_cast<char>(code >> 8), static_cast<char>(code)};
  TRY_VOID(socket_->send(websocket::kClose, {payload, 2}, deadline()));
  for (;;) {
    TRY(event, next_event());
    if (const Closed* closed = std::get_if<Closed>(&event)) return *closed;
  }
}

}  // namespace postage::testing
