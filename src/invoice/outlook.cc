// The front desk's answers about months other than the running bill: a closed month again, what-if and forecast.
#include "invoice/billing.h"
#include "invoice/forecast.h"

namespace postage::invoice {
namespace {

constexpr int kMonthGuesses = 4;

}  // namespace

/// The terms at the last instant of `month`. Its bounds depend on the zone that was in force, which the terms say: a few
/// steps find it.
Result<Terms> Billing::terms_of(AccountId account, MonthKey month, Instant now) const {
  TRY(today, history_.terms(account, now));
  if (month >= today.subscription.month()) {
    if (month == today.subscription.month()) return today;
    return Error(Errc::not_found, "the month " + month.text() + " has not begun");
  }
  Instant at = month_range(month, today.subscription.catalogue()->zone).end - milliseconds(1);
  for (int guess = 0; guess < kMonthGuesses; ++guess) {
    auto terms = history_.terms(account, at);
    if (!terms) break;
    const InstantRange period = terms->subscription.period();
    if (terms->subscription.month() == month) return history_.terms(account, period.end - milliseconds(1));
    at = terms->subscription.month() < month ? period.end : period.start - milliseconds(1);
  }
  return Error(Errc::not_found, "the account has no month " + month.text());
}

Result<RatedMonth> Billing::month(AccountId account, std::optional<MonthKey> month, Instant now) const {
  if (!month) return running(account, now);
  auto facts = ports_.accounts.account(account);
  if (!facts) return Errc::no_account;
  TRY(terms, terms_of(account, *month, now));
  const InstantRange period = terms.subscription.period();
  if (period.holds(now)) return running(account, now);
  TRY(usage, ports_.usage.month(account, ports_.accounts.projects(account), period));
  TRY(sla, sla_of(ports_.uptime, *facts, terms));
  return rate_month(std::move(*facts), std::move(terms), std::move(usage), period.end - milliseconds(1), std::move(sla));
}

Result<std::vector<meter::UsagePoint>> Billing::days(AccountId account, const Zone& zone, Instant from, Instant to) const {
  std::vector<ProjectId> ids;
  for (const meter::NamedProject& project : ports_.accounts.projects(account)) ids.push_back(project.project);
  if (ids.empty()) return std::vector<meter::UsagePoint>();
  TRY(bounds, meter::step_bounds(meter::Step::day, from, to, zone));
  return ports_.usage.series(ids, bounds);
}

Result<std::int64_t> Billing::busiest_day(AccountId account, const RatedMonth& month) const {
  TRY(points, days(account, month.input.catalogue->zone, month.period.start, month.period.end));
  std::int64_t most = 0;
  for (const meter::UsagePoint& point : points) most = std::max(most, point.units);
  return most;
}

Result<Forecast> Billing::forecast_of(AccountId account, Instant now) const {
  TRY(month, running(account, now));
  TRY(points, days(account, month.input.catalogue->zone, now - kForecastLooksBack, now + milliseconds(1)));
  std::int64_t stored = 0;
  for (const meter::NamedProject& project : ports_.accounts.projects(account)) {
    stored += ports_.usage.stored_bytes(project.project);
  }
  return forecast(month, {points, stored});
}

}  // namespace postage::invoice
