#pragma once
// For this room's tests: a server on a loop thread of its own, a client of plain blocking sockets, and handlers that
// write down what happened. Waiting is always for an event, with a deadline that only a broken test meets.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <condition_variable>
#include <cstring>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/websocket_frame.h"
#include "net/server.h"

namespace postage::net::testing {

inline constexpr std::chrono::seconds kPatience{20};

/// What handlers saw, in order, as lines; any thread.
class Journal {
 public:
  void add(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }
  /// The next line, or "(nothing came)".
  std::string next() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kPatience, [this] { return !lines_.empty(); })) return "(nothing came)";
    std::string line = std::move(lines_.front());
    lines_.pop_front();
    return line;
  }
  bool empty() {
    const std::lock_guard lock(mutex_);
    return lines_.empty();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> lines_;
};

/// Echoes; understands a few commands as text messages.
class EchoHandler : public WebSocketHandler {
 public:
  explicit EchoHandler(Journal& journal) : journal_(journal) {}
  ~EchoHandler() override { journal_.add("destroyed"); }
  void on_open(ByteSink& sink) override {
    sink_ = &sink;
    journal_.add("open");
  }
  void on_message(bool text, std::string_view payload) override {
    if (text && payload == "!close") {
      sink_->close(4001, "as you wish");
      EXPECT_FALSE(sink_->send(BufferRef(std::string("\x81\x01x"))));
      return;
    }
    if (text && payload.starts_with("!limit ")) sink_->set_message_limit(std::stoul(std::string(payload.substr(7))));
    std::string frame;
    append_frame(frame, text ? websocket::kText : websocket::kBinary, payload);
    sink_->send(BufferRef(std::move(frame)));
  }
  void on_close(std::uint16_t code, std::string_view reason) override {
    EXPECT_FALSE(sink_->send(BufferRef(std::string("\x81\x01x"))));
    journal_.add("close " + std::to_string(code) + (reason.empty() ? "" : " " + std::string(reason)));
  }
  void on_drained() override { journal_.add("drained"); }
  void on_stop() override { journal_.add("stop"); }

 protected:
  Journal& journal_;
  ByteSink* sink_ = nullptr;
};

/// Answers requests at once, refuses upgrades of "/refuse", makes handlers by `make`.
class TestHandler : public HttpHandler {
 public:
  explicit TestHandler(Journal& journal) : journal_(journal) {}
  std::function<void(Request, Responder)> on_request;
  std::function<std::unique_ptr<WebSocketHandler>()> make = [this] { return std::make_unique<EchoHandler>(journal_); };
  std::size_t message_limit = 1 << 20;

  void handle(Request request, Responder responder) override {
    if (on_request) {
      on_request(std::move(request), std::move(responder));
      return;
    }
    Response response;
    response.headers.push_back({"Content-Type", "text/plain"});
    response.body = request.method + " " + request.target + " " + request.body;
    responder(std::move(response));
  }
  UpgradeAnswer upgrade(const Request& request) override {
    if (request.path() == "/refuse")
      return Response::problem(403, "not here, " + std::string(request.header("Origin")));
    static constexpr std::string_view kProtocols[] = {"postage.v1", "postage.json.v1"};
    Upgrade upgrade;
    upgrade.handler = make();
    upgrade.subprotocol = choose_subprotocol(request, kProtocols);
    upgrade.message_limit = message_limit;
    return upgrade;
  }

 private:
  Journal& journal_;
};

/// A server on its own thread. `clock` may be a ManualClock.
class TestServer {
 public:
  explicit TestServer(Clock& clock, ServerOptions options = {}, HttpHandler* handler = nullptr) : own_(journal) {
    loop = Loop::create(clock).value();
    server = Server::create(*loop, handler != nullptr ? *handler : own_, options).value();
    thread_ = std::thread([this] { loop->run(); });
  }
  explicit TestServer(ServerOptions options = {}) : TestServer(system_clock(), options) {}
  ~TestServer() { shut(); }
  void shut() {
    if (!thread_.joinable()) return;
    loop->stop();
    thread_.join();
    server.reset();
  }
  TestHandler& handler() { return own_; }
  [[nodiscard]] std::uint16_t port() const { return port_ != 0 ? port_ : server->port(); }
  /// Runs `call` on the loop and waits for it.
  template <class Call>
  auto on_loop(Call call) {
    std::promise<decltype(call())> promise;
    auto future = promise.get_future();
    loop->post([&] {
      if constexpr (std::is_void_v<decltype(call())>) {
        call();
        promise.set_value();
      } else {
        promise.set_value(call());
      }
    });
    return future.get();
  }
  /// Two full turns: whatever was ready before the call has been dealt with.
  void settle() {
    for (int i = 0; i < 3; ++i) on_loop([] {});
  }

  Journal journal;
  std::unique_ptr<Loop> loop;
  std::unique_ptr<Server> server;

 private:
  TestHandler own_;
  std::thread thread_;
  std::uint16_t port_ = 0;
};

/// One frame as received.
struct Frame {
  bool last = false;
  std::uint8_t opcode = 0;
  std::string payload;
  bool operator==(const Frame&) const = default;
};

/// A client frame: masked, any bits as wanted.
inline std::string client_frame(std::uint8_t first_byte, std::string_view payload, std::uint32_t mask = 0x37fa213d) {
  std::string out;
  append_frame_header(out, 0, payload.size());
  out[0] = static_cast<char>(first_byte);
  out[1] = static_cast<char>(out[1] | static_cast<char>(0x80));
  char key[4];
  std::memcpy(key, &mask, 4);
  out.append(key, 4);
  for (std::size_t i = 0; i < payload.size(); ++i) out.push_back(static_cast<char>(payload[i] ^ key[i & 3]));
  return out;
}
inline std::string text_frame(std::string_view payload) { return client_frame(0x81, payload); }
inline std::string close_payload(std::uint16_t code, std::string_view reason = {}) {
  return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)} + std::string(reason);
}

inline const std::string kHandshake =
    "GET /rtm HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

/// A blocking client; every read has a deadline.
class Peer {
 public:
  explicit Peer(std::uint16_t port, int receive_buffer = 0) {
    descriptor_ = ::socket(AF_INET, SOCK_STREAM, 0);
    if (receive_buffer != 0) ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const timeval patience{kPatience.count(), 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    EXPECT_TRUE(connected_);
  }
  /// Connected, upgraded.
  static std::unique_ptr<Peer> websocket(std::uint16_t port, int receive_buffer = 0) {
    auto peer = std::make_unique<Peer>(port, receive_buffer);
    peer->write(kHandshake);
    EXPECT_TRUE(peer->read_head().starts_with("HTTP/1.1 101 "));
    return peer;
  }
  ~Peer() {
    SSL_free(ssl_);
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  /// Speaks TLS from here on; false when the handshake fails.
  bool start_tls(SSL_CTX* context, SSL_SESSION* session = nullptr) {
    ssl_ = SSL_new(context);
    SSL_set_fd(ssl_, descriptor_);
    if (session != nullptr) SSL_set_session(ssl_, session);
    return SSL_connect(ssl_) == 1;
  }
  SSL* ssl() { return ssl_; }
  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// False when the other side is gone.
  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ssl_ != nullptr ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                                           : ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void write_one_by_one(std::string_view bytes) {
    const int one = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, 1 /* TCP_NODELAY */, &one, sizeof one);
    for (const char byte : bytes) {
      if (!write({&byte, 1})) return;
    }
  }
  void end_writing() { ::shutdown(descriptor_, SHUT_WR); }
  /// Ends with RST.
  void reset() {
    const linger at_once{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(descriptor_, -1));
  }

  /// Exactly `size` bytes, fewer when the stream ends.
  std::string read(std::size_t size) {
    while (buffer_.size() < size && fill()) {
    }
    std::string out = buffer_.substr(0, size);
    buffer_.erase(0, out.size());
    return out;
  }
  /// Up to and with the empty line.
  std::string read_head() {
    std::size_t end = std::string::npos;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!fill()) return read(buffer_.size());
    }
    return read(end + 4);
  }
  /// A whole answer with Content-Length: head and body in one string.
  std::string read_answer() {
    std::string head = read_head();
    const std::size_t at = head.find("Content-Length: ");
    return at == std::string::npos ? head : head + read(std::stoul(head.substr(at + 16)));
  }
  Frame read_frame() {
    const std::string start = read(2);
    if (start.size() < 2) return {};
    EXPECT_EQ(start[1] & 0x80, 0) << "a server's frame must not be masked";
    std::size_t length = start[1] & 0x7F;
    const std::string more = read(length == 126 ? 2 : length == 127 ? 8 : 0);
    if (!more.empty()) length = 0;
    for (const char byte : more) length = length << 8 | static_cast<std::uint8_t>(byte);
    return {(start[0] & 0x80) != 0, static_cast<std::uint8_t>(start[0] & 0x7F), read(length)};
  }
  /// True when the server ends the stream without sending more.
  bool at_end() { return buffer_.empty() && !fill() && !timed_out_; }
  /// The code of the close frame that comes next, after skipping other frames; 0 when the stream ends instead.
  int read_close_code() {
    for (;;) {
      const Frame frame = read_frame();
      if (frame.opcode == websocket::kClose) {
        if (frame.payload.empty()) return 1005;
        return static_cast<std::uint8_t>(frame.payload[0]) << 8 | static_cast<std::uint8_t>(frame.payload[1]);
      }
      if (frame == Frame()) return 0;
    }
  }

 private:
  bool fill() {
    char bytes[65536];
    const ssize_t got =
        ssl_ != nullptr ? SSL_read(ssl_, bytes, sizeof bytes) : ::recv(descriptor_, bytes, sizeof bytes, 0);
    if (got < 0 && ssl_ == nullptr && (errno == EAGAIN || errno == EWOULDBLOCK)) timed_out_ = true;
    if (got <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }
  int descriptor_ = -1;
  bool connected_ = false;
  bool timed_out_ = false;
  SSL* ssl_ = nullptr;
  std::string buffer_;
};

}  // namespace postage::net::testing
