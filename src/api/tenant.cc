#include "api/tenant.h"

#include <fmt/format.h>

#include "api/services.h"
#include "api/utf8_text.h"
#include "auth/directory.h"
#include "base/limits.h"
#include "quota/entitlements.h"

namespace postage::api {
namespace {

/// A path parameter as an id above 0; 0 when it is none.
std::int64_t id_of(const std::string& text) {
  const auto number = parse_integer(text);
  return number && *number > 0 ? *number : 0;
}

Problem hidden() { return Problem(Errc::not_found); }

/// Whether a deleted project may still be read: never; its usage is read through the account.
const auth::ProjectInfo* live_project(const auth::DirectorySnapshot& snapshot, ProjectId id) {
  const auth::ProjectInfo* project = snapshot.project(id);
  return project && !project->deleted_at ? project : nullptr;
}

}  // namespace

std::optional<Problem> find_tenant(Call& call) {
  const auto snapshot = call.services.directory.snapshot();
  if (const auto found = call.path.find("project"); found != call.path.end()) {
    const auth::ProjectInfo* project = live_project(*snapshot, ProjectId{id_of(found->second)});
    if (!project || !call.who.role_in(project->account)) return hidden();
    call.project = project->id;
    call.account = project->account;
  } else if (const auto account = call.path.find("account"); account != call.path.end()) {
    const auth::AccountInfo* info = snapshot->account(AccountId{id_of(account->second)});
    if (!info || !call.who.role_in(info->id)) return hidden();
    call.account = info->id;
  }
  return std::nullopt;
}

std::optional<Problem> check_permission(const Call& call, const Need& need) {
  if (need.kind != Need::Kind::permission) return std::nullopt;
  if (auth::may(call.who, need.permission, call.account)) return std::nullopt;
  const std::string permission(auth::permission_name(need.permission));
  return Problem(Errc::forbidden, "this needs the permission " + permission, {}, {Reason::permission, {permission}});
}

std::optional<Problem> check_feature(const Call& call, std::string_view feature) {
  const quota::Entitlements* entitlements = call.services.entitlements;
  if (entitlements == nullptr || entitlements->has(call.account, feature)) return std::nullopt;
  return Problem(Errc::forbidden, fmt::format("the account's plan does not include {}", feature), {},
                 {Reason::feature, {std::string(feature)}});
}

std::optional<Problem> check_console(const Call& call, const Need& need) {
  const bool person = call.who.kind == auth::Principal::Kind::person && call.who.realm() == auth::Realm::customer;
  const bool plan = need.kind == Need::Kind::permission && need.permission == auth::Permission::plan_change;
  if (!person || plan || !call.account) return std::nullopt;
  return check_feature(call, "console");
}

std::optional<Problem> check_rate(const Call& call, Rates& rates) {
  std::int64_t allowed = limits::rest_per_second_max;
  std::string key = call.who.id == 0 ? "peer:" + call.request.peer
                                     : fmt::format("who:{}:{}", static_cast<int>(call.who.kind), call.who.id);
  if (call.project) {
    const auto snapshot = call.services.directory.snapshot();
    if (const auth::ProjectInfo* project = snapshot->project(call.project))
      allowed = project->in_force.rest_per_second_max;
    key = fmt::format("project:{}", call.project.value);
  }
  const auto wait = rates.take(key, allowed, call.now);
  if (!wait) return std::nullopt;
  Problem problem(Errc::rate_limited, fmt::format("more than {} REST calls a second", allowed));
  problem.why = {Reason::rate, {std::to_string(allowed)}};
  problem.retry_after_seconds = *wait;
  return problem;
}

}  // namespace postage::api
