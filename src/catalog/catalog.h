#pragma once
// Catalogues: plans, quotas, prices and rules as dated, checked data. The JSON form is described in SCHEMA.md.
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/money.h"
#include "base/month.h"
#include "base/rational.h"

namespace postage::catalog {

/// What happens at a quota: hard refuses, soft bills what is above, payg has no quotas and bills every unit.
enum class PlanKind : std::uint8_t { hard, soft, payg };
/// "hard", "soft", "payg".
std::string_view plan_kind_name(PlanKind kind);

/// Full month: the dearest plan of the month rates all of it. Pro rata by days: the difference by remaining days, the day
/// of the change included, and quotas weighted by days. By seconds: the same with whole seconds, the second of the change
/// included.
enum class UpgradeRule : std::uint8_t { full_month, pro_rata_days, pro_rata_seconds };
/// How pro-rata differences are rounded: once, or the credit and the charge each.
enum class ProrationRounding : std::uint8_t { difference, parts };
enum class StorageDivisor : std::uint8_t { fixed, month_hours };
/// GB of the divided average, or quota times the hours of the month (a constant quota is then never overage).
enum class StorageQuota : std::uint8_t { gb, gb_hours };
enum class PcuRule : std::uint8_t { sum_of_project_peaks, account_simultaneous };
/// What half a minor unit becomes: the larger amount, or the even one (bankers').
enum class Rounding : std::uint8_t { half_away, half_even };
/// Each line rounded on its own, or the running sum, so that the total is the exact total rounded once.
enum class RoundingScope : std::uint8_t { lines, total };
enum class MinimumRule : std::uint8_t { after_discount, before_discount };
enum class FilteredEvents : std::uint8_t { not_counted, counted };
enum class PresenceSnapshot : std::uint8_t { not_counted, counted };
/// Whether minutes of maintenance that was announced beforehand count as downtime.
enum class Maintenance : std::uint8_t { counted, excluded };
enum class MetadataUnit : std::uint8_t { per_item, per_call };

/// The switches between the readings of the rules.
struct Rules {
  UpgradeRule upgrade = UpgradeRule::full_month;
  ProrationRounding proration_rounding = ProrationRounding::difference;
  StorageDivisor storage_divisor = StorageDivisor::fixed;
  std::int64_t storage_divisor_hours = 720;  ///< with `fixed`
  StorageQuota storage_quota = StorageQuota::gb;
  std::optional<int> storage_decimals;       ///< GB rounded before pricing; none = exact
  PcuRule pcu = PcuRule::sum_of_project_peaks;
  MinimumRule minimum = MinimumRule::after_discount;
  FilteredEvents filtered_events = FilteredEvents::not_counted;
  PresenceSnapshot presence_snapshot = PresenceSnapshot::not_counted;
  MetadataUnit metadata = MetadataUnit::per_item;
  Maintenance maintenance = Maintenance::counted;
  Rounding rounding = Rounding::half_away;
  RoundingScope rounding_scope = RoundingScope::lines;

  /// True when a month with a change of plan is rated by the parts of its plans.
  [[nodiscard]] bool pro_rata() const { return upgrade != UpgradeRule::full_month; }
};

/// Included per month.
struct Quotas {
  std::int64_t pcu = 0;
  std::int64_t messages = 0;
  Rational storage_gb;
};

/// Price of one unit, in major units of the currency.
struct Rates {
  Rational pcu;         ///< per connection of the month's peak
  Rational message;     ///< per message unit (the file says it per million)
  Rational storage_gb;  ///< per GB of the month's average
};

/// One feature of a plan: there or not, or a word such as "24x7".
struct Feature {
  std::string name;
  std::variant<bool, std::string> value;
};

/// A name in the console's two languages.
struct Title {
  std::string en;
  std::string zh;
};

/// One plan. Immutable once loaded.
struct Plan {
  std::string name;
  Title title;
  PlanKind kind = PlanKind::soft;
  Rational base_fee;      ///< per month
  Rational minimum_spend; ///< the plan's own; a contract may name another
  Quotas quotas;          ///< all 0 with payg; with a contract's bundles already in them
  Quotas bundled;         ///< what a contract's bundles include (overrides.h); with payg it is taken from what is billed
  Rates rates;            ///< also on hard plans, where they are printed and never charged
  std::optional<std::int64_t> daily_messages;  ///< hard plans only: units per calendar day of the zone
  std::vector<Feature> features;               ///< all rows of feature_names(), in that order
  std::optional<Title> description;            ///< what the plan's card says
  std::vector<std::string> acknowledged;       ///< codes of lint.h that the operator has looked at and meant

  /// True when the named feature is there (a word counts as there). Unknown names are false.
  [[nodiscard]] bool has(std::string_view feature) const;
  [[nodiscard]] bool hard() const { return kind == PlanKind::hard; }
  /// The storage quota in whole bytes, rounded down.
  [[nodiscard]] std::int64_t storage_quota_bytes(std::int64_t gigabyte) const;
};
using PlanPtr = std::shared_ptr<const Plan>;

/// Below `below` percent of uptime the credit is `percent` of the month's fee.
struct SlaStep {
  Rational below;
  Rational percent;
};

/// One catalogue. Immutable once loaded; thread: any.
struct Catalogue {
  std::string name;
  Title title;
  std::string effective_from;  ///< "2026-01-01"; a file is never edited after its date
  Zone zone;                   ///< days and months of usage
  Currency currency;
  std::int64_t kilobyte = 1024;
  std::int64_t gigabyte = std::int64_t{1} << 30;
  Rules rules;
  std::vector<int> thresholds;  ///< percent of quotas that are told, ascending
  std::vector<SlaStep> sla;     ///< `below` ascending
  std::vector<PlanPtr> plans;   ///< from the smallest to the largest

  /// The plan of that name, or null.
  [[nodiscard]] PlanPtr find(std::string_view plan) const;
  /// Its place in the order of plans; -1 when it is none of these.
  [[nodiscard]] int rank(std::string_view plan) const;
  /// Percent of the month's fee that an uptime (percent) earns back; 0 when the target was met.
  [[nodiscard]] Rational sla_credit_percent(const Rational& uptime) const;
};
using CataloguePtr = std::shared_ptr<const Catalogue>;

/// The 24 rows of the feature table.
std::span<const std::string_view> feature_names();

/// Reads and checks a catalogue (JSON text, at most 1 MiB). The error is invalid_catalogue and names the JSON pointer and
/// what is wrong there, e.g. "/plans/2/quota/pcu: must be a whole number from 0 to 9223372036854775807".
/// `prefix` stands before each pointer, for catalogues inside a larger document.
Result<CataloguePtr> load(std::string_view json, std::string_view prefix = "");

/// A built-in catalogue: cn26, cn26-tiers, cn23, us23, us25, us26. Unknown name: invalid_catalogue, with the names.
Result<CataloguePtr> builtin(std::string_view name);
/// Names of the built-in catalogues, sorted.
std::vector<std::string> builtin_names();
/// The built-in catalogue's own JSON text, for publishing it.
std::optional<std::string_view> builtin_text(std::string_view name);

}  // namespace postage::catalog
