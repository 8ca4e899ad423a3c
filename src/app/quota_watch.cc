#include "app/quota_watch.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/month.h"
#include "quota/terms.h"
#include "rating/rating.h"

namespace postage::app {
namespace {

/// Looking at an account reads its month; a tick stays short with any number of accounts.
constexpr std::size_t kAccountsPerTick = 200;

/// A meter's value and quota in the unit that people read.
struct MeterLevel {
  quota::Meter meter;
  Rational value;
  Rational quota;
};

std::vector<MeterLevel> hard_levels(const catalog::Catalogue& catalogue, const catalog::Plan& plan, quota::Gate& gate, Instant now) {
  const quota::GateUsage usage = gate.usage(now);
  std::int64_t open = 0;
  for (const quota::ProjectConnections& project : usage.projects) open += project.open;
  return {{quota::Meter::pcu, Rational(open), Rational(plan.quotas.pcu)},
          {quota::Meter::messages, Rational(usage.messages), Rational(plan.quotas.messages)},
          {quota::Meter::storage, Rational(usage.stored_bytes) / Rational(catalogue.gigabyte), plan.quotas.storage_gb}};
}

std::vector<MeterLevel> soft_levels(const invoice::RatedMonth& month) {
  std::vector<MeterLevel> levels;
  constexpr std::pair<rating::LineKind, quota::Meter> kKinds[] = {{rating::LineKind::pcu, quota::Meter::pcu},
                                                                  {rating::LineKind::messages, quota::Meter::messages},
                                                                  {rating::LineKind::storage, quota::Meter::storage}};
  for (const auto& [kind, meter] : kKinds) {
    const rating::Line* line = month.bill.line(kind);
    if (line != nullptr && line->meter) levels.push_back({meter, line->meter->quantity, line->meter->included});
  }
  return levels;
}

std::string overage_rate(const catalog::Catalogue& catalogue, const catalog::Plan& plan, quota::Meter meter) {
  switch (meter) {
    case quota::Meter::pcu:
      return fmt::format("{} {} per connection", catalogue.currency.code, plan.rates.pcu.to_plain());
    case quota::Meter::messages:
      return fmt::format("{} {} per million messages", catalogue.currency.code,
                         (plan.rates.message * Rational(1'000'000)).to_plain());
    case quota::Meter::storage:
      return fmt::format("{} {} per GB", catalogue.currency.code, plan.rates.storage_gb.to_plain());
  }
  return {};
}

}  // namespace

std::string QuotaNotice::key() const {
  return fmt::format("quota/{}/{}/{}/{}/{}", account.id.value, month, plan, quota::meter_name(meter), percent);
}

void QuotaWatch::tick(Instant now) {
  const std::vector<invoice::AccountFacts> accounts = ports_.accounts.accounts();
  for (std::size_t i = 0; i < std::min(kAccountsPerTick, accounts.size()); ++i) {
    const invoice::AccountFacts& account = accounts[next_++ % accounts.size()];
    if (const auto gate = ports_.gates.find(account.id)) look(account, *gate, now);
  }
  std::vector<QuotaNotice> again;
  for (QuotaNotice& notice : waiting_) {
    if (const auto told = ports_.tell(notice); !told) {
      log(Level::error, "a quota notice could not be kept", {{"key", notice.key()}, {"error", told.error().to_string()}});
      again.push_back(std::move(notice));
    }
  }
  waiting_ = std::move(again);
}

void QuotaWatch::look(const invoice::AccountFacts& account, quota::Gate& gate, Instant now) {
  const auto terms = ports_.billing.terms(account.id, now);
  if (!terms) return;
  const catalog::Catalogue& catalogue = *terms->catalogue.catalogue;
  const catalog::PlanPtr plan = terms->subscription.plan();
  if (plan->kind == catalog::PlanKind::payg) return;
  std::vector<MeterLevel> levels;
  if (plan->hard()) {
    levels = hard_levels(catalogue, *plan, gate, now);
  } else {
    const auto month = ports_.billing.running(account.id, now);
    if (!month) return;
    levels = soft_levels(*month);
  }
  Watched& watched = watched_.try_emplace(account.id, Watched{quota::Thresholds(catalogue.thresholds), {}}).first->second;
  watched.thresholds.begin(terms->subscription.month(), plan->name);
  for (const MeterLevel& level : levels) {
    for (const int percent : watched.thresholds.reach(level.meter, level.value, level.quota)) {
      QuotaNotice notice;
      notice.account = account;
      notice.month = terms->subscription.month().text();
      notice.plan = plan->name;
      notice.hard = plan->hard();
      notice.meter = level.meter;
      notice.percent = percent;
      notice.used = level.value.to_plain();
      notice.quota = level.quota.to_plain();
      notice.at = now;
      notice.resets_at = terms->subscription.period().end;
      notice.zone = catalogue.zone;
      notice.overage_rate = overage_rate(catalogue, *plan, level.meter);
      waiting_.push_back(std::move(notice));
    }
  }
}

}  // namespace postage::app
