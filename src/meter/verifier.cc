#include "meter/verifier.h"

#include <algorithm>

#include "meter/file_io.h"
#include "meter/journal.h"

namespace postage::meter {

std::string VerifyFinding::text() const {
  return file + ": offset " + std::to_string(offset) + ", " +
         (record == 0 ? "header" : "record " + std::to_string(record)) + ": " + what;
}

bool JournalVerifier::fail(const JournalPosition& at, std::string what) {
  report_.finding = VerifyFinding{name_, at.offset, at.record + 1, std::move(what)};
  return false;
}

const char* JournalVerifier::check_header(const SegmentHeader& header) const {
  if (header.key != key_.id()) return "the segment was sealed with another key";
  if (last_number_ == 0) return nullptr;
  if (!ended_) return "the segment before it has no final seal";
  if (header.number != last_number_ + 1) return "the segment does not carry the next number";
  if (header.previous != report_.head) return "the segment does not follow the last record of the one before it";
  if (header.node != report_.node) return "the segment is another node's";
  return nullptr;
}

const char* JournalVerifier::check_usage(const Record& record, RunState& run) {
  const bool account = record.meter == MeterKind::account_peak;
  if (record.meter == MeterKind::none || record.subject <= 0) return "usage of nothing";
  if (record.value < 0) return "usage below zero";
  if (run.closed.contains(record.hour)) return "usage of an hour that this run has closed";
  auto& [value, final] = run.values[{record.hour, record.meter, record.subject}];
  if (final && record.value < value) return "a final value falls";
  const bool grows = account || record.meter == MeterKind::messages || record.meter == MeterKind::peak;
  if (grows && record.value < value) return "a cumulative value falls";
  if (record.final && record.meter == MeterKind::messages) {
    run.final_units[record.hour] += record.value - (final ? value : 0);
  }
  value = record.value;
  final = final || record.final;
  return nullptr;
}

const char* JournalVerifier::check(const Record& record, const Hash& before) {
  RunState& run = runs_[record.run];
  if (record.run <= 0) return "the run's number is impossible";
  if (record.sequence != run.sequence + 1) return "the sequence has a gap or a repetition";
  run.sequence = record.sequence;
  if (run.ended && record.kind != RecordKind::seal) return "a record after the end of its run";
  switch (record.kind) {
    case RecordKind::usage:
      return check_usage(record, run);
    case RecordKind::hour_closed:
      if (!run.closed.insert(record.hour).second) return "the hour was closed before";
      for (auto it = run.values.lower_bound({record.hour, MeterKind::none, INT64_MIN});
           it != run.values.end() && it->first.hour == record.hour; ++it) {
        if (!it->second.second) return "the hour ends with a value that is not final";
      }
      return run.final_units[record.hour] == record.value ? nullptr : "the hour's sum is not the sum of its values";
    case RecordKind::run_stopped:
    case RecordKind::run_recovered:
      run.ended = true;
      return nullptr;
    case RecordKind::run_started:
      return record.sequence == 1 ? nullptr : "the run had begun";
    case RecordKind::connection_cut:
      return record.note.size() == 24 ? nullptr : "a cut connection's note is not 24 bytes long";
    case RecordKind::seal:
      return key_.verifies(before, record.note) ? nullptr : "the seal's signature does not verify";
    case RecordKind::heartbeat:
    case RecordKind::peak_evidence:
      return nullptr;
  }
  return "the record's kind is unknown";
}

bool JournalVerifier::segment(const std::string& name, std::string bytes) {
  if (report_.finding) return false;
  name_ = name;
  auto reader = SegmentReader::over(name, std::move(bytes));
  const char* wrong = reader ? check_header(reader->header()) : nullptr;
  if (!reader || wrong != nullptr) {
    const std::string detail =
        reader ? wrong : reader.error().detail.substr(std::min(reader.error().detail.size(), name.size() + 2));
    report_.finding = VerifyFinding{name, 0, 0, detail};
    return false;
  }
  report_.node = reader->header().node;
  report_.head = reader->position().chain;
  last_number_ = reader->header().number;
  ended_ = false;
  ++report_.segments;
  for (;;) {
    const JournalPosition at = reader->position();
    auto record = reader->next();
    if (!record) {
      const std::string& detail = record.error().detail;
      return fail(at, detail.substr(detail.rfind(": ") + 2));
    }
    if (!*record) return true;
    if (ended_) return fail(at, "a record after the segment's final seal");
    if (const char* what = check(**record, at.chain); what != nullptr) return fail(at, what);
    const bool seal = (*record)->kind == RecordKind::seal;
    ended_ = seal && (*record)->final;
    report_.unsigned_records = seal ? 0 : report_.unsigned_records + 1;
    report_.head = reader->position().chain;
    ++report_.records;
  }
}

VerifyReport JournalVerifier::finish() {
  for (const auto& [number, run] : runs_) {
    std::set<std::int64_t> open;
    for (const auto& [key, value] : run.values) {
      std::int64_t& sum = report_.usage[key];
      sum = key.meter == MeterKind::messages ? sum + value.first : std::max(sum, value.first);
      if (!run.closed.contains(key.hour)) open.insert(key.hour);
    }
    report_.open_hours += static_cast<std::int64_t>(open.size());
  }
  return std::move(report_);
}

Result<VerifyReport> verify_journal(const std::string& folder, const SealKey& key) {
  JournalVerifier verifier(key);
  TRY(names, list_folder(folder));
  std::map<std::int64_t, std::string> segments;
  for (const std::string& name : names) {
    if (const std::int64_t number = segment_number(name); number > 0) segments[number] = name;
  }
  for (const auto& [number, name] : segments) {
    const std::string path = folder + "/" + name;
    TRY(bytes, read_file(path, SegmentReader::kSegmentReadMax));
    if (!verifier.segment(path, std::move(bytes))) break;
  }
  return verifier.finish();
}

}  // namespace postage::meter
