#pragma once
// The what-if of an account's month over the catalogues on the shelf. Thread: any; blocks on SQL.
#include <optional>
#include <string>

#include "invoice/billing.h"
#include "invoice/what_if.h"

namespace postage::invoice {

/// Rates `month` on the catalogue `name`, or on all in its currency. Errors: not_found (no such catalogue), and those of
/// reading usage (a plan with a daily cap needs the busiest day).
Result<WhatIf> what_if_of(const Billing& billing, const RatedMonth& month, const std::optional<std::string>& name);

}  // namespace postage::invoice
