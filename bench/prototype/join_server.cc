// The reference of bench/run: the experiment whose data path Postage's design was measured on, kept as it was but for
// its layout and for the variants that lost. It does nothing but carry bytes: no accounts, numbering, meters, quotas,
// limits or timers, so it shows what those cost. Raw epoll, one thread; the frames that one channel gets in one turn of
// the loop are joined into one shared buffer; each connection is written once, at the end of the turn.
//   join_server PORT [PEM]      with PEM (certificate and key) it speaks TLS by OpenSSL on the socket
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "websocket_text.h"

namespace prototype {
namespace {

constexpr std::size_t kReadBytes = 1 << 16;
constexpr std::size_t kJoinBytes = 65536;
constexpr std::size_t kRecordBytes = 16384;
constexpr std::size_t kVectors = 256;

/// Bytes shared by the queues of all receivers.
struct Frame {
  unsigned references = 1;
  std::string data;
  void ref() { ++references; }
  void unref() {
    if (--references == 0) delete this;
  }
};

struct Connection {
  int fd = -1;
  bool upgraded = false, dirty = false, wants_write = false, dead = false;
  SSL* tls = nullptr;
  std::uint32_t head = 0, offset = 0;  ///< first queued frame, and how much of it is sent
  std::string input;
  std::vector<Frame*> queue;
};

struct Channel {
  std::vector<Connection*> subscribers;
  Frame* joined = nullptr;
  std::string name;
};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
};

class Server {
 public:
  Server(int port, SSL_CTX* tls) : tls_(tls) {
    epoll_ = ::epoll_create1(0);
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    const int one = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_, 4096) != 0) {
      std::perror("bind");
      std::exit(1);
    }
    watch(EPOLL_CTL_ADD, listener_, EPOLLIN, nullptr);
  }

  [[noreturn]] void run() {
    std::vector<epoll_event> events(1024);
    for (;;) {
      const int n = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < n; ++i) handle(events[static_cast<std::size_t>(i)]);
      finish_turn();
    }
  }

 private:
  void watch(int operation, int fd, std::uint32_t events, void* who) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = who;
    ::epoll_ctl(epoll_, operation, fd, &event);
  }

  void handle(const epoll_event& event) {
    if (event.data.ptr == nullptr) return accept_some();
    auto* c = static_cast<Connection*>(event.data.ptr);
    if ((event.events & EPOLLOUT) != 0) flush(c);
    if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && !read(c)) close(c);
  }

  void accept_some() {
    for (int k = 0; k < 64; ++k) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
      if (fd < 0) return;
      const int one = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      auto* c = new Connection;
      c->fd = fd;
      if (tls_ != nullptr) {
        c->tls = SSL_new(tls_);
        SSL_set_fd(c->tls, fd);
        SSL_set_accept_state(c->tls);
      }
      watch(EPOLL_CTL_ADD, fd, EPOLLIN, c);
    }
  }

  void mark(Connection* c) {
    if (c->dirty) return;
    c->dirty = true;
    dirty_.push_back(c);
  }

  ssize_t write_tls(Connection* c) {
    flat_.clear();
    for (std::size_t i = c->head; i < c->queue.size() && flat_.size() < kRecordBytes; ++i) {
      flat_.append(c->queue[i]->data, i == c->head ? c->offset : 0, kRecordBytes - flat_.size());
    }
    const int sent = SSL_write(c->tls, flat_.data(), static_cast<int>(flat_.size()));
    if (sent > 0) return sent;
    const int why = SSL_get_error(c->tls, sent);
    errno = why == SSL_ERROR_WANT_WRITE || why == SSL_ERROR_WANT_READ ? EAGAIN : EPIPE;
    return -1;
  }

  /// One attempt to send the queue.
  ssize_t write(Connection* c) {
    if (c->tls != nullptr) return write_tls(c);
    const std::size_t count = std::min(c->queue.size() - c->head, kVectors);
    const std::string& first = c->queue[c->head]->data;
    if (count == 1) return ::send(c->fd, first.data() + c->offset, first.size() - c->offset, MSG_NOSIGNAL);
    iovec vectors[kVectors];
    for (std::size_t i = 0; i < count; ++i) {
      std::string& data = c->queue[c->head + i]->data;
      vectors[i] = {data.data(), data.size()};
    }
    vectors[0].iov_base = static_cast<char*>(vectors[0].iov_base) + c->offset;
    vectors[0].iov_len -= c->offset;
    msghdr message{};
    message.msg_iov = vectors;
    message.msg_iovlen = count;
    return ::sendmsg(c->fd, &message, MSG_NOSIGNAL);
  }

  void want_write(Connection* c, bool wanted) {
    if (c->wants_write == wanted) return;
    watch(EPOLL_CTL_MOD, c->fd, EPOLLIN | (wanted ? static_cast<std::uint32_t>(EPOLLOUT) : 0U), c);
    c->wants_write = wanted;
  }

  void flush(Connection* c) {
    while (c->head < c->queue.size()) {
      const ssize_t sent = write(c);
      if (sent < 0) {
        if (errno == EAGAIN) return want_write(c, true);
        c->dead = true;
        return;
      }
      consume(c, static_cast<std::size_t>(sent));
    }
    c->queue.clear();
    c->head = 0;
    want_write(c, false);
  }

  static void consume(Connection* c, std::size_t sent) {
    while (sent > 0) {
      Frame* frame = c->queue[c->head];
      const std::size_t left = frame->data.size() - c->offset;
      if (sent < left) {
        c->offset += static_cast<std::uint32_t>(sent);
        return;
      }
      sent -= left;
      c->offset = 0;
      frame->unref();
      ++c->head;
    }
  }

  void deliver(Channel& channel, Frame* frame) {
    for (Connection* c : channel.subscribers) {
      frame->ref();
      c->queue.push_back(frame);
      mark(c);
    }
  }

  /// Hands the joined frames of a channel to its subscribers.
  void release(Channel& channel) {
    if (channel.joined == nullptr) return;
    deliver(channel, channel.joined);
    channel.joined->unref();
    channel.joined = nullptr;
  }

  void publish(std::string_view name, std::string_view payload) {
    const auto found = channels_.find(name);
    if (found == channels_.end()) return;
    Channel& channel = found->second;
    if (channel.joined == nullptr) {
      channel.joined = new Frame;
      joined_.push_back(&channel);
    }
    append_delivery(channel.joined->data, name, payload);
    if (channel.joined->data.size() > kJoinBytes) release(channel);
  }

  void answer(Connection* c, std::string bytes) {
    auto* frame = new Frame;
    frame->data = std::move(bytes);
    c->queue.push_back(frame);
    mark(c);
  }

  void on_frame(Connection* c, int opcode, std::string_view message) {
    if ((opcode != 1 && opcode != 2) || message.empty()) return;
    if (message[0] == 'P') {
      const std::size_t space = message.find(' ');
      if (space != std::string_view::npos) publish(message.substr(1, space - 1), message.substr(space + 1));
    } else if (message[0] == 'S') {
      Channel& channel = channels_.try_emplace(std::string(message.substr(1))).first->second;
      channel.name = message.substr(1);
      channel.subscribers.push_back(c);
      answer(c, "\x81\x02OK");
    }
  }

  void close(Connection* c) {
    if (c->dirty) std::erase(dirty_, c);
    for (auto& [name, channel] : channels_) std::erase(channel.subscribers, c);
    if (c->tls != nullptr) SSL_free(c->tls);
    ::close(c->fd);
    for (std::size_t i = c->head; i < c->queue.size(); ++i) c->queue[i]->unref();
    delete c;
  }

  /// Reads behind the `have` bytes that wait; the bytes read, 0 if there are none now, -1 if the connection ended.
  ssize_t receive(Connection* c, std::size_t have) {
    if (c->tls == nullptr) {
      const ssize_t got = ::recv(c->fd, buffer_ + have, sizeof buffer_ - have, 0);
      if (got > 0) return got;
      return got < 0 && errno == EAGAIN ? 0 : -1;
    }
    const int got = SSL_read(c->tls, buffer_ + have, static_cast<int>(sizeof buffer_ - have));
    if (got > 0) return got;
    const int why = SSL_get_error(c->tls, got);
    return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? 0 : -1;
  }

  bool read(Connection* c) {
    for (;;) {
      const std::size_t have = c->input.size();
      std::memcpy(buffer_, c->input.data(), have);
      const ssize_t got = receive(c, have);
      if (got < 0) return false;
      if (got == 0) return true;
      c->input.clear();
      const std::size_t size = have + static_cast<std::size_t>(got);
      std::size_t used = 0;
      if (!c->upgraded && !upgrade(c, size, used)) return size <= 8192;
      const ssize_t parsed =
          parse(buffer_ + used, size - used, [&](int op, std::string_view m) { on_frame(c, op, m); });
      if (parsed < 0) return false;
      used += static_cast<std::size_t>(parsed);
      if (used < size) {
        c->input.assign(buffer_ + used, size - used);
        c->input.shrink_to_fit();
      } else if (c->input.capacity() > 64) {
        std::string().swap(c->input);
      }
      if (c->tls == nullptr && size < sizeof buffer_) return true;  // level-triggered: it comes back for more
    }
  }

  bool upgrade(Connection* c, std::size_t size, std::size_t& used) {
    const std::string_view text(buffer_, size);
    const std::size_t end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) {
      c->input.assign(text);
      return false;
    }
    answer(c, accept_reply(text));
    c->upgraded = true;
    used = end + 4;
    return true;
  }

  void finish_turn() {
    for (Channel* channel : joined_) release(*channel);
    joined_.clear();
    for (Connection* c : dirty_) {
      c->dirty = false;
      if (!c->wants_write) flush(c);
    }
    dirty_.clear();
  }

  SSL_CTX* tls_;
  int epoll_ = -1, listener_ = -1;
  std::unordered_map<std::string, Channel, TextHash, std::equal_to<>> channels_;
  std::vector<Connection*> dirty_;
  std::vector<Channel*> joined_;
  std::string flat_;
  char buffer_[kReadBytes];
};

SSL_CTX* make_tls(const char* pem) {
  SSL_CTX* tls = SSL_CTX_new(TLS_server_method());
  SSL_CTX_use_certificate_chain_file(tls, pem);
  SSL_CTX_use_PrivateKey_file(tls, pem, SSL_FILETYPE_PEM);
  SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_num_tickets(tls, 0);
  return tls;
}

}  // namespace
}  // namespace prototype

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  std::signal(SIGPIPE, SIG_IGN);
  static prototype::Server server(std::atoi(argv[1]), argc > 2 ? prototype::make_tls(argv[2]) : nullptr);
  server.run();
}
