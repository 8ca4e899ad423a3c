#include "meter/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/log.h"
#include "meter/hour.h"
#include "meter/hour_tree.h"

namespace postage::meter {

Result<std::vector<std::int64_t>> Journal::segments(const std::string& folder) {
  TRY(names, list_folder(folder));
  std::vector<std::int64_t> numbers;
  for (const std::string& name : names) {
    if (const std::int64_t number = segment_number(name); number > 0) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  for (std::size_t i = 1; i < numbers.size(); ++i) {
    if (numbers[i] != numbers[i - 1] + 1) {
      return Error(Errc::corrupt_record, folder + ": segment " + segment_name(numbers[i - 1] + 1) + " is missing");
    }
  }
  return numbers;
}

Result<std::unique_ptr<Journal>> Journal::open(Options options, const SealKey& key) {
  CHECK(!options.node.empty() && options.node.size() <= kNodeBytesMax);
  TRY_VOID(make_folder(options.folder));
  std::unique_ptr<Journal> journal(new Journal(std::move(options), key));
  TRY(numbers, segments(journal->options_.folder));
  if (!numbers.empty()) TRY_VOID(journal->take_up(numbers.back()));
  return journal;
}

bool seal_behind(std::string_view bytes, const SealKey& key) {
  // A seal's first bytes: its length, its kind, no meter. Whoever finds one that verifies knows that what is before it
  // was sealed, however much of that is damaged.
  const char head[6] = {static_cast<char>(kSealBytes), 0, 0, 0, static_cast<char>(RecordKind::seal), 0};
  for (std::size_t at = bytes.find(std::string_view(head, 6)); at != std::string_view::npos;
       at = bytes.find(std::string_view(head, 6), at + 1)) {
    if (at < sizeof(Hash) || bytes.size() - at < kSealBytes) continue;
    Hash before;
    std::copy_n(bytes.data() + at - sizeof(Hash), sizeof(Hash), reinterpret_cast<char*>(before.data()));
    if (key.verifies(before, bytes.substr(at + kRecordFixedBytes, sizeof(Signature)))) return true;
  }
  return false;
}

Result<void> Journal::take_up(std::int64_t number) {
  TRY(reader, SegmentReader::open(path(number)));
  if (reader.header().number != number) return Error(Errc::corrupt_record, path(number) + ": carries another number");
  if (reader.header().key != key_.id())
    return Error(Errc::corrupt_record, path(number) + ": was sealed with another key");
  if (reader.header().node != options_.node) {
    return Error(Errc::corrupt_record, path(number) + ": belongs to node " + reader.header().node);
  }
  bool ended = false;
  std::optional<JournalPosition> hour_end;  // Where an hour's end began that has no seal yet.
  for (;;) {
    const JournalPosition at = reader.position();
    auto record = reader.next();
    if (!record) {
      if (seal_behind(reader.rest(at.offset), key_)) return Error(Errc::corrupt_record, record.error().detail);
      break;
    }
    if (!*record) break;
    if ((*record)->kind == RecordKind::seal && !key_.verifies(at.chain, (*record)->note)) {
      return Error(Errc::corrupt_record, reader.place() + ": the seal before it does not verify");
    }
    if ((*record)->kind == RecordKind::hour_finals) hour_end = at;
    if ((*record)->kind == RecordKind::seal) hour_end.reset();
    ended = (*record)->kind == RecordKind::seal && (*record)->final;
  }
  number_ = number;
  // Half an hour's end proves nothing; nobody folded it, for its write never came back. It is written again whole.
  const JournalPosition end = hour_end ? *hour_end : reader.position();
  torn_bytes_ = static_cast<std::int64_t>(reader.size()) - end.offset;
  if (torn_bytes_ > 0) log(Level::warn, "meter_journal_tail_cut", {{"place", reader.place()}, {"bytes", torn_bytes_}});
  chain_ = end.chain;
  if (ended) return {};
  created_ = reader.header().created;
  bytes_ = end.offset;
  file_ = File(::open(path(number).c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!file_) return file_error(path(number), "open", errno);
  if (torn_bytes_ > 0 && ::ftruncate(file_.get(), bytes_) != 0) return file_error(path(number), "cut", errno);
  return {};
}

void Journal::begin_stream(std::int64_t run, std::int64_t last_sequence) {
  CHECK(pending_.empty());
  run_ = run;
  sequence_ = written_sequence_ = last_sequence;
}

void Journal::append(Record record) {
  record.run = run_;
  record.sequence = ++sequence_;
  pending_.push_back(std::move(record));
}

void Journal::seal(Instant now) { append({.kind = RecordKind::seal, .instant = now}); }

void Journal::drop_pending() {
  pending_.clear();
  sequence_ = written_sequence_;
}

Result<void> Journal::begin_segment(Instant now) {
  const SegmentHeader header{
      .number = number_ + 1, .created = now, .previous = chain_, .key = key_.id(), .node = options_.node};
  const std::string bytes = encode_header(header);
  TRY_VOID(replace_file(path(header.number), bytes, options_.sync));
  File file(::open(path(header.number).c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!file) return file_error(path(header.number), "open", errno);
  file_ = std::move(file);
  number_ = header.number;
  created_ = now;
  bytes_ = static_cast<std::int64_t>(bytes.size());
  chain_ = decode_header(bytes)->hash;
  return {};
}

std::string Journal::encode_pending(Hash& chain) const {
  std::string bytes;
  std::vector<Hash> finals;  // Chained hashes of the hour that is ending.
  for (const Record& collected : pending_) {
    Record record = collected;
    const bool final_value = record.kind == RecordKind::usage && record.final;
    if (final_value) record.note = key_.salt(chain);
    if (record.kind == RecordKind::hour_finals) finals.clear();
    if (record.kind == RecordKind::hour_closed) record.note = view(tree_root(finals));
    if (record.kind == RecordKind::seal) {
      const Signature signature = key_.sign(chain);
      record.note.assign(reinterpret_cast<const char*>(signature.data()), signature.size());
    }
    append_record(bytes, record, chain);
    if (final_value) finals.push_back(chain);
  }
  return bytes;
}

Result<void> Journal::flush(Instant now) {
  if (pending_.empty()) return {};
  const bool full = bytes_ >= options_.segment_bytes_max || day_of_hour(hour_of(now)) > day_of_hour(hour_of(created_));
  return file_ && full ? end_segment(now) : write_pending(now);
}

Result<void> Journal::end_segment(Instant now) {
  if (pending_.empty() && !file_) return {};
  append({.kind = RecordKind::seal, .final = true, .instant = now});
  TRY_VOID(write_pending(now));
  file_ = File();
  return {};
}

Result<void> Journal::write_pending(Instant now) {
  Result<void> done = file_ ? Result<void>() : begin_segment(now);
  Hash chain = chain_;
  const std::string bytes = done ? encode_pending(chain) : std::string();
  if (done) done = write_all(file_, path(number_), bytes);
  if (done && options_.sync && ::fdatasync(file_.get()) != 0) done = file_error(path(number_), "flush", errno);
  if (!done) {
    // Half a write must not stay before what is written next.
    if (file_ && ::ftruncate(file_.get(), bytes_) != 0) return file_error(path(number_), "cut", errno);
    drop_pending();
    return done;
  }
  chain_ = chain;
  bytes_ += static_cast<std::int64_t>(bytes.size());
  pending_.clear();
  written_sequence_ = sequence_;
  return {};
}

}  // namespace postage::meter
