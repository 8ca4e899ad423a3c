#pragma once
// What a shard needs from outside and what it says to a client's session. `app` and `gateway` implement these.
// Thread: everything here is called on the shard's thread, except where said otherwise.
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/footprint.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/shared_buffer.h"
#include "engine/channel/publication.h"
#include "engine/channel/window.h"
#include "meter/connections.h"

namespace postage::shard {

using engine::ChannelType;
using engine::Codec;
using engine::Position;
using engine::ShardIndex;

/// The time of a turn: read once by the loop, handed down.
struct Now {
  Instant wall{};
  Steady steady{};
};

/// The way out of one connection, as a plain pair of pointers. The sink outlives the membership.
class Outlet {
 public:
  /// `Sink` has `bool send(BufferRef)` or `bool send(const BufferRef&)`: queue already framed bytes, no system call;
  /// false when the queue is full or the connection is closing, and then nothing was queued. If it has
  /// `bool append(std::string_view)`, which queues a copy by the same rules, small frames for it alone go there.
  template <class Sink>
  static Outlet of(Sink& sink) {
    return Outlet(&sink, &kTable<Sink>);
  }
  [[nodiscard]] bool send(const BufferRef& frames) const { return table_->send(target_, frames); }
  [[nodiscard]] bool append(std::string_view frames) const { return table_->append(target_, frames); }
  /// What the connection's next message is likely to touch; a sink without `expect(const Footprint&)` does not care.
  void expect(const Footprint& footprint) const { table_->expect(target_, footprint); }
  /// Asks the processor for the sink's memory.
  void prefetch() const { __builtin_prefetch(target_, 1); }

 private:
  struct Table {
    bool (*send)(void*, const BufferRef&);
    bool (*append)(void*, std::string_view);
    void (*expect)(void*, const Footprint&);
  };
  template <class Sink>
  static bool append_to(void* target, std::string_view frames) {
    if constexpr (requires(Sink& sink) { sink.append(frames); }) {
      return static_cast<Sink*>(target)->append(frames);
    } else {
      return static_cast<Sink*>(target)->send(BufferRef(std::string(frames)));
    }
  }
  template <class Sink>
  static void expect_of(void* target, const Footprint& footprint) {
    if constexpr (requires(Sink& sink) { sink.expect(footprint); }) static_cast<Sink*>(target)->expect(footprint);
  }
  template <class Sink>
  static constexpr Table kTable{
      [](void* target, const BufferRef& frames) { return static_cast<Sink*>(target)->send(frames); }, &append_to<Sink>,
      &expect_of<Sink>};
  Outlet(void* target, const Table* table) : target_(target), table_(table) {}
  void* target_;
  const Table* table_;
};

/// What the message path must know of a project.
struct ProjectTerms {
  ProjectId id;
  AccountId account;
  bool open = true;                    ///< false: disabled project or suspended account; its sessions are ended
  Errc closed_for = Errc::kicked_out_by_server;  ///< what sessions and callers are told while it is not open
  bool publish_subscribe = true;       ///< the account's plan has it
  milliseconds flush_gap{0};           ///< least time between two flushes of one channel; 0, 2 or 10 ms
  std::uint32_t unit_bytes = 1024;     ///< size of a message unit by the account's catalogue
  engine::WindowLimits window;
  std::uint64_t limits_version = 0;    ///< another one: the project's limits changed, and its clients look at them again
};

/// Port: the directory of projects. Thread: any shard; reads a snapshot, never blocks.
class ProjectBook {
 public:
  virtual ~ProjectBook() = default;
  /// Grows whenever any project or account changes.
  [[nodiscard]] virtual std::uint64_t version() const = 0;
  /// None if there is no such project.
  [[nodiscard]] virtual std::optional<ProjectTerms> find(ProjectId id) const = 0;
};

/// A connection as the meter knows it.
struct NewConnection {
  SessionId session;
  ConnectionId connection;
  std::string_view user;
};

/// An opened connection, to be closed once by who opened it. Moves with the mail that hands it on.
struct OpenedConnection {
  meter::Cell cell;   ///< empty with a tally that keeps no rows
  bool open = false;
  OpenedConnection() = default;
  OpenedConnection(OpenedConnection&& other) noexcept
      : cell(std::move(other.cell)), open(std::exchange(other.open, false)) {}
  OpenedConnection& operator=(OpenedConnection&& other) noexcept {
    cell = std::move(other.cell);
    open = std::exchange(other.open, false);
    return *this;
  }
};

struct Refusal;

/// The name by which a customer's caps know the channel of some units: message channels only.
inline std::string_view capped_name(const engine::ChannelName& channel) {
  return channel.type == ChannelType::message ? channel.name : std::string_view();
}

/// Port: the money side of one project on one shard: quota and meter together. MeterTally (meter_tally.h) is the real one.
/// Every instant is the `now` of a turn of this process. Units are message units.
class ProjectTally {
 public:
  virtual ~ProjectTally() = default;
  /// Admits `units` as a whole or not at all; fills `why` on a refusal. Counts nothing. `channel` here and below: the
  /// message channel that the units are of (capped_name), or empty.
  virtual bool admit(std::string_view channel, std::uint64_t units, Instant at, Refusal& why) = 0;
  /// What admit() would answer; takes nothing. False with `why` when it would refuse.
  virtual bool would_admit(std::string_view channel, std::uint64_t units, Instant at, Refusal& why) = 0;
  /// Returns admitted units that were not used, in the turn that knows it; `at` is the instant of their admission.
  virtual void give_back(std::string_view channel, std::uint64_t units, Instant at) = 0;
  /// Counts units for the bill. Survives SIGKILL from the return on.
  virtual void count(std::string_view channel, std::uint64_t units, Instant at) = 0;
  /// An operation that lets a client go: always admitted, counted as one unit while the quota lasts.
  virtual void count_closing(std::string_view channel, Instant at) = 0;
  /// Opens a connection (PCU); false with `why` when the quota refuses, and then nothing changed. `cell` gets the meter's
  /// row of the connection; a tally without rows leaves it empty.
  virtual bool open_connection(const NewConnection& connection, Instant at, meter::Cell& cell, Refusal& why) = 0;
  /// Closes what open_connection opened.
  virtual void close_connection(meter::Cell& cell, Instant at) = 0;
};

/// Port: makes the above. One per shard. Thread: the shard's.
class Tally {
 public:
  virtual ~Tally() = default;
  /// Brackets around everything a turn counts.
  virtual void begin_turn(Instant now) = 0;
  virtual void end_turn() = 0;
  /// Null when the meter has no room for another project or the account is unknown: then the project is closed here.
  virtual std::unique_ptr<ProjectTally> project(const ProjectTerms& terms) = 0;
};

/// Port: unguessable random bytes. Thread: any shard.
class Chance {
 public:
  virtual ~Chance() = default;
  virtual void fill(std::span<std::uint8_t> bytes) = 0;
};

/// Why something was refused. `quota` is set when a quota, budget or technical limit of the account refused.
struct Refusal {
  struct Quota {
    Errc reason = Errc::quota_messages;  ///< a row of -17001 and below
    std::string_view meter;              ///< "pcu", "messages" or "storage"; static text
    std::int64_t limit = 0;              ///< connections, units or bytes
    std::int64_t used = 0;
    std::int64_t needed = 0;
    Instant reset_at{};
    std::string cap_scope{};   ///< with reason budget: "account", "project" or "channels"
    std::string cap_name{};    ///< project: its id; channels: the prefix
    std::string cap_amount{};  ///< a cap in money, as it was set; empty: a cap in units
  };
  Errc code = Errc::internal;
  std::string detail;
  std::optional<Quota> quota;
  Refusal() = default;
  Refusal(Errc c) : code(c) {}  // NOLINT(google-explicit-constructor): `return Errc::x;` is the idiom
  Refusal(Errc c, std::string d) : code(c), detail(std::move(d)) {}
  Refusal(const Error& error) : code(error.code), detail(error.detail) {}  // NOLINT(google-explicit-constructor)
};
/// A value or a refusal.
template <class T>
using Answer = std::variant<T, Refusal>;

/// An accepted publish.
struct Published {
  Position position;         ///< zero for USER messages and in a dry run
  Instant at{};
  std::uint64_t units = 0;   ///< itself and every copy
  std::uint64_t receivers = 0;
  std::shared_ptr<const Refusal> refused{};  ///< dry run: what would refuse it now; null = it would be admitted
};

/// The answer to a dry run: the price, and what would refuse it now.
inline Published priced(ProjectTally& tally, std::string_view channel, std::uint64_t price, std::uint64_t receivers,
                        Instant at) {
  Refusal refused(Errc::channel_publish_message_too_frequent);
  if (tally.would_admit(channel, price, at, refused)) return {{}, at, price, receivers, nullptr};
  return {{}, at, price, receivers, std::make_shared<const Refusal>(std::move(refused))};
}

/// What one subscription wants. Only `with_message` matters to this room; the rest is kept for the features it names.
struct SubscribeOptions {
  bool with_message = true;
  bool with_presence = true;
  bool with_metadata = false;
  bool with_lock = false;
  bool be_quiet = false;
};

/// What of a session outlives its connection.
struct SessionTraits {
  ProjectId project;
  std::string user;
  std::string token;  ///< as presented, so that a resume can judge it again; a secret, never logged
  std::uint32_t heartbeat_seconds = limits::heartbeat_seconds_default;
  std::uint32_t presence_timeout_seconds = 0;
  Instant token_expires_at{};  ///< the epoch's start: no token limits the session
  bool token_warned = false;   ///< the warning before expiry was sent
};

/// The 16 bytes that name a session; whoever knows them may resume it.
using SessionKey = wire::SessionKey;
/// The shard that made the key: the home of its user. May be out of range when the key was made up.
inline ShardIndex session_home(const SessionKey& key) { return static_cast<ShardIndex>(key[0] << 8 | key[1]); }
/// The number by which meter and log know the session; does not give the key away.
inline SessionId session_id(const SessionKey& key) {
  std::uint64_t id = 0;
  for (std::size_t i = 8; i < key.size(); ++i) id = id << 8 | key[i];
  return SessionId{static_cast<std::int64_t>(id)};
}

/// An accepted login.
struct Connected {
  SessionKey session{};
  Instant at{};
};

/// A session that goes on with a new connection. `channels` answers follow, one on_channel_resumed each.
struct Restored {
  SessionKey session{};
  SessionTraits traits;
  std::size_t channels = 0;
  std::optional<wire::Gap> user_gap;  ///< USER messages that were queued to this session and that the client does not have
  Instant at{};
};

/// What a resume found in one channel; mirrors wire::ChannelResumed.
struct ChannelRestored {
  std::string_view channel;
  std::uint64_t epoch = 0;
  std::uint64_t replayed = 0;
  std::optional<wire::Gap> gap;
  BufferRef frames;  ///< to be sent right after the answer that names the channel; may be none
};

/// A position that a resuming client reports.
struct SeenPosition {
  std::string channel;
  Position position;
};
/// All that it reports.
struct Seen {
  std::vector<SeenPosition> channels;
  std::optional<std::uint64_t> user;  ///< number of the last USER message, 0 for none; absent: it does not say
};

/// Port: a client's session. Calls may come from inside the shard's functions that caused them. A session must not end its
/// membership (Shard::leave) from inside them; it notes the wish and does so later in the turn.
class Client {
 public:
  virtual void on_connected(const Answer<Connected>& answer) = 0;
  virtual void on_restored(const Answer<Restored>& answer) = 0;
  /// False (the queue is full) makes the shard take the replay back and end the session as a slow consumer.
  virtual bool on_channel_restored(const ChannelRestored& channel, bool last) = 0;
  virtual void on_subscribed(std::uint64_t request, const Answer<Position>& answer) = 0;
  virtual void on_unsubscribed(std::uint64_t request, const Answer<Instant>& answer) = 0;
  virtual void on_published(std::uint64_t request, const Answer<Published>& answer) = 0;
  /// The shard has ended the membership and forgotten it; close the connection. Reasons: same_uid_login,
  /// kicked_out_by_server, slow_consumer (can be resumed), and `ok` when a newer connection resumed this session.
  virtual void on_ended(Errc reason) = 0;
  /// The limits of the member's project are others from now on.
  virtual void on_limits() = 0;

 protected:
  ~Client() = default;
};

}  // namespace postage::shard
