#pragma once
// Holds the folds of the control store, which bills are read from, against a journal that was verified.
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "base/result.h"
#include "db/database.h"
#include "meter/verifier.h"

namespace postage::meter {

/// (node, run, hour) of the hours whose final values are folded.
using FoldedHours = std::set<std::tuple<std::string, std::int64_t, std::int64_t>>;

/// To be read before the journal is, where a meter may be running: then the journal has them all.
Result<FoldedHours> folded_hours(db::Database& database);

struct FoldCheck {
  std::optional<std::string> finding;  ///< the first difference; none: folds and journal agree
  std::int64_t hours = 0;              ///< compared
  std::int64_t values = 0;
  std::int64_t waiting = 0;  ///< hours that the journal has ended and nobody has folded yet: the next start does
};

/// Compares each folded hour of the journal's node with the journal's final values, and each day's fold of message
/// units with its hours. Errors: store_failed. Thread: any.
Result<FoldCheck> check_folds(db::Database& database, const FoldedHours& folded, const VerifyReport& journal);

}  // namespace postage::meter
