#pragma once
// Catalogues that an operator published, kept for good: drafts, what was published and from which month, what was
// withdrawn before it began. Rows are only added. Who is moved to which catalogue is the invoice room's.
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/month.h"
#include "catalog/catalog.h"
#include "db/audit_trail.h"
#include "db/database.h"

namespace postage::catalog {

/// A draft may be drawn up again (another version of the name); what is published never changes; it may be withdrawn
/// only before its month begins.
enum class PublicationState : std::uint8_t { draft, published, withdrawn };
/// "draft", "published", "withdrawn".
std::string_view state_name(PublicationState state);

/// How a catalogue follows another one.
struct Succession {
  std::string replaces;     ///< name of the catalogue it replaces for new accounts; empty: none
  bool grandfather = true;  ///< accounts of the replaced one stay there; else they are moved at the effective month
  std::map<std::string, std::string> plans;  ///< plan there -> plan here; one that is not named keeps its name
};

/// One version of a catalogue of the operator's.
struct Publication {
  std::int64_t id = 0;
  std::string name;
  std::int64_t version = 1;  ///< counts the drafts of a name
  std::string text;          ///< JSON, as it was given
  std::string sha256;        ///< of `text`, 64 lower-case hex digits
  CataloguePtr catalogue;
  Succession succession;
  PublicationState state = PublicationState::draft;
  Instant drafted_at;
  std::optional<Instant> published_at, withdrawn_at;
  std::string by, why;  ///< of the newest state

  /// The month from which it is in force, and that month's first instant in its zone.
  [[nodiscard]] MonthKey effective_month() const;
  [[nodiscard]] Instant effective_at() const;
};

/// Applies this room's migrations (component "catalog").
Result<void> migrate(db::Database& database, Instant now);

/// Who changes it and why: what the audit log is told.
struct Publisher {
  db::ChangerKind kind = db::ChangerKind::system;
  std::int64_t id = 0;
  std::string who;
  std::string why;
};

/// Accounts are moved, and moves taken back, by rows of their own: nothing is published or withdrawn later than this
/// before the month begins.
inline constexpr std::chrono::hours kBeforeTheMonth{1};

/// Thread: any; blocks on SQL. Errors of all: store_failed, unavailable, corrupt_record besides those named.
class CatalogueStore {
 public:
  struct Ports {
    db::Database& database;         ///< has migrate() behind it
    db::AuditTrail* trail = nullptr;  ///< may be null
    /// True for names that are taken otherwise: built-in ones, files.
    std::function<bool(std::string_view name)> taken;
    /// Whether a text may be published (the linter); its error is what the caller gets.
    std::function<Result<void>(const std::string& text)> check;
  };
  explicit CatalogueStore(Ports ports) : ports_(std::move(ports)) {}

  /// Keeps a draft; a later draft of the same name replaces it. Errors: invalid_catalogue (cannot be read), conflict
  /// (the name is built in or was published).
  Result<Publication> draft(const std::string& text, const Succession& succession, Instant now, const Publisher& by);
  /// Publishes the newest draft of `name`. Errors: not_found, conflict (published or withdrawn already; too late to move
  /// accounts), invalid_catalogue (the linter's first error; not the first day of a month).
  Result<Publication> publish(std::string_view name, Instant now, const Publisher& by);
  /// Takes a published catalogue back. Its name stays taken. Errors: not_found, conflict (not published; it has begun or
  /// begins too soon).
  Result<Publication> withdraw(std::string_view name, Instant now, const Publisher& by);

  /// The newest version of each name, in order of names.
  [[nodiscard]] Result<std::vector<Publication>> all() const;
  /// The newest version of one name, or none.
  [[nodiscard]] Result<std::optional<Publication>> find(std::string_view name) const;

 private:
  Result<void> enter(db::Connection& connection, const Publication& row, PublicationState state, Instant now,
                     const Publisher& by) const;
  Ports ports_;
};

}  // namespace postage::catalog
