#pragma once
// A month of one account with its usage, rated: what the running bill, the page, `postage bill`, exports, plan previews
// and the month close all are. There is no second way from usage to an invoice.
#include <optional>
#include <string>

#include "invoice/sla.h"
#include "invoice/terms.h"
#include "meter/month_usage.h"
#include "rating/rating.h"

namespace postage::invoice {

struct RatedMonth {
  AccountFacts facts;
  Terms terms;  ///< as of the instant that was rated
  MonthKey month;
  InstantRange period;
  Instant as_of;  ///< of a running bill; of an invoice the month's last instant
  meter::MonthUsage usage;
  rating::MonthInput input;  ///< what rate() was given
  rating::Bill bill;
  Sla sla;  ///< why there is a credit, or none
};

/// Rates `usage` of the month that `terms` stands in. Pure. `sla` as sla_of() read it.
RatedMonth rate_month(AccountFacts facts, Terms terms, meter::MonthUsage usage, Instant as_of, Sla sla);

/// What is added to a rated month to print it: of an invoice the number and when it was issued, of a running bill
/// nothing.
struct Issue {
  std::string number;  ///< empty: running
  Instant at{};
};

/// The invoice object: one line, members in a fixed order, so that equal invoices are equal bytes. Stored invoices are
/// this text and carry its SHA-256. Holds everything a replay needs (replay.h).
std::string invoice_json(const RatedMonth& rated, const Issue& issue = {});

/// 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace postage::invoice
