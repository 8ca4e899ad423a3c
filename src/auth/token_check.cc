#include "auth/token_check.h"

#include <algorithm>

#include "base/limits.h"

namespace postage::auth {
namespace {

Error bad(std::string why) { return Error(Errc::invalid_token, std::move(why)); }

bool stands_for(std::string_view pattern, std::string_view name) {
  if (!pattern.ends_with('*')) return pattern == name;
  return name.starts_with(pattern.substr(0, pattern.size() - 1));
}

/// The end of a privilege, or none when the service does not give it. Seconds since 1970; 0 in the token means the
/// token's own end, and nothing lasts longer than the token or the longest life allowed.
std::optional<std::int64_t> end_of(const Token& token, const TokenService& service, std::uint16_t privilege) {
  const auto row = std::find_if(service.privileges.begin(), service.privileges.end(),
                                [&](const auto& pair) { return pair.first == privilege; });
  if (row == service.privileges.end()) return std::nullopt;
  std::int64_t life = std::min<std::int64_t>(token.expire, limits::token_seconds_max);
  if (row->second != 0) life = std::min<std::int64_t>(life, row->second);
  return token.issued_at + life;
}

bool opens_with_app_id(const ProjectInfo& project, std::string_view token, const DoorPolicy& policy) {
  return policy.app_id_only_allowed && project.app_id_only && (token.empty() || token == project.app_id.text);
}

/// Reads the token and proves that this project made it. Both certificates are always tried, so that the time does not
/// tell which slot is in use.
Result<Token> prove(const ProjectInfo& project, std::string_view text, Instant now, const DoorPolicy& policy) {
  if (text.empty()) return bad("this project needs a token");
  if (text == project.app_id.text) return bad("this project needs a token; its App ID alone does not log in");
  TRY(token, parse_token(text));
  if (token.app_id != project.app_id.text) return bad("it was made for another App ID");
  const Certificate& primary = project.certificate(CertificateSlot::primary);
  const Certificate& secondary = project.certificate(CertificateSlot::secondary);
  bool fits = primary.usable() && signature_fits(token, primary.text);
  if (secondary.usable() && !policy.primary_only) fits = signature_fits(token, secondary.text) || fits;
  if (!fits) return bad("its signature does not fit this project's certificate");
  const auto now_seconds = std::chrono::floor<seconds>(now).time_since_epoch().count();
  if (token.issued_at > now_seconds + limits::token_future_seconds_max) {
    return bad("it was issued in the future; check the clock of the machine that makes tokens");
  }
  return token;
}

/// Valid while now < end.
Result<Instant> expiry(std::optional<std::int64_t> end, Instant now, const char* nothing) {
  if (!end) return bad(nothing);
  const Instant expires_at{seconds(*end)};
  if (now >= expires_at) return Errc::token_expired;
  return expires_at;
}

/// What the services of a token give one user: the plain ones their latest end, the restricted ones the rules of those
/// that still run and the earliest of their ends, so that no rule outlives its service.
struct LoginServices {
  std::optional<std::int64_t> plain_end;
  std::optional<std::int64_t> restricted_end;
  bool restricted = false;
  std::vector<ResourceRule> rules;

  void add_plain(std::int64_t end) { plain_end = std::max(plain_end.value_or(end), end); }
  void add_restricted(std::int64_t end, const TokenService& service, Instant now) {
    restricted = true;
    const bool runs = Instant(seconds(end)) > now;
    if (!runs) {
      if (!any_runs_) restricted_end = end;
      return;
    }
    restricted_end = any_runs_ ? std::min(*restricted_end, end) : end;
    any_runs_ = true;
    rules.insert(rules.end(), service.rules.begin(), service.rules.end());
  }

 private:
  bool any_runs_ = false;
};

}  // namespace

bool ResourcePermissions::may(Resource resource, Access access, std::string_view name) const {
  if (!restricted_) return true;
  return std::any_of(rules_.begin(), rules_.end(), [&](const ResourceRule& rule) {
    return rule.resource == static_cast<std::uint16_t>(resource) && rule.access == static_cast<std::uint16_t>(access) &&
           std::any_of(rule.names.begin(), rule.names.end(),
                       [&](const std::string& pattern) { return stands_for(pattern, name); });
  });
}

Result<Grant> check_login(const ProjectInfo& project, std::string_view user_id, std::string_view token_text, Instant now,
                          const DoorPolicy& policy) {
  if (project.disabled || project.deleted_at) return Errc::login_rejected;
  if (!valid_user_id(user_id)) return Errc::invalid_user_id;
  if (opens_with_app_id(project, token_text, policy)) return Grant{std::string(user_id), std::nullopt, {}};
  TRY(token, prove(project, token_text, now, policy));

  LoginServices found;
  for (const TokenService& service : token.services) {
    const bool rtm2 = service.type == static_cast<std::uint16_t>(Service::rtm2);
    if (!rtm2 && service.type != static_cast<std::uint16_t>(Service::rtm)) continue;
    if (service.first != user_id && !(rtm2 && service.first.empty())) continue;
    const auto end = end_of(token, service, kPrivilegeLogin);
    if (!end) continue;
    if (rtm2) {
      found.add_restricted(*end, service, now);
    } else {
      found.add_plain(*end);
    }
  }
  // A restricted service restricts whatever else the token holds: who wrote its rules wanted less than everything.
  const auto end = found.restricted ? found.restricted_end : found.plain_end;
  TRY(expires_at, expiry(end, now, "it does not let this user log in"));
  Grant grant{std::string(user_id), expires_at, {}};
  if (found.restricted) grant.permissions = ResourcePermissions(std::move(found.rules));
  return grant;
}

Result<Grant> check_join(const ProjectInfo& project, std::string_view channel, std::string_view user_id,
                         std::string_view token_text, Instant now, const DoorPolicy& policy) {
  if (project.disabled || project.deleted_at) return Errc::login_rejected;
  if (!valid_user_id(user_id)) return Errc::invalid_user_id;
  if (opens_with_app_id(project, token_text, policy)) return Grant{std::string(user_id), std::nullopt, {}};
  TRY(token, prove(project, token_text, now, policy));

  std::optional<std::int64_t> latest;
  for (const TokenService& service : token.services) {
    if (service.type != static_cast<std::uint16_t>(Service::rtc) || service.first != channel) continue;
    if (!service.second.empty() && service.second != user_id) continue;
    const auto end = end_of(token, service, kPrivilegeJoin);
    if (end) latest = std::max(latest.value_or(*end), *end);
  }
  TRY(expires_at, expiry(latest, now, "it does not let this user join this channel"));
  return Grant{std::string(user_id), expires_at, {}};
}

}  // namespace postage::auth
