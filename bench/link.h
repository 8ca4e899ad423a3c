#pragma once
// One connection of the load generator: TCP, WebSocket or WebSocket over TLS. Blocking while it is set up, then not.
#include <openssl/ssl.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postage::bench {

class Link {
 public:
  Link(int id, bool websocket) : id_(id), websocket_(websocket) {}
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link();

  /// Connects to 127.0.0.1:`port`, through TLS if `tls`; blocking, 10 s at most. Ends the process on failure.
  void connect(int port, SSL_CTX* tls);
  /// Asks for the WebSocket; blocking. Ends the process if it is refused.
  void upgrade(const std::string& path, const std::string& subprotocol);
  void make_nonblocking(int epoll);

  /// Wraps `message` for this transport: a masked frame of `opcode`, or as it is.
  void wrap(std::string& out, std::string_view message, int opcode) const;
  /// Sends now what the socket takes and queues the rest.
  void send(std::string_view bytes);
  /// Sends queued bytes, when epoll says that there is room.
  void flush();
  /// Appends what has arrived to `bytes`; false when nothing has. Ends the process when the server closed.
  bool receive(std::string& bytes);

  [[nodiscard]] int id() const { return id_; }
  [[nodiscard]] bool websocket() const { return websocket_; }

  std::string frames;  ///< bytes of a WebSocket frame that is not whole yet
  std::string stream;  ///< bytes of a message that is not whole yet
  bool subscriber = false;
  int answers = 0;                  ///< acknowledgements during set-up, later of publishes
  std::vector<std::uint32_t> next;  ///< per publisher: the sequence number expected
  std::uint64_t deliveries = 0;
  std::uint64_t sent_at = 0;  ///< ping-pong: when its message went out

 private:
  long read(char* to, std::size_t size);
  long write(const char* from, std::size_t size);
  void want_write(bool wanted);
  int id_;
  bool websocket_;
  int fd_ = -1;
  int epoll_ = -1;
  SSL* tls_ = nullptr;
  std::string output_;
  bool wants_write_ = false;
};

}  // namespace postage::bench
