#include "meter/segment_reader.h"

#include "meter/file_io.h"

namespace postage::meter {

Result<SegmentReader> SegmentReader::open(const std::string& path, std::size_t bytes_max) {
  TRY(bytes, read_file(path, bytes_max));
  return over(path, std::move(bytes));
}

Result<SegmentReader> SegmentReader::over(std::string name, std::string bytes) {
  SegmentReader reader;
  auto header = decode_header(bytes);
  if (!header) return Error(header.error().code, name + ": " + header.error().detail);
  reader.header_ = std::move(*header);
  reader.name_ = std::move(name);
  reader.bytes_ = std::move(bytes);
  reader.position_ = {reader.header_.header.number, kSegmentHeaderBytes, 0, reader.header_.hash};
  return reader;
}

std::string SegmentReader::place() const {
  return name_ + ": offset " + std::to_string(position_.offset) + ", record " + std::to_string(position_.record + 1);
}

Result<std::optional<Record>> SegmentReader::next() {
  const std::string_view left = rest(position_.offset);
  if (left.empty()) return std::optional<Record>();
  auto found = decode_record(left, position_.chain);
  if (!found) return Error(found.error().code, place() + ": " + found.error().detail);
  position_.offset += static_cast<std::int64_t>(found->bytes);
  ++position_.record;
  return std::optional<Record>(std::move(found->record));
}

Result<void> SegmentReader::seek(const JournalPosition& place) {
  if (place.segment != header_.header.number || place.offset < static_cast<std::int64_t>(kSegmentHeaderBytes) ||
      static_cast<std::uint64_t>(place.offset) > bytes_.size()) {
    return Error(Errc::corrupt_record, name_ + ": the journal ends before offset " + std::to_string(place.offset) +
                                           ", which was folded already");
  }
  position_ = place;
  return {};
}

}  // namespace postage::meter
