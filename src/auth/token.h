#pragma once
// 007 tokens (AccessToken2): parse, build, and the signature. The layout stands in token_layout.md beside this file; whether
// a token opens a door is token_check.h. Pure functions; thread: any. Every length is checked before memory is taken.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace postage::auth {

/// Service types with a known body. Others may stand in a token; parsing ends there and the token stays valid.
enum class Service : std::uint16_t { rtc = 1, rtm = 2, streaming = 3, fpa = 4, chat = 5, fcdn = 6, apaas = 7, rtm2 = 8 };
/// Resources an RTM2 service names; values are those in the token.
enum class Resource : std::uint16_t { message_channels = 0, stream_channels = 1, group_channels = 2, server_groups = 3, users = 4 };
/// What an RTM2 service lets a user do with them.
enum class Access : std::uint16_t { read = 0, write = 1 };

/// Privilege 1 of the services RTM and RTM2 (log in), and of RTC (join a channel).
inline constexpr std::uint16_t kPrivilegeLogin = 1;
inline constexpr std::uint16_t kPrivilegeJoin = 1;

/// One row of an RTM2 service: these resources may be read or written.
struct ResourceRule {
  std::uint16_t resource = 0;  ///< a Resource; unknown values are kept
  std::uint16_t access = 0;    ///< an Access; unknown values are kept
  std::vector<std::string> names;
  bool operator==(const ResourceRule&) const = default;
};

/// One service of a token. Which texts are used depends on the type:
///   rtc: first = channel, second = user ("" is any); rtm, rtm2, chat: first = user; streaming, fcdn: first = channel,
///   second = account; apaas: first = room, second = user, role; fpa: none.
struct TokenService {
  std::uint16_t type = 0;
  std::vector<std::pair<std::uint16_t, std::uint32_t>> privileges;  ///< privilege, seconds from issue (0: the token's own end)
  std::string first;
  std::string second;
  std::int16_t role = -1;
  std::vector<ResourceRule> rules;  ///< rtm2 only
  bool operator==(const TokenService&) const = default;
};

/// A token's fields. Times are seconds: `issued_at` since 1970, `expire` after `issued_at`.
struct Token {
  std::string app_id;  ///< 32 hex digits, case kept
  std::uint32_t issued_at = 0;
  std::uint32_t expire = 0;
  std::uint32_t salt = 0;
  std::vector<TokenService> services;  ///< up to the first of an unknown type
  std::string signature;               ///< 32 bytes; set by parse_token
  std::string signing_info;            ///< the bytes that were signed, as received; set by parse_token
};

/// Reads a token's text: at most limits::token_bytes_max, strict base64, inflating to at most
/// limits::token_inflated_bytes_max. Nothing is proved by parsing. Errors: invalid_token with the reason.
Result<Token> parse_token(std::string_view text);

/// Whether the signature is the one this certificate (32 hex digits) makes; compares in constant time.
bool signature_fits(const Token& token, std::string_view certificate);

/// Makes a token's text from its fields (`signature` and `signing_info` are ignored; services and privileges are put in
/// ascending order, equal types keep theirs). Errors: bad_request naming the field (App ID or certificate not 32 hex
/// digits, no service, a text too long).
Result<std::string> build_token(const Token& fields, std::string_view certificate);

/// What build_login_token makes a token for.
struct LoginTokenRequest {
  std::string app_id;
  std::string user_id;
  Instant issued_at;
  std::int64_t expire_seconds = 3600;  ///< 1 to limits::token_seconds_max
  std::uint32_t salt = 1;              ///< 1 to 99'999'999; take it from random_salt()
};

/// A token that logs `user_id` in (service RTM). Errors: invalid_user_id, bad_request naming the field.
Result<std::string> build_login_token(const LoginTokenRequest& request, std::string_view certificate);

/// 1 to 64 of the allowed ASCII characters and not "null".
bool valid_user_id(std::string_view user_id);
/// 32 hex digits of either case.
bool valid_hex32(std::string_view text);

}  // namespace postage::auth
