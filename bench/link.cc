#include "bench/link.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/websocket_frame.h"
#include "bench/options.h"

namespace postage::bench {
namespace {
/// A real mask, the same for every frame: the server has to unmask all the same.
constexpr char kMask[4] = {1, 2, 3, 4};
constexpr std::size_t kReadBytes = 256 * 1024;
}  // namespace

Link::~Link() {
  if (tls_ != nullptr) SSL_free(tls_);
  if (fd_ >= 0) ::close(fd_);
}

void Link::connect(int port, SSL_CTX* tls) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int one = 1;
  const linger reset{1, 0};  // thousands of short runs must not leave TIME_WAIT behind
  const timeval patience{10, 0};
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    fail(std::string("connect: ") + std::strerror(errno));
  if (tls == nullptr) return;
  tls_ = SSL_new(tls);
  SSL_set_fd(tls_, fd_);
  if (SSL_connect(tls_) != 1) fail("TLS handshake");
}

void Link::upgrade(const std::string& path, const std::string& subprotocol) {
  std::string request = "GET " + path +
                        " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
  if (!subprotocol.empty()) request += "Sec-WebSocket-Protocol: " + subprotocol + "\r\n";
  send(request + "\r\n");
  std::string answer;
  while (answer.find("\r\n\r\n") == std::string::npos) {
    if (!receive(answer)) fail("no answer to the upgrade");
  }
  if (!answer.starts_with("HTTP/1.1 101")) fail("upgrade refused: " + answer);
  frames = answer.substr(answer.find("\r\n\r\n") + 4);
}

void Link::make_nonblocking(int epoll) {
  ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK);
  epoll_ = epoll;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = this;
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd_, &event);
}

void Link::wrap(std::string& out, std::string_view message, int opcode) const {
  if (!websocket_) {
    out.append(message);
    return;
  }
  const std::size_t begin = out.size();
  append_frame_header(out, static_cast<std::uint8_t>(opcode), message.size());
  out[begin + 1] = static_cast<char>(out[begin + 1] | 0x80);
  out.append(kMask, sizeof kMask);
  const std::size_t data = out.size();
  out.append(message);
  for (std::size_t i = 0; i < message.size(); ++i) out[data + i] = static_cast<char>(out[data + i] ^ kMask[i & 3]);
}

long Link::read(char* to, std::size_t size) {
  if (tls_ == nullptr) return ::recv(fd_, to, size, 0);
  const int got = SSL_read(tls_, to, static_cast<int>(size));
  if (got > 0) return got;
  const int why = SSL_get_error(tls_, got);
  errno = EAGAIN;
  return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? -1 : 0;
}

long Link::write(const char* from, std::size_t size) {
  if (tls_ == nullptr) return ::send(fd_, from, size, MSG_NOSIGNAL);
  const int sent = SSL_write(tls_, from, static_cast<int>(size));
  if (sent > 0) return sent;
  const int why = SSL_get_error(tls_, sent);
  errno = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? EAGAIN : EPIPE;
  return -1;
}

void Link::want_write(bool wanted) {
  if (wants_write_ == wanted || epoll_ < 0) return;
  wants_write_ = wanted;
  epoll_event event{};
  event.events = EPOLLIN | (wanted ? EPOLLOUT : 0U);
  event.data.ptr = this;
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, fd_, &event);
}

void Link::send(std::string_view bytes) {
  if (output_.empty()) {
    const long sent = write(bytes.data(), bytes.size());
    if (sent < 0 && errno != EAGAIN) fail(std::string("send: ") + std::strerror(errno));
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  if (bytes.empty()) return;
  output_.append(bytes);
  if (epoll_ >= 0) {
    want_write(true);
  } else {
    while (!output_.empty()) flush();  // during set-up the socket blocks
  }
}

void Link::flush() {
  const long sent = write(output_.data(), output_.size());
  if (sent < 0 && errno != EAGAIN) fail(std::string("send: ") + std::strerror(errno));
  if (sent > 0) output_.erase(0, static_cast<std::size_t>(sent));
  if (output_.empty()) want_write(false);
}

bool Link::receive(std::string& bytes) {
  static char buffer[kReadBytes];
  const long got = read(buffer, sizeof buffer);
  if (got == 0) fail("the server closed a connection");
  if (got < 0 && errno != EAGAIN && errno != EINTR) fail(std::string("recv: ") + std::strerror(errno));
  if (got > 0) bytes.append(buffer, static_cast<std::size_t>(got));
  return got > 0;
}

}  // namespace postage::bench
