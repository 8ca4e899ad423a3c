#pragma once
// The front door of one loop: what net hears becomes sessions (/rtm), REST calls (/v1, on a worker), health, metrics and
// the console's files. Adapts net's ports to those of gateway and api, which do not know net. Thread: its loop.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/router.h"
#include "app/worker_pool.h"
#include "gateway/ports.h"
#include "net/loop.h"
#include "net/ports.h"

namespace postage::app {

/// A REST call that app answers itself (test clock), tried before the router. True when it took the request.
using OwnRoute = std::function<bool(const net::Request&, const net::Responder&)>;

/// What every door of a server shares, and what is one loop's own. Everything outlives the door.
struct DoorParts {
  net::Loop& loop;
  gateway::Door& gateway;
  const api::Router& router;
  WorkerPool& workers;
  std::vector<std::string> allowed_origins;   ///< empty: any
  std::function<bool()> ready;                ///< for /readyz
  std::function<std::string()> metrics;       ///< text of /metrics
  OwnRoute own_route;
};

class HttpDoor final : public net::HttpHandler {
 public:
  explicit HttpDoor(DoorParts parts) : parts_(std::move(parts)) {}
  void handle(net::Request request, net::Responder responder) override;
  net::UpgradeAnswer upgrade(const net::Request& request) override;

 private:
  void to_router(net::Request request, net::Responder responder);
  DoorParts parts_;
};

/// What /healthz (the process turns) and /readyz (it accepts work: 200, else 503) answer; none of another path. Pure.
std::optional<net::Response> health_answer(std::string_view path, bool ready);

/// The shard's time as its loop read it this turn; called by whoever hands something to the shard.
shard::Now enter_turn(net::Loop& loop, shard::Shard& shard);

}  // namespace postage::app
