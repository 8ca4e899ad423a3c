#include "net/ports.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/log.h"
#include "net/http_response.h"

namespace postage::net {

std::string PeerAddress::ip_text() const {
  static constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  char text[INET6_ADDRSTRLEN] = "";
  if (std::equal(kMapped.begin(), kMapped.end(), ip.begin())) {
    ::inet_ntop(AF_INET, ip.data() + kMapped.size(), text, sizeof text);
  } else {
    ::inet_ntop(AF_INET6, ip.data(), text, sizeof text);
  }
  return text;
}

std::string_view Request::header(std::string_view name) const {
  for (const Header& header : headers) {
    if (equal_any_case(header.name, name)) return header.value;
  }
  return {};
}

std::string_view Request::path() const { return std::string_view(target).substr(0, target.find('?')); }

std::string_view Request::query() const {
  const std::size_t mark = target.find('?');
  return mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
}

Response Response::problem(int status, std::string_view detail) {
  Response response;
  response.status = status;
  response.headers.push_back({"Content-Type", "application/problem+json"});
  response.body = "{\"status\":" + std::to_string(status) + ",\"title\":";
  append_json_string(response.body, reason_phrase(status));
  response.body += ",\"detail\":";
  append_json_string(response.body, detail);
  response.body += "}";
  return response;
}

std::string_view choose_subprotocol(const Request& request, std::span<const std::string_view> supported) {
  for (const std::string_view ours : supported) {
    for (const Header& header : request.headers) {
      if (equal_any_case(header.name, "Sec-WebSocket-Protocol") && has_token(header.value, ours)) return ours;
    }
  }
  return {};
}

}  // namespace postage::net
