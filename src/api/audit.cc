// The audit log, by account and, for operators, over all.
#include "auth/audit.h"

#include "api/resources.h"
#include "api/services.h"
#include "api/views.h"

namespace postage::api {
namespace {

using auth::Permission;

Json event_json(const auth::AuditEvent& event) {
  return {{"id", std::to_string(event.number)},
          {"at", instant_text_utc(event.at)},
          {"actor", {{"kind", std::string(auth::actor_kind_name(event.actor.kind))}, {"name", event.actor.name}}},
          {"action", event.action},
          {"subject", event.subject},
          {"account", event.account ? Json(id_text(event.account)) : Json(nullptr)},
          {"details", Json::parse(event.details, nullptr, false)},
          {"hash", event.hash}};
}

Outcome list(Call& call) {
  const Page page = read_page(call.query);
  if (auto mistake = call.query.mistake()) return *mistake;
  auth::AuditQuery query;
  if (call.account) query.account = call.account;
  query.before = page.cursor.value_or(INT64_MAX);
  query.limit = page.limit;
  TRY(events, call.services.audit.list(query));
  Json out = {{"items", Json::array()}};
  for (const auth::AuditEvent& each : events) out["items"].push_back(event_json(each));
  if (static_cast<std::int64_t>(events.size()) == page.limit) out["next"] = std::to_string(events.back().number);
  return out;
}

const Parameter kListQuery[] = {kLimitParameter, kCursorParameter};

const Route kRoutes[] = {
    {Method::get, "/accounts/{account}/audit", "listAccountAudit", "Who changed what in the account, newest first",
     Permission::audit_read, list, "", "AuditList", 200, false, kListQuery},
    {Method::get, "/audit", "listAudit", "Who changed what anywhere, newest first (operators)", Permission::audit_read,
     list, "", "AuditList", 200, false, kListQuery},
};

}  // namespace

std::span<const Route> audit_routes() { return kRoutes; }

}  // namespace postage::api
