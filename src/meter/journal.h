#pragma once
// The append-only journal: records chained by SHA-256 in segment files, sealed with Ed25519 once a minute and at each
// segment's end. docs/meter-journal.md is its format.
//
// append() only collects; flush() writes what was collected in one call and waits for the disk. When it fails nothing
// of it is in the journal, and the caller makes the records again from its counters.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "meter/file_io.h"
#include "meter/journal_format.h"
#include "meter/seal_key.h"
#include "meter/segment_reader.h"

namespace postage::meter {

/// A seal that verifies stands somewhere in `bytes`: what lies before it was signed, however much of it is damaged.
bool seal_behind(std::string_view bytes, const SealKey& key);

/// Thread: one.
class Journal {
 public:
  struct Options {
    std::string folder;
    std::string node;
    bool sync = true;
    std::int64_t segment_bytes_max = 16 << 20;  ///< a new segment begins after this much, and each UTC day
  };
  /// Checks the last segment and cuts an unsigned torn tail. Errors: store_failed; corrupt_record, naming file, offset
  /// and record, when sealed bytes do not hold, when the key is another, or when the node is.
  static Result<std::unique_ptr<Journal>> open(Options options, const SealKey& key);

  /// Records from now on belong to `run`, whose last sequence so far is `last_sequence`.
  void begin_stream(std::int64_t run, std::int64_t last_sequence);
  /// Collects a record; run and sequence are set here, and when it is written the salt of a final value and the root of
  /// an hour's end. An hour's end (hour_finals to its seal) is collected without a flush in between.
  void append(Record record);
  /// Collects a seal over all before it.
  void seal(Instant now);
  /// Writes what was collected. On failure it is dropped and sequence and chain are as before.
  Result<void> flush(Instant now);
  /// Writes what was collected and seals the segment for good; the next record opens a new one.
  Result<void> end_segment(Instant now);

  [[nodiscard]] std::int64_t sequence() const { return sequence_; }
  [[nodiscard]] std::int64_t torn_bytes() const { return torn_bytes_; }
  [[nodiscard]] const std::string& folder() const { return options_.folder; }

  /// Segment numbers in a journal folder, ascending. Error: corrupt_record when one is missing in between.
  static Result<std::vector<std::int64_t>> segments(const std::string& folder);

 private:
  Journal(Options options, const SealKey& key) : options_(std::move(options)), key_(key) {}
  Result<void> take_up(std::int64_t number);
  Result<void> begin_segment(Instant now);
  [[nodiscard]] std::string path(std::int64_t number) const { return options_.folder + "/" + segment_name(number); }
  Result<void> write_pending(Instant now);
  void drop_pending();
  std::string encode_pending(Hash& chain) const;

  const Options options_;
  const SealKey& key_;
  File file_;                ///< open while the segment takes records
  std::int64_t number_ = 0;  ///< of the segment in file_, or the last one
  std::int64_t bytes_ = 0;   ///< written to it
  Instant created_;
  Hash chain_{};                 ///< after what was written
  std::vector<Record> pending_;  ///< collected; chained and signed when they are written
  std::int64_t run_ = 0;
  std::int64_t sequence_ = 0;          ///< of the last record, with what was collected
  std::int64_t written_sequence_ = 0;  ///< of the last record written
  std::int64_t torn_bytes_ = 0;
};

}  // namespace postage::meter
