#include "auth/directory_store.h"

#include <map>

namespace postage::auth {
namespace {

std::string seal_context(ProjectId project) { return "project " + std::to_string(project.value) + " certificate"; }

AccountInfo read_account(db::Row& row) {
  AccountInfo account;
  account.id = row.id<AccountId>(0);
  account.name = row.text(1);
  account.email = row.text(2);
  account.locale = row.text(3);
  account.catalogue = row.text(4);
  account.plan = row.text(5);
  account.suspended = row.flag(6);
  account.created_at = row.instant(7);
  account.in_arrears = row.flag(8);
  return account;
}

ProjectInfo read_project(db::Row& row) {
  ProjectInfo project;
  project.id = row.id<ProjectId>(0);
  project.account = row.id<AccountId>(1);
  project.app_id = AppId{row.text(2)};
  project.name = row.text(3);
  project.app_id_only = row.flag(4);
  project.disabled = row.flag(5);
  project.created_at = row.instant(6);
  project.deleted_at = row.maybe_instant(7);
  return project;
}

using ProjectsById = std::map<ProjectId, ProjectInfo*>;

Result<void> read_limits(db::Connection& connection, const ProjectsById& projects) {
  std::map<ProjectId, LimitValues> values;
  TRY_VOID(connection.each("select project_id, name, value from project_limit", [&](db::Row& row) {
    values[row.id<ProjectId>(0)][row.text(1)] = row.integer(2);
  }));
  for (const auto& [id, changes] : values) {
    const auto project = projects.find(id);
    if (project == projects.end()) continue;
    TRY(limits, with_limits(ProjectLimits{}, changes));
    project->second->limits = limits;
  }
  return {};
}

Result<void> read_certificates(db::Connection& connection, const ProjectsById& projects, const Seal& seal) {
  struct Sealed {
    ProjectId project;
    std::int64_t slot;
    std::string text;
    bool enabled;
    Instant created_at;
  };
  TRY(rows, connection.all("select project_id, slot, sealed, enabled, created_at from project_certificate",
                           [](db::Row& row) {
                             return Sealed{row.id<ProjectId>(0), row.integer(1), row.text(2), row.flag(3), row.instant(4)};
                           }));
  for (const Sealed& row : rows) {
    const auto project = projects.find(row.project);
    if (project == projects.end() || row.slot < 0 || row.slot > 1) {
      return Error(Errc::corrupt_record, seal_context(row.project) + " has no project or a wrong slot");
    }
    TRY(text, seal.open(row.text, seal_context(row.project)));
    project->second->certificates[static_cast<std::size_t>(row.slot)] = {text, row.enabled, row.created_at};
  }
  return {};
}

Result<void> write_limits(db::Connection& connection, const ProjectInfo& project) {
  TRY(removed, connection.run("delete from project_limit where project_id = ?", project.id));
  (void)removed;
  const LimitValues defaults = limit_values(ProjectLimits{});
  for (const auto& [name, value] : limit_values(project.limits)) {
    if (defaults.at(name) == value) continue;
    TRY(written, connection.run("insert into project_limit(project_id, name, value) values (?,?,?)", project.id, name, value));
    (void)written;
  }
  return {};
}

Result<void> write_certificates(db::Connection& connection, const ProjectInfo& project, const Seal& seal,
                                Entropy& entropy) {
  TRY(removed, connection.run("delete from project_certificate where project_id = ?", project.id));
  (void)removed;
  for (std::size_t slot = 0; slot < project.certificates.size(); ++slot) {
    const Certificate& certificate = project.certificates[slot];
    if (!certificate.exists()) continue;
    TRY(written, connection.run("insert into project_certificate(project_id, slot, sealed, enabled, created_at) "
                                "values (?,?,?,?,?)",
                                project.id, static_cast<std::int64_t>(slot),
                                seal.seal(certificate.text, seal_context(project.id), entropy), certificate.enabled,
                                certificate.created_at));
    (void)written;
  }
  return {};
}

}  // namespace

Result<std::uint64_t> read_directory_version(db::Connection& connection) {
  TRY(version, connection.integer("select version from directory_state where id = 1"));
  return static_cast<std::uint64_t>(version);
}

Result<DirectoryRows> read_directory(db::Connection& connection, const Seal& seal) {
  DirectoryRows rows;
  TRY(version, read_directory_version(connection));
  rows.version = version;
  TRY(accounts, connection.all("select id, name, email, locale, catalogue, plan, suspended, created_at, in_arrears "
                               "from account "
                               "order by id", read_account));
  TRY(projects, connection.all("select id, account_id, app_id, name, app_id_only, disabled, created_at, deleted_at "
                               "from project order by id", read_project));
  rows.accounts = std::move(accounts);
  rows.projects = std::move(projects);
  ProjectsById by_id;
  for (ProjectInfo& project : rows.projects) by_id[project.id] = &project;
  TRY_VOID(read_limits(connection, by_id));
  TRY_VOID(read_certificates(connection, by_id, seal));
  return rows;
}

Result<void> write_account(db::Connection& connection, const AccountInfo& account) {
  TRY(written, connection.run(
      "insert into account(id, name, email, locale, catalogue, plan, suspended, created_at, in_arrears) "
      "values (?,?,?,?,?,?,?,?,?) "
      "on conflict (id) do update set name = excluded.name, email = excluded.email, locale = excluded.locale, "
      "catalogue = excluded.catalogue, plan = excluded.plan, suspended = excluded.suspended, "
      "in_arrears = excluded.in_arrears",
      account.id, account.name, account.email, account.locale, account.catalogue, account.plan, account.suspended,
      account.created_at, account.in_arrears));
  return written == 1 ? Result<void>() : Error(Errc::store_failed, "the account was not stored");
}

Result<void> write_project(db::Connection& connection, const ProjectInfo& project, const Seal& seal, Entropy& entropy) {
  TRY(written, connection.run(
      "insert into project(id, account_id, app_id, name, app_id_only, disabled, created_at, deleted_at) "
      "values (?,?,?,?,?,?,?,?) on conflict (id) do update set name = excluded.name, "
      "app_id_only = excluded.app_id_only, disabled = excluded.disabled, deleted_at = excluded.deleted_at",
      project.id, project.account, project.app_id.text, project.name, project.app_id_only, project.disabled,
      project.created_at, project.deleted_at));
  if (written != 1) return Error(Errc::store_failed, "the project was not stored");
  TRY_VOID(write_limits(connection, project));
  return write_certificates(connection, project, seal, entropy);
}

Result<std::int64_t> next_id(db::Connection& connection, std::string_view table) {
  return connection.integer("select coalesce(max(id), 0) + 1 from " + std::string(table));
}

}  // namespace postage::auth
