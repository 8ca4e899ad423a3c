#pragma once
// From usage to money: one pure function that every bill, page, forecast and invoice calls.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/rational.h"
#include "catalog/catalog.h"

namespace postage::rating {

/// What an account's agreement says beyond its plan. Applies in full to each invoice, whatever plan is in force.
struct Contract {
  Rational discount_percent;              ///< 0 to 100
  std::optional<Rational> minimum_spend;  ///< before tax; none = the plan's own; 0 removes it
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
};

enum class LineKind : std::uint8_t { base, proration, pcu, messages, storage, discount, minimum, sla_credit, tax };
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

  /// The line of that kind, or null.
  [[nodiscard]] const Line* line(LineKind kind) const;
};

/// Rates a month. Pure; never fails on checked input.
Bill rate(const MonthInput& input);

/// `"plan":...,"catalogue":...,"currency":...,"lines":[...],"total":"..."`: the members of an invoice object in JSON.
void append_bill_json(std::string& out, const Bill& bill);
/// One line as a JSON object.
void append_line_json(std::string& out, const Line& line, const Currency& currency);

}  // namespace postage::rating
