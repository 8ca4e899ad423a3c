#pragma once
// The support desk with its channels to the operator, and the thread that sends webhooks: a slow receiver must hold up
// neither the meter nor the e-mails. Thread: desk() and hooks() any; tick() the control thread.
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "app/settings.h"
#include "base/clock.h"
#include "base/result.h"
#include "db/audit_trail.h"
#include "notify/hook.h"
#include "notify/http_hook.h"
#include "support/desk.h"

namespace postage::app {

class HelpDesk {
 public:
  /// All outlive this. Errors: invalid_config (support.*), store_failed.
  static Result<std::unique_ptr<HelpDesk>> open(const Settings& settings, db::Database& database, db::AuditTrail& audit,
                                                const Clock& clock);
  ~HelpDesk();

  [[nodiscard]] support::Desk& desk() { return desk_; }
  [[nodiscard]] notify::HookOutbox& hooks() { return hooks_; }
  /// Reminds, wakes the sender, now and then sweeps.
  Result<void> tick(Instant now);
  /// Prometheus text, as of the last tick. Thread: any.
  [[nodiscard]] std::string metrics() const;

 private:
  HelpDesk(support::Desk::Ports ports, const Clock& clock);
  void work();

  const Clock& clock_;
  support::Desk desk_;
  notify::HookOutbox hooks_;
  notify::HttpHookSender sender_;
  Instant swept_at_{};
  std::atomic<std::int64_t> owed_{0}, late_{0};  ///< as of the last tick
  std::mutex mutex_;
  std::condition_variable wake_;
  bool due_ = false;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace postage::app
