#pragma once
// A small real client over a real socket: what the demo's trickle of traffic and the server's own probes are made of.
// Blocking, with deadlines.
// Thread: one; no errors but "the connection is gone", after which the owner makes a new one.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "wire/codec.h"

namespace postage::app {

class DemoClient {
 public:
  struct Options {
    milliseconds wait{5000};           ///< for each answer
    std::string headers;               ///< more lines of the handshake, each ended by CRLF
    std::string name = "postage-demo"; ///< told to the server
  };
  DemoClient() = default;
  explicit DemoClient(Options options) : options_(std::move(options)) {}
  ~DemoClient() { disconnect(); }
  DemoClient(const DemoClient&) = delete;
  DemoClient& operator=(const DemoClient&) = delete;

  /// Connects to 127.0.0.1:port, upgrades, says hello and logs in. Errors: unavailable, or the server's refusal.
  Result<void> log_in(std::uint16_t port, std::string_view app_id, std::string_view user, std::string_view token);
  /// Subscribes and waits for the answer. Errors as log_in.
  Result<void> subscribe(std::string_view channel);
  /// Publishes text and waits for the answer. Errors as log_in.
  Result<void> publish(std::string_view channel, std::string_view text);
  /// Publishes text to a channel it has subscribed and waits for the answer and for its own delivery, in either order.
  Result<void> publish_and_receive(std::string_view channel, std::string_view text);
  /// Logs out and disconnects. Errors as log_in.
  Result<void> log_out();
  /// Sends a heartbeat and reads what has arrived. Errors: unavailable.
  Result<void> keep_alive();
  /// Closes the socket at once.
  void disconnect();
  [[nodiscard]] bool connected() const { return socket_ >= 0; }

 private:
  Result<void> open(std::uint16_t port);
  Result<void> send_frame(const wire::Request& request);
  Result<void> ask(wire::Request request);
  Result<void> await(std::uint64_t request_id);
  Result<bool> read_some();
  std::optional<std::string_view> next_frame();

  Options options_;
  int socket_ = -1;
  std::uint64_t last_request_ = 0;
  std::string input_;
  std::size_t consumed_ = 0;
};

}  // namespace postage::app
