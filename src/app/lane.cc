#include "app/lane.h"

#include "base/log.h"

namespace postage::app {

Lane::Lane(const LaneShared& shared, shard::ShardIndex index, std::unique_ptr<net::Loop> loop)
    : loop_(std::move(loop)),
      pulse_(*loop_, shared.clock),
      tally_(shared.meter.windows().shard(static_cast<int>(index)), shared.meter.slots(), shared.meter.connections(), shared.gates),
      shard_(shard::ShardParts{index, shared.bus, shared.projects, tally_, shared.chance}),
      tenants_(shared.directory, [&has = shared.entitlements](AccountId id, std::string_view row) { return has.has(id, row); },
               shared.probe),
      door_{shard_, tenants_, {shared.settings.auth_app_id_only_allowed, false}, "postage/" POSTAGE_VERSION},
      http_(DoorParts{*loop_, door_, shared.router, shared.workers, shared.allowed_origins, [this] { return ready_.load(); },
                      shared.metrics, shared.own_route}),
      probe_door_(http_, shared.probe.secret) {}

void LanePulse::ask() {
  if (asked_.exchange(true)) return;  // One question at a time: a loop that stands still must not collect them.
  loop_.post([this] {
    seen_.store(clock_.steady(), std::memory_order_relaxed);
    asked_ = false;
  });
}

Result<std::unique_ptr<Lane>> Lane::create(const LaneShared& shared, shard::ShardIndex index, std::uint16_t port) {
  TRY(loop, net::Loop::create(shared.clock));
  auto lane = std::unique_ptr<Lane>(new Lane(shared, index, std::move(loop)));
  net::ServerOptions options;
  options.address = shared.settings.server_address;
  options.port = port;
  options.reuse_port = shared.bus.shards() > 1;
  options.tls = shared.tls;
  options.connections_max = static_cast<std::size_t>(shared.settings.server_connections_max) / shared.bus.shards() + 1;
  options.pending_per_address_max = static_cast<std::size_t>(shared.settings.server_connections_per_address_max);
  TRY(server, net::Server::create(*lane->loop_, lane->http_, options));
  lane->server_ = std::move(server);
  if (shared.settings.observe_probe_seconds > 0) {
    net::ServerOptions own;
    own.connections_max = 8;
    TRY(probed, net::Server::create(*lane->loop_, lane->probe_door_, own));
    lane->probe_server_ = std::move(probed);
  }
  net::Loop* target = lane->loop_.get();
  shared.bus.on_wake(index, [target] { target->post([] {}); });
  lane->loop_->on_turn_end([raw = lane.get()] { raw->end_turn(); });
  return lane;
}

Lane::~Lane() { join(); }

void Lane::start() {
  ready_ = true;
  thread_ = std::thread([this] { loop_->run(); });
}

void Lane::wake() { loop_->post([] {}); }

void Lane::end_turn() {
  shard_.turn(shard::Now{loop_->wall(), loop_->now()});
  if (const auto at = shard_.next_wake()) loop_->wake_at(*at);
  if (loop_->now() < gauged_at_ + seconds(1)) return;
  gauged_at_ = loop_->now();
  const shard::ShardGauges seen = shard_.gauges();
  const std::lock_guard lock(gauges_mutex_);
  gauges_ = {seen.members, seen.channels, seen.published, seen.delivered, seen.slow_consumers, seen.window_bytes};
}

LaneGauges Lane::gauges() const {
  const std::lock_guard lock(gauges_mutex_);
  return gauges_;
}

void Lane::begin_stop(milliseconds most) {
  ready_ = false;
  loop_->post([this, most] {
    server_->stop(most, [this, most] {
      if (!probe_server_) return loop_->stop();
      probe_server_->stop(most, [this] { loop_->stop(); });
    });
  });
}

void Lane::join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace postage::app
