#include <algorithm>
#include <array>

#include "auth/directory.h"

namespace postage::auth {
namespace {

/// One row of spec/project_limits.def as data.
struct LimitRow {
  std::string_view name;
  std::int64_t ProjectLimits::*member;
};

constexpr auto kLimitRows = std::to_array<LimitRow>({
#define PROJECT_LIMIT(name, value, minimum, maximum) {#name, &ProjectLimits::name},
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
    if (const auto fits = check_project_limit(name, value); !fits) {
      return Error(Errc::bad_request, "limits." + name + ": " + fits.error().detail);
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

namespace {
std::size_t app_id_hash(std::string_view app_id) { return std::hash<std::string_view>()(app_id); }
}  // namespace

DirectorySnapshot::ByAppId& DirectorySnapshot::app_id_part(std::string_view app_id) {
  std::shared_ptr<ByAppId>& part = by_app_id_[app_id_hash(app_id) % kAppIdParts];
  if (part == nullptr) part = std::make_shared<ByAppId>();
  if (part.use_count() > 1) part = std::make_shared<ByAppId>(*part);
  return *part;
}

const ProjectInfo* DirectorySnapshot::find(std::string_view app_id) const {
  const std::shared_ptr<ByAppId>& part = by_app_id_[app_id_hash(app_id) % kAppIdParts];
  if (part == nullptr) return nullptr;
  const auto found = part->find(app_id);
  return found == part->end() ? nullptr : found->second;
}

const ProjectInfo* DirectorySnapshot::project(ProjectId id) const {
  const auto* found = projects_.find(id);
  return found == nullptr ? nullptr : found->get();
}

const AccountInfo* DirectorySnapshot::account(AccountId id) const {
  const auto* found = accounts_.find(id);
  return found == nullptr ? nullptr : found->get();
}

std::vector<const ProjectInfo*> DirectorySnapshot::all_projects_of(AccountId account) const {
  std::vector<const ProjectInfo*> found;
  const std::vector<ProjectId>* ids = projects_of_.find(account);
  if (ids == nullptr) return found;
  found.reserve(ids->size());
  for (const ProjectId id : *ids) found.push_back(project(id));
  return found;
}

std::vector<const ProjectInfo*> DirectorySnapshot::projects_of(AccountId account) const {
  auto found = all_projects_of(account);
  std::erase_if(found, [](const ProjectInfo* project) { return project->deleted_at.has_value(); });
  return found;
}

std::vector<const AccountInfo*> DirectorySnapshot::accounts() const { return accounts_after({}, SIZE_MAX); }

std::vector<const AccountInfo*> DirectorySnapshot::accounts_after(AccountId after, std::size_t most) const {
  std::vector<const AccountInfo*> some;
  if (most == 0) return some;
  accounts_.each_after(after, [&](AccountId, const std::shared_ptr<const AccountInfo>& account) {
    some.push_back(account.get());
    return some.size() < most;
  });
  return some;
}

std::vector<const ProjectInfo*> DirectorySnapshot::projects() const {
  std::vector<const ProjectInfo*> all;
  projects_.each_after({}, [&](ProjectId, const std::shared_ptr<const ProjectInfo>& project) {
    all.push_back(project.get());
    return true;
  });
  return all;
}

void DirectorySnapshot::put(std::shared_ptr<const AccountInfo> account) {
  const AccountId id = account->id;
  accounts_.put(id, std::move(account));
}

const LimitValues& DirectorySnapshot::account_limits(AccountId account) const {
  static const LimitValues kNone;
  const LimitValues* found = account_limits_.find(account);
  return found == nullptr ? kNone : *found;
}

void DirectorySnapshot::put(ProjectInfo project, const ProjectInfo* before) {
  const auto limits = with_limits(project.limits, account_limits(project.account));
  project.in_force = limits ? *limits : project.limits;
  const bool same = before != nullptr && before->in_force == project.in_force;
  project.in_force_since = same ? before->in_force_since : version_;
  put(std::make_shared<const ProjectInfo>(std::move(project)));
}

void DirectorySnapshot::put(std::shared_ptr<const ProjectInfo> project) {
  const ProjectId id = project->id;
  // The old row's text is the key of the index: it goes before the row does.
  if (const ProjectInfo* old = this->project(id)) {
    app_id_part(old->app_id.text).erase(old->app_id.text);
  } else {
    const std::vector<ProjectId>* known = projects_of_.find(project->account);
    std::vector<ProjectId> ids = known == nullptr ? std::vector<ProjectId>{} : *known;
    ids.insert(std::lower_bound(ids.begin(), ids.end(), id), id);
    projects_of_.put(project->account, std::move(ids));
  }
  if (!project->deleted_at) app_id_part(project->app_id.text).emplace(project->app_id.text, project.get());
  projects_.put(id, std::move(project));
}

}  // namespace postage::auth
