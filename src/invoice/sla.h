#pragma once
// What measured downtime of the message path does to a month (billing rules 1.11, decision 17): a plan with the row
// uptime_sla gets back the percentage of its fee that the catalogue's steps name, without a claim.
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "base/rational.h"
#include "base/result.h"
#include "invoice/ports.h"
#include "invoice/terms.h"

namespace postage::invoice {

/// The SLA side of a month.
struct Sla {
  Sla() = default;
  Sla(Rational percent) : credit_percent(std::move(percent)) {}  // NOLINT(google-explicit-constructor): a bare credit
  Rational credit_percent;          ///< of the fee after discount and minimum; 0: the target was met, or none was promised
  std::optional<Uptime> measured;   ///< none: the plan promises nothing, or nobody measured
};

/// Minutes of an account's month that count: those since it exists.
InstantRange sla_period(const AccountFacts& facts, const InstantRange& month);
/// Reads it from `source` (may be null) for the plan in force at the end of what `terms` knows. The month's minutes to
/// come count as up, so that a running bill credits what has been earned for good. Errors: the source's.
Result<Sla> sla_of(const UptimeSource* source, const AccountFacts& facts, const Terms& terms);
/// The uptime that is promised: the highest step of the catalogue; 0 when it has none.
Rational sla_target(const catalog::Catalogue& catalogue);
/// Minutes that may be down in so many without a credit: 21.6 of 43,200 at 99.95 % (case Z17).
Rational sla_allowed_minutes(const catalog::Catalogue& catalogue, std::int64_t minutes);

/// `,"sla":{...}` of the invoice object: minutes, what was promised and measured, and each down range. Nothing when
/// nothing was measured.
void append_sla_json(std::string& out, const Sla& sla, const catalog::Catalogue& catalogue);
/// Whether the invoice object's own minutes give the credit that it names. Errors: corrupt_record.
Result<void> check_sla(const nlohmann::json& document, const catalog::Catalogue& catalogue, const Rational& credit);

}  // namespace postage::invoice
