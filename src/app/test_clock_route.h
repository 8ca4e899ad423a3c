#pragma once
// PUT /v1/test-clock {"now":"2026-12-01T00:00:00+08:00"}: moves the server's test clock forward and answers when everything
// that became due has run. Only with setting clock.test, only for the permission clock_move. GET tells the time.
#include <functional>

#include "app/door.h"
#include "app/offset_clock.h"
#include "app/worker_pool.h"
#include "auth/audit.h"
#include "auth/credentials.h"

namespace postage::app {

struct TestClockParts {
  OffsetClock& clock;
  auth::Credentials& credentials;
  auth::AuditLog& audit;
  WorkerPool& workers;
  std::function<void()> settle;  ///< runs what is due at the new time; called on a worker
};

OwnRoute test_clock_route(TestClockParts parts);

}  // namespace postage::app
