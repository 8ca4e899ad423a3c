// The HTTP part of Connection.
#include <algorithm>

#include "net/connection.h"
#include "net/handshake.h"
#include "net/http_response.h"
#include "net/responder.h"
#include "net/server.h"

namespace postage::net {
namespace {
// A client that asks and asks and does not read gets no further answers beyond this many queued bytes.
constexpr std::size_t kAnswersQueuedMax = 256 * 1024;
}  // namespace

bool Connection::http_is_full() const { return http_->waiting != 0 || queued().bytes() > kAnswersQueuedMax; }

// Reads requests until one waits for its answer; returns how many bytes are taken.
std::size_t Connection::read_http(char* data, std::size_t size) {
  std::string_view input(data, size);
  while (!input.empty() && !over() && !finishing()) {
    if (http_is_full()) {
      if (http_->waiting == 0) tell_when_empty();
      break;
    }
    const HttpParser::Outcome outcome = http_->parser.feed(input);
    if (outcome == HttpParser::Outcome::refused) {
      respond(http_->parser.refusal(), false);
      break;
    }
    if (outcome == HttpParser::Outcome::request) {
      take_request();
      if (http_ != nullptr) continue;
      if (!input.empty()) read_websocket(data + (size - input.size()), input.size());
      return size;
    }
    if (outcome == HttpParser::Outcome::send_continue) queue(BufferRef(std::string("HTTP/1.1 100 Continue\r\n\r\n")));
    const State wanted = http_->parser.in_body() ? State::body : State::head;
    if (http_->parser.begun() && state_ != wanted) enter(wanted);
  }
  return size - input.size();
}

void Connection::take_request() {
  ++server_.counts_.requests;
  http_->keep_alive = http_->parser.keep_alive();
  http_->old_version = http_->parser.old_version();
  Request request = http_->parser.take();
  request.peer = peer_;
  request.tls = encrypted();
  http_->head_only = request.method == "HEAD";
  if (wants_websocket(request)) {
    upgrade(std::move(request));
  } else {
    hand_out(std::move(request));
  }
}

void Connection::hand_out(Request request) {
  http_->waiting = ++server_.requests_last_;
  server_.waiting_.emplace(http_->waiting, this);
  enter(State::answer);
  auto state = std::make_shared<ResponderState>(loop().mailbox(), server_.alive_, &server_, http_->waiting);
  server_.handler_.handle(std::move(request), Responder(std::move(state)));
}

void Connection::upgrade(Request request) {
  if (auto refusal = check_handshake(request, http_->old_version)) {
    respond(*refusal, false);
    return;
  }
  if (server_.stopping_) {
    respond(Response::problem(503, "the server is stopping"), false);
    return;
  }
  UpgradeAnswer answer = server_.handler_.upgrade(request);
  if (auto* refusal = std::get_if<Response>(&answer)) {
    respond(*refusal, http_->keep_alive);
  } else {
    become_websocket(request, std::move(std::get<Upgrade>(answer)));
  }
}

void Connection::become_websocket(const Request& request, Upgrade accepted) {
  CHECK(accepted.handler != nullptr);
  ++server_.counts_.upgrades;
  queue(BufferRef(handshake_answer(request, accepted.subprotocol)));
  http_.reset();
  reader_.set_message_limit(accepted.message_limit);
  handler_ = std::move(accepted.handler);
  enter(State::websocket);
  server_.no_longer_pending(*this);
  handler_->on_open(*this);
}

void Connection::answer(Response response) {
  http_->waiting = 0;
  respond(response, http_->keep_alive);
  go_on_reading();
}

void Connection::respond(const Response& response, bool keep_alive) {
  const bool stays = keep_alive && !response.close && !http_->stop_after_answer && !server_.stopping_;
  queue(BufferRef(serialise(response, {http_->head_only, stays, http_->old_version}, loop().wall())));
  http_->head_only = false;
  if (stays) {
    enter(State::idle);
  } else {
    end();
  }
}

// Takes up what came while a request was waiting, then the wire again.
void Connection::go_on_reading() {
  if (over() || finishing() || http_ == nullptr || http_is_full()) {
    if (!over() && !finishing() && http_ != nullptr && http_->waiting == 0) tell_when_empty();
    return;
  }
  if (!http_->kept.empty()) {
    std::string kept = std::move(http_->kept);
    const std::size_t from = http_->kept_at;
    http_->kept.clear();
    const std::size_t taken = read_http(kept.data() + from, kept.size() - from);
    if (over() || finishing() || http_ == nullptr) {
      if (http_ == nullptr) pause_reading(false);
      return;
    }
    if (from + taken < kept.size()) {
      http_->kept = std::move(kept);
      http_->kept_at = from + taken;
      return;
    }
    http_->kept = std::string();
    http_->kept_at = 0;
  }
  if (peer_ended() && http_->waiting == 0) {
    end();
    return;
  }
  pause_reading(false);
}

void Connection::http_deadline() {
  switch (state_) {
    case State::head:
    case State::body:
      if (!anything_came_) {  // Also a TLS handshake that is not done: nothing could be said.
        cut();
      } else {
        respond(Response::problem(408, "the request did not arrive in time"), false);
      }
      return;
    case State::answer:
      server_.waiting_.erase(http_->waiting);
      http_->waiting = 0;
      respond(Response::problem(503, "no answer was found in time"), false);
      return;
    default:
      if (!queued().empty() && queued().bytes() < patience_->queued) {
        enter(State::idle);  // Slow, but it reads.
      } else if (queued().empty()) {
        end();
      } else {
        cut();
      }
  }
}

}  // namespace postage::net
