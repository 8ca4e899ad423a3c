#pragma once
// The journal's bytes. docs/meter-journal.md describes them for a stranger; this file is their one home in code.
// Integers are little endian, signed 64-bit unless said otherwise.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "meter/seal_key.h"

namespace postage::meter {

/// The meters, as numbers in records and tables.
enum class MeterKind : std::uint8_t {
  none = 0,
  messages = 1,      ///< message units of an hour
  peak = 2,          ///< most open connections of a project in an hour
  storage = 3,       ///< bytes stored at an hour's first instant
  account_peak = 4,  ///< most open connections of an account in an hour
  cap = 5,           ///< message units of an hour that a customer's cap saw: told to the customer, never billed
};

enum class RecordKind : std::uint8_t {
  run_started = 1,
  usage = 2,           ///< cumulative value of (subject, meter, hour) in this run
  heartbeat = 3,       ///< the meter was alive in the minute of `instant`
  hour_closed = 4,     ///< no more usage of `hour` follows in this run; value: the hour's minutes with a heartbeat, one
                       ///< bit each; note: root of the tree over its final records (hour_tree.h)
  run_stopped = 5,     ///< in order
  run_recovered = 6,   ///< a later run wrote the rest of a run that was killed
  connection_cut = 7,  ///< value: units queued to a connection that the kill cut; note: session, connection, opened
  peak_evidence = 8,   ///< subject: project; hour: the month's first; value: peak; instant: when; note: members
  seal = 9,            ///< note: Ed25519 signature over the hash of the record before; final: the segment ends here
  hour_finals = 10,    ///< the final values of `hour` follow, one after another, then hour_closed and a seal
};

/// One record. (node, run, sequence) names it; the node stands in the segment's header.
struct Record {
  RecordKind kind = RecordKind::heartbeat;
  MeterKind meter = MeterKind::none;
  bool final = false;  ///< usage: the last value of its (run, subject, meter, hour); seal: last record of the segment
  std::int64_t run = 0;
  std::int64_t sequence = 0;  ///< 1, 2, 3, ... within a run
  std::int64_t subject = 0;   ///< project id, account id for account_peak, cap id for cap; 0 where there is none
  std::int64_t hour = 0;      ///< hours since 1970-01-01T00:00Z; 0 where there is none
  std::int64_t value = 0;
  Instant instant;     ///< when it was written or (peaks) when the value was reached
  std::string note{};  ///< at most kNoteBytesMax
  bool operator==(const Record&) const = default;
};

inline constexpr std::size_t kSegmentHeaderBytes = 256;
inline constexpr std::size_t kRecordFixedBytes = 56;
inline constexpr std::size_t kNoteBytesMax = 65'536;
inline constexpr std::size_t kRecordBytesMin = kRecordFixedBytes + sizeof(Hash);
inline constexpr std::size_t kRecordBytesMax = kRecordBytesMin + kNoteBytesMax;
inline constexpr std::size_t kNodeBytesMax = 64;
/// Random bytes in the note of a final value, so that a neighbour's hash cannot be guessed open.
inline constexpr std::size_t kSaltBytes = 16;
/// Sizes of the records of an hour's end: its beginning, each final value, its close, the seal.
inline constexpr std::size_t kFinalBytes = kRecordBytesMin + kSaltBytes;
inline constexpr std::size_t kHourClosedBytes = kRecordBytesMin + sizeof(Hash);
inline constexpr std::size_t kSealBytes = kRecordBytesMin + sizeof(Signature);

struct SegmentHeader {
  std::int64_t number = 1;  ///< 1, 2, 3, ...
  Instant created;
  Hash previous{};  ///< hash of the last record of the segment before; zero for the first
  Hash key{};       ///< SealKey::id()
  std::string node;
  bool operator==(const SegmentHeader&) const = default;
};

/// 256 bytes; the last 32 are the SHA-256 of the others and the chain's value before the first record.
std::string encode_header(const SegmentHeader& header);
struct DecodedHeader {
  SegmentHeader header;
  Hash hash;
};
/// Error: corrupt_record that says what is wrong.
Result<DecodedHeader> decode_header(std::string_view bytes);

/// Appends the record with its chained hash and moves `chain` to that hash.
void append_record(std::string& out, const Record& record, Hash& chain);
/// The chain's value after `record` when it is `before` in front of it.
Hash chain_after(const Hash& before, const Record& record);

/// What a reader found at a place.
struct DecodedRecord {
  Record record;
  std::size_t bytes = 0;
};
/// The record at the beginning of `bytes`; `chain` moves on when it is whole and right. Errors: bad_request when the
/// bytes end too early for it, corrupt_record when they are not a record that follows `chain`.
Result<DecodedRecord> decode_record(std::string_view bytes, Hash& chain);

/// "00000001.journal"
std::string segment_name(std::int64_t number);
/// The number of a segment's file name, or 0.
std::int64_t segment_number(std::string_view name);

/// Little-endian 64-bit integers of notes.
void append_integer(std::string& out, std::int64_t value);
std::int64_t integer_at(std::string_view bytes, std::size_t offset);

}  // namespace postage::meter
