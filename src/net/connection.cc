#include "net/connection.h"

#include "net/server.h"

namespace postage::net {

Connection::Connection(Server& server, Loop& loop, int descriptor, ssl_st* ssl, const PeerAddress& peer)
    : Link(loop, descriptor, ssl),
      http_(std::make_unique<Http>(HttpLimits{server.options_.head_bytes_max, server.options_.body_bytes_max})),
      server_(server),
      reader_(0),
      peer_(peer) {}

Connection::~Connection() = default;

void Connection::open() {
  server_.entered(*this);
  enter(State::head);
  if (!start()) cut();
}

// Each state's deadline. `idle` covers both a silent client and one that does not read its answer.
void Connection::enter(State state) {
  state_ = state;
  const ServerOptions& options = server_.options_;
  milliseconds time{};
  switch (state) {
    case State::head:
      time = options.head_time;
      break;
    case State::body:
      time = options.body_time;
      break;
    case State::answer:
      time = options.answer_time;
      break;
    case State::idle:
      time = options.idle_time;
      break;
    case State::ending:
      time = options.close_time;
      break;
    case State::websocket:
      patience_.reset();
      return;
  }
  if (!patience_) patience_ = std::make_unique<Patience>(*this);
  patience_->queued = queued().bytes();
  loop().timers().arm(*patience_, loop().now() + time);
}

void Connection::on_due() {
  switch (state_) {
    case State::ending:
      cut();
      return;
    case State::websocket:
      return;
    default:
      http_deadline();
  }
}

void Connection::on_bytes(char* data, std::size_t size) {
  anything_came_ = true;
  if (http_ == nullptr) {
    read_websocket(data, size);
    return;
  }
  if (!http_->kept.empty()) {  // Only the last read before the pause took effect can come here.
    http_->kept.append(data, size);
    return;
  }
  const std::size_t taken = read_http(data, size);
  if (taken == size || over() || finishing()) return;
  http_->kept.reserve(size - taken + kPayloadPadding);
  http_->kept.append(data + taken, size - taken);
  http_->kept_at = 0;
  pause_reading(true);
}

void Connection::on_end_of_bytes() {
  // A client may end its direction and still wait for the answer to what it has sent.
  if (http_ != nullptr && (http_->waiting != 0 || !http_->kept.empty())) {
    http_->stop_after_answer = http_->kept.empty();
    return;
  }
  if (http_ != nullptr && !queued().empty()) {
    end();
    return;
  }
  cut();
}

void Connection::on_queue_empty() {
  if (handler_ != nullptr && close_code_ == 0) {
    handler_->on_drained();
  } else if (http_ != nullptr) {
    go_on_reading();
  }
}

// Whoever was told on_open is told on_close.
void Connection::on_cut() {
  if (patience_) loop().timers().disarm(*patience_);
  if (http_ != nullptr && http_->waiting != 0) server_.waiting_.erase(http_->waiting);
  tell_closed(close_code_ != 0 ? close_code_ : close_code::abnormal, {});
  server_.left(*this);
}

// After this the peer is only waited for.
void Connection::end() {
  enter(State::ending);
  finish();
}

void Connection::stop_gracefully() {
  if (over() || finishing()) return;
  if (http_ != nullptr) {
    http_->stop_after_answer = true;
    if (http_->waiting != 0 || !http_->kept.empty() || http_->parser.begun()) return;
    // Between two requests nothing is under way in either direction, and a client that only keeps a connection for its
    // next request may not look at it for minutes: nobody waits for that one.
    queued().empty() ? leave() : end();
    return;
  }
  if (handler_ != nullptr && close_code_ == 0) handler_->on_stop();
  if (handler_ != nullptr) close(close_code::going_away, "the server is stopping", Pending::send);
}

}  // namespace postage::net
