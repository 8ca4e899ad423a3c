#include "net/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/log.h"
#include "net/connection.h"

namespace postage::net {
namespace {
constexpr int kAcceptsPerTurn = 64;
constexpr int kBacklog = 4096;
constexpr milliseconds kAcceptPause{100};  // when the kernel has no memory or descriptors for more

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

Result<SocketAddress> parse_address(const std::string& text, std::uint16_t port) {
  SocketAddress address;
  auto* four = reinterpret_cast<sockaddr_in*>(&address.storage);
  auto* six = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (::inet_pton(AF_INET, text.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    address.size = sizeof *four;
    return address;
  }
  if (::inet_pton(AF_INET6, text.c_str(), &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(port);
    address.size = sizeof *six;
    return address;
  }
  return Error(Errc::invalid_config, "'" + text + "' is not an IPv4 or IPv6 address");
}

PeerAddress peer_of(const SocketAddress& address) {
  PeerAddress peer;
  if (address.storage.ss_family == AF_INET) {
    const auto* four = reinterpret_cast<const sockaddr_in*>(&address.storage);
    peer.ip[10] = peer.ip[11] = 0xFF;
    std::memcpy(peer.ip.data() + 12, &four->sin_addr, 4);
    peer.port = ntohs(four->sin_port);
  } else if (address.storage.ss_family == AF_INET6) {
    const auto* six = reinterpret_cast<const sockaddr_in6*>(&address.storage);
    std::memcpy(peer.ip.data(), &six->sin6_addr, 16);
    peer.port = ntohs(six->sin6_port);
  }
  return peer;
}

void set_option(int descriptor, int level, int name) {
  const int one = 1;
  ::setsockopt(descriptor, level, name, &one, sizeof one);
}

int open_reserve() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }
}  // namespace

std::size_t Server::AddressHash::operator()(const std::array<std::uint8_t, 16>& ip) const {
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(ip.data()), ip.size()});
}

Result<std::unique_ptr<Server>> Server::create(Loop& loop, HttpHandler& handler, ServerOptions options) {
  std::unique_ptr<Server> server(new Server(loop, handler, std::move(options)));
  TRY_VOID(server->listen());
  return server;
}

Server::Server(Loop& loop, HttpHandler& handler, ServerOptions options)
    : loop_(loop),
      handler_(handler),
      options_(std::move(options)),
      alive_(std::make_shared<bool>(true)),
      stop_deadline_(loop, [this] { cut_all(); }),
      accept_again_(loop, [this] {
        if (listener_ >= 0) loop_.poller_.change(listener_, EPOLLIN, this);
      }) {}

Server::~Server() {
  stopped_ = nullptr;
  stop_listening();
  cut_all();
  *alive_ = false;
  loop_.free_ended();
  if (reserve_ >= 0) ::close(reserve_);
}

Result<void> Server::listen() {
  TRY(address, parse_address(options_.address, options_.port));
  listener_ = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener_ < 0) return Error(Errc::unavailable, "no socket to listen on");
  set_option(listener_, SOL_SOCKET, SO_REUSEADDR);
  if (options_.reuse_port) set_option(listener_, SOL_SOCKET, SO_REUSEPORT);
  if (address.storage.ss_family == AF_INET6) {
    const int off = 0;
    ::setsockopt(listener_, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  }
  const std::string where = options_.address + " port " + std::to_string(options_.port);
  if (::bind(listener_, address.get(), address.size) != 0) {
    return Error(Errc::unavailable, where + " cannot be bound: " + (errno == EADDRINUSE ? "in use" : "not permitted"));
  }
  if (::listen(listener_, kBacklog) != 0) return Error(Errc::unavailable, where + " cannot be listened on");
  SocketAddress bound;
  bound.size = sizeof bound.storage;
  ::getsockname(listener_, bound.get(), &bound.size);
  port_ = peer_of(bound).port;
  reserve_ = open_reserve();
  if (!loop_.poller_.add(listener_, EPOLLIN, this)) return Error(Errc::unavailable, "epoll takes no descriptor");
  return {};
}

void Server::on_events(std::uint32_t) {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    if (!accept_one()) return;
  }
}

// False when there is nothing more to accept now.
bool Server::accept_one() {
  SocketAddress address;
  address.size = sizeof address.storage;
  const int descriptor = ::accept4(listener_, address.get(), &address.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor < 0) {
    if (errno == EAGAIN || errno == EWOULDBLOCK) return false;
    if (errno == EINTR || errno == ECONNABORTED || errno == EPROTO) return true;
    if (errno == EMFILE || errno == ENFILE) return refuse_with_reserve();
    pause_accepting();
    return false;
  }
  const PeerAddress peer = peer_of(address);
  ssl_st* ssl = nullptr;
  const bool admitted = admit(peer) && (options_.tls == nullptr || (ssl = options_.tls->open(descriptor)) != nullptr);
  if (!admitted) {
    ++counts_.refused;
    ::close(descriptor);
    return true;
  }
  set_option(descriptor, IPPROTO_TCP, TCP_NODELAY);
  ++counts_.accepted;
  (new Connection(*this, loop_, descriptor, ssl, peer))->open();  // Owned by itself from here on.
  return true;
}

// Descriptors have run out. A waiting client would make epoll report it for ever, so one descriptor is kept in reserve
// to accept it with and tell it so by closing.
bool Server::refuse_with_reserve() {
  if (reserve_ >= 0) ::close(reserve_);
  const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (descriptor >= 0) {
    ++counts_.refused;
    ::close(descriptor);
  }
  reserve_ = open_reserve();
  if (descriptor >= 0 && reserve_ >= 0) return true;
  pause_accepting();
  return false;
}

void Server::pause_accepting() {
  loop_.poller_.change(listener_, 0, this);
  accept_again_.set(loop_.now() + kAcceptPause);
}

bool Server::admit(const PeerAddress& peer) {
  if (connections_ >= options_.connections_max) return false;
  if (options_.pending_per_address_max == 0) return true;
  const auto found = pending_.find(peer.ip);
  return found == pending_.end() || found->second < options_.pending_per_address_max;
}

void Server::entered(Connection& connection) {
  ++connections_;
  connection.next_ = first_;
  if (first_ != nullptr) first_->previous_ = &connection;
  first_ = &connection;
  if (options_.pending_per_address_max != 0) ++pending_[connection.peer_.ip];
}

void Server::no_longer_pending(Connection& connection) {
  if (!connection.pending_) return;
  connection.pending_ = false;
  const auto found = pending_.find(connection.peer_.ip);
  if (found != pending_.end() && --found->second == 0) pending_.erase(found);
}

void Server::left(Connection& connection) {
  no_longer_pending(connection);
  if (connection.previous_ != nullptr) connection.previous_->next_ = connection.next_;
  if (connection.next_ != nullptr) connection.next_->previous_ = connection.previous_;
  if (first_ == &connection) first_ = connection.next_;
  --connections_;
  if (connections_ == 0 && stopping_ && stopped_) {
    stop_deadline_.cancel();
    loop_.post(std::exchange(stopped_, nullptr));
  }
}

void Server::answer(std::uint64_t request, Response response) {
  const auto found = waiting_.find(request);
  if (found == waiting_.end()) return;  // The connection has gone, or the answer came too late.
  Connection* connection = found->second;
  waiting_.erase(found);
  connection->answer(std::move(response));
}

void Server::stop(milliseconds most, std::function<void()> done) {
  if (stopping_) return;
  stopping_ = true;
  stop_listening();
  if (connections_ == 0) {
    done();
    return;
  }
  stopped_ = std::move(done);
  stop_deadline_.set(loop_.now() + most);
  for (Connection* at = first_; at != nullptr;) {
    Connection* next = at->next_;
    at->stop_gracefully();
    at = next;
  }
}

void Server::stop_listening() {
  if (listener_ < 0) return;
  accept_again_.cancel();
  loop_.poller_.remove(listener_, this);
  ::close(std::exchange(listener_, -1));
}

void Server::cut_all() {
  while (first_ != nullptr) first_->cut_now();
}

}  // namespace postage::net
