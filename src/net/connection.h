#pragma once
// One connection: HTTP/1.1 first, WebSocket after an upgrade. Owned by itself (see Link); the server keeps a list.
// Every state but an open WebSocket has a deadline; an open WebSocket's liveness is its handler's matter.
// Thread: its loop.
#include <cstdint>
#include <memory>
#include <string>

#include "net/frame_reader.h"
#include "net/http_parser.h"
#include "net/link.h"
#include "net/ports.h"
#include "net/timer_wheel.h"

namespace postage::net {

class Server;

/// See the top of the file.
class Connection final : public Link, private ByteSink, private FrameEvents {
 public:
  /// `server` outlives the connection.
  Connection(Server& server, Loop& loop, int descriptor, ssl_st* ssl, const PeerAddress& peer);
  ~Connection() override;

  /// Begins; ends at once when the kernel cannot watch it.
  void open();
  /// The answer to the request in the hands of a Responder.
  void answer(Response response);
  /// The server stops: see Server::stop.
  void stop_gracefully();
  /// Ends now.
  void cut_now() { cut(); }

 private:
  friend class Server;
  // HTTP's part; freed when the connection becomes a WebSocket.
  struct Http {
    explicit Http(HttpLimits limits) : parser(limits) {}
    HttpParser parser;
    std::string kept;           // came while a request waited for its answer
    std::size_t kept_at = 0;    // read up to here
    std::uint64_t waiting = 0;  // number of the request in the hands of a Responder, or 0
    bool head_only = false;     // that request was HEAD
    bool keep_alive = false;    // and its client would go on
    bool old_version = false;
    bool stop_after_answer = false;
  };
  enum class State : std::uint8_t { head, body, answer, idle, websocket, ending };
  // Of every state but an open WebSocket, which is what most connections are.
  struct Patience final : Deadline {
    explicit Patience(Connection& c) : connection(c) {}
    void on_due() override { connection.on_due(); }
    Connection& connection;
    std::size_t queued = 0;  // when it was armed, to see progress of a slow reader
  };

  // Link
  void on_bytes(char* data, std::size_t size) override;
  void on_end_of_bytes() override;
  void on_queue_empty() override;
  void on_cut() override;
  void on_due();
  // ByteSink
  bool send(BufferRef framed) override;
  bool append(std::string_view framed) override;
  void expect(const Footprint& footprint) override { Link::expect(footprint); }
  void close(std::uint16_t code, std::string_view reason, Pending pending) override;
  void set_message_limit(std::size_t bytes) override { reader_.set_message_limit(bytes); }
  [[nodiscard]] std::size_t queued_bytes() const override { return queued().bytes(); }
  [[nodiscard]] const PeerAddress& peer() const override { return peer_; }
  [[nodiscard]] bool tls() const override { return encrypted(); }
  // FrameEvents
  bool on_message_frame(bool text, std::string_view payload) override;
  bool on_ping(std::string_view payload) override;
  void on_close_frame(std::uint16_t code, std::string_view reason) override;

  void enter(State state);
  // HTTP
  std::size_t read_http(char* data, std::size_t size);
  [[nodiscard]] bool http_is_full() const;
  void take_request();
  void hand_out(Request request);
  void upgrade(Request request);
  void become_websocket(const Request& request, Upgrade accepted);
  void respond(const Response& response, bool keep_alive);
  void go_on_reading();
  void http_deadline();
  // WebSocket
  void read_websocket(char* data, std::size_t size);
  [[nodiscard]] bool has_room(std::size_t bytes);
  void queue_close_frame(std::uint16_t code, std::string_view reason);
  void tell_closed(std::uint16_t code, std::string_view reason);
  void end();

  // First what every message touches.
  std::unique_ptr<WebSocketHandler> handler_;
  std::unique_ptr<Http> http_;
  Server& server_;
  FrameReader reader_;
  std::uint16_t close_code_ = 0;  // of the close frame we sent, or 0
  State state_ = State::head;
  bool pending_ = true;  // counted among those that are not WebSockets
  bool anything_came_ = false;
  PeerAddress peer_;
  std::unique_ptr<Patience> patience_;
  Connection* previous_ = nullptr;  // the server's list
  Connection* next_ = nullptr;
};

}  // namespace postage::net
