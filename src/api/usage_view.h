#pragma once
// Usage as the API shows it: the running month's meters against the plan's quotas, made from the rated month, so that
// page and bill never differ.
#include "api/route.h"
#include "invoice/billing.h"

namespace postage::api {

/// {pcu, messages, storage_gb: {used, quota, percent, open?}}; quota and percent null on pay-as-you-go.
Json meters_json(const invoice::RatedMonth& rated, std::int64_t open_connections);
/// {name: {pcu, messages, storage_gb}}; a name that two projects have carries the id behind it.
Json projects_usage_json(const invoice::RatedMonth& rated);
/// Connections open now in the account's projects.
std::int64_t open_connections(const Call& call, const invoice::RatedMonth& rated);
/// Adds `meters`, `next_catalogue` (a move that has not begun) and, for who may see bills, `bill` {currency, total} of the
/// running month to an account object; null when they cannot be read now.
void add_usage_summary(Json& account, const Call& call, AccountId id, bool with_bill);

}  // namespace postage::api
