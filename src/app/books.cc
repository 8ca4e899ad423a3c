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
  std::vector<AccountId> ids;
  for (const auth::AccountInfo* account : snapshot->accounts_after(after, most)) ids.push_back(account->id);
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
  std::vector<std::pair<AccountId, auth::AccountChange>> changes;
  const auth::SnapshotRef snapshot = directory_.snapshot();
  for (const invoice::AccountPlan& each : accounts) {
    const auth::AccountInfo* account = snapshot->account(each.account);
    if (account == nullptr) return Error(Errc::no_account);
    if (account->plan == each.plan && account->catalogue == each.catalogue) continue;
    changes.emplace_back(each.account, auth::AccountChange{});
    changes.back().second.catalogue = each.catalogue;
    changes.back().second.plan = each.plan;
  }
  if (!changes.empty()) TRY_VOID(directory_.change_accounts(changes, auth::Actor::system("billing"), clock_.wall()));
  for (const invoice::AccountPlan& each : accounts) {
    if (listener_) TRY_VOID(listener_(each.account));
  }
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

Result<quota::GateTerms> AccountGates::terms(const invoice::Terms& terms, Instant now) const {
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
  const invoice::Cap* cap = invoice::find_cap(terms.caps, invoice::CapScope::account, {}, {});
  if (cap != nullptr && !cap->removed) gate.unit_cap = cap->units;
  if (ports_.payments != nullptr) {
    TRY(prepaid, ports_.payments->prepaid_available(terms.account, now));
    gate.prepaid = prepaid;
  }
  return gate;
}

Result<quota::CapSet> AccountGates::caps(const invoice::Terms& terms) const {
  const auto rates_of = [](const catalog::Plan& plan) { return quota::CapRates{plan.rates.message, plan.rates.pcu}; };
  const catalog::PlanPtr next = terms.subscription.next_plan();
  quota::CapSet set;
  set.month = terms.subscription.period();
  set.zone = terms.catalogue.catalogue->zone;
  set.rates = rates_of(*terms.subscription.rated_by());
  set.next_rates = rates_of(next ? *next : *terms.subscription.plan());
  for (const invoice::Cap& cap : terms.caps) {
    if (cap.removed || cap.scope == invoice::CapScope::account) continue;
    TRY(slot, ports_.slots.of(cap.id));
    set.caps.push_back({cap.id, cap.project, cap.prefix, cap.units, cap.amount, slot});
  }
  return set;
}

Result<void> AccountGates::set_caps(quota::Gate& gate, const invoice::Terms& terms, Instant now, bool first) const {
  TRY(set, caps(terms));
  const InstantRange month = terms.subscription.period();
  Result<void> read_failed;
  gate.caps().set(gate, set, now, first, [&](CapId id) -> std::int64_t {
    const auto units = ports_.usage.cap_units(id, month);
    if (!units) read_failed = units.error();
    const auto cap = std::ranges::find(terms.caps, id, &invoice::Cap::id);
    return invoice::cap_used(*cap, month, units ? *units : 0);
  });
  return read_failed;
}

void AccountGates::tell_limits(const invoice::Terms& terms) const {
  if (ports_.directory == nullptr) return;
  const LimitValues limits = terms.contract.overrides.limits_on(terms.subscription.plan()->name);
  const auto told = ports_.directory->set_account_limits(terms.account, limits);
  if (told) return;
  log(Level::error, "limits of a contract are not in force", {{"account", terms.account.value}, {"error", told.error().to_string()}});
}

Result<void> AccountGates::load_limits(Instant now) {
  TRY(accounts, ports_.billing.history().contracted());
  for (const AccountId account : accounts) {
    const auto terms = ports_.billing.terms(account, now);
    if (terms) tell_limits(*terms);  // One that cannot be read has no gate either: that is logged when it is asked for.
  }
  return {};
}

void AccountGates::noted(const invoice::Terms& terms, Instant now) const {
  ports_.entitlements.set(terms.account, *terms.subscription.plan());
  tell_limits(terms);
  const std::optional<Instant> next = terms.contract_changes_after(now);
  const bool capped = terms.budget || std::ranges::any_of(terms.caps, [](const invoice::Cap& cap) { return !cap.removed; });
  const std::lock_guard lock(due_mutex_);
  if (next)
    due_[terms.account] = *next;
  else
    due_.erase(terms.account);
  if (capped)
    capped_.insert(terms.account);
  else
    capped_.erase(terms.account);
}

std::vector<AccountId> AccountGates::capped() const {
  const std::lock_guard lock(due_mutex_);
  return {capped_.begin(), capped_.end()};
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
  const auto made = [&]() -> Result<std::shared_ptr<quota::Gate>> {
    TRY(all, ports_.billing.terms(account, now));
    TRY(gate_terms, terms(all, now));
    TRY(used, usage(account, gate_terms, now));
    auto gate = std::make_shared<quota::Gate>(std::move(gate_terms), now, used);
    TRY_VOID(set_caps(*gate, all, now, true));
    noted(all, now);
    return gate;
  }();
  if (made) return *made;
  log(Level::error, "no gate for an account", {{"account", account.value}, {"error", made.error().to_string()}});
  return nullptr;
}

Result<void> AccountGates::renew(AccountId account) {
  const std::lock_guard one_at_a_time(renewing_);
  const std::shared_ptr<quota::Gate> gate = gates_.find(account);
  if (gate == nullptr) return {};
  const Instant now = ports_.clock.wall();
  TRY(all, ports_.billing.terms(account, now));
  TRY(new_terms, terms(all, now));
  const quota::GateTerms kept = new_terms;
  Result<void> read_failed;
  gate->set_terms(std::move(new_terms), now, [&]() -> std::optional<quota::GateUsage> {
    auto used = usage(account, kept, now);
    if (used) return *used;
    read_failed = used.error();  // The next tick tries again.
    return std::nullopt;
  });
  noted(all, now);
  if (read_failed) read_failed = set_caps(*gate, all, now, false);
  if (!read_failed) {
    const std::lock_guard lock(due_mutex_);
    due_[account] = now;
  }
  return read_failed;
}

Result<void> AccountGates::tick(Instant now) {
  std::vector<AccountId> due;
  {
    const std::lock_guard lock(due_mutex_);
    for (const auto& [account, at] : due_) {
      if (at <= now) due.push_back(account);
    }
  }
  for (const AccountId account : due) TRY_VOID(renew(account));
  return {};
}

std::vector<quota::CapUsage> AccountGates::cap_usage(AccountId account, Instant now) {
  const std::shared_ptr<quota::Gate> gate = gates_.of(account);
  if (gate == nullptr) return {};
  return gate->caps().usage(*gate, now);
}

}  // namespace postage::app
