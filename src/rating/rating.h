#pragma once
// From usage to money: one pure function that every bill, page, forecast and invoice calls.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/rational.h"
#include "catalog/catalog.h"
#include "catalog/overrides.h"

namespace postage::rating {

/// From `from` on (the month's fee before any discount) the discount is `percent`.
struct VolumeTier {
  Rational from;     ///< money, from 0 up
  Rational percent;  ///< 0 to 100
};

/// A discount that grows with the month's fee before discount: base, bundles, proration and meters.
struct VolumeDiscount {
  std::vector<VolumeTier> tiers;  ///< `from` ascending; empty: none
  /// False (graduated): each part of the fee gets the percentage of its own tier. True: the whole fee gets the percentage
  /// of the highest tier reached, so that a little more usage may make a smaller bill.
  bool whole = false;
};

/// What an account's agreement says beyond its plan. Applies in full to each invoice, whatever plan is in force.
struct Contract {
  Rational discount_percent;              ///< 0 to 100, of what the volume discount leaves
  std::optional<Rational> minimum_spend;  ///< before tax; none = the plan's own; 0 removes it
  VolumeDiscount volume{};
  std::vector<catalog::Bundle> bundles{};
  /// Already in the plans that MonthInput names (catalog::with_contract); rating itself does not look at them.
  catalog::PlanOverrides overrides{};
  /// In force in [valid_from, valid_until): looked at by the account's history, not here. None: at once, for good.
  std::optional<Instant> valid_from{};
  std::optional<Instant> valid_until{};
};

/// Tax of an account's invoices.
struct Tax {
  Rational rate_percent;   ///< 0 = no tax
  bool inclusive = false;  ///< the total contains it; else it is added
};

/// A month's usage as sums. `usage_of` makes one from a meter's month.
struct Usage {
  Int128 sum_of_peaks = 0;
  Int128 simultaneous_peak = 0;
  Int128 message_units = 0;
  UInt128 byte_hours = 0;
  std::int64_t month_hours = 720;
};

/// From `meter::MonthUsage` (a template so that this room need not know the meter).
template <class Month>
Usage usage_of(const Month& month) {
  return {month.sum_of_peaks(), month.simultaneous_peak, month.message_units(), month.byte_hours(), month.month_hours()};
}

/// The three billed quantities, exact.
struct Quantities {
  Rational pcu;
  Rational messages;
  Rational storage_gb;
  std::int64_t month_hours = 720;
};

/// Quantities by the catalogue's rules (which peak, which divisor, which GB).
Quantities quantities(const catalog::Catalogue& catalogue, const Usage& usage);
/// GB of a number of byte-hours in a month of `month_hours`, by the catalogue's divisor; exact.
Rational storage_gb(const catalog::Catalogue& catalogue, UInt128 byte_hours, std::int64_t month_hours);

/// A plan and how long of the month it was in force, for the pro-rata rules only: days, or whole seconds where the
/// catalogue says pro_rata_seconds.
struct Segment {
  catalog::PlanPtr plan;
  int days = 0;
};

/// Everything a month's bill depends on.
struct MonthInput {
  catalog::CataloguePtr catalogue;
  catalog::PlanPtr plan;          ///< the plan that rates the month
  catalog::PlanPtr minimum_plan;  ///< in force at the month's last instant; null = `plan`
  Contract contract;
  Tax tax;
  Quantities usage;
  Rational sla_credit_percent;    ///< of the fee after discount and minimum; 0 = none
  /// Pro-rata rule only, in order of time; empty = `plan` for the whole month. When their days are fewer than
  /// `month_days` the account began late.
  std::vector<Segment> segments;
  int month_days = 30;  ///< in the unit of the segments
  /// For limits in money: of a volume discount on the whole fee, the largest net fee that usage up to here has passed, so
  /// that the bill a budget looks at never falls.
  bool highest_passed = false;
};

/// In the order in which they apply, and stand on a bill.
enum class LineKind : std::uint8_t {
  base,
  bundle,  ///< one line a bundle of the contract
  proration,
  pcu,
  messages,
  storage,
  volume_discount,  ///< of the sum of the lines before it
  discount,         ///< the percentage, of the sum of the lines before it
  minimum,
  sla_credit,
  tax,
};
/// "base", "pcu", ...
std::string_view line_kind_name(LineKind kind);

/// The meter part of a line.
struct MeterPart {
  Rational quantity;
  Rational included;
  Rational overage;
  Rational unit_price;
};

/// One line of a bill.
struct Line {
  LineKind kind = LineKind::base;
  std::string name{};              ///< of a bundle
  std::optional<MeterPart> meter;  ///< pcu, messages, storage
  Rational exact;                  ///< before rounding; percentages of exact sums
  Rational amount;                 ///< as printed: rounded half away from zero; percentages of printed sums
  bool inclusive = false;          ///< a tax line that is not added to the total
};

/// A rated month.
struct Bill {
  std::string plan;
  std::string catalogue;
  Currency currency;
  std::vector<Line> lines;  ///< in the order of LineKind; zero lines only for base and the meters
  Rational total;           ///< sum of the printed lines but an inclusive tax
  Rational exact_total;     ///< the same, unrounded

  /// The first line of that kind, or null.
  [[nodiscard]] const Line* line(LineKind kind) const;
};

/// Rates a month. Pure; never fails on checked input.
Bill rate(const MonthInput& input);

/// `"plan":...,"catalogue":...,"currency":...,"lines":[...],"total":"..."`: the members of an invoice object in JSON.
void append_bill_json(std::string& out, const Bill& bill);
/// One line as a JSON object.
void append_line_json(std::string& out, const Line& line, const Currency& currency);

}  // namespace postage::rating
