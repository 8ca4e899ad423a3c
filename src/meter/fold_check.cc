#include "meter/fold_check.h"

#include <map>

#include "base/zone.h"
#include "meter/hour.h"

namespace postage::meter {
namespace {

std::string name_of(std::int64_t run, std::int64_t hour) {
  return "run " + std::to_string(run) + ", hour " + instant_text_utc(hour_start(hour));
}

Result<std::map<ValueKey, std::int64_t>> stored_values(db::Connection& c, const std::string& node, std::int64_t run,
                                                       std::int64_t hour) {
  std::map<ValueKey, std::int64_t> values;
  TRY_VOID(c.each(
      "select meter, subject, value from meter_fold where node = ? and run = ? and hour = ?",
      [&](db::Row& row) {
        values[{hour, static_cast<MeterKind>(row.integer(0)), row.integer(1)}] = row.integer(2);
      },
      node, run, hour));
  return values;
}

/// A day whose fold of message units is not the sum of its hours.
Result<std::optional<std::string>> wrong_day(db::Connection& c) {
  return c.first(
      "select d.subject, d.day from meter_day d where d.meter = 1 and d.value <> (select coalesce(sum(f.value), 0) "
      "from "
      "meter_fold f where f.subject = d.subject and f.meter = 1 and f.hour >= d.day * 24 and f.hour < d.day * 24 + 24) "
      "limit 1",
      [](db::Row& row) {
        return "message units of project " + std::to_string(row.integer(0)) + " on the day " +
               instant_text_utc(hour_start(row.integer(1) * kHoursPerDay)).substr(0, 10) +
               " are not the sum of its hours";
      });
}

}  // namespace

Result<FoldedHours> folded_hours(db::Database& database) {
  FoldedHours found;
  TRY_VOID(database.read([&](db::Connection& c) {
    return c.each("select node, run, hour from meter_closed",
                  [&](db::Row& row) { found.emplace(row.text(0), row.integer(1), row.integer(2)); });
  }));
  return found;
}

Result<FoldCheck> check_folds(db::Database& database, const FoldedHours& folded, const VerifyReport& journal) {
  return database.read([&](db::Connection& c) -> Result<FoldCheck> {
    FoldCheck check;
    for (const auto& [node, run, hour] : folded) {
      if (node != journal.node || journal.closed.contains({run, hour})) continue;
      check.finding = name_of(run, hour) + ": folded, but not in the journal";
      return check;
    }
    for (const auto& [place, values] : journal.closed) {
      const auto& [run, hour] = place;
      if (!folded.contains({journal.node, run, hour})) {
        ++check.waiting;
        continue;
      }
      TRY(stored, stored_values(c, journal.node, run, hour));
      if (stored != values) {
        check.finding = name_of(run, hour) + ": the stored folds are not the journal's final values";
        return check;
      }
      ++check.hours;
      check.values += static_cast<std::int64_t>(values.size());
    }
    TRY(day, wrong_day(c));
    check.finding = day;
    return check;
  });
}

}  // namespace postage::meter
