#include "auth/directory.h"

#include <map>

#include "auth/directory_store.h"
#include "auth/seal.h"
#include "auth/token.h"
#include "auth/validate.h"
#include "db/database.h"

namespace postage::auth {
namespace {

using Details = std::vector<std::pair<std::string, std::string>>;

std::string yes_no(bool value) { return value ? "true" : "false"; }

/// Puts the new value in place and notes the change; nothing when it is the same.
void change_text(std::string& field, const std::optional<std::string>& value, const char* name, Details& details) {
  if (!value || *value == field) return;
  details.emplace_back(name, field + " -> " + *value);
  field = *value;
}

void change_flag(bool& field, const std::optional<bool>& value, const char* name, Details& details) {
  if (!value || *value == field) return;
  details.emplace_back(name, yes_no(field) + " -> " + yes_no(*value));
  field = *value;
}

Result<void> check_account(const AccountInfo& account) {
  TRY_VOID(check_name("name", account.name));
  TRY_VOID(check_email("email", account.email));
  TRY_VOID(check_locale("locale", account.locale));
  TRY_VOID(check_slug("catalogue", account.catalogue));
  return check_slug("plan", account.plan);
}

/// `account` with the change; `details` says what it was, and stays empty when nothing is new.
Result<AccountInfo> with_change(AccountInfo account, const AccountChange& change, Details& details) {
  change_text(account.name, change.name, "name", details);
  change_text(account.email, change.email, "email", details);
  change_text(account.locale, change.locale, "locale", details);
  change_text(account.catalogue, change.catalogue, "catalogue", details);
  change_text(account.plan, change.plan, "plan", details);
  change_flag(account.suspended, change.suspended, "suspended", details);
  change_flag(account.in_arrears, change.in_arrears, "in_arrears", details);
  TRY_VOID(check_account(account));
  return account;
}

}  // namespace

Result<std::unique_ptr<Directory>> Directory::open(db::Database& database, const Seal& seal, Entropy& entropy) {
  std::unique_ptr<Directory> directory(new Directory(database, seal, entropy));
  directory->current_.store(std::make_shared<const DirectorySnapshot>());
  TRY(changed, directory->refresh());
  if (!changed) return Error(Errc::corrupt_record, "the directory has no version");
  return directory;
}

Result<bool> Directory::refresh() {
  const std::lock_guard lock(writing_);
  return refresh_held();
}

Result<bool> Directory::refresh_held() {
  TRY(version, database_.read([](db::Connection& connection) { return read_directory_version(connection); }));
  const SnapshotRef held = snapshot();
  if (version == held->stored_) return false;
  TRY(rows, database_.read([&](db::Connection& connection) { return read_directory(connection, seal_); }));
  auto next = std::make_shared<DirectorySnapshot>();
  next->stored_ = rows.version;
  next->version_ = std::max(held->version_ + 1, rows.version);
  next->account_limits_ = held->account_limits_;
  for (AccountInfo& account : rows.accounts) next->put(std::make_shared<const AccountInfo>(std::move(account)));
  for (ProjectInfo& project : rows.projects) {
    const ProjectInfo* before = held->project(project.id);
    next->put(std::move(project), before);
  }
  publish(std::move(next));
  return true;
}

std::shared_ptr<DirectorySnapshot> Directory::copy(std::uint64_t stored) const {
  const SnapshotRef held = snapshot();
  auto next = std::make_shared<DirectorySnapshot>();
  next->stored_ = stored;
  next->version_ = held->version_ + 1;
  next->account_limits_ = held->account_limits_;
  next->accounts_ = held->accounts_;
  next->projects_ = held->projects_;
  next->projects_of_ = held->projects_of_;
  next->by_app_id_ = held->by_app_id_;  // Its views point into rows that both snapshots share.
  return next;
}

void Directory::publish(std::shared_ptr<DirectorySnapshot> next) {
  const SnapshotRef now = std::move(next);
  current_.store(now, std::memory_order_release);
  version_.store(now->version(), std::memory_order_release);
  for (DirectoryListener* listener : listeners_) listener->directory_changed(now);
}

Result<std::uint64_t> Directory::count_up(db::Connection& connection) const {
  const auto held = static_cast<std::int64_t>(snapshot()->stored_);
  TRY(changed, connection.run("update directory_state set version = version + 1 where id = 1 and version = ?", held));
  if (changed != 1) return Error(Errc::conflict, "the directory was changed by another process at the same moment; try again");
  return static_cast<std::uint64_t>(held) + 1;
}

Result<AccountInfo> Directory::save_account(const AccountInfo& account, AuditDraft what, Instant now) {
  AccountInfo saved = account;
  TRY(version, database_.write([&](db::Connection& connection) -> Result<std::uint64_t> {
    if (!saved.id) {
      TRY(id, next_id(connection, "account"));
      saved.id = AccountId{id};
    }
    what.account = saved.id;
    what.subject = "account " + std::to_string(saved.id.value);
    TRY_VOID(write_account(connection, saved));
    TRY_VOID(AuditLog::append_in(connection, what, now));
    return count_up(connection);
  }));
  auto next = copy(version);
  next->put(std::make_shared<const AccountInfo>(saved));
  publish(std::move(next));
  return saved;
}

Result<ProjectInfo> Directory::save_project(const ProjectInfo& project, AuditDraft what, Instant now) {
  ProjectInfo saved = project;
  TRY(version, database_.write([&](db::Connection& connection) -> Result<std::uint64_t> {
    if (!saved.id) {
      TRY(id, next_id(connection, "project"));
      saved.id = ProjectId{id};
    }
    what.account = saved.account;
    what.project = saved.id;
    if (what.subject.empty()) what.subject = "project " + std::to_string(saved.id.value);
    TRY_VOID(write_project(connection, saved, seal_, entropy_));
    TRY_VOID(AuditLog::append_in(connection, what, now));
    return count_up(connection);
  }));
  auto next = copy(version);
  next->put(saved, snapshot()->project(saved.id));
  publish(std::move(next));
  return *snapshot()->project(saved.id);
}

Result<AccountInfo> Directory::create_account(const NewAccount& fields, const Actor& actor, Instant now) {
  AccountInfo account{.id = {}, .name = fields.name, .email = fields.email, .locale = fields.locale,
                      .catalogue = fields.catalogue, .plan = fields.plan, .suspended = false,
                      .in_arrears = false, .created_at = now};
  TRY_VOID(check_account(account));
  const std::lock_guard lock(writing_);
  TRY(changed, refresh_held());
  (void)changed;
  AuditDraft what{actor, "account.create", {}, {}, {},
                  {{"name", fields.name}, {"email", fields.email}, {"locale", fields.locale},
                   {"catalogue", fields.catalogue}, {"plan", fields.plan}}};
  return save_account(account, std::move(what), now);
}

Result<AccountInfo> Directory::change_account(AccountId id, const AccountChange& change, const Actor& actor, Instant now) {
  const std::lock_guard lock(writing_);
  TRY(changed, refresh_held());
  (void)changed;
  const SnapshotRef held = snapshot();
  const AccountInfo* found = held->account(id);
  if (found == nullptr) return Errc::no_account;
  Details details;
  TRY(account, with_change(*found, change, details));
  if (details.empty()) return account;
  return save_account(account, {actor, "account.change", {}, {}, {}, std::move(details)}, now);
}

Result<void> Directory::change_accounts(std::span<const std::pair<AccountId, AccountChange>> changes, const Actor& actor,
                                        Instant now) {
  const std::lock_guard lock(writing_);
  TRY(changed, refresh_held());
  (void)changed;
  const SnapshotRef held = snapshot();
  std::map<AccountId, AccountInfo> saved;
  std::vector<AuditDraft> records;
  for (const auto& [id, change] : changes) {
    const auto earlier = saved.find(id);
    const AccountInfo* found = earlier != saved.end() ? &earlier->second : held->account(id);
    if (found == nullptr) return Errc::no_account;
    Details details;
    TRY(account, with_change(*found, change, details));
    if (details.empty()) continue;
    records.push_back({actor, "account.change", id, {}, "account " + std::to_string(id.value), std::move(details)});
    saved.insert_or_assign(id, std::move(account));
  }
  if (saved.empty()) return {};
  TRY(version, database_.write([&](db::Connection& connection) -> Result<std::uint64_t> {
    for (const auto& [id, account] : saved) TRY_VOID(write_account(connection, account));
    for (const AuditDraft& record : records) TRY_VOID(AuditLog::append_in(connection, record, now));
    return count_up(connection);
  }));
  auto next = copy(version);
  for (const auto& [id, account] : saved) next->put(std::make_shared<const AccountInfo>(account));
  publish(std::move(next));
  return {};
}

Result<void> Directory::set_account_limits(AccountId account, const LimitValues& limits) {
  if (snapshot()->account_limits(account) == limits) return {};
  TRY(checked, with_limits(ProjectLimits{}, limits));
  (void)checked;
  const std::lock_guard lock(writing_);
  const SnapshotRef held = snapshot();
  auto next = copy(held->stored_);
  next->account_limits_.put(account, limits);
  for (const ProjectInfo* project : held->all_projects_of(account)) next->put(*project, project);
  publish(std::move(next));
  return {};
}

Result<ProjectInfo> Directory::live_project(ProjectId id) const {
  const SnapshotRef held = snapshot();
  const ProjectInfo* found = held->project(id);
  if (found == nullptr || found->deleted_at) return Error(Errc::not_found, "project " + std::to_string(id.value));
  return *found;
}

Result<void> Directory::check_room_for(const ProjectInfo& project) const {
  const SnapshotRef held = snapshot();
  const auto others = held->projects_of(project.account);
  for (const ProjectInfo* other : others) {
    if (other->id != project.id && other->name == project.name) {
      return Error(Errc::conflict, "name: another project of the account has it");
    }
  }
  if (!project.id && others.size() >= static_cast<std::size_t>(limits::projects_per_account_max)) {
    return Error(Errc::conflict, "the account has " + std::to_string(limits::projects_per_account_max) + " projects already");
  }
  return {};
}

Result<ProjectInfo> Directory::create_project(const NewProject& fields, const Actor& actor, Instant now) {
  TRY_VOID(check_name("name", fields.name));
  if (!fields.app_id.empty() && !valid_hex32(fields.app_id)) return Error(Errc::bad_request, "app_id: must be 32 hex digits");
  if (!fields.certificate.empty() && !valid_hex32(fields.certificate)) {
    return Error(Errc::bad_request, "certificate: must be 32 hex digits");
  }
  if (!fields.with_certificate && !fields.certificate.empty()) {
    return Error(Errc::bad_request, "certificate: given, but with_certificate is false");
  }
  if (!fields.with_certificate && !fields.app_id_only) {
    return Error(Errc::bad_request, "with_certificate: nobody could log in to a project without a certificate and without "
                                    "app_id_only");
  }
  TRY(limits, with_limits(ProjectLimits{}, fields.limits));
  const std::lock_guard lock(writing_);
  TRY(changed, refresh_held());
  (void)changed;
  if (snapshot()->account(fields.account) == nullptr) return Errc::no_account;
  ProjectInfo project;
  project.account = fields.account;
  project.name = fields.name;
  project.app_id = AppId{fields.app_id.empty() ? entropy_.hex(32) : fields.app_id};
  project.app_id_only = fields.app_id_only;
  project.limits = limits;
  project.created_at = now;
  if (fields.with_certificate) {
    project.certificates[0] = {fields.certificate.empty() ? entropy_.hex(32) : fields.certificate, true, now};
  }
  TRY_VOID(check_room_for(project));
  // Deleted ones count: an App ID is never given twice.
  for (const ProjectInfo* other : snapshot()->projects()) {
    if (other->app_id == project.app_id) return Error(Errc::conflict, "app_id: in use, or was once");
  }
  Details details{{"name", project.name}, {"app_id", project.app_id.text}, {"app_id_only", yes_no(project.app_id_only)}};
  return save_project(project, {actor, "project.create", {}, {}, {}, std::move(details)}, now);
}

Result<ProjectInfo> Directory::change_project(ProjectId id, const ProjectChange& change, const Actor& actor, Instant now) {
  const std::lock_guard lock(writing_);
  TRY(changed, refresh_held());
  (void)changed;
  TRY(project, live_project(id));
  Details details;
  change_text(project.name, change.name, "name", details);
  change_flag(project.app_id_only, change.app_id_only, "app_id_only", details);
  change_flag(project.disabled, change.disabled, "disabled", details);
  TRY_VOID(check_name("name", project.name));
  TRY(limits, with_limits(project.limits, change.limits));
  const LimitValues before = limit_values(project.limits);
  for (const auto& [name, value] : limit_values(limits)) {
    if (before.at(name) == value) continue;
    details.emplace_back("limits." + name, std::to_string(before.at(name)) + " -> " + std::to_string(value));
  }
  project.limits = limits;
  TRY_VOID(check_room_for(project));
  if (details.empty()) return project;
  return save_project(project, {actor, "project.change", {}, {}, {}, std::move(details)}, now);
}

Result<void> Directory::delete_project(ProjectId id, const Actor& actor, Instant now) {
  const std::lock_guard lock(writing_);
  TRY(changed, refresh_held());
  (void)changed;
  TRY(project, live_project(id));
  project.deleted_at = now;
  project.certificates = {};  // Nothing can use them again; secrets that are not needed are not kept.
  TRY(saved, save_project(project, {actor, "project.delete", {}, {}, {}, {{"name", project.name}}}, now));
  (void)saved;
  return {};
}

Result<ProjectInfo> Directory::change_certificates(ProjectId id, const char* action, std::string_view subject,
                                                   const Actor& actor, Instant now,
                                                   const std::function<Result<void>(ProjectInfo&)>& change) {
  const std::lock_guard lock(writing_);
  TRY(changed, refresh_held());
  (void)changed;
  TRY(project, live_project(id));
  TRY_VOID(change(project));
  return save_project(project, {actor, action, {}, {}, std::string(subject), {}}, now);
}

Result<ProjectInfo> Directory::rotate_certificate(ProjectId id, CertificateSlot slot, const Actor& actor, Instant now) {
  return change_certificates(id, "certificate.rotate", slot_name(slot), actor, now, [&](ProjectInfo& project) -> Result<void> {
    project.certificates[static_cast<std::size_t>(slot)] = {entropy_.hex(32), true, now};
    return {};
  });
}

Result<ProjectInfo> Directory::enable_certificate(ProjectId id, CertificateSlot slot, bool enabled, const Actor& actor,
                                                  Instant now) {
  const char* action = enabled ? "certificate.enable" : "certificate.disable";
  return change_certificates(id, action, slot_name(slot), actor, now, [&](ProjectInfo& project) -> Result<void> {
    Certificate& certificate = project.certificates[static_cast<std::size_t>(slot)];
    if (!certificate.exists()) return Error(Errc::not_found, "the " + std::string(slot_name(slot)) + " certificate");
    certificate.enabled = enabled;
    return {};
  });
}

Result<ProjectInfo> Directory::delete_certificate(ProjectId id, CertificateSlot slot, const Actor& actor, Instant now) {
  return change_certificates(id, "certificate.delete", slot_name(slot), actor, now, [&](ProjectInfo& project) -> Result<void> {
    Certificate& certificate = project.certificates[static_cast<std::size_t>(slot)];
    if (!certificate.exists()) return Error(Errc::not_found, "the " + std::string(slot_name(slot)) + " certificate");
    const Certificate& other = project.certificates[1 - static_cast<std::size_t>(slot)];
    if (!other.exists() && !project.app_id_only) {
      return Error(Errc::conflict, "it is the project's only certificate; rotate it instead, or allow app_id_only first");
    }
    certificate = {};
    return {};
  });
}

Result<ProjectInfo> Directory::swap_certificates(ProjectId id, const Actor& actor, Instant now) {
  return change_certificates(id, "certificate.swap", "primary and secondary", actor, now,
                             [](ProjectInfo& project) -> Result<void> {
    if (!project.certificates[0].exists() || !project.certificates[1].exists()) {
      return Error(Errc::conflict, "swapping needs both certificates");
    }
    std::swap(project.certificates[0], project.certificates[1]);
    return {};
  });
}

}  // namespace postage::auth
