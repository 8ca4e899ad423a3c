#include "app/help_desk.h"

#include <fmt/format.h>

#include "base/log.h"

namespace postage::app {
namespace {

Result<void> check_url(std::string_view name, const std::string& url) {
  if (url.empty()) return {};
  notify::HookDraft hook;
  hook.key = hook.kind = "check";
  hook.url = url;
  if (notify::check_hook(hook)) return {};
  return Error(Errc::invalid_config, fmt::format("{}: must be http:// or https://, without a user", name));
}

}  // namespace

Result<std::unique_ptr<HelpDesk>> HelpDesk::open(const Settings& settings, db::Database& database, db::AuditTrail& audit,
                                                 const Clock& clock) {
  const auto hours = support::parse_desktime(settings.support_hours);
  if (!hours) return Error(Errc::invalid_config, "support.hours: " + hours.error().detail);
  if (settings.support_locale != "en" && settings.support_locale != "zh") {
    return Error(Errc::invalid_config, "support.locale: must be en or zh");
  }
  TRY_VOID(check_url("support.wecom_webhook", settings.support_wecom_webhook));
  TRY_VOID(check_url("support.slack_webhook", settings.support_slack_webhook));
  TRY_VOID(support::migrate(database, clock.wall()));
  TRY_VOID(database.migrate("notify_hooks", notify::hook_migrations(), clock.wall()));
  support::OperatorChannels channels{settings.support_email, settings.support_wecom_webhook, settings.support_slack_webhook,
                                     settings.support_locale, settings.server_public_url};
  return std::unique_ptr<HelpDesk>(new HelpDesk({database, std::move(channels), *hours, &audit}, clock));
}

HelpDesk::HelpDesk(support::Desk::Ports ports, const Clock& clock)
    : clock_(clock), desk_(ports), hooks_(ports.database), thread_([this] { work(); }) {}

HelpDesk::~HelpDesk() {
  stopping_ = true;
  {
    const std::lock_guard lock(mutex_);
    due_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void HelpDesk::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return due_; });
    due_ = false;
    if (stopping_) return;
    lock.unlock();
    const auto report = hooks_.deliver_due(sender_, clock_.wall(), 100, &stopping_);
    if (!report) log(Level::error, "the webhook outbox failed", {{"error", report.error().to_string()}});
    else if (report->failed + report->died > 0) {
      log(Level::warn, "webhooks were not taken", {{"again", report->failed}, {"given_up", report->died}});
    }
    lock.lock();
  }
}

Result<void> HelpDesk::tick(Instant now) {
  TRY(reminded, desk_.tick(now));
  if (reminded > 0) log(Level::info, "support reminders", {{"requests", reminded}});
  TRY(owed, desk_.owed(now));
  owed_ = owed.first;
  late_ = owed.second;
  {
    const std::lock_guard lock(mutex_);
    due_ = true;
  }
  wake_.notify_all();
  if (now < swept_at_ + std::chrono::hours(1)) return {};
  swept_at_ = now;
  TRY_VOID(hooks_.sweep(now));
  return {};
}

std::string HelpDesk::metrics() const {
  return fmt::format(
      "# HELP postage_support_open Support requests that owe an answer.\n# TYPE postage_support_open gauge\n"
      "postage_support_open {}\n# HELP postage_support_late Those whose answer is late.\n# TYPE postage_support_late gauge\n"
      "postage_support_late {}\n", owed_.load(), late_.load());
}

}  // namespace postage::app
