#pragma once
// A month of one account with its usage, rated: what the running bill, the page, `postage bill`, exports, plan previews
// and the month close all are. There is no second way from usage to an invoice.
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "invoice/issuer.h"
#include "invoice/sla.h"
#include "invoice/terms.h"
#include "meter/month_usage.h"
#include "meter/usage_reader.h"
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
  /// Evidence of the projects' peaks, by project; empty when nobody asked for it (attach_evidence).
  std::vector<meter::PeakEvidence> evidence{};
};

/// The most connections that the evidence of one project, and of all projects of an invoice, lists. The instant and the
/// number are always there; the meter keeps longer lists (`GET .../projects/{project}/peak`).
inline constexpr std::size_t kListedPerProject = 50;
inline constexpr std::size_t kListedPerInvoice = 1000;

/// Reads the evidence of the peaks of `months` from the meter, few queries for all months that begin at one instant.
Result<void> attach_evidence(const meter::UsageReader& usage, std::span<RatedMonth> months);

/// Rates `usage` of the month that `terms` stands in. Pure. `sla` as sla_of() read it.
RatedMonth rate_month(AccountFacts facts, Terms terms, meter::MonthUsage usage, Instant as_of, Sla sla);

/// What is added to a rated month to print it: of an invoice the number and when it was issued, of a running bill
/// nothing.
struct Issue {
  std::string number;  ///< empty: running
  Instant at{};
  std::optional<Issuer> issuer{};  ///< the letterhead that the document keeps
  std::string meter_key{};         ///< fingerprint of the key that signs the meter's journal; empty: not stated
};

/// The invoice object: one line, members in a fixed order, so that equal invoices are equal bytes. Stored invoices are
/// this text and carry its SHA-256. Holds everything a replay needs (replay.h).
std::string invoice_json(const RatedMonth& rated, const Issue& issue = {});

/// 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace postage::invoice
