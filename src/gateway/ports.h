#pragma once
// What a session needs from outside: the way out of its connection, and the tenants. `app` implements them.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "auth/directory.h"
#include "auth/token_check.h"
#include "base/shared_buffer.h"
#include "shard/ports.h"
#include "shard/shard.h"

namespace postage::gateway {

/// Port: one client's connection. Thread: its loop. Outlives its session. It calls no function of the session from inside
/// these.
class Connection {
 public:
  /// Queues WebSocket frames; false, and nothing queued, when the queue is full or the connection is closing.
  virtual bool send(BufferRef frames) = 0;
  /// Queues a copy of small frames for this connection alone; else as send().
  virtual bool append(std::string_view frames) = 0;
  /// The same door for deliveries, as directly as there is one: Outlet::of(the sink below).
  virtual shard::Outlet outlet() = 0;
  /// Begins the WebSocket close. With `drop`, what waits in the queue is not sent first. Idempotent.
  virtual void close(std::uint16_t code, std::string_view reason, bool drop) = 0;
  /// Largest message taken from the client from now on, bytes.
  virtual void set_message_limit(std::size_t bytes) = 0;

 protected:
  ~Connection() = default;
};

/// Port: accounts and projects as of now. What is returned is good until the next call. Thread: the shard's; each shard
/// has its own.
class Tenants {
 public:
  virtual ~Tenants() = default;
  /// The project of an App ID, or null.
  [[nodiscard]] virtual const auth::ProjectInfo* find(std::string_view app_id) = 0;
  [[nodiscard]] virtual const auth::ProjectInfo* project(ProjectId id) = 0;
  [[nodiscard]] virtual const auth::AccountInfo* account(AccountId id) = 0;
  /// True when the account's plan has the feature (a row of the catalogue's feature table).
  [[nodiscard]] virtual bool has(AccountId account, std::string_view feature) = 0;
};

/// Which account has which feature. Thread: any.
using HasFeature = std::function<bool(AccountId account, std::string_view feature)>;

/// Tenants by the directory's snapshots.
class DirectoryTenants final : public Tenants {
 public:
  DirectoryTenants(const auth::Directory& directory, HasFeature has) : view_(directory), has_(std::move(has)) {}
  const auth::ProjectInfo* find(std::string_view app_id) override { return view_.current().find(app_id); }
  const auth::ProjectInfo* project(ProjectId id) override { return view_.current().project(id); }
  const auth::AccountInfo* account(AccountId id) override { return view_.current().account(id); }
  bool has(AccountId account, std::string_view feature) override { return has_(account, feature); }

 private:
  auth::DirectoryView view_;
  HasFeature has_;
};

/// What all sessions of one shard share. Everything outlives the sessions.
struct Door {
  shard::Shard& shard;
  Tenants& tenants;
  auth::DoorPolicy policy;
  std::string server_name = "postage";  ///< name and version, told to every client
  std::string frame = {};               ///< scratch: a reply, from its encoding to its connection's queue
};

}  // namespace postage::gateway
