#include "meter/verifier.h"

#include <algorithm>

#include "meter/file_io.h"
#include "meter/hour.h"
#include "meter/hour_tree.h"
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

/// An hour's end is one piece, and final values stand in it only.
const char* JournalVerifier::check_place(const Record& record) const {
  const bool final_value = record.kind == RecordKind::usage && record.final;
  if (!hour_end_) {
    if (final_value) return "a final value outside its hour's end";
    return record.kind == RecordKind::hour_closed ? "an hour closes without its final values" : nullptr;
  }
  if (record.run != hour_end_->run) return "another run's record within an hour's end";
  if (hour_end_->closed) return record.kind == RecordKind::seal ? nullptr : "an hour's end without its seal";
  const bool fits = (final_value || record.kind == RecordKind::hour_closed) && record.hour == hour_end_->hour;
  return fits ? nullptr : "another record within an hour's end";
}

const char* JournalVerifier::check_closed(const Record& record, RunState& run) {
  for (auto it = run.values.lower_bound({record.hour, MeterKind::none, INT64_MIN});
       it != run.values.end() && it->first.hour == record.hour; ++it) {
    if (!it->second.second) return "the hour ends with a value that is not final";
  }
  if (record.note != view(tree_root(hour_end_->chains))) return "the hour's root is not that of its final values";
  const auto beats = minutes_.find(record.hour);
  if (record.value != (beats == minutes_.end() ? 0 : beats->second))
    return "the hour's minutes are not those of its heartbeats";
  hour_end_->closed = true;
  auto& values = report_.closed[{record.run, record.hour}];
  for (const ValueKey& key : hour_end_->keys) values[key] = run.values[key].first;
  return nullptr;
}

const char* JournalVerifier::check_usage(const Record& record, RunState& run, const Hash& after) {
  const bool account = record.meter == MeterKind::account_peak;
  if (record.meter == MeterKind::none || record.subject <= 0) return "usage of nothing";
  if (record.value < 0) return "usage below zero";
  if (run.closed.contains(record.hour) && !hour_end_) return "usage of an hour that this run has closed";
  auto& [value, final] = run.values[{record.hour, record.meter, record.subject}];
  const bool grows = account || record.meter == MeterKind::messages || record.meter == MeterKind::peak ||
                     record.meter == MeterKind::cap;
  if (grows && record.value < value) return "a cumulative value falls";
  value = record.value;
  final = record.final;
  if (!record.final) return nullptr;
  if (record.note.size() != kSaltBytes) return "a final value's salt is not 16 bytes long";
  if (!hour_end_->keys.insert({record.hour, record.meter, record.subject}).second) return "a final value twice";
  hour_end_->chains.push_back(after);
  return nullptr;
}

const char* JournalVerifier::check(const Record& record, const Hash& before, const Hash& after) {
  RunState& run = runs_[record.run];
  if (record.run <= 0) return "the run's number is impossible";
  if (record.sequence != run.sequence + 1) return "the sequence has a gap or a repetition";
  run.sequence = record.sequence;
  if (run.ended && record.kind != RecordKind::seal) return "a record after the end of its run";
  if (const char* what = check_place(record); what != nullptr) return what;
  switch (record.kind) {
    case RecordKind::usage:
      return check_usage(record, run, after);
    case RecordKind::hour_finals:
      if (!run.closed.insert(record.hour).second) return "the hour was closed before";
      hour_end_ = HourEnd{.run = record.run, .hour = record.hour, .chains = {}, .keys = {}};
      return nullptr;
    case RecordKind::hour_closed:
      return check_closed(record, run);
    case RecordKind::run_stopped:
    case RecordKind::run_recovered:
      run.ended = true;
      return nullptr;
    case RecordKind::run_started:
      return record.sequence == 1 ? nullptr : "the run had begun";
    case RecordKind::connection_cut:
      return record.note.size() == 24 ? nullptr : "a cut connection's note is not 24 bytes long";
    case RecordKind::seal:
      hour_end_.reset();
      return key_.verifies(before, record.note) ? nullptr : "the seal's signature does not verify";
    case RecordKind::heartbeat:
      minutes_[hour_of(record.instant)] |=
          std::int64_t(1) << (floor_div(to_ms(record.instant), kMinuteMs) - hour_of(record.instant) * 60);
      return nullptr;
    case RecordKind::peak_evidence:
      return nullptr;
  }
  return "the record's kind is unknown";
}

/// The record at `at` cannot be read. True when that is a running meter's unfinished write; a segment after it fails.
bool JournalVerifier::stop_at(const JournalPosition& at, const Error& error, std::string_view rest) {
  if (!running_ || ended_ || error.code != Errc::bad_request || seal_behind(rest, key_))
    return fail(at, error.detail.substr(error.detail.rfind(": ") + 2));
  report_.torn_bytes = static_cast<std::int64_t>(rest.size());
  return true;
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
    if (!record) return stop_at(at, record.error(), reader->rest(at.offset));
    if (!*record) return true;
    if (ended_) return fail(at, "a record after the segment's final seal");
    if (const char* what = check(**record, at.chain, reader->position().chain); what != nullptr) return fail(at, what);
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
      const bool adds = key.meter == MeterKind::messages || key.meter == MeterKind::cap;
      sum = adds ? sum + value.first : std::max(sum, value.first);
      if (!run.closed.contains(key.hour)) open.insert(key.hour);
    }
    report_.open_hours += static_cast<std::int64_t>(open.size());
  }
  return std::move(report_);
}

Result<VerifyReport> verify_journal(const std::string& folder, const SealKey& key, bool running) {
  JournalVerifier verifier(key, running);
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
