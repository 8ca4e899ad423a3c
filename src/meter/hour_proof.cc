#include "meter/hour_proof.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <utility>

#include "meter/file_io.h"
#include "meter/hour.h"
#include "meter/journal.h"
#include "meter/segment_reader.h"

namespace postage::meter {
namespace {

/// (hour, run) -> sequences of the account's final values, ascending.
using OwnRows = std::map<std::pair<std::int64_t, std::int64_t>, std::vector<std::int64_t>>;

Result<void> add_rows(db::Connection& c, const std::string& node, std::int64_t subject, bool account, std::int64_t from,
                      std::int64_t to, OwnRows& rows) {
  constexpr int kAccountPeak = static_cast<int>(MeterKind::account_peak);
  return c.each(
      "select hour, run, sequence from meter_fold where subject = ? and meter between ? and ? and hour >= ? and hour < "
      "? and node = ?",
      [&](db::Row& row) {
        rows[{row.integer(0), row.integer(1)}].push_back(row.integer(2));
      },
      subject, account ? kAccountPeak : 1, account ? kAccountPeak : kAccountPeak - 1, from, to, node);
}

Hash hash_at(std::string_view bytes, std::size_t offset) {
  Hash hash;
  std::memcpy(hash.data(), bytes.data() + offset, hash.size());
  return hash;
}

Record record_of(const HourEnd& end) {
  return {.kind = RecordKind::hour_closed,
          .run = end.run,
          .sequence = end.sequence,
          .hour = end.hour,
          .value = end.minutes,
          .instant = end.at,
          .note = std::string(view(end.root))};
}

/// Where the parts of an hour's end lie, from the chain's value in front of it on.
constexpr std::size_t kFirstFinalAt = sizeof(Hash) + kRecordBytesMin;
std::size_t final_at(std::size_t index) { return kFirstFinalAt + index * kFinalBytes; }

}  // namespace

bool proves(const SealKey& key, const HourEnd& end) {
  return key.verifies(chain_after(end.before, record_of(end)), end.signature);
}

bool proves(const HourEnd& end, const ProvenRecord& record) {
  const Record& r = record.record;
  const bool fits = r.kind == RecordKind::usage && r.final && r.run == end.run && r.hour == end.hour &&
                    r.meter != MeterKind::none && r.note.size() == kSaltBytes;
  return fits && climb(chain_after(record.before, r), record.path) == end.root;
}

Result<HourProofs> HourProofs::open(db::Database& database, std::string folder) {
  TRY(numbers, Journal::segments(folder));
  if (numbers.empty()) return Error(Errc::not_found, folder + ": no journal");
  const std::string path = folder + "/" + segment_name(numbers.front());
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return file_error(path, "open", errno);
  TRY(bytes, read_part(file, path, 0, kSegmentHeaderBytes));
  TRY(header, decode_header(bytes));
  return HourProofs(database, std::move(folder), header.header.node);
}

Result<Instant> HourProofs::ended_until() const {
  TRY(last, database_.read([&](db::Connection& c) {
    return c.integer("select coalesce(max(hour), 0) from meter_hour_end where node = ?", node_);
  }));
  return last == 0 ? Instant() : hour_start(last + 1);
}

Result<void> HourProofs::each(const ProofAsk& ask, const std::function<Result<void>(const HourProof&)>& take) const {
  const std::int64_t from = hour_of(ask.range.start), to = hour_of(ask.range.end);
  OwnRows rows;
  TRY(places, database_.read([&](db::Connection& c) -> Result<std::vector<Place>> {
    for (const ProjectId project : ask.projects) TRY_VOID(add_rows(c, node_, project.value, false, from, to, rows));
    TRY_VOID(add_rows(c, node_, ask.account.value, true, from, to, rows));
    return c.all(
        "select run, hour, segment, offset_bytes, sequence, finals from meter_hour_end where node = ? and hour >= ? "
        "and "
        "hour < ? order by hour, run",
        [](db::Row& row) {
          return Place{row.integer(0), row.integer(1), row.integer(2), row.integer(3), row.integer(4), row.integer(5)};
        },
        node_, from, to);
  }));
  for (const Place& place : places) {
    std::vector<std::int64_t> own;
    if (const auto found = rows.find({place.hour, place.run}); found != rows.end()) own = std::move(found->second);
    std::sort(own.begin(), own.end());
    TRY(proof, read(place, own));
    TRY_VOID(take(proof));
  }
  return {};
}

Result<HourProof> HourProofs::read(const Place& place, std::span<const std::int64_t> own) const {
  const std::string path = folder_ + "/" + segment_name(place.segment);
  const auto wrong = [&](const char* what) {
    return Error(Errc::corrupt_record, path + ": offset " + std::to_string(place.offset) + ": " + what);
  };
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return file_error(path, "open", errno);
  const auto finals = static_cast<std::size_t>(place.finals);
  // Without a value of ours only the chain's value in front of the close and what follows it is read.
  const std::size_t skipped = own.empty() ? final_at(finals) - sizeof(Hash) : 0;
  TRY(bytes,
      read_part(file, path, place.offset + static_cast<std::int64_t>(skipped) - static_cast<std::int64_t>(sizeof(Hash)),
                final_at(finals) + kHourClosedBytes + kSealBytes - skipped));
  HourProof proof;
  const std::size_t close_at = final_at(finals) - skipped;
  Hash chain = hash_at(bytes, close_at - sizeof(Hash));
  proof.end.before = chain;
  TRY(closed, decode_record(std::string_view(bytes).substr(close_at), chain));
  TRY(seal, decode_record(std::string_view(bytes).substr(close_at + closed.bytes), chain));
  const Record& end = closed.record;
  if (end.kind != RecordKind::hour_closed || end.run != place.run || end.hour != place.hour ||
      end.note.size() != sizeof(Hash) || seal.record.kind != RecordKind::seal) {
    return wrong("not the hour's end that was folded");
  }
  proof.end = {end.run,          end.hour,        end.sequence, end.value, end.instant, hash_at(end.note, 0),
               proof.end.before, seal.record.note};
  if (own.empty()) return proof;
  std::vector<Hash> chains;
  chains.reserve(finals);
  for (std::size_t i = 0; i < finals; ++i) chains.push_back(hash_at(bytes, final_at(i + 1) - sizeof(Hash)));
  if (tree_root(chains) != proof.end.root) return wrong("the hour's root is not that of its final values");
  std::vector<std::size_t> wanted;
  for (const std::int64_t sequence : own) {
    if (sequence <= place.sequence || sequence > place.sequence + place.finals)
      return wrong("a folded value is not in the hour's end");
    wanted.push_back(static_cast<std::size_t>(sequence - place.sequence - 1));
  }
  std::vector<TreePath> paths = tree_paths(chains, wanted);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    ProvenRecord found;
    chain = found.before = hash_at(bytes, final_at(wanted[i]) - sizeof(Hash));
    TRY(record, decode_record(std::string_view(bytes).substr(final_at(wanted[i]), kFinalBytes), chain));
    if (record.record.sequence != own[i]) return wrong("a folded value is not in the hour's end");
    found.record = std::move(record.record);
    found.path = std::move(paths[i]);
    proof.records.push_back(std::move(found));
  }
  return proof;
}

}  // namespace postage::meter
