#include "app/quota_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "base/log.h"
#include "base/month.h"
#include "meter/usage_batch.h"
#include "quota/terms.h"
#include "rating/rating.h"

namespace postage::app {
namespace {

/// Looking at an account reads its month: so long a tick looks, so many are read together, and so many are looked at in
/// turn though nothing named them.
constexpr milliseconds kLookMost{250};
constexpr std::size_t kTogether = 50;
constexpr std::size_t kInTurn = 20;

/// The smallest whole number that reaches `percent` of `quota`; none when there is no such threshold.
std::optional<BigInt> next_of(const quota::Thresholds& thresholds, quota::Meter meter, const Rational& quota) {
  const int percent = thresholds.next(meter);
  if (percent == 0 || quota.is_zero()) return std::nullopt;
  return (quota * Rational(BigInt(percent), BigInt(100))).ceil();
}

std::int64_t as_int64(const std::optional<BigInt>& value) {
  return value && *value <= INT64_MAX ? static_cast<std::int64_t>(*value) : INT64_MAX;
}

UInt128 as_uint128(const std::optional<BigInt>& value) {
  return value && *value < (BigInt(1) << 127) ? static_cast<UInt128>(*value) : ~UInt128{0};
}

std::string overage_price(const catalog::Catalogue& catalogue, const catalog::Plan& plan, quota::Meter meter) {
  const Rational million = plan.rates.message * Rational(1'000'000);
  const Rational& price = meter == quota::Meter::pcu        ? plan.rates.pcu
                          : meter == quota::Meter::messages ? million
                                                            : plan.rates.storage_gb;
  return fmt::format("{} {}", catalogue.currency.code, price.to_plain());
}

}  // namespace

std::string QuotaNotice::key() const {
  if (crosses_at) return fmt::format("quota/{}/{}/forecast/{}", account.id.value, month, quota::meter_name(meter));
  return fmt::format("quota/{}/{}/{}/{}/{}", account.id.value, month, plan, quota::meter_name(meter), percent);
}

void QuotaWatch::touch(AccountId account) {
  const std::lock_guard lock(mutex_);
  touched_.push_back(account);
}

Result<void> QuotaWatch::tick(Instant now) {
  std::vector<AccountId> named;
  {
    const std::lock_guard lock(mutex_);
    named.swap(touched_);
  }
  ports_.scan.look(now, named);
  waiting_accounts_.insert(waiting_accounts_.end(), named.begin(), named.end());
  const Steady until = ports_.clock.steady() + kLookMost;
  while (!waiting_accounts_.empty() && ports_.clock.steady() < until) {
    const std::size_t count = std::min(kTogether, waiting_accounts_.size());
    const std::vector<AccountId> some(waiting_accounts_.begin(), waiting_accounts_.begin() + static_cast<std::ptrdiff_t>(count));
    TRY_VOID(look(some, now));
    waiting_accounts_.erase(waiting_accounts_.begin(), waiting_accounts_.begin() + static_cast<std::ptrdiff_t>(count));
  }
  if (waiting_accounts_.empty()) {
    const std::vector<AccountId> in_turn = ports_.account_batch.ids_after(background_, kInTurn);
    background_ = in_turn.size() < kInTurn ? AccountId{} : in_turn.back();
    TRY_VOID(look(in_turn, now));
  }
  tell_waiting();
  return {};
}

void QuotaWatch::tell_waiting() {
  std::vector<QuotaNotice> again;
  for (QuotaNotice& notice : waiting_) {
    if (const auto told = ports_.tell(notice); !told) {
      log(Level::error, "a quota notice could not be kept", {{"key", notice.key()}, {"error", told.error().to_string()}});
      again.push_back(std::move(notice));
    }
  }
  waiting_ = std::move(again);
}

Result<void> QuotaWatch::look(std::span<const AccountId> accounts, Instant now) {
  std::vector<invoice::AccountAt> asked;
  for (const AccountId account : accounts) asked.push_back({account, now});
  TRY(terms, ports_.billing.database().read([&](db::Connection& connection) {
    return invoice::terms_of(connection, ports_.billing.catalogues(), asked);
  }));
  std::vector<std::pair<invoice::AccountFacts, invoice::Terms>> soft;
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    auto facts = ports_.accounts.account(accounts[i]);
    const bool payg = terms[i] && terms[i]->subscription.plan()->kind == catalog::PlanKind::payg;
    if (!facts || !terms[i] || payg) {
      // Nothing to tell; a change of plan touches the account.
      ports_.scan.settle(accounts[i], {.month_end = Instant::max(), .peaks = {}});
    } else if (terms[i]->subscription.plan()->hard()) {
      look_at_hard(*facts, *terms[i], now);
    } else {
      soft.emplace_back(std::move(*facts), std::move(*terms[i]));
    }
  }
  return look_at_soft(std::move(soft), now);
}

void QuotaWatch::look_at_hard(const invoice::AccountFacts& account, const invoice::Terms& terms, Instant now) {
  const catalog::Catalogue& catalogue = *terms.catalogue.catalogue;
  const catalog::Plan& plan = *terms.subscription.plan();
  const auto gate = ports_.gates.of(account.id);
  if (gate == nullptr) return ports_.scan.settle(account.id, {.month_end = Instant::max(), .peaks = {}});
  const quota::GateUsage usage = gate->usage(now);
  std::int64_t open = 0;
  for (const quota::ProjectConnections& project : usage.projects) open += project.open;
  const Watched& watched =
      reach(account, terms,
            {{quota::Meter::pcu, Rational(open), Rational(plan.quotas.pcu)},
             {quota::Meter::messages, Rational(usage.messages), Rational(plan.quotas.messages)},
             {quota::Meter::storage, Rational(usage.stored_bytes) / Rational(catalogue.gigabyte), plan.quotas.storage_gb}},
            now);
  const auto next = [&](quota::Meter meter, const Rational& quota) { return next_of(watched.thresholds, meter, quota); };
  ExactLevels levels{.hard = true, .month_end = terms.subscription.period().end, .messages = usage.messages, .peaks = {}};
  levels.messages_next = as_int64(next(quota::Meter::messages, Rational(plan.quotas.messages)));
  levels.pcu_next = as_int64(next(quota::Meter::pcu, Rational(plan.quotas.pcu)));
  levels.storage_next = as_uint128(next(quota::Meter::storage, plan.quotas.storage_gb * Rational(catalogue.gigabyte)));
  ports_.scan.settle(account.id, levels);
}

Result<void> QuotaWatch::look_at_soft(std::vector<std::pair<invoice::AccountFacts, invoice::Terms>> accounts, Instant now) {
  // Accounts of one zone share their month: read together.
  std::map<Instant, std::vector<std::size_t>> by_month;
  for (std::size_t i = 0; i < accounts.size(); ++i) by_month[accounts[i].second.subscription.period().start].push_back(i);
  for (const auto& [start, indices] : by_month) {
    std::map<Instant, std::vector<std::size_t>> by_end;  // A month of another zone may begin at the same instant.
    for (const std::size_t i : indices) by_end[accounts[i].second.subscription.period().end].push_back(i);
    for (const auto& [end, same] : by_end) {
      std::vector<meter::AccountProjects> asked;
      for (const std::size_t i : same) {
        asked.push_back({accounts[i].first.id, ports_.accounts.projects(accounts[i].first.id)});
      }
      TRY(usage, meter::months(ports_.usage, asked, {start, end}));
      for (std::size_t k = 0; k < same.size(); ++k) {
        auto& [facts, terms] = accounts[same[k]];
        look_at_month(invoice::rate_month(std::move(facts), std::move(terms), std::move(usage[k]), now, {}), now);
      }
    }
  }
  return {};
}

void QuotaWatch::look_at_month(const invoice::RatedMonth& month, Instant now) {
  std::vector<MeterLevel> all;
  constexpr std::pair<rating::LineKind, quota::Meter> kKinds[] = {{rating::LineKind::pcu, quota::Meter::pcu},
                                                                  {rating::LineKind::messages, quota::Meter::messages},
                                                                  {rating::LineKind::storage, quota::Meter::storage}};
  for (const auto& [kind, meter] : kKinds) {
    const rating::Line* line = month.bill.line(kind);
    if (line != nullptr && line->meter) all.push_back({meter, line->meter->quantity, line->meter->included});
  }
  const Watched& watched = reach(month.facts, month.terms, all, now);
  ExactLevels levels{.hard = false, .month_end = month.period.end, .messages = 0, .peaks = {}};
  const Int128 units = month.usage.message_units();
  levels.messages = units > INT64_MAX ? INT64_MAX : static_cast<std::int64_t>(units);
  levels.byte_hours = month.usage.byte_hours();
  for (const meter::ProjectUsage& project : month.usage.projects) levels.peaks.emplace_back(project.project, project.peak);
  const catalog::Catalogue& catalogue = *month.input.catalogue;
  const Rational gigabyte_month =
      Rational(catalogue.gigabyte) * Rational(catalogue.rules.storage_divisor == catalog::StorageDivisor::fixed
                                                  ? catalogue.rules.storage_divisor_hours
                                                  : month.usage.month_hours());
  for (const MeterLevel& level : all) {
    const bool storage = level.meter == quota::Meter::storage;
    const auto next = next_of(watched.thresholds, level.meter, storage ? level.quota * gigabyte_month : level.quota);
    if (level.meter == quota::Meter::messages) levels.messages_next = as_int64(next);
    if (level.meter == quota::Meter::pcu) levels.pcu_next = as_int64(next);
    if (storage) levels.storage_next = as_uint128(next);
  }
  ports_.scan.settle(month.facts.id, levels);
}

QuotaWatch::Watched& QuotaWatch::reach(const invoice::AccountFacts& account, const invoice::Terms& terms,
                                       const std::vector<MeterLevel>& levels, Instant now) {
  const catalog::Catalogue& catalogue = *terms.catalogue.catalogue;
  const catalog::PlanPtr plan = terms.subscription.plan();
  Watched& watched = watched_.try_emplace(account.id, Watched{quota::Thresholds(catalogue.thresholds), {}}).first->second;
  watched.thresholds.begin(terms.subscription.month(), plan->name);
  for (const MeterLevel& level : levels) {
    for (const int percent : watched.thresholds.reach(level.meter, level.value, level.quota)) {
      QuotaNotice notice;
      notice.account = account;
      notice.month = terms.subscription.month().text();
      notice.plan = plan->name;
      notice.plan_title = plan->title;
      notice.hard = plan->hard();
      notice.meter = level.meter;
      notice.percent = percent;
      notice.used = level.value.to_plain();
      notice.quota = level.quota.to_plain();
      notice.at = now;
      notice.resets_at = terms.subscription.period().end;
      notice.zone = catalogue.zone;
      notice.overage_price = overage_price(catalogue, *plan, level.meter);
      waiting_.push_back(std::move(notice));
    }
  }
  return watched;
}

}  // namespace postage::app
