#pragma once
// Bills what runs that were killed left in their live files, once: every step can die and be done again.
#include <cstdint>
#include <functional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "meter/folds.h"
#include "meter/journal.h"
#include "meter/meter.h"
#include "meter/slots.h"

namespace postage::meter {

/// What recovery works on; all outlive it.
struct RecoverySite {
  const std::string& live_folder;
  const Slots& slots;
  Journal& journal;
  Folds& folds;
  const std::function<void(const char*)>& step;
};

/// The highest run that has files in the live folder, or 0.
Result<std::int64_t> last_live_run(const std::string& live_folder);
/// Finishes all runs that have not ended: values the journal lacks, hour ends, cut connections, the end of the run;
/// then deletes their files.
Result<void> recover_dead_runs(const RecoverySite& site, Instant now, Recovery& report);

}  // namespace postage::meter
