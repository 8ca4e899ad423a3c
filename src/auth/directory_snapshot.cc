#include <algorithm>
#include <array>

#include "auth/directory.h"

namespace postage::auth {
namespace {

/// One row of spec/project_limits.def as data.
struct LimitRow {
  std::string_view name;
  std::int64_t ProjectLimits::*member;
  std::int64_t minimum;
  std::int64_t maximum;
};

constexpr auto kLimitRows = std::to_array<LimitRow>({
#define PROJECT_LIMIT(name, value, minimum, maximum) {#name, &ProjectLimits::name, minimum, maximum},
#include "spec/project_limits.def"
#undef PROJECT_LIMIT
});

}  // namespace

LimitValues limit_values(const ProjectLimits& limits) {
  LimitValues values;
  for (const LimitRow& row : kLimitRows) values.emplace(row.name, limits.*row.member);
  return values;
}

Result<ProjectLimits> with_limits(ProjectLimits limits, const LimitValues& changes) {
  for (const auto& [name, value] : changes) {
    const auto row = std::find_if(kLimitRows.begin(), kLimitRows.end(), [&](const LimitRow& r) { return r.name == name; });
    if (row == kLimitRows.end()) return Error(Errc::bad_request, "limits." + name + ": there is no such limit");
    if (value < row->minimum || value > row->maximum) {
      return Error(Errc::bad_request, "limits." + name + ": must be " + std::to_string(row->minimum) + " to " +
                                          std::to_string(row->maximum));
    }
    limits.*row->member = value;
  }
  return limits;
}

std::string_view slot_name(CertificateSlot slot) { return slot == CertificateSlot::primary ? "primary" : "secondary"; }

Result<CertificateSlot> slot_of(std::string_view name) {
  if (name == "primary" || name == "1") return CertificateSlot::primary;
  if (name == "secondary" || name == "2") return CertificateSlot::secondary;
  return Error(Errc::bad_request, "slot: must be primary or secondary");
}

const ProjectInfo* DirectorySnapshot::find(std::string_view app_id) const {
  const auto found = by_app_id_.find(app_id);
  return found == by_app_id_.end() ? nullptr : found->second;
}

const ProjectInfo* DirectorySnapshot::project(ProjectId id) const {
  const auto found = projects_.find(id);
  return found == projects_.end() ? nullptr : found->second.get();
}

const AccountInfo* DirectorySnapshot::account(AccountId id) const {
  const auto found = accounts_.find(id);
  return found == accounts_.end() ? nullptr : found->second.get();
}

std::vector<const ProjectInfo*> DirectorySnapshot::all_projects_of(AccountId account) const {
  std::vector<const ProjectInfo*> found;
  const auto ids = projects_of_.find(account);
  if (ids == projects_of_.end()) return found;
  found.reserve(ids->second.size());
  for (const ProjectId id : ids->second) found.push_back(projects_.at(id).get());
  return found;
}

std::vector<const ProjectInfo*> DirectorySnapshot::projects_of(AccountId account) const {
  auto found = all_projects_of(account);
  std::erase_if(found, [](const ProjectInfo* project) { return project->deleted_at.has_value(); });
  return found;
}

std::vector<const AccountInfo*> DirectorySnapshot::accounts() const {
  std::vector<const AccountInfo*> all;
  all.reserve(accounts_.size());
  for (const auto& [id, account] : accounts_) all.push_back(account.get());
  return all;
}

std::vector<const ProjectInfo*> DirectorySnapshot::projects() const {
  std::vector<const ProjectInfo*> all;
  all.reserve(projects_.size());
  for (const auto& [id, project] : projects_) all.push_back(project.get());
  return all;
}

void DirectorySnapshot::put(std::shared_ptr<const AccountInfo> account) {
  const AccountId id = account->id;
  accounts_[id] = std::move(account);
}

void DirectorySnapshot::put(std::shared_ptr<const ProjectInfo> project) {
  const ProjectId id = project->id;
  // The old row's text is the key of the index: it goes before the row does.
  if (const auto old = projects_.find(id); old != projects_.end()) {
    by_app_id_.erase(old->second->app_id.text);
  } else {
    auto& ids = projects_of_[project->account];
    ids.insert(std::lower_bound(ids.begin(), ids.end(), id), id);
  }
  if (!project->deleted_at) by_app_id_.emplace(project->app_id.text, project.get());
  projects_[id] = std::move(project);
}

}  // namespace postage::auth
