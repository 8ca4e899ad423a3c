// Any bytes as HTTP, whole and in pieces: the same requests and the same verdict, within the limits; what is accepted
// as a handshake is answered.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "net/handshake.h"
#include "net/http_parser.h"
#include "net/http_response.h"

namespace {
using postage::net::HttpParser;
constexpr postage::net::HttpLimits kLimits{512, 64};

std::string run(std::string_view bytes, std::size_t step) {
  HttpParser parser(kLimits);
  std::string seen;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    const std::string piece(bytes.substr(at, step));
    std::string_view input = piece;
    while (!input.empty()) {
      const auto outcome = parser.feed(input);
      if (outcome == HttpParser::Outcome::refused) return seen + "refused " + std::to_string(parser.refusal().status);
      if (outcome != HttpParser::Outcome::request) continue;
      const bool old_version = parser.old_version();
      const postage::net::Request request = parser.take();
      if (request.body.size() > kLimits.body_bytes || !request.target.starts_with('/')) std::abort();
      seen += request.method + " " + request.target + " " + request.body + "|";
      for (const auto& field : request.headers) {
        if (field.value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) std::abort();
        seen += field.name + ":" + field.value + ",";
      }
      if (postage::net::wants_websocket(request) && !postage::net::check_handshake(request, old_version)) {
        seen += postage::net::handshake_answer(request, {});
      }
    }
  }
  return seen;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  if (size > 0 && data[0] % 4 == 1)
    bytes.insert(0, "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  if (size > 0 && data[0] % 4 == 2) bytes.insert(0, "GET /x HTTP/1.1\r\nHost: h\r\n");
  const std::string whole = run(bytes, std::max<std::size_t>(1, bytes.size()));
  if (run(bytes, 1) != whole || run(bytes, 13) != whole) std::abort();
  return 0;
}
