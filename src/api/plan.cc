// Changing the plan, with the price shown before.
#include "api/resources.h"
#include "api/services.h"
#include "api/views.h"

namespace postage::api {
namespace {

using auth::Permission;

std::string_view change_name(invoice::PlanChange change) {
  switch (change) {
    case invoice::PlanChange::upgraded:
      return "upgrade";
    case invoice::PlanChange::downgraded:
      return "downgrade";
    case invoice::PlanChange::unchanged:
      break;
  }
  return "same";
}

Json offer_json(const invoice::PlanOffer& offer, bool dry_run) {
  return {{"from", offer.from},
          {"to", offer.to},
          {"kind", std::string(change_name(offer.change))},
          {"effective_at", instant_text_utc(offer.effective_at)},
          {"price_now", money_text(offer.price_now, offer.before.bill.currency)},
          {"dry_run", dry_run},
          {"bill_before", bill_json(offer.before)},
          {"bill_after", bill_json(offer.after)}};
}

/// What is in force, what follows, and when the month is renewed.
Outcome show(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(terms, call.services.billing.terms(call.account, call.now));
  const invoice::Subscription& subscription = terms.subscription;
  const catalog::PlanPtr next = subscription.next_plan();
  Json spans = Json::array();
  for (const invoice::PlanSpan& span : subscription.spans()) {
    spans.push_back({{"plan", span.plan->name}, {"from", instant_text_utc(span.from)}});
  }
  return Json{{"account", id_text(call.account)},
              {"catalogue", terms.catalogue.catalogue->name},
              {"plan", subscription.plan()->name},
              {"rated_by", subscription.rated_by()->name},
              {"next_plan", next ? Json(next->name) : Json(nullptr)},
              {"month", subscription.month().text()},
              {"renews_at", instant_text_utc(subscription.period().end)},
              {"spans", std::move(spans)}};
}

/// Asks for a plan that the account's terms name: the present one (which cancels a pending downgrade) or the smallest.
Outcome ask_for(Call& call, const std::string& plan, const char* reason) {
  TRY(offer, call.services.billing.change_plan(call.account, plan, call.now, changed_by(call, reason)));
  return offer_json(offer, false);
}

Outcome cancel_pending(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(terms, call.services.billing.terms(call.account, call.now));
  if (!terms.subscription.pending()) {
    return Problem(Errc::not_found, "no change of plan is pending", {}, Reason::nothing_pending);
  }
  return ask_for(call, terms.subscription.plan()->name, "the pending change was taken back");
}

Outcome cancel(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(terms, call.services.billing.terms(call.account, call.now));
  const catalog::PlanPtr& smallest = terms.catalogue.catalogue->plans.front();
  if (!smallest->base_fee.is_zero() || smallest->kind != catalog::PlanKind::hard) {
    return Problem(Errc::conflict, "the catalogue has no free plan to fall back to", {},
                   {Reason::no_free_plan, {terms.catalogue.catalogue->name}});
  }
  return ask_for(call, smallest->name, "cancelled");
}

/// A plan that the catalogue lacks is told with those that it has.
Outcome refused(Call& call, const std::string& plan, const Error& error) {
  Problem problem(error);
  if (error.code != Errc::bad_request) return problem;
  problem.pointer = "/plan";
  TRY(terms, call.services.billing.terms(call.account, call.now));
  const catalog::Catalogue& catalogue = *terms.catalogue.catalogue;
  if (catalogue.find(plan)) return problem;
  std::string choices;
  for (const catalog::PlanPtr& each : catalogue.plans) choices += (choices.empty() ? "" : ", ") + each->name;
  problem.why = {Reason::no_plan, {plan, catalogue.name, choices}};
  return problem;
}

Outcome change(Call& call) {
  Body body(call.request.body);
  const std::string plan = body.text("plan", {1, 64});
  const bool dry_run = body.maybe_flag("dry_run").value_or(false);
  const std::string reason = body.maybe_text("reason", {0, 500}).value_or("");
  if (auto mistake = body.mistake()) return *mistake;
  invoice::Billing& billing = call.services.billing;
  auto offer = dry_run ? billing.offer(call.account, plan, call.now)
                       : billing.change_plan(call.account, plan, call.now, changed_by(call, reason));
  if (!offer) return refused(call, plan, offer.error());
  return offer_json(*offer, dry_run);
}

const Route kRoutes[] = {
    {Method::put, "/accounts/{account}/plan", "changePlan",
     "Upgrade at once or downgrade next month; with dry_run only the price is told", Permission::plan_change, change,
     "PlanChange", "PlanOffer"},
    {Method::get, "/accounts/{account}/plan", "getPlan", "The plan in force, the one that follows, and when",
     Permission::bill_read, show, "", "PlanState"},
    {Method::del, "/accounts/{account}/plan/pending", "keepPlan", "Take a pending downgrade back", Permission::plan_change,
     cancel_pending, "", "PlanOffer"},
    {Method::post, "/accounts/{account}/plan:cancel", "cancelPlan",
     "Cancel: the free plan from the next month on", Permission::plan_change, cancel, "", "PlanOffer"},
};

}  // namespace

std::span<const Route> plan_routes() { return kRoutes; }

}  // namespace postage::api
