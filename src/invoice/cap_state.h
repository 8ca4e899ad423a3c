#pragma once
// How far a customer's own caps are used up: pages, API and notices say the same.
#include "invoice/caps.h"
#include "invoice/rated_month.h"

namespace postage::invoice {

/// What a cap has used of the month. Money is at the list rates of the plan that rates the month: message units, and on a
/// whole project its peak of connections.
struct CapState {
  std::int64_t units = 0;
  Rational amount;
};

/// `units` is what a cap below the account has seen, by the gate; the account's own cap takes the bill's message units.
CapState cap_state(const Cap& cap, const RatedMonth& bill, std::int64_t units);

/// Whole percent, rounded down; 100 of a limit of 0.
std::int64_t percent_used(const Rational& used, const Rational& limit);

}  // namespace postage::invoice
