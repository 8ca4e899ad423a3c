#pragma once
// One month of a bundle while it is read: the proven values are folded as bills fold them, and the month's document is
// recomputed from them, the account's history and the catalogues.
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "invoice/bundle/bundle_lines.h"
#include "invoice/rated_month.h"

namespace postage::invoice {

/// Texts of catalogues by their SHA-256.
using CatalogueTexts = std::map<std::string, BundleCatalogue>;

/// A day of which not every minute has a living meter.
struct UncoveredDay {
  std::string date;  ///< "2026-01-31", in the catalogue's zone
  std::int64_t covered_minutes = 0;
  std::int64_t due_minutes = 0;
};

/// A credit note that holds.
struct CheckedCredit {
  std::string number;
  bool voids = false;
  std::string total;  ///< decimal text in the invoice's currency
  std::string left;   ///< of the invoice after it
};

/// A month that holds.
struct CheckedMonth {
  MonthKey month;
  std::string number;  ///< of the invoice; empty: the month runs
  std::string as_of;   ///< of a running month
  std::string sha256;  ///< of the document
  std::string catalogue_sha256;
  rating::Bill bill;                   ///< recomputed
  std::int64_t hours = 0, values = 0;  ///< proven
  std::int64_t covered_minutes = 0, due_minutes = 0;
  std::vector<UncoveredDay> uncovered;
  bool stated = false;  ///< a running month has usage of hours that have not ended
  std::vector<CheckedCredit> credits;  ///< notes of the invoice, oldest first
};

/// Thread: one.
class ProvenMonth {
 public:
  ProvenMonth(BundleMonth month, AccountId account) : month_(std::move(month)), account_(account) {}

  /// The next hour; hours ascend, then runs. Errors of all: corrupt_record that says what does not hold.
  Result<void> add(const meter::SealKey& key, const meter::HourEnd& end);
  /// A value of that hour.
  Result<void> add(meter::ProvenRecord value);
  Result<void> add(const BundleLive& live);
  Result<void> add(const BundleLiveAccount& live);
  /// Recomputes the month and compares.
  Result<CheckedMonth> check(const BundleDocument& document, const std::vector<AccountEvent>& history,
                             const CatalogueTexts& catalogues) const;
  /// What a value's line is about: "message units of project 7 in the hour 2026-01-15T10:00:00.000Z".
  [[nodiscard]] std::string describe(const meter::ProvenRecord& value) const;

 private:
  struct Project {
    Int128 units = 0;
    std::int64_t peak = 0;
    std::map<std::int64_t, std::int64_t> samples;  ///< by hour, the most of the runs
    std::int64_t live_byte_hours = 0;
  };
  [[nodiscard]] Result<meter::MonthUsage> usage(const std::vector<meter::NamedProject>& projects) const;
  void cover(CheckedMonth& checked, Instant since, const Zone& zone) const;

  BundleMonth month_;
  AccountId account_;
  meter::HourEnd end_;
  std::set<std::pair<meter::MeterKind, std::int64_t>> seen_;  ///< values of end_
  std::int64_t last_sequence_ = 0;
  std::map<std::int64_t, Project> projects_;
  std::int64_t account_peak_ = 0;
  std::map<std::int64_t, std::int64_t> minutes_;  ///< by hour
  std::int64_t hours_ = 0, values_ = 0;
  bool stated_ = false;
};

}  // namespace postage::invoice
