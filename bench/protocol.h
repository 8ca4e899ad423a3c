#pragma once
// What the contenders speak: how to log in, subscribe and publish, and how to find the deliveries in what comes back.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "bench/link.h"
#include "bench/options.h"

namespace postage::bench {

/// Where a protocol reports what it has read.
class Listener {
 public:
  virtual ~Listener() = default;
  /// A subscriber got a message.
  virtual void on_delivery(Link& link, std::string_view payload) = 0;
  /// Something was acknowledged.
  virtual void on_answer(Link& link) = 0;
  virtual void on_error(Link& link, std::string_view text) = 0;
};

/// Thread: the load generator's one.
class Protocol {
 public:
  virtual ~Protocol() = default;
  /// Offered in the WebSocket upgrade.
  [[nodiscard]] virtual std::string subprotocol() const { return ""; }
  /// WebSocket opcode of its messages.
  [[nodiscard]] virtual int opcode() const { return 2; }
  /// Whether one WebSocket message is one message of the protocol; else messages are pieces of a stream.
  [[nodiscard]] virtual bool whole_messages() const { return false; }
  /// Appends the wrapped messages that open a session; how many answers to wait for.
  virtual int greet(const Link& link, std::string& out) = 0;
  /// Appends a wrapped subscribe; how many answers to wait for.
  virtual int subscribe(const Link& link, std::string& out, const std::string& channel) = 0;
  virtual void publish(const Link& link, std::string& out, const std::string& channel, std::string_view payload) = 0;
  /// Reads messages from `bytes`; how many bytes were used.
  virtual std::size_t parse(Link& link, std::string_view bytes, Listener& listener) = 0;
};

/// Ends the process if there is no such protocol.
std::unique_ptr<Protocol> make_protocol(const Options& options);

/// Undoes WebSocket framing in `bytes` for the protocol; how many bytes were used. Pings are answered.
std::size_t parse_frames(Protocol& protocol, Link& link, std::string_view bytes, Listener& listener);
/// Hands `bytes` that arrived at `link` to the protocol and keeps what is not whole yet.
void feed(Protocol& protocol, Link& link, std::string_view bytes, Listener& listener);

}  // namespace postage::bench
