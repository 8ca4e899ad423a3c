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
  TRY_VOID(notify::migrate(database, clock.wall()));
  support::OperatorChannels channels{settings.support_email, settings.support_wecom_webhook, settings.support_slack_webhook,
                                     settings.support_locale, settings.server_public_url};
  return std::unique_ptr<HelpDesk>(new HelpDesk({database, std::move(channels), *hours, &audit}, clock));
}

HelpDesk::HelpDesk(support::Desk::Ports ports, const Clock& clock)
    : clock_(clock),
      desk_(ports),
      outbox_(ports.database),
      thread_("webhooks", [this](const std::atomic<bool>& stop) {
        return outbox_.deliver_due(sender_, clock_.wall(), DeliveryThread::kRound, &stop);
      }) {}

Result<void> HelpDesk::tick(Instant now) {
  TRY(reminded, desk_.tick(now));
  if (reminded > 0) log(Level::info, "support reminders", {{"requests", reminded}});
  TRY(owed, desk_.owed(now));
  owed_ = owed.first;
  late_ = owed.second;
  thread_.wake();
  return {};
}

std::string HelpDesk::metrics() const {
  return fmt::format(
      "# HELP postage_support_open Support requests that owe an answer.\n# TYPE postage_support_open gauge\n"
      "postage_support_open {}\n# HELP postage_support_late Those whose answer is late.\n# TYPE postage_support_late gauge\n"
      "postage_support_late {}\n", owed_.load(), late_.load());
}

}  // namespace postage::app
