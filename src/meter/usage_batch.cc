// Reads of many subjects at once: a handful of statements for some fifty subjects instead of seven for each.
#include "meter/usage_batch.h"

#include <algorithm>

#include "db/many.h"
#include "meter/usage_queries.h"

namespace postage::meter {
namespace {

constexpr int kMessages = static_cast<int>(MeterKind::messages);
constexpr int kStorage = static_cast<int>(MeterKind::storage);

/// Rows of add_hours come by subject, meter, hour and node; a peak of an hour is the sum over the nodes.
class HourRows {
 public:
  explicit HourRows(std::unordered_map<std::int64_t, SubjectTotals>& totals) : totals_(totals) {}

  void take(db::Row& row) {
    const std::int64_t subject = row.integer(0), hour = row.integer(2);
    const int meter = static_cast<int>(row.integer(1));
    if (meter == kMessages) {
      totals_[subject].units += row.integer(4);
      return;
    }
    if (meter == kStorage) {
      totals_[subject].samples[hour] += row.integer(3);
      return;
    }
    if (subject != subject_ || meter != meter_ || hour != hour_) sum_ = 0;
    subject_ = subject;
    meter_ = meter;
    hour_ = hour;
    sum_ += row.integer(3);
    SubjectTotals& total = totals_[subject];
    total.peak = std::max(total.peak, sum_);
  }

 private:
  std::unordered_map<std::int64_t, SubjectTotals>& totals_;
  std::int64_t subject_ = 0, hour_ = 0, sum_ = 0;
  int meter_ = 0;
};

}  // namespace

Result<void> UsageQueries::add_days(std::span<const std::int64_t> subjects, std::string_view kinds, HourRange days,
                                    Totals& totals) const {
  if (days.from >= days.to) return {};
  const std::string sql = "select subject, meter, cast(sum(value) as bigint), max(value) from meter_day where subject in (" +
                          db::many_places() + ") and meter in (" + std::string(kinds) +
                          ") and day >= ? and day < ? group by subject, meter";
  const auto take = [&](db::Row& row) {
    SubjectTotals& total = totals[row.integer(0)];
    if (row.integer(1) == kMessages)
      total.units += row.integer(2);
    else
      total.peak = std::max(total.peak, row.integer(3));
  };
  return db::each_of_many(c_, sql, subjects, take, days.from, days.to);
}

Result<void> UsageQueries::add_hours(std::span<const std::int64_t> subjects, std::string_view kinds, HourRange hours,
                                     Totals& totals) const {
  if (hours.from >= hours.to) return {};
  const std::string sql =
      "select subject, meter, hour, max(value), cast(sum(value) as bigint) from meter_fold where subject in (" +
      db::many_places() + ") and meter in (" + std::string(kinds) +
      ") and hour >= ? and hour < ? and not (node = ? and run = ? and hour >= ?) group by subject, meter, hour, node "
      "order by subject, meter, hour, node";
  HourRows rows(totals);
  return db::each_of_many(
      c_, sql, subjects, [&](db::Row& row) { rows.take(row); }, hours.from, hours.to, node_, run_, open_from_);
}

Result<std::unordered_map<std::int64_t, SubjectTotals>> UsageQueries::totals(std::span<const std::int64_t> projects,
                                                                             HourRange hours) const {
  Totals found;
  const HourRange days = whole_days(hours);
  TRY_VOID(add_days(projects, "1,2", days, found));
  TRY_VOID(add_hours(projects, "1,2", {hours.from, std::min(hours.to, days.from * kHoursPerDay)}, found));
  TRY_VOID(add_hours(projects, "1,2", {std::max(hours.from, days.to * kHoursPerDay), hours.to}, found));
  TRY_VOID(add_hours(projects, "3", hours, found));
  return found;
}

Result<std::unordered_map<std::int64_t, SubjectTotals>> UsageQueries::account_peaks(
    std::span<const std::int64_t> accounts, HourRange hours) const {
  Totals found;
  const HourRange days = whole_days(hours);
  TRY_VOID(add_days(accounts, "4", days, found));
  TRY_VOID(add_hours(accounts, "4", {hours.from, std::min(hours.to, days.from * kHoursPerDay)}, found));
  TRY_VOID(add_hours(accounts, "4", {std::max(hours.from, days.to * kHoursPerDay), hours.to}, found));
  return found;
}

Result<std::vector<MonthUsage>> months(const UsageReader& reader, std::span<const AccountProjects> accounts,
                                       const InstantRange& range) {
  if (const auto* together = dynamic_cast<const UsageBatchReader*>(&reader)) return together->months(accounts, range);
  std::vector<MonthUsage> all;
  for (const AccountProjects& each : accounts) {
    TRY(usage, reader.month(each.account, each.projects, range));
    all.push_back(std::move(usage));
  }
  return all;
}

}  // namespace postage::meter
