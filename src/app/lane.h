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
#include "app/probe.h"
#include "app/settings.h"
#include "base/clock.h"
#include "base/result.h"
#include "bus/local_bus.h"
#include "gateway/ports.h"
#include "meter/meter.h"
#include "net/loop.h"
#include "net/server.h"
#include "net/tls.h"
#include "observe/uptime_watch.h"
#include "quota/entitlements.h"
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
  const quota::Entitlements& entitlements;
  meter::Meter& meter;
  quota::Gates& gates;
  shard::Chance& chance;
  const api::Router& router;
  WorkerPool& workers;
  net::TlsContext* tls = nullptr;
  std::vector<std::string> allowed_origins;
  std::function<std::string()> metrics;
  OwnRoute own_route;
  const ProbeProject& probe;
};

/// A second's old values, for metrics. Thread: any.
struct LaneGauges {
  std::uint64_t members = 0, channels = 0, published = 0, delivered = 0, slow_consumers = 0, window_bytes = 0;
};

/// A lane's sign of life: its loop writes the time when it is asked. Thread: any.
class LanePulse final : public observe::Pulse {
 public:
  /// Both outlive this.
  LanePulse(net::Loop& loop, const Clock& clock) : loop_(loop), clock_(clock), seen_(clock.steady()) {}
  void ask() override;
  [[nodiscard]] Steady last() const override { return seen_.load(std::memory_order_relaxed); }

 private:
  net::Loop& loop_;
  const Clock& clock_;
  std::atomic<Steady> seen_;
  std::atomic<bool> asked_{false};
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
  [[nodiscard]] LanePulse& pulse() { return pulse_; }
  /// The port of this lane alone, for probes; 0 when they are off.
  [[nodiscard]] std::uint16_t probe_port() const { return probe_server_ ? probe_server_->port() : 0; }
  /// The lane's loop, for tests that hold it up.
  [[nodiscard]] net::Loop& loop() { return *loop_; }

 private:
  Lane(const LaneShared& shared, shard::ShardIndex index, std::unique_ptr<net::Loop> loop);
  void end_turn();

  std::unique_ptr<net::Loop> loop_;
  LanePulse pulse_;
  ProbedTally tally_;
  shard::Shard shard_;
  ProbedTenants tenants_;
  gateway::Door door_;
  std::atomic<bool> ready_{false};
  HttpDoor http_;
  ProbeDoor probe_door_;
  std::unique_ptr<net::Server> server_;
  std::unique_ptr<net::Server> probe_server_;
  Steady gauged_at_{};
  mutable std::mutex gauges_mutex_;
  LaneGauges gauges_;
  std::thread thread_;
};

}  // namespace postage::app
