#include "invoice/billing.h"

#include <algorithm>

namespace postage::invoice {

Result<void> Billing::open_account(AccountId account, const ChangedBy& by) {
  const auto facts = ports_.accounts.account(account);
  if (!facts) return Errc::no_account;
  auto opened = history_.open(account, facts->catalogue, facts->plan, facts->created_at, by);
  if (!opened && opened.error().code == Errc::conflict) return {};
  return opened;
}

Result<std::int64_t> Billing::adopt_accounts() {
  TRY(known, history_.known());
  std::int64_t adopted = 0;
  for (const AccountFacts& each : ports_.accounts.accounts()) {
    if (std::ranges::binary_search(known, each.id)) continue;
    TRY_VOID(open_account(each.id, {"system", "the account's first month"}));
    ++adopted;
  }
  return adopted;
}

Result<RatedMonth> Billing::running(AccountId account, Instant as_of) const {
  auto facts = ports_.accounts.account(account);
  if (!facts) return Errc::no_account;
  TRY(terms, history_.terms(account, as_of));
  TRY(usage, ports_.usage.month(account, ports_.accounts.projects(account), terms.subscription.period()));
  TRY(sla, sla_of(ports_.uptime, *facts, terms));
  return rate_month(std::move(*facts), std::move(terms), std::move(usage), as_of, std::move(sla));
}

Result<RatedMonth> Billing::running_with_evidence(AccountId account, Instant as_of) const {
  TRY(month, running(account, as_of));
  TRY_VOID(attach_evidence(ports_.usage, std::span(&month, 1)));
  return std::move(month);
}

Result<PlanOffer> Billing::offer(AccountId account, std::string_view plan, Instant now) const {
  TRY(before, running(account, now));
  const Subscription& subscription = before.terms.subscription;
  const catalog::PlanPtr wanted = before.input.catalogue->find(plan);
  if (!wanted) return Error(Errc::bad_request, "the catalogue has no plan " + std::string(plan));
  const PlanPreview preview = subscription.preview(wanted, now);
  Terms then = before.terms;
  if (preview.change == PlanChange::downgraded) {
    then.subscription = Subscription(before.input.catalogue, before.month, {{wanted, before.period.start}}, nullptr);
  } else {
    then.subscription.change(wanted, now);
  }
  TRY(sla, sla_of(ports_.uptime, before.facts, then));
  RatedMonth after = rate_month(before.facts, std::move(then), before.usage, now, std::move(sla));
  return PlanOffer{subscription.plan()->name, wanted->name,      preview.change,  preview.effective_at,
                   preview.extra_base_fee,    std::move(before), std::move(after)};
}

Result<PlanOffer> Billing::change_plan(AccountId account, std::string_view plan, Instant now, const ChangedBy& by) {
  TRY(offered, offer(account, plan, now));
  TRY(done, history_.change_plan(account, plan, now, by));
  offered.change = done.change;
  offered.effective_at = done.effective_at;
  offered.price_now = done.extra_base_fee;
  TRY_VOID(tell(account, now));
  return offered;
}

Result<void> Billing::set_contract(AccountId account, const std::optional<rating::Contract>& contract, Instant now,
                                   const ChangedBy& by) {
  TRY_VOID(history_.set_contract(account, contract, now, by));
  return tell(account, now);
}

Result<void> Billing::set_tax(AccountId account, const std::optional<rating::Tax>& tax, Instant now,
                              const ChangedBy& by) {
  TRY_VOID(history_.set_tax(account, tax, now, by));
  return tell(account, now);
}

Result<void> Billing::set_budget(AccountId account, const std::optional<Rational>& budget, Instant now,
                                 const ChangedBy& by) {
  TRY_VOID(history_.set_budget(account, budget, now, by));
  return tell(account, now);
}

Result<Cap> Billing::set_cap(AccountId account, Cap cap, Instant now, const ChangedBy& by) {
  cap.before = 0;
  if (cap.scope == CapScope::project && cap.project && !cap.removed) {
    TRY(terms, history_.terms(account, now));
    const InstantRange month = terms.subscription.period();
    TRY(usage, ports_.usage.month(account, std::vector<meter::NamedProject>{{cap.project, {}}}, month));
    const Cap* known = find_cap(terms.caps, cap.scope, cap.project, cap.prefix);
    std::int64_t seen = 0;
    if (known != nullptr) {
      TRY(units, ports_.usage.cap_units(known->id, month));
      seen = units;
    }
    cap.before = usage.projects.front().units - seen;
  }
  TRY(made, history_.set_cap(account, std::move(cap), now, by));
  TRY_VOID(tell(account, now));
  return made;
}

Result<void> Billing::tell(AccountId account, Instant now) {
  TRY(terms, history_.terms(account, now));
  return ports_.accounts.terms_changed(account, terms.catalogue.catalogue->name, terms.subscription.plan()->name);
}

Result<std::vector<StoredInvoice>> Billing::invoices(AccountId account, std::int64_t before, std::int64_t limit) const {
  return ports_.database.read(
      [&](db::Connection& connection) { return list_invoices(connection, account, before, limit); });
}

Result<std::optional<StoredInvoice>> Billing::invoice(AccountId account, std::string_view number) const {
  return ports_.database.read([&](db::Connection& connection) { return find_invoice(connection, account, number); });
}

Result<std::vector<StoredLine>> Billing::lines(std::int64_t invoice) const {
  return ports_.database.read([&](db::Connection& connection) { return lines_of(connection, invoice); });
}

}  // namespace postage::invoice
