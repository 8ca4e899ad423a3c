#include "invoice/catalogue_desk.h"

#include <algorithm>

#include "base/log.h"

namespace postage::invoice {
namespace {

constexpr int kSuccessorsMax = 100;
constexpr std::size_t kPreviewsMax = 4;
constexpr std::chrono::minutes kLookAgain{1};

catalog::Publisher publisher_of(const ChangedBy& by) { return {by.kind, by.id, by.who, by.why}; }

const ChangedBy kMover{"catalogue", ""};

/// The months of the replaced catalogue's zone may begin earlier: accounts are moved before that, too.
Result<void> in_time(const catalog::Publication& next, const CatalogueBook& catalogues, Instant now) {
  const auto old = catalogues.find(next.succession.replaces);
  if (next.succession.grandfather || !old) return {};
  const Instant begins = month_range(next.effective_month(), old->catalogue->zone).start;
  if (now + catalog::kBeforeTheMonth <= begins) return {};
  return Error(Errc::conflict, "the month " + next.effective_month().text() + " of " + next.succession.replaces +
                                   " begins in less than an hour or has begun");
}

}  // namespace

Result<void> CatalogueDesk::open() {
  TRY(all, ports_.store.all());
  for (const catalog::Publication& each : all) {
    if (each.state == catalog::PublicationState::draft) continue;
    ports_.shelve(each);
    begin_round(each);
  }
  return {};
}

Result<void> CatalogueDesk::check_succession(const catalog::Catalogue& next, const catalog::Succession& succession) const {
  if (succession.replaces.empty()) {
    if (succession.grandfather && succession.plans.empty()) return {};
    return Error(Errc::bad_request, "replaces: name the catalogue whose accounts are to be moved");
  }
  const auto old = ports_.billing.catalogues().find(succession.replaces);
  if (!old) return Error(Errc::bad_request, "replaces: there is no catalogue " + succession.replaces);
  if (old->catalogue->name == next.name) return Error(Errc::bad_request, "replaces: a catalogue cannot replace itself");
  for (const auto& [from, to] : succession.plans) {
    if (!old->catalogue->find(from)) return Error(Errc::bad_request, "plans: " + old->catalogue->name + " has no plan " + from);
    if (!next.find(to)) return Error(Errc::bad_request, "plans: " + next.name + " has no plan " + to);
  }
  if (succession.grandfather) return {};
  if (old->catalogue->kilobyte != next.kilobyte) {
    return Error(Errc::bad_request, "grandfather: accounts cannot be moved, because the message unit is another one");
  }
  for (const catalog::PlanPtr& plan : old->catalogue->plans) {
    const auto named = succession.plans.find(plan->name);
    if (next.find(named == succession.plans.end() ? plan->name : named->second)) continue;
    return Error(Errc::bad_request, "plans: " + next.name + " has no plan that follows " + plan->name);
  }
  return {};
}

Result<catalog::Publication> CatalogueDesk::draft(const std::string& text, const catalog::Succession& succession, Instant now,
                                                  const ChangedBy& by) {
  TRY(loaded, catalog::load(text));
  TRY_VOID(check_succession(*loaded, succession));
  return ports_.store.draft(text, succession, now, publisher_of(by));
}

Result<catalog::Publication> CatalogueDesk::publish(std::string_view name, Instant now, const ChangedBy& by) {
  TRY(draft, ports_.store.find(name));
  if (draft) TRY_VOID(check_succession(*draft->catalogue, draft->succession));
  if (draft) TRY_VOID(in_time(*draft, ports_.billing.catalogues(), now));
  TRY(published, ports_.store.publish(name, now, publisher_of(by)));
  ports_.shelve(published);
  begin_round(published);
  return std::move(published);
}

Result<catalog::Publication> CatalogueDesk::withdraw(std::string_view name, Instant now, const ChangedBy& by) {
  TRY(published, ports_.store.find(name));
  if (published) TRY_VOID(in_time(*published, ports_.billing.catalogues(), now));
  TRY(withdrawn, ports_.store.withdraw(name, now, publisher_of(by)));
  ports_.shelve(withdrawn);
  begin_round(withdrawn);
  return std::move(withdrawn);
}

Result<void> CatalogueDesk::move_account(AccountId account, std::string_view target, MonthKey from,
                                         const std::map<std::string, std::string>& plans, Instant now, const ChangedBy& by) {
  TRY(own, ports_.store.find(target));
  if (own && own->state != catalog::PublicationState::published) {
    return Error(Errc::conflict, "catalogue: " + own->name + " is " + std::string(catalog::state_name(own->state)));
  }
  return ports_.billing.history().move_catalogue(account, target, from, plans, now, by);
}

Result<void> CatalogueDesk::keep_account(AccountId account, Instant now, const ChangedBy& by) {
  return ports_.billing.database().write([&](db::Connection& connection) {
    return ports_.billing.history().stay_on_catalogue(connection, account, now, by);
  });
}

Result<std::shared_ptr<CataloguePreview>> CatalogueDesk::begin_preview(std::string_view name, Instant now) {
  TRY(found, ports_.store.find(name));
  if (!found) return Error(Errc::not_found, "there is no catalogue of the operator's named " + std::string(name));
  auto begun = std::make_shared<CataloguePreview>(ports_.billing, ports_.accounts, *std::move(found), now);
  const std::lock_guard lock(mutex_);
  std::erase_if(previews_, [&](const auto& each) { return each->name() == name; });
  if (previews_.size() == kPreviewsMax) previews_.erase(previews_.begin());
  previews_.push_back(begun);
  return begun;
}

std::shared_ptr<CataloguePreview> CatalogueDesk::preview(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(previews_, [&](const auto& each) { return each->name() == name; });
  return found == previews_.end() ? nullptr : *found;
}

Result<std::string> CatalogueDesk::for_new_accounts(const std::string& configured, Instant now) const {
  TRY(all, ports_.store.all());
  std::string name = configured;
  for (int step = 0; step < kSuccessorsMax; ++step) {
    const catalog::Publication* next = nullptr;
    for (const catalog::Publication& each : all) {
      const bool follows = each.succession.replaces == name && each.state == catalog::PublicationState::published;
      if (!follows || each.effective_at() > now) continue;
      if (next == nullptr || each.effective_at() > next->effective_at()) next = &each;
    }
    if (next == nullptr) return name;
    name = next->name;
  }
  return Error(Errc::conflict, "the catalogues that replace " + configured + " go in a circle");
}

void CatalogueDesk::begin_round(const catalog::Publication& publication) {
  const bool taking_back = publication.state == catalog::PublicationState::withdrawn;
  if (!taking_back && publication.succession.grandfather) return;
  const std::lock_guard lock(mutex_);
  std::erase_if(rounds_, [&](const auto& round) { return round->publication.name == publication.name; });
  rounds_.push_back(std::make_shared<Round>(Round{publication, taking_back, {}, {}}));
}

Result<void> CatalogueDesk::tick(Instant now, std::size_t accounts_max) {
  std::vector<std::shared_ptr<Round>> rounds;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(rounds_, [&](const auto& round) { return round->publication.effective_at() <= now; });
    rounds = rounds_;
  }
  for (const auto& round : rounds) TRY_VOID(run_round(*round, now, accounts_max));
  return {};
}

Result<void> CatalogueDesk::run_round(Round& round, Instant now, std::size_t accounts_max) {
  if (now < round.next_look) return {};
  std::vector<AccountId> batch;
  for (const AccountFacts& account : ports_.accounts.accounts()) {
    if (batch.size() == accounts_max) break;
    if (!round.done.contains(account.id)) batch.push_back(account.id);
  }
  if (batch.size() < accounts_max) round.next_look = now + kLookAgain;
  if (batch.empty()) return {};
  TRY_VOID(ports_.billing.database().write([&](db::Connection& connection) -> Result<void> {
    for (const AccountId account : batch) TRY_VOID(settle(connection, round, account, now));
    return {};
  }));
  round.done.insert(batch.begin(), batch.end());
  return {};
}

/// Moves the account, or takes the move back, where that is not done yet. An account that cannot be moved stays and is
/// logged: the others go on.
Result<void> CatalogueDesk::settle(db::Connection& connection, const Round& round, AccountId account, Instant now) {
  AccountHistory& history = ports_.billing.history();
  auto terms = history.terms(connection, account, now);
  if (!terms) return terms.error().code == Errc::no_account ? Result<void>() : Result<void>(terms.error());
  const std::optional<CatalogueMove>& move = terms->subscription.move();
  ChangedBy by = kMover;
  if (round.taking_back) {
    if (!move || move->catalogue->name != round.publication.name) return {};
    by.why = round.publication.name + " was withdrawn";
    return history.stay_on_catalogue(connection, account, now, by);
  }
  // Whoever was given a catalogue of its own keeps it.
  if (move || terms->catalogue.catalogue->name != round.publication.succession.replaces) return {};
  by.why = round.publication.name + " replaces " + round.publication.succession.replaces;
  const auto moved = history.move_catalogue(connection, account, round.publication.name, round.publication.effective_month(),
                                            round.publication.succession.plans, now, by);
  if (moved || (moved.error().code != Errc::conflict && moved.error().code != Errc::bad_request)) return moved;
  log(Level::error, "an account stays on a replaced catalogue",
      {{"account", account.value}, {"catalogue", round.publication.name}, {"error", moved.error().to_string()}});
  return {};
}

}  // namespace postage::invoice
