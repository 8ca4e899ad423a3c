// Load for the kill rounds: publishers and subscribers over real sockets that write down what each connection saw. When
// the server dies, every socket is read to its end (what the kernel had taken was delivered), and one JSON line tells,
// per session, the units its client knows of: accepted operations, acknowledged publishes, received copies.
//
//   kill_load PORT APP_ID TOKEN_FILE SUBSCRIBERS PUBLISHERS WINDOW BYTES SERVER_PID KILL_AFTER
// The token file holds one token a line, for users u0, u1, ... in that order. After KILL_AFTER deliveries were read in
// all, the server is killed from here with SIGKILL: a moment that no clock chose.
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "base/client_frame.h"
#include "wire/codec.h"

namespace postage {
namespace {

constexpr int kChannels = 8;

struct Options {
  int port = 0;
  std::string app_id;
  std::vector<std::string> tokens;
  int subscribers = 0;
  int publishers = 0;
  int window = 0;
  std::size_t bytes = 0;
  int server = 0;
  std::int64_t kill_after = 0;
};

std::int64_t units_of(std::size_t bytes) { return bytes <= 1024 ? 1 : static_cast<std::int64_t>((bytes + 1023) / 1024); }

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(3);
}

class Peer {
 public:
  Peer(const Options& options, int index, int epoll) : options_(options), index_(index), epoll_(epoll) { open(); }
  ~Peer() { if (socket_ >= 0) ::close(socket_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  [[nodiscard]] bool publisher() const { return index_ >= options_.subscribers; }
  [[nodiscard]] bool ready() const { return state_ == State::ready; }
  [[nodiscard]] bool ended() const { return socket_ < 0; }
  [[nodiscard]] std::int64_t deliveries() const { return deliveries_; }
  [[nodiscard]] std::int64_t acknowledged() const { return acknowledged_; }

  /// Reads until the kernel has no more; the end of the stream ends the peer.
  void on_readable() {
    char buffer[65536];
    for (;;) {
      const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
      if (got < 0 && (errno == EAGAIN || errno == EINTR)) break;
      if (got <= 0) {
        ::close(std::exchange(socket_, -1));
        break;
      }
      input_.append(buffer, static_cast<std::size_t>(got));
    }
    parse();
    flush();
  }

  void start_publishing() {
    for (int i = 0; i < options_.window; ++i) publish();
    flush();
  }

  void print(bool last) const {
    std::printf("{\"session\":\"");
    // The last eight bytes are the number by which the meter knows the session; it does not give the key away.
    for (std::size_t i = 8; i < session_.size(); ++i) std::printf("%02x", session_[i]);
    std::printf("\",\"copies\":%lld}%s", static_cast<long long>(copies_), last ? "" : ",");
  }
  [[nodiscard]] std::int64_t seen() const { return seen_; }

 private:
  enum class State { handshake, hello, login, subscribing, ready };

  void open() {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(options_.port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) die("connect");
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(socket_, F_SETFL, O_NONBLOCK);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = this;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket_, &event);
    output_ = "GET /rtm HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Key: a2lsbCByb3VuZHMga2V5IQ==\r\nSec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Protocol: postage.v1.proto\r\n\r\n";
    flush();
  }

  void flush() {
    while (socket_ >= 0 && !output_.empty()) {
      const ssize_t sent = ::send(socket_, output_.data(), output_.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // Full, or dead: the reading side notices the end.
      output_.erase(0, static_cast<std::size_t>(sent));
    }
  }

  void ask(std::uint64_t id, decltype(wire::Request::body) body) {
    std::string payload;
    wire::encode_request(payload, wire::Codec::proto, {id, std::move(body)});
    append_client_frame(output_, websocket::kBinary, payload);
  }

  void publish() {
    wire::Publish body;
    channel_ = "kill" + std::to_string(next_++ % kChannels);
    body.channel = channel_;
    body.payload = wire::Payload::binary(std::string_view(payload_).substr(0, options_.bytes));
    ask(++request_, body);
  }

  void parse() {
    std::size_t at = 0;
    if (state_ == State::handshake) {
      const std::size_t end = input_.find("\r\n\r\n");
      if (end == std::string::npos) return;
      at = end + 4;
      state_ = State::hello;
      wire::Hello hello;
      hello.protocol_version = wire::kProtocolVersion;
      ask(++request_, hello);
    }
    while (const std::size_t used = frame(at)) at += used;
    input_.erase(0, at);
  }

  /// Handles one whole frame at `at`; its size, or 0 when it is not whole yet.
  std::size_t frame(std::size_t at) {
    const auto whole = whole_server_frame(std::string_view(input_).substr(at));
    if (!whole) return 0;
    if (whole->opcode == websocket::kBinary) handle(std::string_view(input_).substr(at + whole->header, whole->size));
    return whole->header + whole->size;
  }

  void handle(std::string_view payload) {
    const auto event = wire::decode_event(wire::Codec::proto, payload, false);
    if (!event) die("decode");
    if (const auto* message = std::get_if<wire::MessageEvent>(&event->body)) {
      seen_ += units_of(message->payload.bytes.size());
      copies_ += units_of(message->payload.bytes.size());
      ++deliveries_;
    } else if (std::get_if<wire::HelloReply>(&event->body) != nullptr) {
      user_ = "u" + std::to_string(index_);
      wire::Login login;
      login.app_id = options_.app_id;
      login.user_id = user_;
      login.token = options_.tokens.at(static_cast<std::size_t>(index_));
      login.heartbeat_seconds = 60;
      ask(++request_, login);
    } else if (const auto* login = std::get_if<wire::LoginReply>(&event->body)) {
      session_ = login->session;
      seen_ += 1;
      state_ = publisher() ? State::ready : State::subscribing;
      if (!publisher()) subscribe_next();
    } else if (std::get_if<wire::SubscribeReply>(&event->body) != nullptr) {
      seen_ += 1;
      if (subscribed_ == kChannels / 2) state_ = State::ready;
      else subscribe_next();
    } else if (std::get_if<wire::PublishReply>(&event->body) != nullptr) {
      seen_ += units_of(options_.bytes);
      ++acknowledged_;
      publish();
    } else if (const auto* error = std::get_if<wire::ErrorReply>(&event->body)) {
      std::fprintf(stderr, "refused: %d %.*s\n", static_cast<int>(error->code), static_cast<int>(error->detail.size()),
                   error->detail.data());
      std::exit(4);
    }
  }

  /// Every subscriber takes half of the channels, not all the same half.
  void subscribe_next() {
    channel_ = "kill" + std::to_string((index_ + subscribed_++) % kChannels);
    wire::Subscribe body;
    body.channel = channel_;
    ask(++request_, body);
  }

  const Options& options_;
  int index_;
  int epoll_;
  int socket_ = -1;
  State state_ = State::handshake;
  wire::SessionKey session_{};
  std::string input_, output_, user_, channel_;
  std::string payload_ = std::string(65536, 'k');
  std::uint64_t request_ = 0;
  int subscribed_ = 0;
  int next_ = 0;
  std::int64_t seen_ = 0, copies_ = 0, deliveries_ = 0, acknowledged_ = 0;
};

void run(const Options& options) {
  const int epoll = ::epoll_create1(0);
  std::vector<std::unique_ptr<Peer>> peers;
  for (int i = 0; i < options.subscribers + options.publishers; ++i) peers.push_back(std::make_unique<Peer>(options, i, epoll));
  bool started = false, killed = false;
  std::size_t open = peers.size();
  std::vector<epoll_event> events(256);
  while (open > 0) {
    const int count = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 20000);
    if (count == 0) die("nothing happens");
    for (int i = 0; i < count; ++i) {
      auto* peer = static_cast<Peer*>(events[static_cast<std::size_t>(i)].data.ptr);
      peer->on_readable();
      if (peer->ended()) --open;
    }
    std::int64_t read_so_far = 0;
    for (const auto& peer : peers) read_so_far += peer->deliveries();
    if (started && !killed && read_so_far >= options.kill_after) {
      killed = true;
      ::kill(options.server, SIGKILL);
    }
    bool all_ready = !started;
    for (const auto& peer : peers) all_ready = all_ready && peer->ready();
    if (all_ready) {
      started = true;
      for (const auto& peer : peers) if (peer->publisher()) peer->start_publishing();
    }
  }
  std::int64_t seen = 0, deliveries = 0, acknowledged = 0;
  std::printf("{\"peers\":[");
  for (std::size_t i = 0; i < peers.size(); ++i) {
    peers[i]->print(i + 1 == peers.size());
    seen += peers[i]->seen();
    deliveries += peers[i]->deliveries();
    acknowledged += peers[i]->acknowledged();
  }
  std::printf("],\"seen\":%lld,\"deliveries\":%lld,\"acknowledged\":%lld}\n", static_cast<long long>(seen),
              static_cast<long long>(deliveries), static_cast<long long>(acknowledged));
}

}  // namespace
}  // namespace postage

int main(int argc, char** argv) {
  if (argc != 10) {
    std::fprintf(stderr, "usage: kill_load PORT APP_ID TOKEN_FILE SUBSCRIBERS PUBLISHERS WINDOW BYTES SERVER_PID KILL_AFTER\n");
    return 2;
  }
  postage::Options options;
  options.port = std::atoi(argv[1]);
  options.app_id = argv[2];
  std::ifstream tokens(argv[3]);
  for (std::string line; std::getline(tokens, line);) options.tokens.push_back(line);
  options.subscribers = std::atoi(argv[4]);
  options.publishers = std::atoi(argv[5]);
  options.window = std::atoi(argv[6]);
  options.bytes = static_cast<std::size_t>(std::atoi(argv[7]));
  options.server = std::atoi(argv[8]);
  options.kill_after = std::atoll(argv[9]);
  postage::run(options);
  return 0;
}
