#pragma once
// Accounts and projects: who the tenants are. Written through Directory (blocking SQL, one writer at a time, each change
// audited in its own transaction); read from immutable snapshots that any thread may hold.
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "auth/audit.h"
#include "auth/entropy.h"
#include "auth/shared_rows.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/project_limits.h"
#include "base/result.h"

namespace postage::db {
class Connection;
class Database;
}  // namespace postage::db

namespace postage::auth {

class Seal;

/// What a project may set for itself, one member per row of spec/project_limits.def.
struct ProjectLimits {
#define PROJECT_LIMIT(name, value, minimum, maximum) std::int64_t name = (value);
#include "spec/project_limits.def"
#undef PROJECT_LIMIT
  bool operator==(const ProjectLimits&) const = default;
};

/// All limits by name.
LimitValues limit_values(const ProjectLimits& limits);
/// `limits` with the named ones changed. Errors: bad_request naming the field ("limits.message_bytes_max: ...").
Result<ProjectLimits> with_limits(ProjectLimits limits, const LimitValues& changes);

/// Which of a project's two certificates. Slot numbers outside are 1 and 2.
enum class CertificateSlot : std::uint8_t { primary = 0, secondary = 1 };
/// "primary" or "secondary"; also read from "1" and "2".
std::string_view slot_name(CertificateSlot slot);
Result<CertificateSlot> slot_of(std::string_view name);

/// A certificate; `text` is empty when the slot is.
struct Certificate {
  std::string text;  ///< 32 hex digits; a secret, never logged
  bool enabled = false;
  Instant created_at;
  [[nodiscard]] bool exists() const { return !text.empty(); }
  [[nodiscard]] bool usable() const { return enabled && !text.empty(); }
};

struct ProjectInfo {
  ProjectId id;
  AccountId account;
  AppId app_id;
  std::string name;
  std::array<Certificate, 2> certificates;
  bool app_id_only = false;  ///< the App ID alone logs in, where the server's settings allow that
  bool disabled = false;     ///< every login is refused
  ProjectLimits limits;      ///< as the project set them
  Instant created_at;
  std::optional<Instant> deleted_at;  ///< kept, because its usage is still billed
  /// What holds now, and whoever enforces a limit reads: `limits`, and over them those of the account's contract.
  ProjectLimits in_force{};
  std::uint64_t in_force_since = 0;  ///< the directory's version at which in_force became what it is
  [[nodiscard]] const Certificate& certificate(CertificateSlot slot) const {
    return certificates[static_cast<std::size_t>(slot)];
  }
};

struct AccountInfo {
  AccountId id;  ///< the CID
  std::string name;
  std::string email;      ///< where notices and invoices go
  std::string locale;     ///< "zh" or "en"
  std::string catalogue;  ///< name of the price catalogue
  std::string plan;       ///< plan in force now
  bool suspended = false;   ///< by an operator
  bool in_arrears = false;  ///< suspended because bills are unpaid; lifted by payment
  Instant created_at;
  /// True when log-ins and publishes are refused, for either reason.
  [[nodiscard]] bool closed() const { return suspended || in_arrears; }
};

/// Everything at one version. Pointers stay good while the snapshot is held.
class DirectorySnapshot {
 public:
  DirectorySnapshot() = default;
  DirectorySnapshot(const DirectorySnapshot&) = delete;  ///< by_app_id_ points into the members; see Directory::copy
  DirectorySnapshot& operator=(const DirectorySnapshot&) = delete;
  /// Grows with each change.
  [[nodiscard]] std::uint64_t version() const { return version_; }
  /// Limits that the account's contract sets now; empty: none.
  [[nodiscard]] const LimitValues& account_limits(AccountId account) const;
  /// The project of an App ID (exact text), or null when there is none or it was deleted.
  [[nodiscard]] const ProjectInfo* find(std::string_view app_id) const;
  /// By id, deleted ones too, or null.
  [[nodiscard]] const ProjectInfo* project(ProjectId id) const;
  [[nodiscard]] const AccountInfo* account(AccountId id) const;
  /// Of one account, by id; without and with the deleted ones.
  [[nodiscard]] std::vector<const ProjectInfo*> projects_of(AccountId account) const;
  [[nodiscard]] std::vector<const ProjectInfo*> all_projects_of(AccountId account) const;
  /// All accounts and all projects (deleted ones too), by id.
  [[nodiscard]] std::vector<const AccountInfo*> accounts() const;
  [[nodiscard]] std::vector<const ProjectInfo*> projects() const;
  /// Accounts with ids above `after`, by id, at most `most`. Costs what it answers.
  [[nodiscard]] std::vector<const AccountInfo*> accounts_after(AccountId after, std::size_t most) const;

 private:
  friend class Directory;
  void put(std::shared_ptr<const AccountInfo> account);
  /// Fills in `in_force`; `before` = the project as it was, if it was there.
  void put(ProjectInfo project, const ProjectInfo* before);
  void put(std::shared_ptr<const ProjectInfo> project);
  std::uint64_t version_ = 0;
  std::uint64_t stored_ = 0;  ///< the version that the store counts: changes of every process, but not account_limits_
  SharedRows<AccountId, LimitValues> account_limits_;  ///< only of those that ever had some
  using ByAppId = std::unordered_map<std::string_view, const ProjectInfo*>;
  static constexpr std::size_t kAppIdParts = 1024;
  [[nodiscard]] ByAppId& app_id_part(std::string_view app_id);
  SharedRows<AccountId, std::shared_ptr<const AccountInfo>> accounts_;
  SharedRows<ProjectId, std::shared_ptr<const ProjectInfo>> projects_;
  SharedRows<AccountId, std::vector<ProjectId>> projects_of_;
  /// Not deleted; by hash, so that a change copies one part. Keys and values live in projects_. Empty parts are null.
  std::array<std::shared_ptr<ByAppId>, kAppIdParts> by_app_id_;
};

using SnapshotRef = std::shared_ptr<const DirectorySnapshot>;

/// Port: told after each change, in order of versions, on the thread that made it. Must not write to the directory.
class DirectoryListener {
 public:
  virtual ~DirectoryListener() = default;
  virtual void directory_changed(const SnapshotRef& now) = 0;
};

/// Fields of a new account. Errors name them.
struct NewAccount {
  std::string name{};            ///< 1 to 200 bytes of UTF-8 without control characters
  std::string email{};
  std::string locale = "en";
  std::string catalogue = "cn26";
  std::string plan = "free";
};

/// Fields to change; the others stay.
struct AccountChange {
  std::optional<std::string> name{}, email{}, locale{}, catalogue{}, plan{};
  std::optional<bool> suspended{}, in_arrears{};
};

/// Fields of a new project. App ID and certificate may be brought along from elsewhere; else they are made at random.
struct NewProject {
  AccountId account{};
  std::string name{};  ///< 1 to 200 bytes, unique in the account
  bool app_id_only = false;
  bool with_certificate = true;  ///< make (or take) a primary certificate, enabled
  std::string app_id{};          ///< empty, or 32 hex digits not in use
  std::string certificate{};     ///< empty, or 32 hex digits
  LimitValues limits{};
};

struct ProjectChange {
  std::optional<std::string> name{};
  std::optional<bool> app_id_only{}, disabled{};
  LimitValues limits{};
};

/// Owned by app; lives as long as the process. Thread: writes from any (they wait for each other and for SQL: workers
/// only), reads from any without waiting.
class Directory {
 public:
  /// Loads everything. `database` has auth's migrations (auth/schema.h); all arguments outlive the directory.
  static Result<std::unique_ptr<Directory>> open(db::Database& database, const Seal& seal, Entropy& entropy);

  [[nodiscard]] SnapshotRef snapshot() const { return current_.load(std::memory_order_acquire); }
  /// The version of snapshot(), without taking it.
  [[nodiscard]] std::uint64_t version() const { return version_.load(std::memory_order_acquire); }
  /// `listener` outlives the directory. Before other threads start.
  void listen(DirectoryListener& listener) { listeners_.push_back(&listener); }

  /// Loads again when another process (the command line) has changed the store; app calls it about once a second. True
  /// when it had changed.
  Result<bool> refresh();

  /// Errors of all writes: bad_request naming the field, no_account or not_found, conflict (a name or App ID in use),
  /// store_failed. A failed write changes nothing.
  Result<AccountInfo> create_account(const NewAccount& fields, const Actor& actor, Instant now);
  Result<AccountInfo> change_account(AccountId id, const AccountChange& change, const Actor& actor, Instant now);
  /// Many at once: one transaction (each change with its audit record) and one version; all or nothing.
  Result<void> change_accounts(std::span<const std::pair<AccountId, AccountChange>> changes, const Actor& actor, Instant now);

  /// These limits hold for every project of the account from now on, whatever it has set for itself; empty: none. Nothing
  /// is stored: the contract is, and who knows it tells this at start and when it begins or ends. Quick and without waiting
  /// when nothing is new. Errors: bad_request naming a limit that there is not, or a value outside its bounds.
  Result<void> set_account_limits(AccountId account, const LimitValues& limits);

  Result<ProjectInfo> create_project(const NewProject& fields, const Actor& actor, Instant now);
  Result<ProjectInfo> change_project(ProjectId id, const ProjectChange& change, const Actor& actor, Instant now);
  /// Its App ID stops at once and is never given again; the row stays for billing.
  Result<void> delete_project(ProjectId id, const Actor& actor, Instant now);

  /// Puts a new random certificate, enabled, into the slot; the old one stops at once. The answer holds its text.
  Result<ProjectInfo> rotate_certificate(ProjectId id, CertificateSlot slot, const Actor& actor, Instant now);
  Result<ProjectInfo> enable_certificate(ProjectId id, CertificateSlot slot, bool enabled, const Actor& actor, Instant now);
  /// Empties the slot. Refused (conflict) when it would leave a project that is not app_id_only without any.
  Result<ProjectInfo> delete_certificate(ProjectId id, CertificateSlot slot, const Actor& actor, Instant now);
  /// The secondary becomes the primary and the other way round (REST takes the primary only).
  Result<ProjectInfo> swap_certificates(ProjectId id, const Actor& actor, Instant now);

 private:
  Directory(db::Database& database, const Seal& seal, Entropy& entropy)
      : database_(database), seal_(seal), entropy_(entropy) {}
  [[nodiscard]] Result<bool> refresh_held();
  [[nodiscard]] Result<ProjectInfo> live_project(ProjectId id) const;
  [[nodiscard]] Result<void> check_room_for(const ProjectInfo& project) const;
  Result<ProjectInfo> change_certificates(ProjectId id, const char* action, std::string_view subject, const Actor& actor,
                                          Instant now, const std::function<Result<void>(ProjectInfo&)>& change);
  Result<ProjectInfo> save_project(const ProjectInfo& project, AuditDraft what, Instant now);
  Result<AccountInfo> save_account(const AccountInfo& account, AuditDraft what, Instant now);
  /// Counts the version up in the caller's transaction; conflict when another process has changed the store meanwhile.
  Result<std::uint64_t> count_up(db::Connection& connection) const;
  [[nodiscard]] std::shared_ptr<DirectorySnapshot> copy(std::uint64_t stored) const;
  void publish(std::shared_ptr<DirectorySnapshot> next);

  db::Database& database_;
  const Seal& seal_;
  Entropy& entropy_;
  std::mutex writing_;
  std::atomic<SnapshotRef> current_;
  std::atomic<std::uint64_t> version_{0};
  std::vector<DirectoryListener*> listeners_;
};

/// A thread's own hold on the latest snapshot: reading costs one atomic load while nothing changes. Not shared between
/// threads. What it returned stays good until the next call of current().
class DirectoryView {
 public:
  explicit DirectoryView(const Directory& directory) : directory_(directory), held_(directory.snapshot()) {}
  const DirectorySnapshot& current() {
    if (held_->version() != directory_.version()) held_ = directory_.snapshot();
    return *held_;
  }

 private:
  const Directory& directory_;
  SnapshotRef held_;
};

}  // namespace postage::auth
