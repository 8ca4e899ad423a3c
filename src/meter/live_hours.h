#pragma once
// The hours that are not folded yet: which they are, and what the meter thread has seen of them. Readers take from
// here, and from the counters themselves, what the control store does not have.
#include <cstdint>
#include <map>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

#include "meter/connections.h"
#include "meter/hour.h"
#include "meter/slots.h"
#include "meter/storage.h"
#include "meter/windows.h"

namespace postage::meter {

/// One open hour as the meter thread knows it.
struct LiveHour {
  std::vector<std::int64_t> journaled;                      ///< units by slot that the journal has
  std::unordered_map<std::uint32_t, std::int64_t> peaks;    ///< taken from Connections
  std::unordered_map<std::uint32_t, std::int64_t> samples;  ///< taken from Storage
  std::int64_t minutes = 0;                                 ///< heartbeats, one bit a minute
  bool written = false;                                     ///< final values and the hour's end are in the journal
};

/// What a slot has in an open hour.
struct LiveValues {
  std::int64_t units = 0;
  std::int64_t peak = 0;
  std::int64_t sample = 0;
};

/// A reader's view of one moment: hours from `open_from` on are live, earlier ones are in the store.
struct LiveSnapshot {
  std::int64_t run = 0;
  std::int64_t open_from = 0;
  std::map<std::int64_t, std::vector<LiveValues>> hours;  ///< by hour, in the order of the slots asked for
  std::map<std::int64_t, std::int64_t> minutes;           ///< heartbeats of all live hours
};

/// Thread: the meter thread writes under `mutex` (exclusive); any thread reads through snapshot().
class LiveHours {
 public:
  LiveHours(const Windows& windows, const Connections& connections, const Storage& storage)
      : windows_(windows), connections_(connections), storage_(storage) {}

  /// Values of `slots` (UINT32_MAX: a project that never had one) in the open hours within [from, to), up to that of
  /// `now`.
  [[nodiscard]] LiveSnapshot snapshot(const std::vector<std::uint32_t>& slots, std::int64_t from, std::int64_t to,
                                      Instant now) const;

  mutable std::shared_mutex mutex;
  std::map<std::int64_t, LiveHour> hours;
  std::int64_t open_from = INT64_MAX;  ///< INT64_MAX before the start and after a stop
  std::int64_t run = 0;

 private:
  [[nodiscard]] LiveValues values(std::uint32_t slot, std::int64_t hour, std::int64_t now_hour) const;
  const Windows& windows_;
  const Connections& connections_;
  const Storage& storage_;
};

}  // namespace postage::meter
