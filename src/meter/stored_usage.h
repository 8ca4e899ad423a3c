#pragma once
// The reader over folds and live hours; see usage_reader.h for what it promises.
#include <memory>
#include <string>

#include "base/clock.h"
#include "db/database.h"
#include "meter/live_hours.h"
#include "meter/usage_reader.h"

namespace postage::meter {

/// All arguments outlive the reader.
std::unique_ptr<UsageReader> make_usage_reader(db::Database& database, const Clock& clock, std::string node,
                                               const Slots& slots, const Connections& connections,
                                               const Storage& storage, const LiveHours& live);

}  // namespace postage::meter
