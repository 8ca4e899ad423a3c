// auth_token_check: lets tests in other languages ask this room about tokens. One request a line on standard input,
// fields parted by tabs; one answer a line:
//   login  APP_ID CERTIFICATE USER NOW TOKEN           -> "ok EXPIRES RULES", or "refused ERROR"
//   join   APP_ID CERTIFICATE USER NOW TOKEN CHANNEL   -> the same
//   build  APP_ID CERTIFICATE USER NOW EXPIRE SALT     -> the token, or "refused ERROR"
// NOW and EXPIRES are seconds since 1970. RULES: resource/access/name, parted by commas; "-" without restriction.
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "auth/token_check.h"

namespace {

using namespace postage;
using namespace postage::auth;

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> fields(1);
  for (const char c : line) {
    if (c == '\t') {
      fields.emplace_back();
    } else {
      fields.back().push_back(c);
    }
  }
  return fields;
}

std::string refusal(const Error& error) { return "refused " + std::string(error_row(error.code).name); }

std::string rules_text(const ResourcePermissions& permissions) {
  if (!permissions.restricted()) return "-";
  std::string out;
  for (const ResourceRule& rule : permissions.rules()) {
    for (const std::string& name : rule.names) {
      if (!out.empty()) out += ',';
      out += std::to_string(rule.resource) + "/" + std::to_string(rule.access) + "/" + name;
    }
  }
  return out;
}

std::string answer(const std::vector<std::string>& fields) {
  if (fields.size() < 6) return "wrong number of fields";
  const Instant now{seconds(std::atoll(fields[4].c_str()))};
  if (fields[0] == "build" && fields.size() == 7) {
    LoginTokenRequest request;
    request.app_id = fields[1];
    request.user_id = fields[3];
    request.issued_at = now;
    request.expire_seconds = std::atoll(fields[5].c_str());
    request.salt = static_cast<std::uint32_t>(std::atoll(fields[6].c_str()));
    const auto token = build_login_token(request, fields[2]);
    return token ? *token : refusal(token.error());
  }
  ProjectInfo project;
  project.app_id = AppId{fields[1]};
  project.certificates[0] = {fields[2], true, {}};
  const auto grant = fields[0] == "join" && fields.size() == 7
                         ? check_join(project, fields[6], fields[3], fields[5], now)
                         : check_login(project, fields[3], fields[5], now);
  if (!grant) return refusal(grant.error());
  const auto end = std::chrono::floor<seconds>(*grant->expires_at).time_since_epoch().count();
  return "ok " + std::to_string(end) + " " + rules_text(grant->permissions);
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) std::cout << answer(split(line)) << std::endl;
  return 0;
}
