#include "net/http_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <optional>
#include <utility>

#include "base/limits.h"

namespace postage::net {
namespace {
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

// Longest line of a chunk header with its extensions, and all trailers together.
constexpr std::size_t kChunkLineBytesMax = 4096;

// As Beast's string_body, but memory follows what has come, not what Content-Length announces.
struct ArrivedBody {
  using value_type = std::string;
  class reader {
   public:
    template <bool IsRequest, class Fields>
    explicit reader(http::header<IsRequest, Fields>&, value_type& body) : body_(body) {}
    void init(const boost::optional<std::uint64_t>&, error_code& error) { error = {}; }
    template <class Buffers>
    std::size_t put(const Buffers& buffers, error_code& error) {
      error = {};
      std::size_t taken = 0;
      const auto end = boost::asio::buffer_sequence_end(buffers);
      for (auto at = boost::asio::buffer_sequence_begin(buffers); at != end; ++at) {
        const boost::asio::const_buffer buffer = *at;
        body_.append(static_cast<const char*>(buffer.data()), buffer.size());
        taken += buffer.size();
      }
      return taken;
    }
    void finish(error_code& error) { error = {}; }

   private:
    value_type& body_;
  };
};

// What the grammar of RFC 9112 forbids and parsers disagree on: each is a way to smuggle a request past a proxy.
bool bad_lines(std::string_view head) {
  for (std::size_t i = 0; i < head.size(); ++i) {
    const char c = head[i];
    if (c == '\0') return true;
    if (c == '\r' && (i + 1 == head.size() || head[i + 1] != '\n')) return true;
    if (c != '\n') continue;
    if (i == 0 || head[i - 1] != '\r') return true;
    if (i + 1 < head.size() && (head[i + 1] == ' ' || head[i + 1] == '\t')) return true;  // a folded line
  }
  return false;
}

bool digits_only(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool good_target(std::string_view target) {
  if (!target.starts_with('/')) return false;
  return std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < 0x7F && c != '#'; });
}

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }
}  // namespace

struct HttpParser::Body {
  http::request_parser<ArrivedBody> parser;
};

HttpParser::HttpParser(HttpLimits limits) : limits_(limits) {}
HttpParser::~HttpParser() = default;

HttpParser::Outcome HttpParser::refuse(int status, std::string_view why) {
  refused_status_ = status;
  refused_why_ = why;
  body_.reset();
  std::string().swap(held_);
  return Outcome::refused;
}

Response HttpParser::refusal() const {
  Response response = Response::problem(refused_status_, refused_why_);
  response.close = true;
  return response;
}

HttpParser::Outcome HttpParser::feed(std::string_view& input) {
  if (refused_status_ != 0) return Outcome::refused;
  try {
    return body_ == nullptr ? feed_head(input) : feed_body(input);
  } catch (const std::exception&) {  // Memory, or a length the library throws for.
    return refuse(500, "the request could not be read");
  }
}

// Collects until the empty line. Only the new bytes (and three before them) are searched.
HttpParser::Outcome HttpParser::feed_head(std::string_view& input) {
  if (held_.empty()) {  // Clients may send an empty line or two after a body (RFC 9112 section 2.2).
    while (input.starts_with("\r\n")) input.remove_prefix(2);
  }
  const std::size_t from = held_.size() < 3 ? 0 : held_.size() - 3;
  const std::size_t room = limits_.head_bytes - std::min(held_.size(), limits_.head_bytes);
  const std::size_t before = held_.size();
  if (held_.empty()) {
    const std::size_t end = input.substr(0, limits_.head_bytes).find("\r\n\r\n");
    if (end != std::string_view::npos) {
      const std::string_view head = input.substr(0, end + 4);
      input.remove_prefix(head.size());
      const Outcome outcome = begin(head);
      return outcome == Outcome::need_more ? feed_body(input) : outcome;
    }
  }
  held_.append(input.substr(0, room));
  const std::size_t end = held_.find("\r\n\r\n", from);
  if (end == std::string::npos) {
    if (input.size() >= room) return refuse(431, "the request's head is too large");
    input = {};
    return Outcome::need_more;
  }
  input.remove_prefix(end + 4 - before);
  std::string head = std::exchange(held_, std::string());
  head.resize(end + 4);
  const Outcome outcome = begin(head);
  return outcome == Outcome::need_more ? feed_body(input) : outcome;
}

// `head` is whole. need_more: it is good, go on with the body.
HttpParser::Outcome HttpParser::begin(std::string_view head) {
  if (bad_lines(head)) return refuse(400, "the request's head is not well-formed");
  body_ = std::make_unique<Body>();
  auto& parser = body_->parser;
  parser.eager(false);
  parser.header_limit(static_cast<std::uint32_t>(head.size() + 1));
  parser.body_limit(limits_.body_bytes);
  error_code error;
  parser.put(boost::asio::const_buffer(head.data(), head.size()), error);
  if (error == http::error::body_limit) return refuse(413, "the request's body is too large");
  if (error == http::error::bad_version) return refuse(505, "this server speaks HTTP/1.1");
  if ((error && error != http::error::need_more) || !parser.is_header_done()) {
    return refuse(400, "the request's head is not well-formed");
  }
  parser.eager(true);
  return check_fields();
}

HttpParser::Outcome HttpParser::check_fields() {
  const auto& message = body_->parser.get();
  if (message.version() != 11 && message.version() != 10) return refuse(505, "this server speaks HTTP/1.1");
  old_version_ = message.version() == 10;
  const auto fields = std::distance(message.begin(), message.end());
  if (fields > limits::http_headers_max) return refuse(431, "the request has too many header fields");
  if (!good_target(view(message.target()))) return refuse(400, "the target must be a path");
  const auto hosts = message.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && !old_version_)) return refuse(400, "one Host field is wanted");
  const auto lengths = message.count(http::field::content_length);
  const auto codings = message.count(http::field::transfer_encoding);
  if (lengths > 1 || codings > 1 || (lengths != 0 && codings != 0)) return refuse(400, "the body's length is ambiguous");
  if (lengths != 0 && !digits_only(view(message[http::field::content_length]))) {
    return refuse(400, "Content-Length is not a number");
  }
  if (codings != 0) {
    if (old_version_) return refuse(400, "HTTP/1.0 has no Transfer-Encoding");
    if (!beast::iequals(message[http::field::transfer_encoding], "chunked")) {
      return refuse(501, "the only transfer coding here is chunked");
    }
  }
  const auto content_length = body_->parser.content_length();
  if (content_length && *content_length > limits_.body_bytes) return refuse(413, "the request's body is too large");
  keep_alive_ = body_->parser.keep_alive();
  const auto expect = message[http::field::expect];
  if (!expect.empty() && !old_version_ && !beast::iequals(expect, "100-continue")) {
    return refuse(417, "the only expectation known here is 100-continue");
  }
  expects_continue_ = !expect.empty() && !old_version_;
  copy_head();
  return Outcome::need_more;
}

// Before the body: trailers must not pass for header fields.
void HttpParser::copy_head() {
  const auto& message = body_->parser.get();
  request_ = Request();
  request_.method = message.method_string();
  request_.target = message.target();
  request_.headers.reserve(static_cast<std::size_t>(std::distance(message.begin(), message.end())));
  for (const auto& field : message) {
    request_.headers.push_back({std::string(view(field.name_string())), std::string(view(field.value()))});
  }
}

HttpParser::Outcome HttpParser::feed_body(std::string_view& input) {
  auto& parser = body_->parser;
  std::string joined;  // An unfinished chunk header from before goes first.
  std::string_view bytes = input;
  if (!held_.empty()) {
    joined = std::exchange(held_, std::string());
    joined.append(input);
    bytes = joined;
  }
  while (!parser.is_done() && !bytes.empty()) {
    error_code error;
    const std::size_t taken = parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    bytes.remove_prefix(taken);
    if (error == http::error::body_limit) return refuse(413, "the request's body is too large");
    if (error && error != http::error::need_more) return refuse(400, "the request's body is not well-formed");
    if (taken == 0) break;
  }
  if (parser.is_done()) {
    input.remove_prefix(input.size() - std::min(bytes.size(), input.size()));
    return Outcome::request;
  }
  held_ = bytes;
  input = {};
  if (held_.size() > kChunkLineBytesMax) return refuse(400, "a chunk's header or the trailers are too large");
  if (std::exchange(expects_continue_, false) && held_.empty() && parser.get().body().empty()) {
    return Outcome::send_continue;
  }
  return Outcome::need_more;
}

Request HttpParser::take() {
  request_.body = std::move(body_->parser.get().body());
  body_.reset();
  return std::exchange(request_, Request());
}

}  // namespace postage::net
