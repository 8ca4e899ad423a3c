#pragma once
// A byte stream to a server on this machine, plain or TLS, for tests: every wait has a deadline and ends in an Error,
// so that a broken server fails a test instead of hanging it.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

struct ssl_st;
struct ssl_ctx_st;

namespace postage::testing {

struct StreamOptions {
  std::string host = "127.0.0.1";  ///< an IPv4 literal
  std::uint16_t port = 0;
  bool tls = false;
  std::string trust;       ///< PEM file to verify the server by; empty: any certificate is taken
  int receive_buffer = 0;  ///< SO_RCVBUF in bytes, 0: the system's; small ones make slow consumers
};

/// Thread: one at a time.
class Stream {
 public:
  /// Errors: unavailable (nobody listens, handshake refused, deadline).
  static Result<std::unique_ptr<Stream>> connect(const StreamOptions& options, milliseconds within);
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream();

  /// Sends all bytes. Errors: unavailable.
  Result<void> write(std::string_view bytes, Steady deadline);
  /// Appends what has arrived, at least one byte. Errors: unavailable with detail "deadline" or "closed".
  Result<void> read(std::string& into, Steady deadline);
  /// Half-closes the sending side (plain streams), so that the peer sees the end and may still answer.
  void finish_sending();
  /// Ends the connection at once with a reset, as a lost network does.
  void cut();
  [[nodiscard]] int descriptor() const { return fd_; }

 private:
  Stream() = default;
  Result<void> start_tls(const StreamOptions& options, Steady deadline);
  /// Waits until the socket is ready for `events`. Errors: unavailable "deadline".
  Result<void> wait(short events, Steady deadline) const;
  /// After an OpenSSL call that returned `code`: waits if it wants to, else the error.
  Result<void> after_tls(int code, Steady deadline);

  int fd_ = -1;
  ssl_ctx_st* context_ = nullptr;
  ssl_st* tls_ = nullptr;
};

}  // namespace postage::testing
