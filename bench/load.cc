#include "bench/load.h"

#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "bench/process.h"

namespace postage::bench {
namespace {

constexpr std::size_t kRing = 1 << 20;
constexpr std::uint64_t kDrainNanoseconds = 5'000'000'000;

/// Eight letters that are a number: safe in every protocol, also as text.
void write_sequence(char* to, std::uint32_t v) {
  for (int i = 0; i < 8; ++i) to[i] = static_cast<char>('A' + (v >> (4 * i) & 15));
}
std::uint32_t read_sequence(const char* from) {
  std::uint32_t v = 0;
  for (int i = 0; i < 8; ++i) v |= static_cast<std::uint32_t>(from[i] - 'A') << (4 * i);
  return v;
}
std::string channel_name(int i) { return "c" + std::to_string(i); }

}  // namespace

Load::Load(const Options& options) : options_(options), protocol_(make_protocol(options)), sent_at_(kRing) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  payload_.assign(static_cast<std::size_t>(options_.size), 'x');
  input_.reserve(512 * 1024);
  if (options_.transport == "wss") tls_ = SSL_CTX_new(TLS_client_method());
}

Load::~Load() {
  links_.clear();
  if (tls_ != nullptr) SSL_CTX_free(tls_);
  ::close(epoll_);
}

void Load::on_delivery(Link& link, std::string_view payload) {
  ++totals_.received;
  if (payload.size() != static_cast<std::size_t>(options_.size)) {
    ++totals_.wrong_length;
    return;
  }
  const std::uint32_t sequence = read_sequence(payload.data());
  const bool ping_pong = options_.mode == "pingpong";
  const std::size_t publisher = ping_pong ? 0 : sequence % publishers_.size();
  const auto step = static_cast<std::uint32_t>(ping_pong ? 1 : publishers_.size());
  if (sequence != link.next[publisher]) ++totals_.out_of_order;
  link.next[publisher] = sequence + step;
  ++link.deliveries;
  if (measuring_) latency_.add(turn_at_ - (ping_pong ? link.sent_at : sent_at_[sequence % kRing]));
  if (ping_pong) answered_.push_back(&link);
}

void Load::on_error(Link&, std::string_view text) {
  if (totals_.errors++ == 0) totals_.first_error = text;
}

void Load::await_answers(Link& link, int wanted) {
  while (link.answers < wanted) {
    if (totals_.errors > 0) fail("during set-up: " + totals_.first_error);
    input_.clear();
    if (!link.receive(input_)) fail("no answer during set-up");
    feed(*protocol_, link, input_, *this);
  }
  link.answers = 0;
}

Link& Load::open(int id, bool subscriber, const std::string& channel) {
  const bool websocket = options_.transport != "tcp";
  links_.push_back(std::make_unique<Link>(id, websocket));
  Link& link = *links_.back();
  link.subscriber = subscriber;
  link.connect(options_.port, tls_);
  if (websocket) link.upgrade(options_.path, protocol_->subprotocol());
  std::string out;
  int wanted = protocol_->greet(link, out);
  if (!out.empty()) link.send(out);
  await_answers(link, wanted);
  if (subscriber) {
    out.clear();
    wanted = protocol_->subscribe(link, out, channel);
    link.send(out);
    await_answers(link, wanted);
  }
  link.make_nonblocking(epoll_);
  return link;
}

void Load::open_all() {
  memory_before_ = resident_bytes(options_.pid);
  const std::uint64_t cpu = cpu_nanoseconds(options_.pid);
  const bool own_channels = options_.mode != "fanout";
  for (int i = 0; i < options_.subscribers; ++i) {
    Link& link = open(i, true, channel_name(own_channels ? i : 0));
    for (int p = 0; p < options_.publishers; ++p) link.next.push_back(static_cast<std::uint32_t>(own_channels ? 0 : p));
  }
  for (int p = 0; p < options_.publishers && !own_channels; ++p) {
    publishers_.push_back(&open(options_.subscribers + p, false, ""));
  }
  setup_cpu_ = cpu_nanoseconds(options_.pid) - cpu;
  memory_after_ = resident_bytes(options_.pid);
}

void Load::poll(int timeout_ms) {
  std::array<epoll_event, 512> events;
  const int n = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
  turn_at_ = now_nanoseconds();
  for (int i = 0; i < n; ++i) {
    Link& link = *static_cast<Link*>(events[static_cast<std::size_t>(i)].data.ptr);
    if ((events[static_cast<std::size_t>(i)].events & EPOLLOUT) != 0) link.flush();
    input_.clear();
    if (link.receive(input_)) feed(*protocol_, link, input_, *this);
  }
}

void Load::start_measuring() {
  interval_ = {now_nanoseconds(), 0, cpu_nanoseconds(options_.pid), cpu_nanoseconds(::getpid()), totals_.received};
  measuring_ = true;
}

void Load::stop_measuring() {
  interval_.end = now_nanoseconds();
  interval_.server_cpu = cpu_nanoseconds(options_.pid) - interval_.server_cpu;
  interval_.own_cpu = cpu_nanoseconds(::getpid()) - interval_.own_cpu;
  interval_.deliveries = totals_.received - interval_.deliveries;
}

void Load::publish_next(std::vector<std::string>& buffers) {
  const auto sequence = static_cast<std::uint32_t>(sent_++);
  const std::size_t publisher = sequence % publishers_.size();
  sent_at_[sequence % kRing] = now_nanoseconds();
  write_sequence(payload_.data(), sequence);
  protocol_->publish(*publishers_[publisher], buffers[publisher], channel_name(0), payload_);
}

void Load::fan_out() {
  const auto copies = static_cast<std::uint64_t>(options_.subscribers);
  const auto window = static_cast<std::uint64_t>(options_.window);
  // One in flight: the next goes out when everybody has the last. More: as soon as there is room for one copy.
  const std::uint64_t room = window == 1 ? 1 : window * copies;
  const std::uint64_t begin = now_nanoseconds();
  const std::uint64_t warm = begin + static_cast<std::uint64_t>(options_.warm_milliseconds) * 1'000'000U;
  const std::uint64_t stop = warm + static_cast<std::uint64_t>(options_.milliseconds) * 1'000'000U;
  std::vector<std::string> buffers(publishers_.size());
  turn_at_ = begin;
  for (;;) {
    if (!measuring_ && turn_at_ >= warm) start_measuring();
    const bool stopping = turn_at_ >= stop;
    while (!stopping && sent_ * copies - totals_.received < room) publish_next(buffers);
    for (std::size_t p = 0; p < buffers.size(); ++p) {
      if (buffers[p].empty()) continue;
      publishers_[p]->send(buffers[p]);
      buffers[p].clear();
    }
    if (stopping && (totals_.received == sent_ * copies || turn_at_ > stop + kDrainNanoseconds)) break;
    poll(100);
  }
  stop_measuring();
}

void Load::ping_pong() {
  const std::uint64_t warm = now_nanoseconds() + static_cast<std::uint64_t>(options_.warm_milliseconds) * 1'000'000U;
  const std::uint64_t stop = warm + static_cast<std::uint64_t>(options_.milliseconds) * 1'000'000U;
  std::string out;
  const auto serve = [&](Link& link) {
    write_sequence(payload_.data(), link.next[0]);
    out.clear();
    protocol_->publish(link, out, channel_name(link.id()), payload_);
    link.sent_at = now_nanoseconds();
    ++sent_;
    link.send(out);
  };
  for (auto& link : links_) serve(*link);
  for (;;) {
    poll(100);
    if (!measuring_ && turn_at_ >= warm) start_measuring();
    std::vector<Link*> answered;
    answered.swap(answered_);
    if (turn_at_ >= stop) break;
    for (Link* link : answered) serve(*link);
  }
  const std::uint64_t end = now_nanoseconds() + kDrainNanoseconds;
  while (totals_.received < sent_ && turn_at_ < end) poll(100);
  stop_measuring();
}

std::string Load::run() {
  open_all();
  if (options_.mode == "fanout") {
    fan_out();
  } else if (options_.mode == "pingpong") {
    ping_pong();
  } else if (options_.mode != "idle") {
    fail("no mode " + options_.mode);
  }
  return report();
}

std::string Load::report() const {
  const std::uint64_t copies = options_.mode == "fanout" ? static_cast<std::uint64_t>(options_.subscribers) : 1;
  const auto lost = static_cast<long long>(sent_ * copies) - static_cast<long long>(totals_.received);
  const auto count = static_cast<unsigned long long>(options_.subscribers);
  char line[1024];
  std::snprintf(line, sizeof line,
                "{\"label\":\"%s\",\"deliveries\":%llu,\"elapsed_ns\":%llu,\"server_cpu_ns\":%llu,\"own_cpu_ns\":%llu,"
                "\"p50_ns\":%llu,\"p99_ns\":%llu,\"lost\":%lld,\"wrong_length\":%llu,\"out_of_order\":%llu,"
                "\"errors\":%llu,\"first_error\":\"%.80s\",\"memory_before\":%llu,\"memory_after\":%llu,"
                "\"connections\":%llu,\"setup_cpu_ns\":%llu}",
                options_.label.c_str(), static_cast<unsigned long long>(interval_.deliveries),
                static_cast<unsigned long long>(interval_.end - interval_.begin),
                static_cast<unsigned long long>(interval_.server_cpu),
                static_cast<unsigned long long>(interval_.own_cpu),
                static_cast<unsigned long long>(latency_.at_permille(500)),
                static_cast<unsigned long long>(latency_.at_permille(990)), lost,
                static_cast<unsigned long long>(totals_.wrong_length),
                static_cast<unsigned long long>(totals_.out_of_order), static_cast<unsigned long long>(totals_.errors),
                totals_.first_error.c_str(), static_cast<unsigned long long>(memory_before_),
                static_cast<unsigned long long>(memory_after_), count, static_cast<unsigned long long>(setup_cpu_));
  return line;
}

}  // namespace postage::bench
