#include "meter/folds.h"

#include <algorithm>

#include "meter/hour.h"
#include "meter/journal.h"

namespace postage::meter {
namespace {

/// Records of one store transaction.
constexpr std::size_t kBatch = 20'000;

bool is_units(MeterKind meter) { return meter == MeterKind::messages || meter == MeterKind::cap; }
bool is_peak(MeterKind meter) { return meter == MeterKind::peak || meter == MeterKind::account_peak; }

Result<void> raise_sequence(db::Connection& c, const std::string& node, std::int64_t run, std::int64_t sequence) {
  TRY_VOID(
      c.run("insert into meter_run(node, run, started_at, last_sequence, ended) values (?, ?, null, ?, 0) "
            "on conflict (node, run) do update set last_sequence = excluded.last_sequence "
            "where meter_run.last_sequence < excluded.last_sequence",
            node, run, sequence));
  return {};
}

/// The day's value after one of its hours changed by `delta` (units) or to `value` (a peak).
Result<void> fold_day(db::Connection& c, const Record& r, std::int64_t delta) {
  const std::int64_t day = day_of_hour(r.hour);
  const int meter = static_cast<int>(r.meter);
  if (is_units(r.meter)) {
    TRY_VOID(
        c.run("insert into meter_day(subject, meter, day, value) values (?, ?, ?, ?) "
              "on conflict (subject, meter, day) do update set value = meter_day.value + excluded.value",
              r.subject, meter, day, delta));
  } else if (is_peak(r.meter)) {
    TRY(most,
        c.integer("select max(hour_peak) from (select sum(node_peak) as hour_peak from (select hour, node, "
                  "max(value) as node_peak from meter_fold where subject = ? and meter = ? and hour >= ? and hour < ? "
                  "group by hour, node) as by_node group by hour) as by_hour",
                  r.subject, meter, day * kHoursPerDay, (day + 1) * kHoursPerDay));
    TRY_VOID(
        c.run("insert into meter_day(subject, meter, day, value) values (?, ?, ?, ?) "
              "on conflict (subject, meter, day) do update set value = excluded.value",
              r.subject, meter, day, most));
  }
  return {};
}

Result<void> apply_usage(db::Connection& c, const std::string& node, const Record& r) {
  struct Old {
    std::int64_t sequence, value;
  };
  const int meter = static_cast<int>(r.meter);
  TRY(old,
      c.first(
          "select sequence, value from meter_fold where subject = ? and meter = ? and hour = ? and node = ? and run = "
          "?",
          [](db::Row& row) {
            return Old{row.integer(0), row.integer(1)};
          },
          r.subject, meter, r.hour, node, r.run));
  if (!r.final) {
    if (old) return {};  // The final value has it all.
    TRY_VOID(c.run(
        "insert into meter_running(node, run, hour, meter, subject, sequence, value) values (?, ?, ?, ?, ?, ?, ?) "
        "on conflict (node, run, hour, meter, subject) do update set value = excluded.value, "
        "sequence = excluded.sequence where excluded.sequence > meter_running.sequence",
        node, r.run, r.hour, meter, r.subject, r.sequence, r.value));
    return {};
  }
  if (old && old->sequence >= r.sequence) return {};
  TRY_VOID(
      c.run("insert into meter_fold(subject, meter, hour, node, run, sequence, value) values (?, ?, ?, ?, ?, ?, ?) "
            "on conflict (subject, meter, hour, node, run) do update set value = excluded.value, sequence = "
            "excluded.sequence",
            r.subject, meter, r.hour, node, r.run, r.sequence, r.value));
  TRY_VOID(c.run("delete from meter_running where node = ? and run = ? and hour = ? and meter = ? and subject = ?",
                 node, r.run, r.hour, meter, r.subject));
  return fold_day(c, r, r.value - (old ? old->value : 0));
}

Result<void> apply_heartbeat(db::Connection& c, const std::string& node, const Record& r) {
  const std::int64_t hour = hour_of(r.instant);
  const std::int64_t bit = std::int64_t(1) << (floor_div(to_ms(r.instant), kMinuteMs) - hour * 60);
  TRY_VOID(
      c.run("insert into meter_coverage(node, hour, minutes) values (?, ?, ?) "
            "on conflict (node, hour) do update set minutes = meter_coverage.minutes | excluded.minutes",
            node, hour, bit));
  return {};
}

Result<void> apply_one(db::Connection& c, const std::string& node, const Record& r) {
  switch (r.kind) {
    case RecordKind::usage:
      return apply_usage(c, node, r);
    case RecordKind::heartbeat:
      return apply_heartbeat(c, node, r);
    case RecordKind::run_started:
      TRY_VOID(c.run("update meter_run set started_at = ? where node = ? and run = ?", r.instant, node, r.run));
      return {};
    case RecordKind::run_stopped:
    case RecordKind::run_recovered:
      TRY_VOID(c.run("update meter_run set ended = 1 where node = ? and run = ?", node, r.run));
      return {};
    case RecordKind::hour_closed:
      TRY_VOID(
          c.run("insert into meter_closed(node, run, hour) values (?, ?, ?) on conflict (node, run, hour) do nothing",
                node, r.run, r.hour));
      return {};
    case RecordKind::connection_cut:
      if (r.note.size() != 24) return Error(Errc::corrupt_record, "a cut connection's note is not 24 bytes long");
      TRY_VOID(
          c.run("insert into meter_cut(node, run, sequence, project, session, connection, opened_at, units) "
                "values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (node, run, sequence) do nothing",
                node, r.run, r.sequence, r.subject, integer_at(r.note, 0), integer_at(r.note, 8),
                integer_at(r.note, 16), r.value));
      return {};
    case RecordKind::peak_evidence:
      TRY_VOID(c.run(
          "insert into meter_peak(project, month_hour, peak, reached_at, members) values (?, ?, ?, ?, ?) "
          "on conflict (project, month_hour) do update set peak = excluded.peak, reached_at = excluded.reached_at, "
          "members = excluded.members where excluded.peak > meter_peak.peak",
          r.subject, r.hour, r.value, r.instant, db::Bytes{r.note}));
      return {};
    case RecordKind::hour_finals:
    case RecordKind::seal:
      return {};
  }
  return {};
}

}  // namespace

Result<void> Folds::apply(db::Connection& connection, const std::string& node, std::span<const Record> records) {
  // Of the running values of one key in a batch only the last counts: thousands become one.
  std::map<std::pair<std::int64_t, ValueKey>, const Record*> last;
  std::map<std::int64_t, std::int64_t> sequences;
  for (const Record& record : records) {
    std::int64_t& sequence = sequences[record.run];
    sequence = std::max(sequence, record.sequence);
    if (record.kind != RecordKind::usage || record.final) continue;
    const Record*& latest = last[{record.run, {record.hour, record.meter, record.subject}}];
    if (latest == nullptr || latest->sequence < record.sequence) latest = &record;
  }
  for (const auto& [run, sequence] : sequences) TRY_VOID(raise_sequence(connection, node, run, sequence));
  for (const auto& [key, record] : last) TRY_VOID(apply_usage(connection, node, *record));
  for (const Record& record : records) {
    if (record.kind != RecordKind::usage || record.final) TRY_VOID(apply_one(connection, node, record));
  }
  return {};
}

Result<JournalPosition> Folds::checkpoint() {
  TRY(found, database_.read([&](db::Connection& c) {
    return c.first(
        "select segment, offset_bytes, record, chain from meter_checkpoint where node = ?",
        [](db::Row& row) {
          JournalPosition place{row.integer(0), row.integer(1), row.integer(2), {}};
          const std::string chain = row.bytes(3);
          std::copy_n(chain.data(), std::min(chain.size(), sizeof(Hash)), reinterpret_cast<char*>(place.chain.data()));
          return place;
        },
        node_);
  }));
  return found ? *found : JournalPosition{};
}

Result<void> Folds::commit(std::span<const Record> records, std::span<const HourEndPlace> ends,
                           const JournalPosition& place) {
  return database_.write([&](db::Connection& c) -> Result<void> {
    TRY_VOID(apply(c, node_, records));
    for (const HourEndPlace& end : ends) {
      TRY_VOID(
          c.run("insert into meter_hour_end(node, run, hour, segment, offset_bytes, sequence, finals) "
                "values (?, ?, ?, ?, ?, ?, ?) on conflict (node, run, hour) do nothing",
                node_, end.run, end.hour, end.segment, end.offset, end.sequence, end.finals));
    }
    TRY_VOID(
        c.run("insert into meter_checkpoint(node, segment, offset_bytes, record, chain) values (?, ?, ?, ?, ?) "
              "on conflict (node) do update set segment = excluded.segment, offset_bytes = excluded.offset_bytes, "
              "record = excluded.record, chain = excluded.chain",
              node_, place.segment, place.offset, place.record, db::Bytes{view(place.chain)}));
    return {};
  });
}

Result<std::int64_t> Folds::ship_segment(const std::string& path, const JournalPosition& from) {
  TRY(reader, SegmentReader::open(path));
  if (reader.header().node != node_)
    return Error(Errc::corrupt_record, path + ": belongs to node " + reader.header().node);
  if (from.segment == reader.header().number) {
    TRY_VOID(reader.seek(from));
  } else if (from.segment != 0 && from.chain != reader.header().previous) {
    return Error(Errc::corrupt_record, path + ": does not follow the segment before it");
  }
  std::int64_t shipped = 0;
  std::vector<Record> batch;
  std::vector<HourEndPlace> ends;
  HourEndPlace end;
  for (bool more = true; more;) {
    const std::int64_t offset = reader.position().offset;
    TRY(record, reader.next());
    more = record.has_value();
    if (more) {
      if (record->kind == RecordKind::hour_finals)
        end = {record->run, record->hour, reader.header().number, offset, record->sequence, 0};
      if (record->kind == RecordKind::hour_closed && record->hour == end.hour && record->run == end.run) {
        end.finals = record->sequence - end.sequence - 1;
        ends.push_back(end);
      }
      batch.push_back(std::move(*record));
    }
    if (batch.size() >= kBatch || (!more && !batch.empty())) {
      TRY_VOID(commit(batch, ends, reader.position()));
      shipped += static_cast<std::int64_t>(batch.size());
      batch.clear();
      ends.clear();
    }
  }
  return shipped;
}

Result<std::int64_t> Folds::catch_up(const std::string& folder) {
  TRY(numbers, Journal::segments(folder));
  std::int64_t shipped = 0;
  for (const std::int64_t number : numbers) {
    TRY(from, checkpoint());
    if (number < from.segment) continue;
    TRY(count, ship_segment(folder + "/" + segment_name(number), from));
    shipped += count;
  }
  return shipped;
}

Result<RunState> Folds::run_state(std::int64_t run) {
  return database_.read([&](db::Connection& c) -> Result<RunState> {
    TRY(found, c.first(
                   "select last_sequence, ended from meter_run where node = ? and run = ?",
                   [](db::Row& row) {
                     return RunState{row.integer(0), row.flag(1), 0};
                   },
                   node_, run));
    RunState state = found.value_or(RunState{});
    TRY(cuts, c.integer("select count(*) from meter_cut where node = ? and run = ?", node_, run));
    state.cuts = cuts;
    return state;
  });
}

Result<std::vector<std::int64_t>> Folds::open_runs() {
  return database_.read([&](db::Connection& c) {
    return c.all(
        "select run from meter_run where node = ? and ended = 0 order by run",
        [](db::Row& row) { return row.integer(0); }, node_);
  });
}

Result<std::int64_t> Folds::last_run() {
  return database_.read([&](db::Connection& c) {
    return c.integer("select coalesce(max(run), 0) from meter_run where node = ?", node_);
  });
}

Result<std::map<ValueKey, std::int64_t>> Folds::running(std::int64_t run) {
  std::map<ValueKey, std::int64_t> found;
  TRY_VOID(database_.read([&](db::Connection& c) {
    return c.each(
        "select hour, meter, subject, value from meter_running where node = ? and run = ?",
        [&](db::Row& row) {
          found[{row.integer(0), static_cast<MeterKind>(row.integer(1)), row.integer(2)}] = row.integer(3);
        },
        node_, run);
  }));
  return found;
}

Result<std::int64_t> Folds::minutes(std::int64_t hour) {
  return database_.read([&](db::Connection& c) {
    return c.integer("select coalesce(max(minutes), 0) from meter_coverage where node = ? and hour = ?", node_, hour);
  });
}

Result<bool> Folds::closed(std::int64_t run, std::int64_t hour) {
  TRY(count, database_.read([&](db::Connection& c) {
    return c.integer("select count(*) from meter_closed where node = ? and run = ? and hour = ?", node_, run, hour);
  }));
  return count > 0;
}

}  // namespace postage::meter
