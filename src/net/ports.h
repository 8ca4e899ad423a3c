#pragma once
// The two ports of this room and what passes through them. `app` implements them with the gateway and the REST doors.
//
// Thread: everything here runs on the connection's loop thread, except Responder, which any thread may call.
// Life: a connection owns its WebSocketHandler. It calls on_open once, then on_message, on_drained and on_stop any
// number of times, then on_close exactly once, then destroys the handler in the same turn. The ByteSink given to
// on_open is valid until the handler's destructor returns. No handler function is called from inside a ByteSink
// function, so a handler may call any of them from any of its functions, close() included.
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/limits.h"
#include "base/footprint.h"
#include "base/shared_buffer.h"

namespace postage::net {

/// Close codes of RFC 6455 section 7.4.1 that we use or report. Codes 4000 to 4999 are the application's own.
namespace close_code {
inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t unsupported = 1003;
inline constexpr std::uint16_t no_status = 1005;  ///< only reported: the peer's close frame held no code
inline constexpr std::uint16_t abnormal = 1006;   ///< only reported: the connection ended without a close frame
inline constexpr std::uint16_t bad_payload = 1007;
inline constexpr std::uint16_t policy = 1008;
inline constexpr std::uint16_t too_big = 1009;
inline constexpr std::uint16_t internal = 1011;
}  // namespace close_code

/// on_message's payload is followed by at least this many readable bytes (of any content), as simdjson wants.
inline constexpr std::size_t kPayloadPadding = 64;

/// Who is at the other end. IPv4 is kept as an IPv4-mapped IPv6 address.
struct PeerAddress {
  std::array<std::uint8_t, 16> ip{};
  std::uint16_t port = 0;
  /// "192.0.2.1" or "2001:db8::1", without the port.
  [[nodiscard]] std::string ip_text() const;
  bool operator==(const PeerAddress&) const = default;
};

/// What close() does with bytes that still wait in the queue.
enum class Pending : std::uint8_t {
  send,  ///< they go out before the close frame
  drop,  ///< whole buffers that have not begun to go out are dropped: for a consumer that is too slow to take them
};

/// The way out of one WebSocket connection. Thread: its loop. See the top of the file for its life.
class ByteSink {
 public:
  /// Queues bytes that already hold WebSocket frames (base/websocket_frame.h); whole frames per buffer. No system call:
  /// everything queued in a turn goes out with one write at its end. False, and nothing queued, when the queue would
  /// pass its limit (limits::send_queue_bytes_max unless the server is told otherwise) or the connection is closing.
  virtual bool send(BufferRef framed) = 0;
  /// The same for few bytes that are for this connection alone: they are copied.
  virtual bool append(std::string_view framed) = 0;
  /// What this connection's next message is likely to touch: asked for while the kernel hands over its bytes.
  virtual void expect(const Footprint& footprint) = 0;
  /// Begins the close handshake: queues a close frame (reason cut at 123 bytes), takes no further messages, and ends
  /// the connection when the peer answers or after a few seconds. on_close follows in a later call. Idempotent.
  virtual void close(std::uint16_t code, std::string_view reason, Pending pending) = 0;
  void close(std::uint16_t code, std::string_view reason) { close(code, reason, Pending::send); }
  /// Largest message taken from the peer from now on, bytes, fragments together. A larger one closes with 1009.
  virtual void set_message_limit(std::size_t bytes) = 0;
  /// Bytes queued and not yet taken by the kernel.
  [[nodiscard]] virtual std::size_t queued_bytes() const = 0;
  [[nodiscard]] virtual const PeerAddress& peer() const = 0;
  /// True when the connection is encrypted by us.
  [[nodiscard]] virtual bool tls() const = 0;

 protected:
  ~ByteSink() = default;
};

/// What a WebSocket connection tells its owner. Thread: the connection's loop.
class WebSocketHandler {
 public:
  virtual ~WebSocketHandler() = default;
  /// The handshake is answered; `sink` may be used from here on.
  virtual void on_open(ByteSink& sink) = 0;
  /// One whole message; `text` payloads are valid UTF-8. The view is good during the call, with kPayloadPadding.
  virtual void on_message(bool text, std::string_view payload) = 0;
  /// The connection has ended: the peer's code, ours if we closed, or 1006 if it was cut. Nothing is called after it.
  virtual void on_close(std::uint16_t code, std::string_view reason) = 0;
  /// The queue is empty again after the kernel had refused bytes or send() had returned false.
  virtual void on_drained() {}
  /// The server stops. Say goodbye and close; who has not closed on return is closed with 1001.
  virtual void on_stop() {}
};

struct Header {
  std::string name;  ///< as sent
  std::string value;
};

/// One HTTP request, whole. Owns its bytes: it may be moved to another thread.
struct Request {
  std::string method;  ///< as sent, case matters: "GET"
  std::string target;  ///< origin form: path with query, still percent-encoded; begins with '/'
  std::vector<Header> headers;
  std::string body;
  PeerAddress peer;
  bool tls = false;

  /// Value of the first header of that name (any case), or empty.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  /// Target before '?'.
  [[nodiscard]] std::string_view path() const;
  /// Target after '?', without it.
  [[nodiscard]] std::string_view query() const;
};

/// One HTTP answer. Content-Length, Date and Connection are written by the server. To a HEAD request the body is not
/// sent, only its length: a handler answers HEAD as it answers GET.
struct Response {
  int status = 200;
  std::vector<Header> headers;
  std::string body;
  bool close = false;  ///< end the connection after this answer

  /// An application/problem+json answer with that status and text.
  static Response problem(int status, std::string_view detail);
};

struct ResponderState;
/// The right to answer one request, once. Thread: any; the answer travels to the connection's loop. Safe when the
/// connection, the server or the loop has gone meanwhile (the answer is dropped). When the last copy goes unanswered
/// the client gets a 500.
class Responder {
 public:
  explicit Responder(std::shared_ptr<ResponderState> state) : state_(std::move(state)) {}
  /// Answers. The second and later calls, on any copy, do nothing.
  void operator()(Response response) const;

 private:
  std::shared_ptr<ResponderState> state_;  // Shared by design: handlers keep it in callbacks that must be copyable.
};

/// An accepted WebSocket handshake.
struct Upgrade {
  std::unique_ptr<WebSocketHandler> handler;
  std::string subprotocol;  ///< one of those offered, or empty
  std::size_t message_limit = limits::frame_bytes_before_login_max;
};
/// The handler takes the connection, or refuses it with an ordinary answer.
using UpgradeAnswer = std::variant<Upgrade, Response>;

/// The first of `supported` that the request offers in Sec-WebSocket-Protocol, or empty.
[[nodiscard]] std::string_view choose_subprotocol(const Request& request, std::span<const std::string_view> supported);

/// What an HTTP server asks its owner. Thread: the loop of the connection; one object may serve several loops.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  /// Answer `request` through `responder`, now or later. Must not block.
  virtual void handle(Request request, Responder responder) = 0;
  /// A well-formed WebSocket handshake (version, key, method checked; Origin and path are the handler's matter).
  virtual UpgradeAnswer upgrade(const Request& request) = 0;
};

}  // namespace postage::net
