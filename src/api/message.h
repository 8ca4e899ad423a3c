#pragma once
// What passes through the REST door, without sockets: a request, a response and the right to answer once. `app` fills
// them from net's HTTP handler and runs Router::handle on a worker thread.
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace postage::api {

struct Header {
  std::string name;
  std::string value;
};

/// One HTTP request, whole. Bounds: limits::http_head_bytes_max and http_body_bytes_max, kept by the door that read it.
struct Request {
  std::string method;  ///< as sent: "GET"
  std::string target;  ///< origin form, still percent-encoded
  std::vector<Header> headers;
  std::string body;
  std::string peer;  ///< address of the client, for logs, rates and the audit log
  /// Value of the first header of that name (any case), or empty.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// One HTTP answer. Content-Length and Date are the door's matter.
struct Response {
  int status = 200;
  std::vector<Header> headers;
  std::string body;
};

/// The right to answer one request. Copies share it: the first call answers, later ones do nothing. When the last copy
/// goes unanswered the client gets a problem of `internal`, so that no request hangs. Thread: any.
class Answer {
 public:
  /// `send` is called exactly once, from whichever thread answers; it must not block.
  explicit Answer(std::function<void(Response)> send);
  void operator()(Response response) const;

 private:
  struct State {
    ~State();
    std::function<void(Response)> send;
    std::atomic<bool> done{false};
  };
  std::shared_ptr<State> state_;  // Shared by design: completions that travel to shards must be copyable.
};

}  // namespace postage::api
