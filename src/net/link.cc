#include "net/link.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace postage::net {
namespace {
constexpr std::size_t kPiecesMax = 256;           // of one gather write
constexpr std::size_t kRecordBytes = 16 * 1024;   // largest TLS record
constexpr std::size_t kFlatBytes = 4 * 1024;      // copying this little is cheaper than a gather write
constexpr int kReadsPerTurn = 4;                  // one busy peer does not keep the others waiting
constexpr std::size_t kWrittenPerTurn = 4 << 20;  // likewise
constexpr std::ptrdiff_t kFull = -1;              // the kernel takes no more now
constexpr std::ptrdiff_t kBroken = -2;
}  // namespace

Link::Link(Loop& loop, int descriptor, ssl_st* ssl) : loop_(loop), ssl_(ssl), descriptor_(descriptor) {}

Link::~Link() {
  if (over_) return;
  SSL_free(ssl_);
  ::close(descriptor_);
}

bool Link::start() {
  watched_ = EPOLLIN;
  return loop_.poller_.add(descriptor_, watched_, this);
}

void Link::watch() {
  std::uint32_t wanted = 0;
  if (!end_of_bytes_ && !paused_) wanted |= EPOLLIN;
  if (blocked_ || read_wants_write_) wanted |= EPOLLOUT;
  if (wanted == watched_) return;
  watched_ = wanted;
  loop_.poller_.change(descriptor_, wanted, this);
}

void Link::pause_reading(bool paused) {
  if (over_ || paused_ == paused) return;
  paused_ = paused;
  watch();
}

void Link::on_events(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0) {
    if (blocked_) {
      blocked_ = false;
      tell_when_empty_ = true;
      mark_dirty();  // Flushed at the end of the turn, together with what this turn adds.
    }
    if (read_wants_write_) {
      read_wants_write_ = false;
      events |= EPOLLIN;
    }
    watch();
  }
  if ((events & EPOLLIN) != 0 && !paused_ && !end_of_bytes_) {
    read();
  } else if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
    cut();  // Nothing to read, and the peer is gone in both directions.
  }
}

void Link::read() {
  expected_.prefetch();
  for (int i = 0; i < kReadsPerTurn && !over_ && !paused_; ++i) {
    char* buffer = loop_.read_buffer_.data();
    const std::size_t room = loop_.read_buffer_.size() - kReadPadding;
    const std::ptrdiff_t got = receive(buffer, room);
    if (got == kFull) break;
    if (got == kBroken) {
      cut();
      return;
    }
    if (got == 0) {
      ended_by_peer();
      return;
    }
    if (!finishing_) on_bytes(buffer, static_cast<std::size_t>(got));
    if (ssl_ == nullptr && static_cast<std::size_t>(got) < room) break;  // Saves the call that would say "no more".
  }
  if (!over_ && ssl_ != nullptr) {
    if (!queue_.empty()) mark_dirty();  // TLS may have waited for these bytes to go on writing.
    watch();
  }
}

std::ptrdiff_t Link::receive(char* to, std::size_t size) {
  if (ssl_ != nullptr) {
    ERR_clear_error();
    const int got = SSL_read(ssl_, to, static_cast<int>(size));
    if (got > 0) return got;
    switch (SSL_get_error(ssl_, got)) {
      case SSL_ERROR_WANT_READ:
        return kFull;
      case SSL_ERROR_WANT_WRITE:
        read_wants_write_ = true;
        return kFull;
      case SSL_ERROR_ZERO_RETURN:
        return 0;
      default:
        return kBroken;
    }
  }
  const ssize_t got = ::recv(descriptor_, to, size, 0);
  if (got >= 0) return got;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? kFull : kBroken;
}

void Link::ended_by_peer() {
  end_of_bytes_ = true;
  if (shut_down_) {
    cut();
    return;
  }
  watch();
  if (!finishing_) on_end_of_bytes();
}

void Link::flush_in_turn() {
  dirty_ = false;
  if (over_ || blocked_) return;
  if (!flush()) {
    cut();
    return;
  }
  watch();
  if (!queue_.empty()) return;
  if (finishing_) {
    shut_down();
  } else if (tell_when_empty_) {
    tell_when_empty_ = false;
    on_queue_empty();
  }
}

// False when the stream is broken. Leaves blocked_ set when the kernel is full.
bool Link::flush() {
  std::size_t written = 0;
  while (!queue_.empty()) {
    if (written >= kWrittenPerTurn) {
      mark_dirty();
      return true;
    }
    const std::ptrdiff_t took = ssl_ != nullptr ? write_tls() : write_plain();
    if (took == kBroken) return false;
    if (took == kFull) {
      blocked_ = true;
      return true;
    }
    queue_.consume(static_cast<std::size_t>(took));
    written += static_cast<std::size_t>(took);
  }
  return true;
}

std::ptrdiff_t Link::write_plain() {
  ssize_t took = 0;
  if (queue_.single()) {
    const std::string_view bytes = queue_.front();
    took = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  } else if (queue_.bytes() <= kFlatBytes) {
    loop_.flat_.clear();
    queue_.copy(loop_.flat_, kFlatBytes);
    took = ::send(descriptor_, loop_.flat_.data(), loop_.flat_.size(), MSG_NOSIGNAL);
  } else {
    iovec pieces[kPiecesMax];
    msghdr message{};
    message.msg_iov = pieces;
    message.msg_iovlen = queue_.gather(pieces, kPiecesMax);
    took = ::sendmsg(descriptor_, &message, MSG_NOSIGNAL);
  }
  if (took >= 0) return took;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? kFull : kBroken;
}

// One record of up to 16 KiB: from the first buffer alone when it fills a record or is all there is, else joined.
std::ptrdiff_t Link::write_tls() {
  std::string_view bytes = queue_.front();
  if (!queue_.single() && bytes.size() < kRecordBytes) {
    loop_.flat_.clear();
    queue_.copy(loop_.flat_, kRecordBytes);
    bytes = loop_.flat_;
  }
  bytes = bytes.substr(0, kRecordBytes);
  ERR_clear_error();
  const int took = SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
  if (took > 0) {
    tls_retry_bytes_ = 0;
    return took;
  }
  switch (SSL_get_error(ssl_, took)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      tls_retry_bytes_ = static_cast<std::uint32_t>(bytes.size());
      return kFull;
    default:
      return kBroken;
  }
}

void Link::finish() {
  if (finishing_ || over_) return;
  finishing_ = true;
  pause_reading(false);
  mark_dirty();
}

void Link::shut_down() {
  if (shut_down_) return;
  shut_down_ = true;
  if (end_of_bytes_) {
    cut();
    return;
  }
  if (ssl_ != nullptr) {
    ERR_clear_error();
    SSL_shutdown(ssl_);  // One close_notify; whether the peer takes it changes nothing.
  }
  ::shutdown(descriptor_, SHUT_WR);
}

void Link::leave() {
  if (over_) return;
  shut_down();
  cut();
}

void Link::cut() {
  if (over_) return;
  over_ = true;
  loop_.poller_.remove(descriptor_, this);
  if (ssl_ != nullptr) {
    // Without this mark OpenSSL would throw the session away and its ticket with it.
    SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(ssl_);
    ssl_ = nullptr;
  }
  ::close(descriptor_);
  queue_.clear();
  loop_.ended_.push_back(this);
  on_cut();
}

}  // namespace postage::net
