#include "auth/token.h"

#include <zlib.h>

#include <algorithm>
#include <array>

#include "auth/encoding.h"
#include "auth/token_bytes.h"
#include "base/limits.h"

namespace postage::auth {
namespace {

constexpr std::string_view kVersion = "007";
constexpr std::size_t kSignatureBytes = 32;

Error bad(std::string why) { return Error(Errc::invalid_token, std::move(why)); }

/// zlib stream -> bytes, never taking more than the limit and one step of memory, whatever the stream claims.
Result<std::string> inflate_bounded(std::string_view compressed) {
  constexpr std::size_t kMax = limits::token_inflated_bytes_max;
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return Error(Errc::internal, "inflateInit failed");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  std::string out;
  int state = Z_OK;
  while (state == Z_OK) {
    const std::size_t before = out.size();
    const std::size_t step = std::min<std::size_t>(before == 0 ? 1024 : before, kMax + 1 - before);
    if (step == 0) break;
    out.resize(before + step);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = static_cast<uInt>(step);
    state = inflate(&stream, Z_NO_FLUSH);
    out.resize(before + step - stream.avail_out);
    if (state == Z_OK && stream.avail_out != 0) break;  // The input ended before the stream did.
  }
  const bool all_read = stream.avail_in == 0;
  inflateEnd(&stream);
  if (out.size() > kMax) return bad("it inflates to more than " + std::to_string(kMax) + " bytes");
  if (state != Z_STREAM_END) return bad("its compressed part is damaged or cut");
  if (!all_read) return bad("bytes follow its compressed part");
  return out;
}

/// Ascending by `key`, equal ones in their order. By insertion: the lists are short, and the library's stable_sort does not
/// compile without warnings everywhere.
template <class T, class Key>
void put_in_order(std::vector<T>& list, Key key) {
  for (auto next = list.begin(); next != list.end(); ++next) {
    const auto place = std::upper_bound(list.begin(), next, *next, [&](const T& a, const T& b) { return key(a) < key(b); });
    std::rotate(place, next, next + 1);
  }
}

bool has_first(std::uint16_t type) {
  switch (static_cast<Service>(type)) {
    case Service::rtc:
    case Service::rtm:
    case Service::streaming:
    case Service::chat:
    case Service::fcdn:
    case Service::apaas:
    case Service::rtm2: return true;
    default: return false;
  }
}

bool has_second(std::uint16_t type) {
  switch (static_cast<Service>(type)) {
    case Service::rtc:
    case Service::streaming:
    case Service::fcdn:
    case Service::apaas: return true;
    default: return false;
  }
}

/// Types whose body is known; 9 and 10 have none beside their privileges.
bool known_service(std::uint16_t type) { return type >= 1 && type <= 10; }

bool read_rules(ByteReader& in, std::vector<ResourceRule>& rules, std::int64_t& names_left) {
  const std::uint16_t resources = in.u16();
  for (std::uint16_t r = 0; r < resources && in.good(); ++r) {
    const std::uint16_t resource = in.u16();
    const std::uint16_t accesses = in.u16();
    for (std::uint16_t a = 0; a < accesses && in.good(); ++a) {
      ResourceRule rule{.resource = resource, .access = in.u16(), .names = {}};
      const std::uint16_t names = in.u16();
      names_left -= 1 + names;  // A rule counts as well: a thousand empty ones are no use either.
      if (names_left < 0) return false;
      for (std::uint16_t n = 0; n < names && in.good(); ++n) rule.names.push_back(in.text());
      rules.push_back(std::move(rule));
    }
  }
  return in.good();
}

bool read_service(ByteReader& in, TokenService& service, std::int64_t& names_left) {
  const std::uint16_t privileges = in.u16();
  for (std::uint16_t p = 0; p < privileges && in.good(); ++p) {
    const std::uint16_t privilege = in.u16();
    service.privileges.emplace_back(privilege, in.u32());
  }
  if (has_first(service.type)) service.first = in.text();
  if (has_second(service.type)) service.second = in.text();
  if (service.type == static_cast<std::uint16_t>(Service::apaas)) service.role = static_cast<std::int16_t>(in.u16());
  if (service.type == static_cast<std::uint16_t>(Service::rtm2)) return read_rules(in, service.rules, names_left);
  return in.good();
}

void write_rules(std::string& out, std::vector<ResourceRule> rules) {
  put_in_order(rules, [](const ResourceRule& rule) { return std::pair(rule.resource, rule.access); });
  const auto same_resource = [](const ResourceRule& a, const ResourceRule& b) { return a.resource == b.resource; };
  std::uint16_t resources = 0;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (i == 0 || !same_resource(rules[i - 1], rules[i])) ++resources;
  }
  put_u16(out, resources);
  for (auto row = rules.begin(); row != rules.end();) {
    const auto end = std::find_if(row, rules.end(), [&](const ResourceRule& r) { return r.resource != row->resource; });
    put_u16(out, row->resource);
    put_u16(out, static_cast<std::uint16_t>(end - row));
    for (; row != end; ++row) {
      put_u16(out, row->access);
      put_u16(out, static_cast<std::uint16_t>(row->names.size()));
      for (const std::string& name : row->names) put_text(out, name);
    }
  }
}

void write_service(std::string& out, const TokenService& service) {
  put_u16(out, service.type);
  auto privileges = service.privileges;
  put_in_order(privileges, [](const auto& pair) { return pair.first; });
  put_u16(out, static_cast<std::uint16_t>(privileges.size()));
  for (const auto& [privilege, until] : privileges) {
    put_u16(out, privilege);
    put_u32(out, until);
  }
  if (has_first(service.type)) put_text(out, service.first);
  if (has_second(service.type)) put_text(out, service.second);
  if (service.type == static_cast<std::uint16_t>(Service::apaas)) put_u16(out, static_cast<std::uint16_t>(service.role));
  if (service.type == static_cast<std::uint16_t>(Service::rtm2)) write_rules(out, service.rules);
}

Result<void> check_buildable(const Token& fields, std::string_view certificate) {
  if (!valid_hex32(fields.app_id)) return Error(Errc::bad_request, "app_id: must be 32 hex digits");
  if (!valid_hex32(certificate)) return Error(Errc::bad_request, "certificate: must be 32 hex digits");
  if (fields.services.empty()) return Error(Errc::bad_request, "services: a token needs at least one");
  if (fields.services.size() > static_cast<std::size_t>(limits::token_services_max)) {
    return Error(Errc::bad_request, "services: more than " + std::to_string(limits::token_services_max));
  }
  std::size_t names = 0;
  for (const TokenService& service : fields.services) {
    if (!known_service(service.type)) return Error(Errc::bad_request, "services: type is not known");
    bool fits = service.first.size() <= UINT16_MAX && service.second.size() <= UINT16_MAX;
    for (const ResourceRule& rule : service.rules) {
      names += 1 + rule.names.size();
      for (const std::string& name : rule.names) fits = fits && name.size() <= UINT16_MAX;
    }
    if (!fits || service.privileges.size() > UINT16_MAX) return Error(Errc::bad_request, "services: a text is too long");
  }
  if (names > static_cast<std::size_t>(limits::token_resources_max)) {
    return Error(Errc::bad_request, "services: more than " + std::to_string(limits::token_resources_max) + " resource names");
  }
  return {};
}

std::string sign(const Token& token, std::string_view signing_info, std::string_view certificate) {
  std::string issued, salt;
  put_u32(issued, token.issued_at);
  put_u32(salt, token.salt);
  return hmac_sha256(hmac_sha256(salt, hmac_sha256(issued, certificate)), signing_info);
}

}  // namespace

Result<Token> parse_token(std::string_view text) {
  if (text.size() > static_cast<std::size_t>(limits::token_bytes_max)) return bad("it is longer than a token may be");
  if (!text.starts_with(kVersion)) return bad("it does not begin with 007");
  const auto compressed = from_base64(text.substr(kVersion.size()));
  if (!compressed || compressed->empty()) return bad("it is not base64");
  TRY(content, inflate_bounded(*compressed));

  ByteReader in(content);
  Token token;
  token.signature = in.text();
  if (!in.good() || token.signature.size() != kSignatureBytes) return bad("its signature is not 32 bytes");
  token.signing_info = std::string(in.rest());
  token.app_id = in.text();
  token.issued_at = in.u32();
  token.expire = in.u32();
  token.salt = in.u32();
  const std::uint16_t services = in.u16();
  if (!in.good()) return bad("it is cut");
  if (!valid_hex32(token.app_id)) return bad("its App ID is not 32 hex digits");
  if (services > limits::token_services_max) return bad("it has too many services");
  std::int64_t names_left = limits::token_resources_max;
  for (std::uint16_t s = 0; s < services; ++s) {
    TokenService service;
    service.type = in.u16();
    if (!in.good()) return bad("it is cut");
    if (!known_service(service.type)) break;
    if (!read_service(in, service, names_left)) return bad("a service in it is cut or too large");
    token.services.push_back(std::move(service));
  }
  return token;
}

bool signature_fits(const Token& token, std::string_view certificate) {
  return equal_in_constant_time(token.signature, sign(token, token.signing_info, certificate));
}

Result<std::string> build_token(const Token& fields, std::string_view certificate) {
  TRY_VOID(check_buildable(fields, certificate));
  auto services = fields.services;
  put_in_order(services, [](const TokenService& service) { return service.type; });
  std::string info;
  put_text(info, fields.app_id);
  put_u32(info, fields.issued_at);
  put_u32(info, fields.expire);
  put_u32(info, fields.salt);
  put_u16(info, static_cast<std::uint16_t>(services.size()));
  for (const TokenService& service : services) write_service(info, service);

  std::string content;
  put_text(content, sign(fields, info, certificate));
  content += info;
  if (content.size() > static_cast<std::size_t>(limits::token_inflated_bytes_max)) {
    return Error(Errc::bad_request, "services: the token would be too large");
  }
  uLongf size = compressBound(static_cast<uLong>(content.size()));
  std::string compressed(size, '\0');
  const int done = compress(reinterpret_cast<Bytef*>(compressed.data()), &size,
                            reinterpret_cast<const Bytef*>(content.data()), static_cast<uLong>(content.size()));
  if (done != Z_OK) return Error(Errc::internal, "zlib's compress failed");
  compressed.resize(size);
  std::string text = std::string(kVersion) + to_base64(compressed);
  if (text.size() > static_cast<std::size_t>(limits::token_bytes_max)) {
    return Error(Errc::bad_request, "services: the token would be too long");
  }
  return text;
}

Result<std::string> build_login_token(const LoginTokenRequest& request, std::string_view certificate) {
  if (!valid_user_id(request.user_id)) return Errc::invalid_user_id;
  if (request.expire_seconds < 1 || request.expire_seconds > limits::token_seconds_max) {
    return Error(Errc::bad_request, "expire_seconds: must be 1 to " + std::to_string(limits::token_seconds_max));
  }
  const auto issued = std::chrono::floor<seconds>(request.issued_at).time_since_epoch().count();
  if (issued < 0 || issued > UINT32_MAX) return Error(Errc::bad_request, "issued_at: outside the years of 32-bit seconds");
  const auto expire = static_cast<std::uint32_t>(request.expire_seconds);
  Token token{.app_id = request.app_id, .issued_at = static_cast<std::uint32_t>(issued), .expire = expire,
              .salt = request.salt, .services = {}, .signature = {}, .signing_info = {}};
  TokenService rtm;
  rtm.type = static_cast<std::uint16_t>(Service::rtm);
  rtm.privileges = {{kPrivilegeLogin, expire}};
  rtm.first = request.user_id;
  token.services.push_back(std::move(rtm));
  return build_token(token, certificate);
}

bool valid_hex32(std::string_view text) {
  return text.size() == 32 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

bool valid_user_id(std::string_view user_id) {
  constexpr std::string_view kSigns = " !#$%&()+-:;<=.>?@[]^_{}|~,";
  if (user_id.empty() || user_id.size() > static_cast<std::size_t>(limits::user_id_bytes_max)) return false;
  if (user_id == "null") return false;
  return std::all_of(user_id.begin(), user_id.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kSigns.find(c) != std::string_view::npos;
  });
}

}  // namespace postage::auth
