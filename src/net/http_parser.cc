#include "net/http_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <charconv>
#include <optional>
#include <utility>

#include "base/limits.h"
#include "net/chunked.h"

namespace postage::net {
namespace {
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

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

// Method, target, version: two spaces. Else the library calls the rest of the line a bad version.
bool bad_first_line(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\r'));
  return std::count(line.begin(), line.end(), ' ') != 2;
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
  std::optional<ChunkedReader> chunked;
  std::uint64_t left = 0;  // of Content-Length
  std::string bytes;
};

struct HttpParser::Head {
  http::request_parser<http::empty_body> parser;
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
  // Clients may send an empty line or two after a body (RFC 9112 section 2.2), in pieces as well.
  if (held_ == "\r" && input.starts_with('\n')) {
    held_.clear();
    input.remove_prefix(1);
  }
  while (held_.empty() && input.starts_with("\r\n")) input.remove_prefix(2);
  if (input.empty()) return Outcome::need_more;
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
  if (bad_lines(head) || bad_first_line(head)) return refuse(400, "the request's head is not well-formed");
  Head whole;
  auto& parser = whole.parser;
  parser.header_limit(static_cast<std::uint32_t>(head.size() + 1));
  parser.body_limit(boost::none);  // The body is read by ourselves.
  error_code error;
  parser.put(boost::asio::const_buffer(head.data(), head.size()), error);
  if (error == http::error::bad_version) return refuse(505, "this server speaks HTTP/1.1");
  if (error || !parser.is_header_done()) return refuse(400, "the request's head is not well-formed");
  return check_fields(whole);
}

HttpParser::Outcome HttpParser::check_fields(const Head& head) {
  const auto& message = head.parser.get();
  if (message.version() != 11 && message.version() != 10) return refuse(505, "this server speaks HTTP/1.1");
  old_version_ = message.version() == 10;
  const auto fields = std::distance(message.begin(), message.end());
  if (fields > limits::http_headers_max) return refuse(431, "the request has too many header fields");
  if (!good_target(view(message.target()))) return refuse(400, "the target must be a path");
  const auto hosts = message.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && !old_version_)) return refuse(400, "one Host field is wanted");
  const std::string_view expect = view(message[http::field::expect]);
  if (!expect.empty() && !old_version_ && !beast::iequals(message[http::field::expect], "100-continue")) {
    return refuse(417, "the only expectation known here is 100-continue");
  }
  const Outcome outcome = check_length(head);
  if (outcome == Outcome::refused) return outcome;
  keep_alive_ = head.parser.keep_alive();
  expects_continue_ = !expect.empty() && !old_version_;
  request_ = Request();
  request_.method = message.method_string();
  request_.target = message.target();
  request_.headers.reserve(static_cast<std::size_t>(fields));
  for (const auto& field : message) {
    request_.headers.push_back({std::string(view(field.name_string())), std::string(view(field.value()))});
  }
  return outcome;
}

// How long the body is: where parsers disagree about this, requests are smuggled.
HttpParser::Outcome HttpParser::check_length(const Head& head) {
  const auto& message = head.parser.get();
  const auto lengths = message.count(http::field::content_length);
  const auto codings = message.count(http::field::transfer_encoding);
  if (lengths > 1 || codings > 1 || (lengths != 0 && codings != 0))
    return refuse(400, "the body's length is ambiguous");
  body_ = std::make_unique<Body>();
  if (codings != 0) {
    if (old_version_) return refuse(400, "HTTP/1.0 has no Transfer-Encoding");
    if (!beast::iequals(message[http::field::transfer_encoding], "chunked")) {
      return refuse(501, "the only transfer coding here is chunked");
    }
    body_->chunked.emplace(limits_.body_bytes);
  } else if (lengths != 0) {
    const std::string_view digits = view(message[http::field::content_length]);
    if (!digits_only(digits)) return refuse(400, "Content-Length is not a number");
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), body_->left);
    if (parsed.ec != std::errc()) return refuse(400, "Content-Length is not a number of 64 bits");
    if (body_->left > limits_.body_bytes) return refuse(413, "the request's body is too large");
  }
  return Outcome::need_more;
}

HttpParser::Outcome HttpParser::feed_body(std::string_view& input) {
  bool whole = false;
  if (body_->chunked) {
    switch (body_->chunked->feed(input, body_->bytes)) {
      case ChunkedReader::Outcome::malformed:
        return refuse(400, "the request's body is not well-formed");
      case ChunkedReader::Outcome::too_large:
        return refuse(413, "the request's body is too large");
      case ChunkedReader::Outcome::done:
        whole = true;
        break;
      case ChunkedReader::Outcome::need_more:
        break;
    }
  } else {
    const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(body_->left, input.size()));
    body_->bytes.append(input.substr(0, take));
    input.remove_prefix(take);
    body_->left -= take;
    whole = body_->left == 0;
  }
  if (whole) return Outcome::request;
  const bool asks = std::exchange(expects_continue_, false);
  return asks && body_->bytes.empty() ? Outcome::send_continue : Outcome::need_more;
}

Request HttpParser::take() {
  request_.body = std::move(body_->bytes);
  body_.reset();
  return std::exchange(request_, Request());
}

}  // namespace postage::net
