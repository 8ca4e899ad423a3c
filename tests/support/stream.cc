#include "tests/support/stream.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace postage::testing {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;

Error lost(std::string_view what) { return {Errc::unavailable, std::string(what)}; }
Error lost_by(std::string_view call) { return {Errc::unavailable, std::string(call) + ": " + std::strerror(errno)}; }

Result<int> open_socket(const StreamOptions& options) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return lost_by("socket");
  if (options.receive_buffer > 0) {
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &options.receive_buffer, sizeof options.receive_buffer);
  }
  const int one = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options.port);
  const bool readable = ::inet_pton(AF_INET, options.host.c_str(), &address.sin_addr) == 1;
  if (readable && (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 || errno == EINPROGRESS)) {
    return fd;
  }
  const Error error = readable ? lost_by("connect") : lost("the host must be an IPv4 address");
  ::close(fd);
  return error;
}

}  // namespace

Result<std::unique_ptr<Stream>> Stream::connect(const StreamOptions& options, milliseconds within) {
  const Steady deadline = system_clock().steady() + within;
  std::unique_ptr<Stream> stream(new Stream);
  TRY(fd, open_socket(options));
  stream->fd_ = fd;
  TRY_VOID(stream->wait(POLLOUT, deadline));
  int failure = 0;
  socklen_t size = sizeof failure;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size);
  if (failure != 0) return lost(std::string("connect: ") + std::strerror(failure));
  if (options.tls) TRY_VOID(stream->start_tls(options, deadline));
  return stream;
}

Stream::~Stream() {
  if (tls_ != nullptr) SSL_free(tls_);
  if (context_ != nullptr) SSL_CTX_free(context_);
  if (fd_ >= 0) ::close(fd_);
}

Result<void> Stream::start_tls(const StreamOptions& options, Steady deadline) {
  context_ = SSL_CTX_new(TLS_client_method());
  if (!options.trust.empty()) {
    if (SSL_CTX_load_verify_locations(context_, options.trust.c_str(), nullptr) != 1) return lost("trust file");
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
  }
  tls_ = SSL_new(context_);
  SSL_set_fd(tls_, fd_);
  for (;;) {
    const int code = SSL_connect(tls_);
    if (code == 1) return {};
    TRY_VOID(after_tls(code, deadline));
  }
}

Result<void> Stream::wait(short events, Steady deadline) const {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - system_clock().steady()).count();
    pollfd entry{fd_, events, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000)));
    if (ready > 0) return {};
    if (ready == 0) return lost("deadline");
    if (errno != EINTR) return lost_by("poll");
  }
}

Result<void> Stream::after_tls(int code, Steady deadline) {
  switch (SSL_get_error(tls_, code)) {
    case SSL_ERROR_WANT_READ:
      return wait(POLLIN, deadline);
    case SSL_ERROR_WANT_WRITE:
      return wait(POLLOUT, deadline);
    case SSL_ERROR_ZERO_RETURN:
      return lost("closed");
    default:
      break;
  }
  const unsigned long reason = ERR_get_error();
  ERR_clear_error();
  return lost(reason == 0 ? "closed" : ERR_error_string(reason, nullptr));
}

Result<void> Stream::write(std::string_view bytes, Steady deadline) {
  while (!bytes.empty()) {
    const auto size = static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 20));
    const ssize_t sent = tls_ != nullptr ? SSL_write(tls_, bytes.data(), size)
                                         : ::send(fd_, bytes.data(), static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (tls_ != nullptr) {
      TRY_VOID(after_tls(static_cast<int>(sent), deadline));
    } else if (errno == EAGAIN) {
      TRY_VOID(wait(POLLOUT, deadline));
    } else if (errno != EINTR) {
      return lost_by("send");
    }
  }
  return {};
}

Result<void> Stream::read(std::string& into, Steady deadline) {
  const std::size_t begin = into.size();
  into.resize(begin + kReadBytes);
  for (;;) {
    const ssize_t got = tls_ != nullptr ? SSL_read(tls_, into.data() + begin, kReadBytes)
                                        : ::recv(fd_, into.data() + begin, kReadBytes, 0);
    if (got > 0) {
      into.resize(begin + static_cast<std::size_t>(got));
      return {};
    }
    Result<void> next;
    if (tls_ != nullptr) {
      next = after_tls(static_cast<int>(got), deadline);
    } else if (got == 0) {
      next = lost("closed");
    } else if (errno == EAGAIN) {
      next = wait(POLLIN, deadline);
    } else if (errno != EINTR) {
      next = lost_by("recv");
    }
    if (next) continue;
    into.resize(begin);
    return next;
  }
}

void Stream::finish_sending() { ::shutdown(fd_, SHUT_WR); }

void Stream::cut() {
  const linger hard{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  if (tls_ != nullptr) SSL_set_quiet_shutdown(tls_, 1);
  ::close(std::exchange(fd_, -1));
}

}  // namespace postage::testing
