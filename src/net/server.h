#pragma once
// Accepts connections on one address for one loop and serves HTTP/1.1 and WebSocket on them. One server per loop and
// address; several loops share an address by SO_REUSEPORT. Thread: the loop's, but before run() any.
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/limits.h"
#include "base/result.h"
#include "net/loop.h"
#include "net/ports.h"
#include "net/tls.h"

namespace postage::net {

/// Settings of a server. Times are long enough for slow honest clients and short enough for dishonest ones.
struct ServerOptions {
  std::string address = "127.0.0.1";  ///< IPv4 or IPv6 literal; "::" takes both
  std::uint16_t port = 0;             ///< 0: any free one, see Server::port()
  bool reuse_port = false;            ///< let the other loops of this process bind the same port
  TlsContext* tls = nullptr;          ///< encrypt; outlives the server
  std::size_t connections_max = limits::connections_per_shard_max;
  /// Connections of one source address that have not (yet) become WebSockets; 0: no bound (behind a proxy).
  std::size_t pending_per_address_max = 0;
  std::size_t queue_bytes_max = limits::send_queue_bytes_max;
  std::size_t head_bytes_max = limits::http_head_bytes_max;
  std::size_t body_bytes_max = limits::http_body_bytes_max;
  milliseconds head_time{limits::http_head_seconds_max * 1000};      ///< accept or first byte until a whole head
  milliseconds body_time{limits::http_body_seconds_max * 1000};      ///< head until the whole body
  milliseconds answer_time{limits::http_answer_seconds_max * 1000};  ///< request until its Responder is used
  milliseconds idle_time{limits::http_idle_seconds_max * 1000};      ///< between requests; also an answer not read
  milliseconds close_time{limits::close_seconds_max * 1000};         ///< from our close until the connection is cut
};

/// What a server did since its start. Counts, not rates.
struct ServerCounts {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;   ///< closed at once: connections_max, pending_per_address_max or no descriptors
  std::uint64_t requests = 0;  ///< whole HTTP requests, upgrades included
  std::uint64_t upgrades = 0;  ///< accepted WebSocket handshakes
};

class Connection;

/// See the top of the file.
class Server final : private Pollable {
 public:
  /// Binds and listens. `loop` and `handler` outlive the server. Fails with Errc::unavailable (address in use, no
  /// right) or Errc::invalid_config (not an address).
  static Result<std::unique_ptr<Server>> create(Loop& loop, HttpHandler& handler, ServerOptions options);
  /// Cuts what is still open; handlers get on_close(1006). Not from inside a handler's call.
  ~Server();

  /// The port it listens on.
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Open connections.
  [[nodiscard]] std::size_t connections() const { return connections_; }
  [[nodiscard]] const ServerCounts& counts() const { return counts_; }

  /// Graceful end: stops accepting, tells each WebSocketHandler (on_stop) and closes it with 1001, closes idle HTTP
  /// connections, lets queues and running requests finish until `most` has passed, cuts the rest, then calls `done`
  /// once, on the loop, outside of handlers. With no connection `done` comes in the same call.
  void stop(milliseconds most, std::function<void()> done);

 private:
  friend class Connection;
  friend struct ResponderState;
  Server(Loop& loop, HttpHandler& handler, ServerOptions options);
  Result<void> listen();
  void on_events(std::uint32_t events) override;
  bool accept_one();
  bool refuse_with_reserve();
  void pause_accepting();
  bool admit(const PeerAddress& peer);
  void entered(Connection& connection);
  void left(Connection& connection);
  void no_longer_pending(Connection& connection);
  void answer(std::uint64_t request, Response response);
  void stop_listening();
  void cut_all();

  struct AddressHash {
    std::size_t operator()(const std::array<std::uint8_t, 16>& ip) const;
  };

  Loop& loop_;
  HttpHandler& handler_;
  ServerOptions options_;
  int listener_ = -1;
  int reserve_ = -1;  // given up for a moment when descriptors run out, to refuse instead of spinning
  std::uint16_t port_ = 0;
  std::size_t connections_ = 0;
  Connection* first_ = nullptr;                             // list of all connections
  std::unordered_map<std::uint64_t, Connection*> waiting_;  // requests in the hands of a Responder
  std::unordered_map<std::array<std::uint8_t, 16>, std::size_t, AddressHash> pending_;
  std::uint64_t requests_last_ = 0;
  std::shared_ptr<bool> alive_;  // false once destroyed: Responders on other threads may come later
  ServerCounts counts_;
  Timer stop_deadline_;
  Timer accept_again_;
  std::function<void()> stopped_;
  bool stopping_ = false;
};

}  // namespace postage::net
