#include "auth/audit.h"

#include <algorithm>

#include "auth/encoding.h"
#include "base/log.h"
#include "db/database.h"

namespace postage::auth {
namespace {

constexpr std::string_view kFirstHash = "0000000000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view kColumns =
    "number, at, actor_kind, actor_id, actor_name, action, account_id, project_id, subject, details, hash";

void append_member(std::string& out, std::string_view key, std::string_view text) {
  append_json_string(out, key);
  out += ':';
  append_json_string(out, text);
}

void append_member(std::string& out, std::string_view key, std::int64_t number) {
  append_json_string(out, key);
  out += ':';
  out += std::to_string(number);
}

std::string details_json(std::vector<std::pair<std::string, std::string>> details) {
  std::sort(details.begin(), details.end());
  std::string out = "{";
  for (const auto& [key, value] : details) {
    if (out.size() > 1) out += ',';
    append_member(out, key, value);
  }
  return out + "}";
}

std::string chained_hash(std::string_view before, const AuditEvent& event) {
  return to_hex(sha256(std::string(before) + canonical_json(event)));
}

AuditEvent read_event(db::Row& row) {
  AuditEvent event;
  event.number = row.integer(0);
  event.at = row.instant(1);
  const std::string kind = row.text(2);
  event.actor.kind = kind == "person" ? Actor::Kind::person : kind == "key" ? Actor::Kind::key : Actor::Kind::system;
  event.actor.id = row.integer(3);
  event.actor.name = row.text(4);
  event.action = row.text(5);
  event.account = row.id<AccountId>(6);
  event.project = row.id<ProjectId>(7);
  event.subject = row.text(8);
  event.details = row.text(9);
  event.hash = row.text(10);
  return event;
}

}  // namespace

std::string_view actor_kind_name(Actor::Kind kind) {
  switch (kind) {
    case Actor::Kind::person: return "person";
    case Actor::Kind::key: return "key";
    case Actor::Kind::system: break;
  }
  return "system";
}

std::string canonical_json(const AuditEvent& event) {
  std::string out = "{";
  append_member(out, "account", event.account.value);
  out += ',';
  append_member(out, "action", event.action);
  out += ",\"actor\":{";
  append_member(out, "id", event.actor.id);
  out += ',';
  append_member(out, "kind", actor_kind_name(event.actor.kind));
  out += ',';
  append_member(out, "name", event.actor.name);
  out += "},";
  append_member(out, "at", event.at.time_since_epoch().count());
  out += ",\"details\":" + event.details + ",";
  append_member(out, "number", event.number);
  out += ',';
  append_member(out, "project", event.project.value);
  out += ',';
  append_member(out, "subject", event.subject);
  return out + "}";
}

Result<void> AuditLog::append_in(db::Connection& connection, const AuditDraft& draft, Instant at) {
  struct Last {
    std::int64_t number = 0;
    std::string hash{kFirstHash};
  };
  TRY(found, connection.first("select number, hash from audit_event order by number desc limit 1",
                              [](db::Row& row) { return Last{row.integer(0), row.text(1)}; }));
  const Last last = found.value_or(Last{});
  AuditEvent event{.number = last.number + 1, .at = at, .actor = draft.actor, .action = draft.action,
                   .account = draft.account, .project = draft.project, .subject = draft.subject,
                   .details = details_json(draft.details), .hash = {}};
  event.hash = chained_hash(last.hash, event);
  TRY(written, connection.run("insert into audit_event(" + std::string(kColumns) + ") values (?,?,?,?,?,?,?,?,?,?,?)",
                              event.number, event.at, actor_kind_name(event.actor.kind), event.actor.id, event.actor.name,
                              event.action, event.account, event.project, event.subject, event.details, event.hash));
  return written == 1 ? Result<void>() : Error(Errc::store_failed, "the audit event was not stored");
}

Result<void> AuditLog::note_in(db::Connection& connection, const db::ChangeNote& note, Instant at) {
  AuditDraft draft{{Actor::Kind::system, note.id, note.who}, note.action, note.account, note.project, note.subject,
                   note.details};
  if (note.kind == db::ChangerKind::person) draft.actor.kind = Actor::Kind::person;
  if (note.kind == db::ChangerKind::key) draft.actor.kind = Actor::Kind::key;
  if (!note.why.empty()) draft.details.emplace_back("why", note.why);
  return append_in(connection, draft, at);
}

Result<void> AuditLog::append(const AuditDraft& draft, Instant at) {
  return database_.write([&](db::Connection& connection) { return append_in(connection, draft, at); });
}

Result<std::vector<AuditEvent>> AuditLog::list(const AuditQuery& query) const {
  const std::int64_t limit = std::clamp<std::int64_t>(query.limit, 1, 1000);
  return database_.read([&](db::Connection& connection) {
    const std::string select = "select " + std::string(kColumns) + " from audit_event where number < ? ";
    if (!query.account) return connection.all(select + "order by number desc limit ?", read_event, query.before, limit);
    return connection.all(select + "and account_id = ? order by number desc limit ?", read_event, query.before,
                          *query.account, limit);
  });
}

Result<std::int64_t> AuditLog::verify() const {
  return database_.read([&](db::Connection& connection) -> Result<std::int64_t> {
    std::string before(kFirstHash);
    std::int64_t count = 0, broken = 0;
    const auto check = [&](db::Row& row) {
      const AuditEvent event = read_event(row);
      if (broken != 0) return;
      if (event.number != count + 1 || chained_hash(before, event) != event.hash) {
        broken = count + 1;
        return;
      }
      ++count;
      before = event.hash;
    };
    TRY_VOID(connection.each("select " + std::string(kColumns) + " from audit_event order by number", check));
    if (broken != 0) return Error(Errc::corrupt_record, "audit event " + std::to_string(broken) + " does not fit its chain");
    return count;
  });
}

}  // namespace postage::auth
