#pragma once
// `postage quote`: what a month of given usage costs on one plan, or on every plan, cheapest first.
#include <iosfwd>
#include <string>
#include <vector>

namespace postage::app {

/// `quote [--catalogue NAME|FILE] [--plan NAME] --pcu N --messages N (--gb-hours N | --gb N) [--quota-of PLAN] [--json]`.
/// Returns 0 with the invoices on `out`, or 2 with one line on `err` when the call is wrong.
int run_quote(const std::vector<std::string>& args, std::istream& in, std::ostream& out, std::ostream& err);

}  // namespace postage::app
