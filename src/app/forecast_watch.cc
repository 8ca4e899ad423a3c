#include "app/forecast_watch.h"

namespace postage::app {
namespace {
constexpr std::size_t kAccountsPerTick = 20;
constexpr std::chrono::hours kEvery{1};
}  // namespace

Result<void> ForecastWatch::tick(Instant now) {
  const std::vector<AccountId> some = ports_.ids_after(after_, kAccountsPerTick);
  after_ = some.size() < kAccountsPerTick ? AccountId{} : some.back();
  for (const AccountId account : some) {
    Seen& seen = seen_[account];
    if (now < seen.next_look) continue;
    seen.next_look = now + kEvery;
    TRY_VOID(look(account, seen, now));
  }
  return {};
}

Result<void> ForecastWatch::look(AccountId account, Seen& seen, Instant now) {
  const auto facts = ports_.accounts.account(account);
  const auto terms = ports_.billing.terms(account, now);
  if (!facts || !terms || terms->subscription.plan()->kind == catalog::PlanKind::payg) return {};
  const auto forecast = ports_.billing.forecast_of(account, now);
  if (!forecast || !forecast->firm()) return {};
  constexpr quota::Meter kMeters[] = {quota::Meter::pcu, quota::Meter::messages, quota::Meter::storage};
  for (std::size_t i = 0; i < forecast->meters.size(); ++i) {
    const invoice::MeterForecast& meter = forecast->meters[i];
    const std::string month = forecast->month.text();
    if (!meter.crosses_at || !meter.quota || seen.told[i] == month) continue;
    QuotaNotice notice;
    notice.account = *facts;
    notice.month = month;
    notice.plan = terms->subscription.plan()->name;
    notice.plan_title = terms->subscription.plan()->title;
    notice.hard = terms->subscription.plan()->hard();
    notice.meter = kMeters[i];
    notice.used = meter.used.to_plain();
    notice.quota = meter.quota->to_plain();
    notice.expected = meter.expected.to_plain();
    notice.crosses_at = meter.crosses_at;
    notice.at = now;
    notice.resets_at = terms->subscription.period().end;
    notice.zone = terms->catalogue.catalogue->zone;
    TRY_VOID(ports_.tell(notice));
    seen.told[i] = month;
  }
  return {};
}

}  // namespace postage::app
