#include "invoice/terms.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "invoice/contract_json.h"
#include "rating/own_plans.h"

namespace postage::invoice {
namespace {

using Json = nlohmann::ordered_json;

Error corrupt(const AccountEvent& event) {
  return Error(Errc::corrupt_record, "account history: event " + std::to_string(event.id) + " cannot be read");
}

Json parse(const std::string& text) { return Json::parse(text, nullptr, false); }

/// A text member, or empty.
std::string text_of(const Json& value, const char* name) {
  const auto found = value.find(name);
  return found != value.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Result<Rational> decimal_of(const Json& value, const char* name) {
  TRY(decimal, parse_decimal(text_of(value, name)));
  return decimal.value;
}

Result<void> play_contract(Terms& terms, const AccountEvent& event) {
  rating::Contract contract;
  const bool none = event.value == "null";
  if (!none) {
    auto read = read_contract(event.value, terms.catalogue.catalogue->currency);
    if (!read) return corrupt(event);
    contract = std::move(*read);
  }
  ContractSpan span{std::move(contract), event.at, Instant::max()};
  span.from = std::max(event.at, span.contract.valid_from.value_or(event.at));
  span.until = span.contract.valid_until.value_or(Instant::max());
  for (ContractSpan& before : terms.contracts) before.until = std::min(before.until, span.from);
  if (!none) terms.contracts.push_back(std::move(span));
  std::erase_if(terms.contracts, [](const ContractSpan& each) { return each.until <= each.from; });
  return {};
}

Result<void> play_tax(Terms& terms, const AccountEvent& event) {
  const Json value = parse(event.value);
  if (value.is_null()) {
    terms.tax = {};
    return {};
  }
  if (!value.is_object()) return corrupt(event);
  TRY(rate, decimal_of(value, "rate_percent"));
  terms.tax = {rate, value.value("inclusive", false)};
  return {};
}

Result<void> play_budget(Terms& terms, const AccountEvent& event) {
  const Json value = parse(event.value);
  if (value.is_null()) {
    terms.budget.reset();
    return {};
  }
  if (!value.is_object()) return corrupt(event);
  TRY(amount, decimal_of(value, "amount"));
  terms.budget = amount;
  return {};
}

void roll_to(Terms& terms, Instant at) {
  while (terms.subscription.period().end <= at) {
    terms.subscription.roll();
    if (terms.subscription.catalogue() == terms.catalogue.catalogue) continue;
    const bool other_money = terms.catalogue.catalogue->currency.code != terms.subscription.catalogue()->currency.code;
    terms.catalogue = std::move(*terms.next_catalogue);
    terms.next_catalogue.reset();
    if (!other_money) continue;
    // Amounts of the old currency say nothing in the new one.
    terms.contracts.clear();
    terms.budget.reset();
    for (Cap& cap : terms.caps) {
      cap.amount.reset();
      cap.removed = cap.removed || !cap.units;
    }
  }
}

Result<void> play_catalogue(Terms& terms, const AccountEvent& event, const CatalogueBook& catalogues) {
  const Json value = parse(event.value);
  if (value.is_null()) {
    terms.subscription.move_to(std::nullopt);
    terms.next_catalogue.reset();
    return {};
  }
  if (!value.is_object()) return corrupt(event);
  auto target = catalogues.find(text_of(value, "catalogue"));
  TRY(from, parse_month(text_of(value, "from")));
  if (!target || from <= terms.subscription.month()) return corrupt(event);
  CatalogueMove move{target->catalogue, from, {}};
  const auto plans = value.find("plans");
  if (plans != value.end() && plans->is_object()) {
    for (const auto& [old_plan, new_plan] : plans->items()) {
      if (new_plan.is_string()) move.plans[old_plan] = new_plan.get<std::string>();
    }
  }
  for (const catalog::PlanPtr& plan : terms.catalogue.catalogue->plans) {
    if (!move.successor(plan->name)) return corrupt(event);
  }
  terms.subscription.move_to(std::move(move));
  terms.next_catalogue = std::move(target);
  return {};
}

Result<void> play_plan(Terms& terms, const AccountEvent& event) {
  const catalog::PlanPtr plan = terms.catalogue.catalogue->find(text_of(parse(event.value), "plan"));
  if (!plan) return corrupt(event);
  terms.subscription.change(plan, event.at);
  return {};
}

Result<void> play_one(Terms& terms, const AccountEvent& event, const CatalogueBook& catalogues) {
  terms.last_event = event.id;
  roll_to(terms, event.at);  // What a month's first instant brings comes before what happens at it.
  switch (event.kind) {
    case EventKind::plan:
      return play_plan(terms, event);
    case EventKind::contract:
      return play_contract(terms, event);
    case EventKind::tax:
      return play_tax(terms, event);
    case EventKind::budget:
      return play_budget(terms, event);
    case EventKind::catalogue:
      return play_catalogue(terms, event, catalogues);
    case EventKind::cap:
      if (!play_cap(terms.caps, event.value, event.id, event.at)) return corrupt(event);
      return {};
    case EventKind::opened:
      break;
  }
  return corrupt(event);  // An account opens once.
}

Result<Terms> open(const AccountEvent& event, const CatalogueBook& catalogues) {
  const Json value = parse(event.value);
  if (event.kind != EventKind::opened || !value.is_object()) return corrupt(event);
  const std::string name = text_of(value, "catalogue");
  auto catalogue = catalogues.find(name);
  if (!catalogue) {
    return Error(Errc::invalid_catalogue, "account " + std::to_string(event.account.value) + " is on the catalogue " +
                                              name + ", which is not loaded");
  }
  const catalog::PlanPtr plan = catalogue->catalogue->find(text_of(value, "plan"));
  if (!plan) return corrupt(event);
  Subscription subscription(catalogue->catalogue, plan, event.at);
  return Terms{event.account, event.at, std::move(*catalogue), {}, nullptr, std::move(subscription), {}, {}, {}, {}, {},
               event.id};
}

/// The contract in force at `at`, and the plans as it makes them.
void dress(Terms& terms, Instant at) {
  terms.listed = terms.catalogue.catalogue;
  const auto now = std::ranges::find_if(
      terms.contracts, [&](const ContractSpan& span) { return span.from <= at && at < span.until; });
  if (now == terms.contracts.end()) return;
  terms.contract = now->contract;
  const catalog::CataloguePtr own =
      rating::with_contract(terms.listed, terms.contract);
  if (own == terms.listed) return;
  terms.catalogue.catalogue = own;
  terms.subscription.take_plans(own);
}

}  // namespace

std::string_view event_kind_name(EventKind kind) {
  constexpr std::string_view kNames[] = {"opened", "plan", "contract", "tax", "budget", "catalogue", "cap"};
  return kNames[static_cast<std::size_t>(kind)];
}

Result<Terms> play(const std::vector<AccountEvent>& events, Instant at, const CatalogueBook& catalogues) {
  if (events.empty() || events.front().at > at) return Error(Errc::no_account);
  TRY(terms, open(events.front(), catalogues));
  for (std::size_t i = 1; i < events.size() && events[i].at <= at; ++i) TRY_VOID(play_one(terms, events[i], catalogues));
  roll_to(terms, at);
  dress(terms, at);
  return terms;
}

std::optional<Instant> Terms::contract_changes_after(Instant at) const {
  std::optional<Instant> next;
  for (const ContractSpan& span : contracts) {
    for (const Instant edge : {span.from, span.until}) {
      if (edge > at && edge != Instant::max() && (!next || edge < *next)) next = edge;
    }
  }
  return next;
}

std::string opened_value(std::string_view catalogue, std::string_view plan) {
  return Json{{"catalogue", std::string(catalogue)}, {"plan", std::string(plan)}}.dump();
}

std::string tax_value(const rating::Tax& tax) {
  return Json{{"rate_percent", tax.rate_percent.to_plain()}, {"inclusive", tax.inclusive}}.dump();
}

std::string budget_value(const std::optional<Rational>& budget, const Currency& currency) {
  return budget ? Json{{"amount", money_text(*budget, currency)}}.dump() : "null";
}

std::string catalogue_value(const std::optional<CatalogueMove>& move) {
  if (!move) return "null";
  return Json{{"catalogue", move->catalogue->name}, {"from", move->from.text()}, {"plans", move->plans}}.dump();
}

}  // namespace postage::invoice
