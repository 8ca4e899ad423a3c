#pragma once
// The demo's traffic: a few real clients on real sockets that talk a little all the time, so that a newcomer sees the
// meters move. One thread of its own; ends with the object.
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"

namespace postage::app {

/// Who talks where.
struct TrickleProject {
  std::string app_id;
  std::string certificate;  ///< tokens are made with it, as a customer's own server would
  std::string channel;
  int clients = 3;
};

class Trickle {
 public:
  /// Starts at once; `clock` outlives this.
  Trickle(std::uint16_t port, std::vector<TrickleProject> projects, const Clock& clock);
  ~Trickle();
  Trickle(const Trickle&) = delete;
  Trickle& operator=(const Trickle&) = delete;

 private:
  void work();
  bool pause(milliseconds time);

  const std::uint16_t port_;
  const std::vector<TrickleProject> projects_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace postage::app
