#pragma once
// One shard with everything that lives on its thread: loop, tally, shard, doors, listening server.
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "app/door.h"
#include "app/settings.h"
#include "base/clock.h"
#include "base/result.h"
#include "bus/local_bus.h"
#include "gateway/ports.h"
#include "meter/meter.h"
#include "net/loop.h"
#include "net/server.h"
#include "net/tls.h"
#include "quota/gate.h"
#include "shard/meter_tally.h"
#include "shard/shard.h"

namespace postage::app {

/// What all lanes share; everything outlives them.
struct LaneShared {
  const Settings& settings;
  Clock& clock;
  bus::LocalBus<shard::Mail>& bus;
  const shard::ProjectBook& projects;
  const auth::Directory& directory;
  meter::Meter& meter;
  quota::Gates& gates;
  shard::Chance& chance;
  const api::Router& router;
  WorkerPool& workers;
  net::TlsContext* tls = nullptr;
  std::vector<std::string> allowed_origins;
  std::function<std::string()> metrics;
  OwnRoute own_route;
};

/// A second's old values, for metrics. Thread: any.
struct LaneGauges {
  std::uint64_t members = 0, channels = 0, published = 0, delivered = 0, slow_consumers = 0, window_bytes = 0;
};

class Lane {
 public:
  /// Listens on `port` (0: any free one) but does not serve before start(). Errors: unavailable, invalid_config.
  static Result<std::unique_ptr<Lane>> create(const LaneShared& shared, shard::ShardIndex index, std::uint16_t port);
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  void start();
  /// Makes the loop turn soon, so that it sees a clock that was moved. Thread: any.
  void wake();
  /// Stops accepting, tells sessions, drains for at most `most`. Thread: any; then join().
  void begin_stop(milliseconds most);
  void join();
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] LaneGauges gauges() const;

 private:
  Lane(const LaneShared& shared, shard::ShardIndex index, std::unique_ptr<net::Loop> loop);
  void end_turn();

  std::unique_ptr<net::Loop> loop_;
  shard::MeterTally tally_;
  shard::Shard shard_;
  gateway::DirectoryTenants tenants_;
  gateway::Door door_;
  std::atomic<bool> ready_{false};
  HttpDoor http_;
  std::unique_ptr<net::Server> server_;
  Steady gauged_at_{};
  mutable std::mutex gauges_mutex_;
  LaneGauges gauges_;
  std::thread thread_;
};

}  // namespace postage::app
