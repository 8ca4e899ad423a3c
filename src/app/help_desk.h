#pragma once
// The support desk with its channels to the operator, and the thread that sends webhooks. Thread: desk() any; tick() the
// control thread.
#include <atomic>
#include <memory>
#include <string>

#include "app/delivery_thread.h"
#include "app/settings.h"
#include "base/clock.h"
#include "base/result.h"
#include "db/audit_trail.h"
#include "notify/http_hook.h"
#include "support/desk.h"

namespace postage::app {

class HelpDesk {
 public:
  /// All outlive this. Errors: invalid_config (support.*), store_failed.
  static Result<std::unique_ptr<HelpDesk>> open(const Settings& settings, db::Database& database, db::AuditTrail& audit,
                                                const Clock& clock);

  [[nodiscard]] support::Desk& desk() { return desk_; }
  /// Reminds and wakes the sender.
  Result<void> tick(Instant now);
  /// Prometheus text, as of the last tick. Thread: any.
  [[nodiscard]] std::string metrics() const;

 private:
  HelpDesk(support::Desk::Ports ports, const Clock& clock);

  const Clock& clock_;
  support::Desk desk_;
  notify::Outbox outbox_;
  notify::HttpHookSender sender_;
  std::atomic<std::int64_t> owed_{0}, late_{0};  ///< as of the last tick
  DeliveryThread thread_;  ///< last: it uses the others
};

}  // namespace postage::app
