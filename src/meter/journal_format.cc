#include "meter/journal_format.h"

#include <charconv>
#include <cstring>

namespace postage::meter {
namespace {

constexpr std::string_view kMagic = "POSTAGEJ";
constexpr std::uint32_t kVersion = 2;
constexpr std::uint8_t kFinal = 1;

// Offsets of the header.
constexpr std::size_t kNumberAt = 16, kCreatedAt = 24, kPreviousAt = 32, kKeyAt = 64, kNodeAt = 96, kReservedAt = 160,
                      kHeaderHashAt = kSegmentHeaderBytes - sizeof(Hash);

void append_u32(std::string& out, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) out += static_cast<char>(value >> (8 * i));
}

std::uint32_t u32_at(std::string_view bytes, std::size_t offset) {
  std::uint32_t value = 0;
  for (int i = 3; i >= 0; --i)
    value = value << 8 | static_cast<std::uint8_t>(bytes[offset + static_cast<std::size_t>(i)]);
  return value;
}

Hash hash_at(std::string_view bytes, std::size_t offset) {
  Hash hash;
  std::memcpy(hash.data(), bytes.data() + offset, hash.size());
  return hash;
}

Error corrupt(const char* what) { return {Errc::corrupt_record, what}; }

bool known_kind(std::uint8_t kind) { return kind >= 1 && kind <= static_cast<std::uint8_t>(RecordKind::hour_finals); }
bool known_meter(std::uint8_t meter) { return meter <= static_cast<std::uint8_t>(MeterKind::cap); }

}  // namespace

void append_integer(std::string& out, std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  for (int i = 0; i < 8; ++i) out += static_cast<char>(bits >> (8 * i));
}

std::int64_t integer_at(std::string_view bytes, std::size_t offset) {
  std::uint64_t value = 0;
  for (int i = 7; i >= 0; --i)
    value = value << 8 | static_cast<std::uint8_t>(bytes[offset + static_cast<std::size_t>(i)]);
  return static_cast<std::int64_t>(value);
}

std::string encode_header(const SegmentHeader& header) {
  CHECK(!header.node.empty() && header.node.size() <= kNodeBytesMax);
  std::string out(kMagic);
  append_u32(out, kVersion);
  append_u32(out, kSegmentHeaderBytes);
  append_integer(out, header.number);
  append_integer(out, header.created.time_since_epoch().count());
  out += view(header.previous);
  out += view(header.key);
  out += header.node;
  out.resize(kHeaderHashAt, '\0');
  out += view(sha256(out));
  return out;
}

Result<DecodedHeader> decode_header(std::string_view bytes) {
  if (bytes.size() < kSegmentHeaderBytes) return corrupt("the segment's header is cut off");
  bytes = bytes.substr(0, kSegmentHeaderBytes);
  if (!bytes.starts_with(kMagic)) return corrupt("not a journal segment");
  if (u32_at(bytes, 8) != kVersion || u32_at(bytes, 12) != kSegmentHeaderBytes) {
    return Error(Errc::corrupt_record, "unknown journal version " + std::to_string(u32_at(bytes, 8)) +
                                           "; this build reads version " + std::to_string(kVersion));
  }
  DecodedHeader found;
  found.hash = hash_at(bytes, kHeaderHashAt);
  if (sha256(bytes.substr(0, kHeaderHashAt)) != found.hash)
    return corrupt("the segment's header does not match its hash");
  found.header.number = integer_at(bytes, kNumberAt);
  found.header.created = Instant(milliseconds(integer_at(bytes, kCreatedAt)));
  found.header.previous = hash_at(bytes, kPreviousAt);
  found.header.key = hash_at(bytes, kKeyAt);
  const std::string_view node = bytes.substr(kNodeAt, kNodeBytesMax);
  found.header.node = node.substr(0, node.find('\0'));
  if (found.header.node.empty() || encode_header(found.header) != bytes)
    return corrupt("the segment's header has an odd form");
  static_assert(kReservedAt == kNodeAt + kNodeBytesMax);
  return found;
}

void append_record(std::string& out, const Record& record, Hash& chain) {
  CHECK(record.note.size() <= kNoteBytesMax);
  const std::size_t start = out.size();
  append_u32(out, static_cast<std::uint32_t>(kRecordBytesMin + record.note.size()));
  out += static_cast<char>(record.kind);
  out += static_cast<char>(record.meter);
  out += static_cast<char>(record.final ? kFinal : 0);
  out += '\0';
  append_integer(out, record.run);
  append_integer(out, record.sequence);
  append_integer(out, record.subject);
  append_integer(out, record.hour);
  append_integer(out, record.value);
  append_integer(out, record.instant.time_since_epoch().count());
  out += record.note;
  chain = sha256(view(chain), std::string_view(out).substr(start));
  out += view(chain);
}

Hash chain_after(const Hash& before, const Record& record) {
  std::string bytes;
  Hash chain = before;
  append_record(bytes, record, chain);
  return chain;
}

Result<DecodedRecord> decode_record(std::string_view bytes, Hash& chain) {
  if (bytes.size() < 4) return Error(Errc::bad_request, "the record is cut off");
  const std::size_t size = u32_at(bytes, 0);
  if (size < kRecordBytesMin || size > kRecordBytesMax) return corrupt("the record's length is impossible");
  if (bytes.size() < size) return Error(Errc::bad_request, "the record is cut off");
  const std::size_t body = size - sizeof(Hash);
  const Hash next = sha256(view(chain), bytes.substr(0, body));
  if (next != hash_at(bytes, body)) return corrupt("the record does not match its chained hash");
  const auto kind = static_cast<std::uint8_t>(bytes[4]);
  const auto meter = static_cast<std::uint8_t>(bytes[5]);
  const auto flags = static_cast<std::uint8_t>(bytes[6]);
  if (!known_kind(kind) || !known_meter(meter) || flags > kFinal || bytes[7] != 0)
    return corrupt("the record's kind is unknown");
  DecodedRecord found;
  found.bytes = size;
  found.record = {.kind = static_cast<RecordKind>(kind),
                  .meter = static_cast<MeterKind>(meter),
                  .final = flags == kFinal,
                  .run = integer_at(bytes, 8),
                  .sequence = integer_at(bytes, 16),
                  .subject = integer_at(bytes, 24),
                  .hour = integer_at(bytes, 32),
                  .value = integer_at(bytes, 40),
                  .instant = Instant(milliseconds(integer_at(bytes, 48))),
                  .note = std::string(bytes.substr(kRecordFixedBytes, body - kRecordFixedBytes))};
  chain = next;
  return found;
}

std::string segment_name(std::int64_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() < 8) digits.insert(0, 8 - digits.size(), '0');
  return digits + ".journal";
}

std::int64_t segment_number(std::string_view name) {
  if (!name.ends_with(".journal")) return 0;
  name.remove_suffix(8);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size() || number < 1) return 0;
  return segment_name(number).starts_with(name) && segment_name(number).size() == name.size() + 8 ? number : 0;
}

}  // namespace postage::meter
