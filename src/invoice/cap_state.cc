#include "invoice/cap_state.h"

namespace postage::invoice {

CapState cap_state(const Cap& cap, const RatedMonth& bill, std::int64_t units) {
  const catalog::Rates& rates = bill.input.plan->rates;
  CapState state{units, {}};
  if (cap.scope == CapScope::account) {
    state.units = to_int64(Rational(bill.usage.message_units())).value_or(INT64_MAX);
  }
  state.amount = rates.message * Rational(state.units);
  if (cap.scope != CapScope::project) return state;
  for (const meter::ProjectUsage& project : bill.usage.projects) {
    if (project.project == cap.project) state.amount += rates.pcu * Rational(project.peak);
  }
  return state;
}

std::int64_t percent_used(const Rational& used, const Rational& limit) {
  if (limit.is_zero()) return 100;
  return to_int64(Rational((used * Rational(100) / limit).floor())).value_or(INT64_MAX);
}

}  // namespace postage::invoice
