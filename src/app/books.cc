#include "app/books.h"

#include <algorithm>

#include "base/log.h"
#include "base/month.h"

namespace postage::app {

std::optional<invoice::NamedCatalogue> CatalogueTexts::find(std::string_view name) const {
  const catalog::CataloguePtr catalogue = catalogues_.find(name);
  if (catalogue == nullptr) return std::nullopt;
  return invoice::NamedCatalogue{catalogue, catalogues_.text(name)};
}

std::vector<std::string> CatalogueTexts::names() const {
  return catalogues_.names();
}

namespace {
invoice::AccountFacts facts_of(const auth::AccountInfo& account) {
  return {account.id, account.name, account.email, account.locale, account.catalogue, account.plan, account.created_at};
}
}  // namespace

std::optional<invoice::AccountFacts> DirectoryAccounts::account(AccountId id) const {
  const auth::SnapshotRef snapshot = directory_.snapshot();
  const auth::AccountInfo* account = snapshot->account(id);
  if (account == nullptr) return std::nullopt;
  return facts_of(*account);
}

std::vector<invoice::AccountFacts> DirectoryAccounts::accounts() const {
  std::vector<invoice::AccountFacts> all;
  const auth::SnapshotRef snapshot = directory_.snapshot();
  for (const auth::AccountInfo* account : snapshot->accounts()) all.push_back(facts_of(*account));
  return all;
}

std::vector<AccountId> DirectoryAccounts::ids_after(AccountId after, std::size_t most) const {
  const auth::SnapshotRef snapshot = directory_.snapshot();
  const std::vector<const auth::AccountInfo*> all = snapshot->accounts();
  std::vector<AccountId> ids;
  auto next = std::ranges::upper_bound(all, after, {}, [](const auth::AccountInfo* account) { return account->id; });
  for (; next != all.end() && ids.size() < most; ++next) ids.push_back((*next)->id);
  return ids;
}

std::vector<meter::NamedProject> DirectoryAccounts::projects(AccountId id) const {
  std::vector<meter::NamedProject> all;
  const auth::SnapshotRef snapshot = directory_.snapshot();
  for (const auth::ProjectInfo* project : snapshot->all_projects_of(id)) all.push_back({project->id, project->name});
  return all;
}

Result<void> DirectoryAccounts::terms_changed(AccountId id, const std::string& catalogue, const std::string& plan) {
  const auth::SnapshotRef snapshot = directory_.snapshot();
  const auth::AccountInfo* account = snapshot->account(id);
  if (account == nullptr) return Error(Errc::no_account);
  if (account->plan != plan || account->catalogue != catalogue) {
    auth::AccountChange change;
    change.catalogue = catalogue;
    change.plan = plan;
    TRY(changed, directory_.change_account(id, change, auth::Actor::system("billing"), clock_.wall()));
    (void)changed;
  }
  return listener_ ? listener_(id) : Result<void>();
}

Result<void> DirectoryAccounts::months_rolled(std::span<const invoice::AccountPlan> accounts) {
  for (const invoice::AccountPlan& each : accounts) TRY_VOID(terms_changed(each.account, each.catalogue, each.plan));
  return {};
}

AccountGates::AccountGates(Ports ports) : ports_(ports), gates_([this](AccountId account) { return make(account); }) {}

bool AccountGates::warm(Steady until) {
  constexpr std::size_t kAtOnce = 200;
  while (ports_.account_batch != nullptr) {
    const std::vector<AccountId> some = ports_.account_batch->ids_after(warmed_to_, kAtOnce);
    for (const AccountId account : some) {
      if (ports_.clock.steady() >= until) return false;
      (void)gates_.of(account);
      warmed_to_ = account;
    }
    if (some.size() < kAtOnce) break;
  }
  return true;
}

Result<quota::GateTerms> AccountGates::terms(AccountId account, Instant now) const {
  TRY(terms, ports_.billing.terms(account, now));
  quota::GateTerms gate;
  gate.catalogue = terms.catalogue.catalogue;
  gate.plan = terms.subscription.plan();
  gate.rated_by = terms.subscription.rated_by();
  gate.next_plan = terms.subscription.next_plan();
  gate.segments = terms.subscription.segments();
  gate.month = terms.subscription.period();
  gate.contract = terms.contract;
  gate.tax = terms.tax;
  gate.budget = terms.budget;
  return gate;
}

Result<quota::GateUsage> AccountGates::usage(AccountId account, const quota::GateTerms& terms, Instant now) const {
  const std::vector<meter::NamedProject> projects = ports_.accounts.projects(account);
  const Zone& zone = terms.catalogue->zone;
  TRY(month, ports_.usage.month(account, projects, terms.month.value_or(month_range(month_of(now, zone), zone))));
  quota::GateUsage usage;
  usage.messages = static_cast<std::int64_t>(month.message_units());
  usage.simultaneous_peak = month.simultaneous_peak;
  usage.byte_hours = month.byte_hours();
  std::vector<ProjectId> ids;
  for (const meter::ProjectUsage& project : month.projects) {
    usage.projects.push_back({project.project, ports_.usage.open_connections(project.project), project.peak});
    usage.stored_bytes += ports_.usage.stored_bytes(project.project);
    ids.push_back(project.project);
  }
  if (terms.plan->daily_messages && !ids.empty()) {
    TRY(day, meter::step_bounds(meter::Step::day, now, now + milliseconds(1), zone));
    TRY(points, ports_.usage.series(ids, day));
    for (const meter::UsagePoint& point : points) usage.messages_today += point.units;
  }
  return usage;
}

std::shared_ptr<quota::Gate> AccountGates::make(AccountId account) const {
  // An account that was just made may be asked for by its first client before its history has begun.
  (void)ports_.billing.open_account(account, {"postage", "first use"});
  const Instant now = ports_.clock.wall();
  auto new_terms = terms(account, now);
  if (!new_terms) {
    log(Level::error, "no gate for an account", {{"account", account.value}, {"error", new_terms.error().to_string()}});
    return nullptr;
  }
  auto used = usage(account, *new_terms, now);
  if (!used) {
    log(Level::error, "no gate for an account", {{"account", account.value}, {"error", used.error().to_string()}});
    return nullptr;
  }
  return std::make_shared<quota::Gate>(std::move(*new_terms), now, *used);
}

Result<void> AccountGates::renew(AccountId account) {
  const std::shared_ptr<quota::Gate> gate = gates_.find(account);
  if (gate == nullptr) return {};
  const Instant now = ports_.clock.wall();
  TRY(new_terms, terms(account, now));
  const quota::GateTerms kept = new_terms;
  Result<void> read_failed;
  gate->set_terms(std::move(new_terms), now, [&] {
    auto used = usage(account, kept, now);
    if (used) return *used;
    read_failed = used.error();
    return gate->usage(now);
  });
  return read_failed;
}

}  // namespace postage::app
