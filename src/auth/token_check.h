#pragma once
// Whether a token (or an App ID alone) opens a door of a project at `now`. Pure functions; thread: any. Costs some ten
// microseconds (see token_bench.cc).
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/directory.h"
#include "auth/token.h"
#include "base/clock.h"
#include "base/result.h"

namespace postage::auth {

/// What a user may do with named resources. Without rules (a plain RTM token, or App ID only) everything is allowed; with
/// rules only what one of them names. A name that ends in '*' (never legal in a channel's or user's name) stands for all
/// names that begin with what is before it.
class ResourcePermissions {
 public:
  ResourcePermissions() = default;
  /// Restricted to `rules`; no rule means nothing is allowed.
  explicit ResourcePermissions(std::vector<ResourceRule> rules) : restricted_(true), rules_(std::move(rules)) {}

  [[nodiscard]] bool restricted() const { return restricted_; }
  [[nodiscard]] bool may_read(Resource resource, std::string_view name) const { return may(resource, Access::read, name); }
  [[nodiscard]] bool may_write(Resource resource, std::string_view name) const { return may(resource, Access::write, name); }
  [[nodiscard]] const std::vector<ResourceRule>& rules() const { return rules_; }

 private:
  [[nodiscard]] bool may(Resource resource, Access access, std::string_view name) const;
  bool restricted_ = false;
  std::vector<ResourceRule> rules_;
};

/// An opened door.
struct Grant {
  std::string user_id;
  std::optional<Instant> expires_at;  ///< none: App ID only, never ends
  ResourcePermissions permissions;
};

/// How a door treats credentials.
struct DoorPolicy {
  bool app_id_only_allowed = false;  ///< settings auth.app_id_only_allowed; the project must allow it as well
  bool primary_only = false;         ///< REST does not accept the secondary certificate
};

/// May `user_id` log in to `project` with `token` at `now`?
/// An empty token or the App ID itself opens projects with `app_id_only` when the policy allows it. Else the token must be
/// of this App ID, signed by an enabled certificate, not from the future, and hold a service RTM or RTM2 for this user
/// whose login privilege still runs. A life over limits::token_seconds_max is cut to that.
/// Errors: login_rejected (project disabled), invalid_user_id, invalid_token, token_expired.
Result<Grant> check_login(const ProjectInfo& project, std::string_view user_id, std::string_view token, Instant now,
                          const DoorPolicy& policy = {});

/// May `user_id` join stream channel `channel`? The same rules with service RTC for exactly that channel and user ("" in
/// the token is any user).
Result<Grant> check_join(const ProjectInfo& project, std::string_view channel, std::string_view user_id,
                         std::string_view token, Instant now, const DoorPolicy& policy = {});

}  // namespace postage::auth
