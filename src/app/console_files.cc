#include "app/console_files.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <map>

#include "base/embedded.h"

namespace postage {
#ifdef POSTAGE_HAS_CONSOLE
void embed_console();
#endif
}  // namespace postage

namespace postage::app {
namespace {

struct Type {
  std::string_view suffix;
  std::string_view name;
};
constexpr Type kTypes[] = {
    {".html", "text/html; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},   {".svg", "image/svg+xml"},
    {".png", "image/png"},                 {".ico", "image/x-icon"},
    {".json", "application/json"},         {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"}, {".webmanifest", "application/manifest+json"},
};

std::string_view type_of(std::string_view path) {
  for (const Type& type : kTypes) {
    if (path.ends_with(type.suffix)) return type.name;
  }
  return "application/octet-stream";
}

/// Hex of the first 16 bytes of SHA-256: enough to tell two builds apart.
std::string etag_of(std::string_view bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  std::string text = "\"";
  for (int i = 0; i < 16; ++i) text += fmt::format("{:02x}", digest[i]);
  return text + "\"";
}

void add_security_headers(net::Response& answer) {
  answer.headers.push_back({"X-Content-Type-Options", "nosniff"});
  answer.headers.push_back({"X-Frame-Options", "DENY"});
  answer.headers.push_back({"Referrer-Policy", "no-referrer"});
  answer.headers.push_back({"Content-Security-Policy",
                            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
                            "connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'"});
}

std::optional<std::string_view> find(std::string_view path) {
#ifdef POSTAGE_HAS_CONSOLE
  embed_console();
#endif
  return embedded_file(fmt::format("console{}", path));
}

net::Response file_answer(const net::Request& request, std::string_view path, std::string_view plain) {
  net::Response answer;
  const std::string etag = etag_of(plain);
  add_security_headers(answer);
  answer.headers.push_back({"ETag", etag});
  answer.headers.push_back({"Vary", "Accept-Encoding"});
  // Vite puts a content hash into the names below /assets: such a name never means other bytes.
  answer.headers.push_back(
      {"Cache-Control", path.starts_with("/assets/") ? "public, max-age=31536000, immutable" : "no-cache"});
  if (request.header("if-none-match") == etag) {
    answer.status = 304;
    return answer;
  }
  answer.headers.push_back({"Content-Type", std::string(type_of(path))});
  const auto packed = find(std::string(path) + ".gz");
  if (packed && request.header("accept-encoding").find("gzip") != std::string_view::npos) {
    answer.headers.push_back({"Content-Encoding", "gzip"});
    answer.body = *packed;
  } else {
    answer.body = plain;
  }
  return answer;
}

}  // namespace

net::Response console_answer(const net::Request& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    net::Response answer = net::Response::problem(405, "pages answer GET and HEAD");
    answer.headers.push_back({"Allow", "GET, HEAD"});
    return answer;
  }
  const std::string_view path = request.path();
  const std::size_t last = path.rfind('/');
  const bool is_file = path.find('.', last == std::string_view::npos ? 0 : last) != std::string_view::npos;
  if (is_file) {
    if (const auto bytes = find(path); bytes && !path.ends_with(".gz")) return file_answer(request, path, *bytes);
    return net::Response::problem(404, "there is no such file");
  }
  if (const auto page = find("/index.html")) return file_answer(request, "/index.html", *page);
  return net::Response::problem(404, "this build carries no console; build console/ first (./run does)");
}

}  // namespace postage::app
