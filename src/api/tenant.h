#pragma once
// Whose thing a request is about, and whether the caller may touch it. One place for all routes, so that no handler can
// forget it.
#include <optional>
#include <string_view>

#include "api/problem.h"
#include "api/rates.h"
#include "api/route.h"

namespace postage::api {

/// Fills call.account and call.project from the path's {account} or {project}. A malformed or unknown id, and one that
/// belongs to an account in which the caller has no role, are the same not_found: nobody learns what others have.
[[nodiscard]] std::optional<Problem> find_tenant(Call& call);

/// forbidden when the caller's role does not grant what the route needs.
[[nodiscard]] std::optional<Problem> check_permission(const Call& call, const Need& need);

/// forbidden when the account's plan, as its contract makes it, lacks the feature (a row of catalog::feature_names()).
[[nodiscard]] std::optional<Problem> check_feature(const Call& call, std::string_view feature);
/// The same for people who logged in (not for keys, nor for operators) and the console; changing the plan stays possible.
[[nodiscard]] std::optional<Problem> check_console(const Call& call, const Need& need);

/// rate_limited with the seconds to wait, when the project (or, without one, the caller) makes too many REST calls.
[[nodiscard]] std::optional<Problem> check_rate(const Call& call, Rates& rates);

}  // namespace postage::api
