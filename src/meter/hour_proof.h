#pragma once
// Proofs of an account's usage that show nobody else's: per hour that a run ended, the signed record of its end, and
// for each of the account's own final values the path that leads to the root in that record. docs/meter-journal.md.
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/month.h"
#include "base/result.h"
#include "db/database.h"
#include "meter/hour_tree.h"
#include "meter/journal_format.h"
#include "meter/seal_key.h"

namespace postage::meter {

/// The signed end of one (run, hour).
struct HourEnd {
  std::int64_t run = 0;
  std::int64_t hour = 0;
  std::int64_t sequence = 0;
  std::int64_t minutes = 0;  ///< bit i: the meter was alive in the hour's minute i
  Instant at;
  Hash root{};
  Hash before{};          ///< the chain's value in front of the hour_closed record
  std::string signature;  ///< 64 bytes, of the chain's value after it
  bool operator==(const HourEnd&) const = default;
};

/// One final value of an hour.
struct ProvenRecord {
  Record record;
  Hash before{};  ///< the chain's value in front of it
  TreePath path;
  bool operator==(const ProvenRecord&) const = default;
};

struct HourProof {
  HourEnd end;
  std::vector<ProvenRecord> records;  ///< in the journal's order
};

/// The end was signed with `key`'s private half. Pure; thread: any.
bool proves(const SealKey& key, const HourEnd& end);
/// The record is one of the final values that `end` closes. Pure; thread: any.
bool proves(const HourEnd& end, const ProvenRecord& record);

/// Whose usage, and when: ends of `range` are full hours.
struct ProofAsk {
  AccountId account;
  std::vector<ProjectId> projects;
  InstantRange range;
};

/// Reads proofs from a journal, by the places its folds keep. A meter may be writing to it. Thread: one; blocks.
class HourProofs {
 public:
  /// `folder` holds the segments of one node. Errors: not_found (no journal), corrupt_record.
  static Result<HourProofs> open(db::Database& database, std::string folder);
  [[nodiscard]] const std::string& node() const { return node_; }

  /// The first instant after the last hour that ended; all hours before it have. The first instant of all when none
  /// has.
  [[nodiscard]] Result<Instant> ended_until() const;

  /// Calls `take` for each ended (hour, run) of the range, in that order, also those without a value of the account. An
  /// error of `take` ends it. Errors: store_failed, corrupt_record (journal and folds differ).
  /// Time and memory: of an hour with values of the account all final values of the node are read.
  Result<void> each(const ProofAsk& ask, const std::function<Result<void>(const HourProof&)>& take) const;

 private:
  struct Place {
    std::int64_t run = 0, hour = 0, segment = 0, offset = 0, sequence = 0, finals = 0;
  };
  HourProofs(db::Database& database, std::string folder, std::string node)
      : database_(database), folder_(std::move(folder)), node_(std::move(node)) {}
  Result<HourProof> read(const Place& place, std::span<const std::int64_t> own) const;

  db::Database& database_;
  std::string folder_;
  std::string node_;
};

}  // namespace postage::meter
