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

Outcome change(Call& call) {
  Body body(call.request.body);
  const std::string plan = body.text("plan", {1, 64});
  const bool dry_run = body.maybe_flag("dry_run").value_or(false);
  const std::string reason = body.maybe_text("reason", {0, 500}).value_or("");
  if (auto mistake = body.mistake()) return *mistake;
  invoice::Billing& billing = call.services.billing;
  auto offer = dry_run ? billing.offer(call.account, plan, call.now)
                       : billing.change_plan(call.account, plan, call.now, changed_by(call, reason));
  if (!offer) {
    Problem problem(offer.error());
    if (problem.error.code == Errc::bad_request) problem.pointer = "/plan";
    return problem;
  }
  return Json{{"from", offer->from},
              {"to", offer->to},
              {"kind", std::string(change_name(offer->change))},
              {"effective_at", instant_text_utc(offer->effective_at)},
              {"price_now", money_text(offer->price_now, offer->before.bill.currency)},
              {"dry_run", dry_run},
              {"bill_before", bill_json(offer->before)},
              {"bill_after", bill_json(offer->after)}};
}

const Route kRoutes[] = {
    {Method::put, "/accounts/{account}/plan", "changePlan",
     "Upgrade at once or downgrade next month; with dry_run only the price is told", Permission::plan_change, change,
     "PlanChange", "PlanOffer"},
};

}  // namespace

std::span<const Route> plan_routes() { return kRoutes; }

}  // namespace postage::api
