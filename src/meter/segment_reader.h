#pragma once
// Reads one journal segment record by record and checks the chain on the way.
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "meter/journal_format.h"

namespace postage::meter {

/// A place between two records.
struct JournalPosition {
  std::int64_t segment = 0;  ///< 0: before the first
  std::int64_t offset = 0;   ///< bytes from the beginning of the segment's file
  std::int64_t record = 0;   ///< records of the segment before this place
  Hash chain{};
};

/// Thread: one.
class SegmentReader {
 public:
  /// Reads the file, at most `bytes_max` of it. Errors: not_found, store_failed, bad_request (longer), corrupt_record
  /// (header).
  static Result<SegmentReader> open(const std::string& path, std::size_t bytes_max = kSegmentReadMax);
  /// The same over bytes; `name` is for error texts.
  static Result<SegmentReader> over(std::string name, std::string bytes);

  [[nodiscard]] const SegmentHeader& header() const { return header_.header; }
  /// The next record, or none at the end of the file. Errors: bad_request when the file ends within a record,
  /// corrupt_record when a record does not hold; both name file, offset and record number, and the place stays.
  Result<std::optional<Record>> next();
  [[nodiscard]] const JournalPosition& position() const { return position_; }
  /// Goes on from a place of this segment that was reached before. Error: corrupt_record when it lies beyond the end.
  Result<void> seek(const JournalPosition& place);
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  /// The file from `offset` on.
  [[nodiscard]] std::string_view rest(std::int64_t offset) const {
    return std::string_view(bytes_).substr(static_cast<std::size_t>(offset));
  }
  /// "<file>: offset <o>, record <n>", records counting from 1.
  [[nodiscard]] std::string place() const;

  static constexpr std::size_t kSegmentReadMax = std::size_t(1) << 30;

 private:
  std::string name_;
  std::string bytes_;
  DecodedHeader header_;
  JournalPosition position_;
};

}  // namespace postage::meter
