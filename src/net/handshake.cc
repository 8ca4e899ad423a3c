#include "net/handshake.h"

#include <openssl/evp.h>

#include <algorithm>

#include "base/check.h"
#include "net/http_response.h"

namespace postage::net {
namespace {

bool any_has_token(const Request& request, std::string_view name, std::string_view token) {
  return std::any_of(request.headers.begin(), request.headers.end(), [&](const Header& header) {
    return equal_any_case(header.name, name) && has_token(header.value, token);
  });
}

std::ptrdiff_t count(const Request& request, std::string_view name) {
  return std::count_if(request.headers.begin(), request.headers.end(),
                       [&](const Header& header) { return equal_any_case(header.name, name); });
}

// Base64 of exactly 16 bytes: 22 characters and "==". The spare bits of the last character are not looked at.
bool good_key(std::string_view key) {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (key.size() != 24 || !key.ends_with("==")) return false;
  return key.substr(0, 22).find_first_not_of(kAlphabet) == std::string_view::npos;
}

Response refusal(int status, std::string_view why) {
  Response response = Response::problem(status, why);
  response.close = true;
  return response;
}

}  // namespace

bool wants_websocket(const Request& request) { return any_has_token(request, "Upgrade", "websocket"); }

std::optional<Response> check_handshake(const Request& request, bool old_version) {
  if (request.method != "GET" || old_version) return refusal(400, "a WebSocket handshake is an HTTP/1.1 GET");
  if (!request.body.empty()) return refusal(400, "a WebSocket handshake has no body");
  if (!any_has_token(request, "Connection", "upgrade")) return refusal(400, "Connection must say Upgrade");
  if (count(request, "Sec-WebSocket-Version") != 1 || request.header("Sec-WebSocket-Version") != "13") {
    Response response = refusal(426, "the WebSocket version here is 13");
    response.headers.push_back({"Sec-WebSocket-Version", "13"});
    response.headers.push_back({"Upgrade", "websocket"});
    return response;
  }
  if (count(request, "Sec-WebSocket-Key") != 1 || !good_key(request.header("Sec-WebSocket-Key"))) {
    return refusal(400, "Sec-WebSocket-Key must be 16 bytes in base64");
  }
  return std::nullopt;
}

std::string accept_key(std::string_view key) {
  std::string text(key);
  text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  static const EVP_MD* const kSha1 = EVP_sha1();
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  CHECK(EVP_Digest(text.data(), text.size(), digest, &size, kSha1, nullptr) == 1);
  unsigned char base64[64];
  const int length = EVP_EncodeBlock(base64, digest, static_cast<int>(size));
  return {reinterpret_cast<const char*>(base64), static_cast<std::size_t>(length)};
}

std::string handshake_answer(const Request& request, std::string_view subprotocol) {
  std::string out = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  out.append("Sec-WebSocket-Accept: ").append(accept_key(request.header("Sec-WebSocket-Key"))).append("\r\n");
  if (!subprotocol.empty()) out.append("Sec-WebSocket-Protocol: ").append(subprotocol).append("\r\n");
  out.append("\r\n");
  return out;
}

}  // namespace postage::net
