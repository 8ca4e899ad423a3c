#include "invoice/catalogue_preview.h"

#include <algorithm>

#include "rating/own_plans.h"

namespace postage::invoice {
namespace {

catalog::PlanPtr successor_of(const catalog::CataloguePtr& next, const catalog::Succession& succession, const std::string& plan) {
  return CatalogueMove{next, {}, succession.plans}.successor(plan);
}

/// What a contract says on another catalogue: nothing in another currency, where a move is refused until it has ended.
rating::Contract contract_on(const rating::Contract& contract, const catalog::Catalogue& before, const catalog::Catalogue& next) {
  return before.currency.code == next.currency.code ? contract : rating::Contract{};
}

/// The month's own input with every plan replaced, as its contract makes them.
Result<rating::Bill> rate_on(const RatedMonth& month, const catalog::CataloguePtr& listed, const catalog::Succession& succession) {
  rating::MonthInput input = month.input;
  input.contract = contract_on(input.contract, *input.catalogue, *listed);
  const catalog::CataloguePtr next = rating::with_contract(listed, input.contract);
  const auto follow = [&](catalog::PlanPtr& plan) {
    if (plan) plan = successor_of(next, succession, plan->name);
    return plan != nullptr;
  };
  bool all = follow(input.plan);
  if (input.minimum_plan) all = follow(input.minimum_plan) && all;
  for (rating::Segment& segment : input.segments) all = follow(segment.plan) && all;
  if (!all) return Error(Errc::conflict, next->name + " has no plan that follows " + month.input.plan->name);
  // Days and seconds do not mix.
  if (input.catalogue->rules.upgrade != next->rules.upgrade) input.segments.clear();
  input.catalogue = next;
  const std::optional<Uptime>& measured = month.sla.measured;
  const bool promised = (input.minimum_plan ? input.minimum_plan : input.plan)->has("uptime_sla");
  input.sla_credit_percent = measured && promised ? next->sla_credit_percent(measured->percent()) : Rational();
  input.usage = rating::quantities(*next, rating::usage_of(month.usage));
  return rating::rate(input);
}

Result<PreviewMonth> preview_month(const RatedMonth& month, bool running, const catalog::CataloguePtr& next,
                                   const catalog::Succession& succession) {
  TRY(after, rate_on(month, next, succession));
  PreviewMonth answer{month.month, running, month.bill, std::move(after), std::nullopt};
  if (answer.before.currency.code == answer.after.currency.code) answer.difference = answer.after.total - answer.before.total;
  return answer;
}

void compare_features(const catalog::Plan& before, const catalog::Plan& after, AccountPreview& answer) {
  for (const catalog::Feature& feature : after.features) {
    const auto old = std::ranges::find(before.features, feature.name, &catalog::Feature::name);
    if (old == before.features.end() || old->value == feature.value) continue;
    const std::string* word = std::get_if<std::string>(&feature.value);
    const std::string* was = std::get_if<std::string>(&old->value);
    if (was != nullptr) answer.lost.push_back(feature.name + ": " + *was);
    else if (before.has(feature.name)) answer.lost.push_back(feature.name);
    if (word != nullptr) answer.gained.push_back(feature.name + ": " + *word);
    else if (after.has(feature.name)) answer.gained.push_back(feature.name);
  }
}

}  // namespace

Result<AccountPreview> preview_account(const Billing& billing, AccountId account, const catalog::CataloguePtr& next,
                                       const catalog::Succession& succession, Instant now) {
  TRY(running, billing.running(account, now));
  if (running.input.catalogue->kilobyte != next->kilobyte) {
    return Error(Errc::conflict, "the message unit of " + next->name + " is another one");
  }
  AccountPreview answer;
  answer.facts = running.facts;
  const auto closed = billing.month(account, running.month.previous(), now);
  if (!closed && closed.error().code != Errc::not_found) return closed.error();
  // A month before an earlier change of catalogue has other plans and is not compared.
  if (closed && closed->input.catalogue->name == running.input.catalogue->name) {
    TRY(month, preview_month(*closed, false, next, succession));
    answer.months.push_back(std::move(month));
  }
  TRY(month, preview_month(running, true, next, succession));
  answer.months.push_back(std::move(month));
  const catalog::PlanPtr& before = running.terms.subscription.plan();
  const rating::Contract contract = contract_on(running.terms.contract, *running.input.catalogue, *next);
  const catalog::PlanPtr after = successor_of(rating::with_contract(next, contract), succession, before->name);
  if (!after) return Error(Errc::conflict, next->name + " has no plan that follows " + before->name);
  answer.plan_before = before->name;
  answer.plan_after = after->name;
  compare_features(*before, *after, answer);
  return answer;
}

CataloguePreview::CataloguePreview(const Billing& billing, const AccountBook& accounts, catalog::Publication publication,
                                   Instant now)
    : billing_(billing), publication_(std::move(publication)), as_of_(now) {
  for (const AccountFacts& each : accounts.accounts()) {
    if (each.catalogue == publication_.succession.replaces) waiting_.push_back(each.id);
  }
  std::ranges::sort(waiting_, std::ranges::greater{});
  totals_.accounts = static_cast<std::int64_t>(waiting_.size());
}

void CataloguePreview::take(const AccountPreview& read) {
  const PreviewMonth& deciding = read.months.front();
  for (const PreviewMonth& month : read.months) {
    if (!month.difference) continue;
    (month.running ? totals_.running_before : totals_.closed_before) += month.before.total;
    (month.running ? totals_.running_after : totals_.closed_after) += month.after.total;
  }
  if (!read.lost.empty()) ++totals_.lose_features;
  Rational change;
  if (!deciding.difference) {
    ++totals_.other_currency;
  } else {
    const Rational& difference = *deciding.difference;
    ++(difference.is_zero() ? totals_.pay_the_same : difference.is_negative() ? totals_.pay_less : totals_.pay_more);
    change = difference.is_negative() ? -difference : difference;
  }
  rows_.push_back({read.facts.id, std::move(change)});
}

Result<bool> CataloguePreview::step(std::size_t accounts_max) {
  const std::lock_guard lock(mutex_);
  for (; accounts_max > 0 && !waiting_.empty(); --accounts_max) {
    const auto read = preview_account(billing_, waiting_.back(), publication_.catalogue, publication_.succession, as_of_);
    if (!read && read.error().code == Errc::unavailable) return read.error();  // Later: nothing is left out.
    if (read) take(*read);
    else ++totals_.cannot_move;
    ++totals_.read;
    waiting_.pop_back();
  }
  if (waiting_.empty() && !sorted_) {
    std::ranges::sort(rows_, [](const Row& a, const Row& b) { return a.change != b.change ? a.change > b.change : a.account < b.account; });
    sorted_ = true;
  }
  return sorted_;
}

PreviewTotals CataloguePreview::totals() {
  const std::lock_guard lock(mutex_);
  return totals_;
}

Result<std::vector<AccountPreview>> CataloguePreview::page(std::size_t first, std::size_t count) {
  std::vector<AccountId> accounts;
  {
    const std::lock_guard lock(mutex_);
    if (!sorted_) return Error(Errc::conflict, "not all accounts are read");
    for (std::size_t i = first; i < rows_.size() && accounts.size() < count; ++i) accounts.push_back(rows_[i].account);
  }
  std::vector<AccountPreview> full;
  for (const AccountId account : accounts) {
    TRY(read, preview_account(billing_, account, publication_.catalogue, publication_.succession, as_of_));
    full.push_back(std::move(read));
  }
  return full;
}

}  // namespace postage::invoice
