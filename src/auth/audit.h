#pragma once
// The audit log: who changed what and when, append-only, each event chained to the one before by SHA-256 so that a removed
// or edited row shows. Events are written in the transaction of the change they tell of. Thread: any.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/roles.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "db/audit_trail.h"

namespace postage::db {
class Connection;
class Database;
}  // namespace postage::db

namespace postage::auth {

/// Who did it.
struct Actor {
  enum class Kind : std::uint8_t { system, person, key };
  Kind kind = Kind::system;
  std::int64_t id = 0;      ///< PersonId or key id; 0 of the system
  std::string name;         ///< e-mail, key name, or the part of the system ("postage account", "month close")
  static Actor system(std::string part) { return {Kind::system, 0, std::move(part)}; }
  static Actor of(const Principal& who) {
    return {who.kind == Principal::Kind::key ? Kind::key : Kind::person, who.id, who.name};
  }
};

/// "system", "person" or "key".
std::string_view actor_kind_name(Actor::Kind kind);

/// What happened, before it has a number. Never holds secrets.
struct AuditDraft {
  Actor actor;
  std::string action;   ///< verb of the subject, e.g. "project.create"
  AccountId account;    ///< 0: concerns no account
  ProjectId project;    ///< 0: concerns no project
  std::string subject;  ///< what it was done to, e.g. "certificate 1"
  std::vector<std::pair<std::string, std::string>> details;  ///< field -> new value (or "old -> new"), sorted when stored
};

/// A stored event.
struct AuditEvent {
  std::int64_t number = 0;  ///< 1, 2, 3 without gaps
  Instant at;
  Actor actor;
  std::string action;
  AccountId account;
  ProjectId project;
  std::string subject;
  std::string details;  ///< a JSON object, keys sorted
  std::string hash;     ///< 64 hex digits: SHA-256 of the hash before and canonical_json(*this)
};

/// The text that is hashed: one JSON object, keys sorted, no spaces, without `hash`.
std::string canonical_json(const AuditEvent& event);

/// What to list; newest first.
struct AuditQuery {
  std::optional<AccountId> account{};  ///< none: all
  std::int64_t before = INT64_MAX;  ///< numbers below this
  std::int64_t limit = 100;          ///< 1 to 1000
};

class AuditLog final : public db::AuditTrail {
 public:
  /// `database` has auth's migrations and outlives this.
  explicit AuditLog(db::Database& database) : database_(database) {}

  /// Appends one event inside the caller's write transaction, so that a change and its event are stored together.
  static Result<void> append_in(db::Connection& connection, const AuditDraft& draft, Instant at);
  /// The same for rooms that know only the port. The reason becomes the detail "why".
  Result<void> note_in(db::Connection& connection, const db::ChangeNote& note, Instant at) override;
  /// Appends one event, in a transaction of its own.
  Result<void> append(const AuditDraft& draft, Instant at);
  [[nodiscard]] Result<std::vector<AuditEvent>> list(const AuditQuery& query) const;
  /// Walks the whole chain. The number of events, or corrupt_record naming the first that does not fit.
  [[nodiscard]] Result<std::int64_t> verify() const;

 private:
  db::Database& database_;
};

}  // namespace postage::auth
