#pragma once
// A running server: makes the rooms, connects their ports, owns the threads, stops them in order.
//
// Threads: one per shard (its net::Loop), REST workers, one control thread (meter tick, thresholds, month close, outbox).
// Order of stopping: no new connections; sessions told and drained; shards joined; workers; control; meter; store.
#include <cstdint>
#include <memory>
#include <string>

#include "app/offset_clock.h"
#include "app/settings.h"
#include "app/store.h"
#include "base/result.h"

namespace postage::app {

class Server {
 public:
  /// Opens the data folder, repairs what a killed run left, and serves. Errors: invalid_config, conflict (folder in use),
  /// unavailable (address in use), store_failed, corrupt_record; each says what and where.
  static Result<std::unique_ptr<Server>> start(const Settings& settings);
  /// stop(), if it was not called.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The port that is listened on.
  [[nodiscard]] std::uint16_t port() const;
  /// "http://127.0.0.1:7780", or https; settings server.public_url when given.
  [[nodiscard]] std::string url() const;
  [[nodiscard]] Store& store();
  [[nodiscard]] OffsetClock& clock();
  /// Begins the bills of accounts that were made in the store beside the API. Errors: invalid_catalogue, store_failed.
  Result<void> adopt_accounts();
  /// Stops in order: drains for at most settings server.drain_seconds. Thread: the one that called start. Idempotent.
  void stop();

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// Blocks SIGINT and SIGTERM for this thread and those it starts; call before Server::start.
void block_stop_signals();
/// Waits for SIGINT or SIGTERM and says which.
int wait_for_stop_signal();

}  // namespace postage::app
