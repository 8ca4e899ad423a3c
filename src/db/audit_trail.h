#pragma once
// Port: the audit log, for rooms that store changes and may not know who keeps that log. auth::AuditLog implements it.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"

namespace postage::db {

class Connection;

/// Who makes a change: a part of the system, a person who logged in, or an API key.
enum class ChangerKind : std::uint8_t { system, person, key };

/// One change, told while it is being stored. Never holds secrets.
struct ChangeNote {
  ChangerKind kind = ChangerKind::system;
  std::int64_t id = 0;  ///< of the person or key; 0 of the system
  std::string who;      ///< e-mail, key name, or the part of the system ("month close")
  std::string why;      ///< the reason given; may be empty
  std::string action;   ///< verb of the subject: "plan.change", "payment.record"
  AccountId account;    ///< 0: concerns no account
  ProjectId project;    ///< 0: concerns no project
  std::string subject;  ///< what it was done to: "PO-2026-000001"
  std::vector<std::pair<std::string, std::string>> details;  ///< field -> new value
};

/// Thread: any; blocks on SQL.
class AuditTrail {
 public:
  virtual ~AuditTrail() = default;
  /// Appends `note` inside the caller's write transaction, so that a change and its record are stored together or not
  /// at all. Errors: store_failed, unavailable.
  virtual Result<void> note_in(Connection& connection, const ChangeNote& note, Instant at) = 0;
};

}  // namespace postage::db
