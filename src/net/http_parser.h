#pragma once
// HTTP/1.1 requests out of bytes, without sockets. Boost.Beast reads whole heads; around it stand our own checks for
// what it lets pass (folded lines, odd targets, field counts), and bodies are read by ourselves (chunked.h says why).
// Thread: one loop.
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "net/ports.h"

namespace postage::net {

/// Bounds of one request.
struct HttpLimits {
  std::size_t head_bytes;
  std::size_t body_bytes;
};

/// Reads one request after the other.
class HttpParser {
 public:
  enum class Outcome : std::uint8_t {
    need_more,      ///< all input is taken; the request is not whole
    send_continue,  ///< as need_more, and the client waits for "100 Continue"; said once per request
    request,        ///< whole: take() it; input that follows is left
    refused,        ///< the stream is of no further use: answer refusal() and close
  };

  explicit HttpParser(HttpLimits limits);
  ~HttpParser();
  HttpParser(const HttpParser&) = delete;
  HttpParser& operator=(const HttpParser&) = delete;

  /// Reads from `input` and removes what it has taken.
  Outcome feed(std::string_view& input);
  /// The request, after Outcome::request; then the parser is ready for the next one.
  Request take();
  /// The answer to a refused request.
  [[nodiscard]] Response refusal() const;

  /// Some byte of a request has come.
  [[nodiscard]] bool begun() const { return !held_.empty() || body_ != nullptr; }
  /// The head is whole, the body is not.
  [[nodiscard]] bool in_body() const { return body_ != nullptr; }
  /// The client would send another request on this connection. Good from Outcome::request until the next feed().
  [[nodiscard]] bool keep_alive() const { return keep_alive_; }
  /// It speaks HTTP/1.0: keeping alive must be said. As above.
  [[nodiscard]] bool old_version() const { return old_version_; }

 private:
  struct Head;
  struct Body;
  Outcome feed_head(std::string_view& input);
  Outcome begin(std::string_view head);
  Outcome check_fields(const Head& head);
  Outcome check_length(const Head& head);
  Outcome feed_body(std::string_view& input);
  Outcome refuse(int status, std::string_view why);

  HttpLimits limits_;
  std::string held_;            // a head in pieces
  std::unique_ptr<Body> body_;  // from a whole head until take()
  Request request_;
  bool keep_alive_ = false;
  bool old_version_ = false;
  bool expects_continue_ = false;
  int refused_status_ = 0;
  std::string_view refused_why_;
};

}  // namespace postage::net
