#pragma once
// For tests: clients without sockets against real sessions and shards.
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "auth/token.h"
#include "gateway/session.h"
#include "shard/shard_kit.h"

namespace postage::gateway::kit {

/// Tenants that a test makes.
class TestTenants final : public Tenants {
 public:
  const auth::ProjectInfo* find(std::string_view app_id) override {
    for (const auto& [id, p] : projects) {
      if (p.app_id.text == app_id) return &p;
    }
    return nullptr;
  }
  const auth::ProjectInfo* project(ProjectId id) override {
    const auto found = projects.find(id.value);
    return found == projects.end() ? nullptr : &found->second;
  }
  const auth::AccountInfo* account(AccountId id) override {
    const auto found = accounts.find(id.value);
    return found == accounts.end() ? nullptr : &found->second;
  }
  bool has(AccountId, std::string_view feature) override { return feature != lacking; }
  std::map<std::int64_t, auth::ProjectInfo> projects;
  std::map<std::int64_t, auth::AccountInfo> accounts;
  std::string lacking;  ///< a feature that nobody's plan has
};

inline const std::string kAppId = "0123456789abcdef0123456789ABCDEF";
inline const std::string kCertificate = "fedcba9876543210fedcba9876543210";

/// Shards with doors; project 1 of account 1 takes its App ID alone, project 2 (App ID kCertificate's digits) tokens only.
class World {
 public:
  explicit World(std::size_t count, const std::vector<shard::Tally*>& tallies = {})
      : shards(tallies.empty() ? std::make_unique<shard::kit::Shards>(count) : std::make_unique<shard::kit::Shards>(tallies)) {
    tenants.accounts[1].id = AccountId{1};
    for (std::int64_t id : {1, 2}) {
      auth::ProjectInfo& p = tenants.projects[id];
      p.id = ProjectId{id};
      p.account = AccountId{1};
      p.app_id.text = id == 1 ? kAppId : std::string(32, 'b');
      p.app_id_only = id == 1;
      p.certificates[0] = {kCertificate, true, {}};
      shard::ProjectTerms terms;
      terms.id = p.id;
      terms.account = p.account;
      shards->projects.put(terms);
    }
    for (auto& s : shards->shards) doors.push_back(std::make_unique<Door>(Door{*s, tenants, {true, false}, "postage test"}));
  }
  shard::kit::Books& books(std::int64_t project = 1) { return shards->books.of(ProjectId{project}); }
  std::string token(const std::string& user, std::int64_t life_seconds, std::int64_t project = 1) {
    auth::LoginTokenRequest request;
    request.app_id = tenants.projects[project].app_id.text;
    request.user_id = user;
    request.issued_at = shards->clock.wall();
    request.expire_seconds = life_seconds;
    return auth::build_login_token(request, kCertificate).value();
  }
  void settle() { shards->settle(); }
  void advance(milliseconds by) { shards->advance(by); }

  TestTenants tenants;
  std::unique_ptr<shard::kit::Shards> shards;
  std::vector<std::unique_ptr<Door>> doors;
};

/// One frame from the server, copied out.
struct Got {
  std::uint64_t request = 0;
  std::string kind;
  Errc code = Errc::ok;
  std::string channel, payload, publisher, custom_type, detail;
  std::uint64_t epoch = 0, offset = 0, units = 0, replayed = 0, gap_from = 0, gap_to = 0;
  std::uint32_t retry_after_ms = 0;
  bool gap = false, user_gap = false, epoch_changed = false, complete = false, resumed = false, may_resume = false, to_user = false;
  wire::SessionKey session{};
  Instant at{};
  Errc quota = Errc::ok;
  std::string limit, used, needed;
};

inline void copy(Got& g, const wire::HelloReply& f) { g.kind = "hello", g.resumed = f.resumed; }
inline void copy(Got& g, const wire::LoginReply& f) { g.kind = "login", g.session = f.session, g.at = f.token_expires_at; }
inline void copy(Got& g, const wire::RenewTokenReply& f) { g.kind = "renewed", g.at = f.token_expires_at; }
inline void copy(Got& g, const wire::LogoutReply&) { g.kind = "logout"; }
inline void copy(Got& g, const wire::Pong&) { g.kind = "pong"; }
inline void copy(Got& g, const wire::SubscribeReply& f) { g.kind = "subscribed", g.epoch = f.epoch, g.offset = f.offset; }
inline void copy(Got& g, const wire::UnsubscribeReply&) { g.kind = "unsubscribed"; }
inline void copy(Got& g, const wire::PublishReply& f) {
  g.kind = "published", g.epoch = f.epoch, g.offset = f.offset, g.units = f.units, g.at = f.timestamp;
}
inline void copy(Got& g, const wire::ErrorReply& f) {
  g.kind = "error", g.code = f.code, g.detail = f.detail, g.retry_after_ms = f.retry_after_ms;
  if (f.quota) g.quota = f.quota->reason, g.limit = f.quota->limit, g.used = f.quota->used, g.needed = f.quota->needed;
}
inline void copy(Got& g, const wire::MessageEvent& f) {
  g.kind = "message", g.channel = f.channel, g.payload = f.payload.bytes, g.publisher = f.publisher;
  g.custom_type = f.custom_type, g.epoch = f.epoch, g.offset = f.offset, g.at = f.timestamp;
  g.to_user = f.channel_type == wire::ChannelType::user;
}
inline void copy(Got& g, const wire::TokenWillExpire& f) { g.kind = "token_will_expire", g.at = f.expires_at; }
inline void copy(Got& g, const wire::Bye& f) { g.kind = "bye", g.code = f.code, g.may_resume = f.may_resume; }
inline void copy(Got& g, const wire::Resumed& f) {
  g.kind = "resumed", g.complete = f.complete, g.session = f.session, g.user_gap = f.user_gap.has_value();
  if (f.user_gap) g.gap_from = f.user_gap->from, g.gap_to = f.user_gap->to;
  if (f.channels.empty()) return;
  const wire::ChannelResumed& c = f.channels[0];
  g.channel = c.channel, g.epoch = c.epoch, g.replayed = c.replayed, g.gap = c.gap.has_value();
  if (c.gap) g.gap_from = c.gap->from, g.gap_to = c.gap->to, g.epoch_changed = c.gap->epoch_changed;
}

/// Splits joined WebSocket frames (unmasked, as servers send them) and decodes each.
inline void decode_frames(std::string_view bytes, wire::Codec codec, std::deque<Got>& into) {
  while (!bytes.empty()) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint64_t>(static_cast<unsigned char>(bytes.at(i))); };
    const bool text = (byte(0) & 0x0F) == 1;
    std::uint64_t size = byte(1);
    std::size_t head = 2;
    if (size == 126) {
      size = byte(2) << 8 | byte(3);
      head = 4;
    } else if (size == 127) {
      size = 0;
      for (std::size_t i = 2; i < 10; ++i) size = size << 8 | byte(i);
      head = 10;
    }
    std::string payload(bytes.substr(head, size));
    payload.append(64, ' ');
    const auto frame = wire::decode_event(codec, std::string_view(payload).substr(0, size), text);
    Got& got = into.emplace_back();
    if (frame) {
      got.request = frame->request_id;
      std::visit([&](const auto& body) { copy(got, body); }, frame->body);
    } else {
      got.kind = "unreadable";
    }
    bytes.remove_prefix(head + size);
  }
}

/// A client on one shard. Frames pile up in `inbox` until taken.
class TestClient final : public Connection {
 public:
  TestClient(World& world, std::size_t shard, wire::Codec codec = wire::Codec::proto)
      : world_(world), codec_(codec) {
    session = std::make_unique<Session>(*world.doors[shard], *this, codec, world.shards->now());
  }
  ~TestClient() {
    if (session) cut(1000);
  }
  bool send(BufferRef frames) override {
    if (closed || queued + frames.size() > queue_max) return false;
    queued += frames.size();
    decode_frames(frames.view(), codec_, inbox);
    return true;
  }
  bool append(std::string_view frames) override { return send(BufferRef(std::string(frames))); }
  shard::Outlet outlet() override { return shard::Outlet::of<TestClient>(*this); }
  void close(std::uint16_t code, std::string_view, bool) override {
    closed = true;
    close_code = code;
  }
  void set_message_limit(std::size_t bytes) override { message_limit = bytes; }

  void raw(std::string payload, bool text) {
    const std::size_t size = payload.size();
    payload.append(64, ' ');
    session->on_message(text, std::string_view(payload).substr(0, size), world_.shards->now());
  }
  template <class Body>
  std::uint64_t ask(Body body, bool with_id = true) {
    wire::Request request;
    request.request_id = with_id ? ++last_request : 0;
    request.body = std::move(body);
    std::string bytes;
    wire::encode_request(bytes, codec_, request);
    raw(std::move(bytes), codec_ == wire::Codec::json);
    return request.request_id;
  }
  /// The socket ends.
  void cut(std::uint16_t code = 1006) {
    if (!session) return;
    session->on_closed(code, world_.shards->now());
    session.reset();
    closed = true;
  }
  /// The oldest frame of that kind, taken out; kind "none" if there is none.
  Got take(std::string_view kind) {
    for (auto it = inbox.begin(); it != inbox.end(); ++it) {
      if (it->kind != kind) continue;
      Got got = *it;
      inbox.erase(it);
      return got;
    }
    Got none;
    none.kind = "none";
    return none;
  }
  std::size_t count(std::string_view kind) const {
    std::size_t n = 0;
    for (const Got& g : inbox) n += g.kind == kind ? 1 : 0;
    return n;
  }
  /// hello and login by App ID alone; true when accepted. Its frames are taken out.
  bool login(const std::string& user, const std::string& token = "", std::int64_t project = 1) {
    ask(wire::Hello{wire::kProtocolVersion, "kit", "1", {}});
    if (take("hello").kind == "none") return false;
    return login_again(user, token, project);
  }
  bool login_again(const std::string& user, const std::string& token = "", std::int64_t project = 1) {
    wire::Login login;
    login.app_id = world_.tenants.projects[project].app_id.text;
    login.user_id = user;
    login.token = token;
    ask(login);
    world_.settle();
    const Got got = take("login");
    key = got.session;
    return got.kind == "login";
  }
  Got subscribe(const std::string& channel) {
    wire::Subscribe s;
    s.channel = channel;
    ask(s);
    world_.settle();
    const Got got = take("subscribed");
    return got.kind == "none" ? take("error") : got;
  }
  void post(const std::string& channel, const std::string& payload) { publish_body(channel, payload, false); }
  /// Publishes and settles; the answer.
  Got publish(const std::string& channel, const std::string& payload, bool user = false) {
    publish_body(channel, payload, user);
    world_.settle();
    const Got got = take("published");
    return got.kind == "none" ? take("error") : got;
  }
  void publish_body(const std::string& channel, const std::string& payload, bool user, bool dry = false) {
    wire::Publish p;
    p.channel = channel;
    p.channel_type = user ? wire::ChannelType::user : wire::ChannelType::message;
    p.payload = wire::Payload::text(payload);
    p.dry_run = dry;
    ask(p);
  }
  struct Seen {
    std::string channel;
    std::uint64_t epoch, offset;
  };
  /// hello with resume; settles. The hello's answer.
  Got resume(const wire::SessionKey& session_key, const std::vector<Seen>& seen,
             std::optional<std::uint64_t> user_seen = {}) {
    std::vector<wire::ResumePosition> rows;
    for (const Seen& s : seen) rows.push_back({s.channel, s.epoch, s.offset});
    std::optional<wire::ResumeUser> user;
    if (user_seen) user = wire::ResumeUser{*user_seen};
    ask(wire::Hello{wire::kProtocolVersion, "kit", "1", wire::Resume{session_key, rows, user}});
    world_.settle();
    return take("hello");
  }

  std::unique_ptr<Session> session;
  std::deque<Got> inbox;
  std::size_t queue_max = SIZE_MAX;
  std::size_t queued = 0;
  std::size_t message_limit = 0;
  bool closed = false;
  std::uint16_t close_code = 0;
  std::uint64_t last_request = 0;
  wire::SessionKey key{};

 private:
  World& world_;
  const wire::Codec codec_;
};

}  // namespace postage::gateway::kit
