#pragma once
// The load itself: opens the connections, publishes with a window, checks every delivery, and reports.
#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

#include "bench/histogram.h"
#include "bench/protocol.h"

namespace postage::bench {

/// One run. Every payload carries its publisher's sequence number; each subscriber checks length and order of all.
class Load final : private Listener {
 public:
  explicit Load(const Options& options);
  ~Load() override;
  /// Does what --mode says and returns one JSON line.
  std::string run();

 private:
  struct Totals {
    std::uint64_t received = 0;
    std::uint64_t wrong_length = 0;
    std::uint64_t out_of_order = 0;
    std::uint64_t errors = 0;
    std::string first_error;
  };
  struct Interval {
    std::uint64_t begin = 0, end = 0;
    std::uint64_t server_cpu = 0, own_cpu = 0;
    std::uint64_t deliveries = 0;
  };

  void on_delivery(Link& link, std::string_view payload) override;
  void on_answer(Link& link) override { ++link.answers; }
  void on_error(Link& link, std::string_view text) override;

  Link& open(int id, bool subscriber, const std::string& channel);
  void await_answers(Link& link, int wanted);
  void open_all();
  void poll(int timeout_ms);

  void fan_out();
  void ping_pong();
  /// Publishes the next message of the fan-out into its publisher's buffer.
  void publish_next(std::vector<std::string>& buffers);
  void start_measuring();
  void stop_measuring();
  [[nodiscard]] std::string report() const;

  Options options_;
  std::unique_ptr<Protocol> protocol_;
  SSL_CTX* tls_ = nullptr;
  int epoll_ = -1;
  std::vector<std::unique_ptr<Link>> links_;
  std::vector<Link*> publishers_;
  std::vector<Link*> answered_;  ///< ping-pong: links whose message came back this turn
  std::string payload_;
  std::string input_;
  std::vector<std::uint64_t> sent_at_;  ///< fan-out: ring by sequence number
  std::uint64_t sent_ = 0;
  std::uint64_t turn_at_ = 0;
  bool measuring_ = false;
  Totals totals_;
  Interval interval_;
  Histogram latency_;
  std::uint64_t memory_before_ = 0, memory_after_ = 0;
  std::uint64_t setup_cpu_ = 0;
};

}  // namespace postage::bench
