#include "app/simulate_account.h"

#include <algorithm>
#include <utility>

namespace postage::app {
using quota::Meter;

SimAccount::SimAccount(const ScenarioAccount& account, std::size_t index, const catalog::CataloguePtr& catalogue,
                       std::int64_t first_project_id)
    : account_(account),
      index_(index),
      catalogue_(catalogue),
      first_project_id_(first_project_id),
      subscription_(catalogue, account.plan, account.since),
      thresholds_(catalogue->thresholds) {
  month_ = subscription_.period();
  samples_taken_ = meter::samples_before(month_, account.since);
  for (std::size_t i = 0; i < account.projects.size(); ++i) {
    projects_.emplace_back(project_id(i), account.projects[i], month_);
  }
  thresholds_.begin(subscription_.month(), account.plan->name);
  gate_ = std::make_unique<quota::Gate>(terms(), account.since);
}

ProjectId SimAccount::project_id(std::size_t project) const {
  return ProjectId{first_project_id_ + static_cast<std::int64_t>(project)};
}

quota::GateTerms SimAccount::terms() const {
  return {.catalogue = catalogue_, .plan = subscription_.plan(), .rated_by = subscription_.rated_by(),
          .next_plan = subscription_.pending(), .contract = account_.contract, .tax = account_.tax,
          .segments = subscription_.segments(), .budget = budget_, .count_always = true};
}

StepAnswer SimAccount::run(const ScenarioStep& step, std::vector<Notice>& notices) {
  if (!began(step.at)) {
    return {0, step.times, step.times == 0 ? Errc::ok : Errc::no_account};
  }
  StepAnswer answer;
  switch (step.kind) {
    case StepKind::connect:
      answer = connect(step);
      tell(step.at, {Meter::pcu}, notices);
      break;
    case StepKind::disconnect: answer = disconnect(step); break;
    case StepKind::publish:
      answer = publish(step);
      tell(step.at, {Meter::messages}, notices);
      break;
    case StepKind::operate:
      answer = operate(step);
      tell(step.at, {Meter::messages}, notices);
      break;
    case StepKind::store:
      answer = store(step);
      // Soft plans act on the samples, which come after the steps of their instant.
      if (subscription_.plan()->hard()) tell(step.at, {Meter::storage}, notices);
      break;
    case StepKind::change_plan: answer = change_plan(step, notices); break;
    case StepKind::set_budget: answer = set_budget(step); break;
    case StepKind::wait: answer = {1, 0}; break;
  }
  if (answer.refused == 0) answer.error = Errc::ok;
  return answer;
}

StepAnswer SimAccount::connect(const ScenarioStep& step) {
  quota::Refusal why;
  const std::int64_t opened = gate_->admit_connections(project_id(step.project), step.times, step.at, &why);
  meter::ProjectMonth& project = projects_[step.project];
  const std::int64_t peak_before = project.usage().peak;
  project.connect(opened);
  sum_of_peaks_ += project.usage().peak - peak_before;
  open_ += opened;
  simultaneous_peak_ = std::max(simultaneous_peak_, open_);
  return {opened, step.times - opened, why.code};
}

StepAnswer SimAccount::disconnect(const ScenarioStep& step) {
  gate_->close_connections(project_id(step.project), step.times, step.at);
  const std::int64_t closed = projects_[step.project].disconnect(step.times);
  open_ -= closed;
  return {closed, step.times - closed, Errc::not_connected};
}

StepAnswer SimAccount::publish(const ScenarioStep& step) {
  const UInt128 cost = meter::publish_units(step.bytes, step.receivers, catalogue_->kilobyte);
  quota::Refusal why;
  const std::int64_t admitted = gate_->admit_messages_many(cost, step.times, step.at, &why);
  const auto counted = static_cast<std::int64_t>(cost * static_cast<UInt128>(admitted));
  projects_[step.project].add_units(counted);
  messages_ += counted;
  return {admitted, step.times - admitted, why.code};
}

StepAnswer SimAccount::operate(const ScenarioStep& step) {
  quota::Refusal why;
  const std::int64_t counted = step.closing ? gate_->count_closing(step.at, step.times)
                                            : gate_->admit_messages_many(1, step.times, step.at, &why);
  projects_[step.project].add_units(counted);
  messages_ += counted;
  if (step.closing) return {step.times, 0};
  return {counted, step.times - counted, why.code};
}

StepAnswer SimAccount::store(const ScenarioStep& step) {
  meter::ProjectMonth& project = projects_[step.project];
  const std::int64_t delta = step.bytes - project.stored();
  quota::Refusal why;
  if (!gate_->admit_storage(delta, step.at, &why)) return {0, 1, why.code};
  sample_until(step.at);
  project.store(step.bytes, step.at);
  stored_ += delta;
  return {1, 0};
}

StepAnswer SimAccount::change_plan(const ScenarioStep& step, std::vector<Notice>& notices) {
  const invoice::PlanChange change = subscription_.change(step.plan, step.at);
  gate_->set_terms(terms(), step.at);
  if (change == invoice::PlanChange::upgraded) {
    thresholds_.begin(subscription_.month(), step.plan->name);
    sample_until(step.at);
    tell(step.at, {Meter::pcu, Meter::messages, Meter::storage}, notices);
  }
  return {1, 0};
}

StepAnswer SimAccount::set_budget(const ScenarioStep& step) {
  budget_ = step.budget;
  gate_->set_terms(terms(), step.at);
  return {1, 0};
}

void SimAccount::sample_until(Instant at) {
  const std::int64_t due = meter::samples_before(month_, at);
  if (due <= samples_taken_) return;
  byte_hours_ += static_cast<UInt128>(stored_) * static_cast<UInt128>(due - samples_taken_);
  samples_taken_ = due;
}

rating::Bill SimAccount::close(meter::MonthUsage& usage, std::vector<Notice>& notices) {
  rating::MonthInput input;
  input.catalogue = catalogue_;
  input.plan = subscription_.rated_by();
  input.minimum_plan = subscription_.plan();
  input.contract = account_.contract;
  input.tax = account_.tax;
  input.segments = subscription_.segments();
  input.month_days = subscription_.month_days();

  usage.period = month_;
  usage.simultaneous_peak = simultaneous_peak_;
  subscription_.roll();
  month_ = subscription_.period();
  sum_of_peaks_ = open_;
  simultaneous_peak_ = open_;
  messages_ = 0;
  byte_hours_ = 0;
  samples_taken_ = 0;
  for (meter::ProjectMonth& project : projects_) usage.projects.push_back(project.roll(month_));
  input.usage = rating::quantities(*catalogue_, rating::usage_of(usage));

  gate_->set_terms(terms(), month_.start);
  thresholds_.begin(subscription_.month(), subscription_.plan()->name);
  tell(month_.start, {Meter::pcu, Meter::messages, Meter::storage}, notices);
  return rating::rate(input);
}

meter::MonthUsage SimAccount::usage_until(Instant at) {
  meter::MonthUsage usage;
  usage.period = month_;
  usage.simultaneous_peak = simultaneous_peak_;
  for (meter::ProjectMonth& project : projects_) {
    project.sample_until(at);
    usage.projects.push_back(project.usage());
  }
  return usage;
}

Rational SimAccount::threshold_value(Meter meter) const {
  const bool hard = subscription_.plan()->hard();
  switch (meter) {
    case Meter::pcu:
      if (hard) return Rational(open_);
      return catalogue_->rules.pcu == catalog::PcuRule::sum_of_project_peaks ? Rational(sum_of_peaks_)
                                                                             : Rational(simultaneous_peak_);
    case Meter::messages: return Rational(messages_);
    case Meter::storage: break;
  }
  if (hard) return {BigInt(stored_), BigInt(catalogue_->gigabyte)};
  return rating::storage_gb(*catalogue_, byte_hours_, meter::samples_in(month_));
}

void SimAccount::tell(Instant at, std::initializer_list<Meter> meters, std::vector<Notice>& notices) {
  const catalog::Plan& plan = *subscription_.plan();
  if (plan.kind == catalog::PlanKind::payg) return;
  const auto first = static_cast<std::ptrdiff_t>(notices.size());
  for (const Meter meter : meters) {
    const Rational quota = meter == Meter::pcu        ? Rational(plan.quotas.pcu)
                           : meter == Meter::messages ? Rational(plan.quotas.messages)
                                                      : plan.quotas.storage_gb;
    for (const int percent : thresholds_.reach(meter, threshold_value(meter), quota)) {
      notices.push_back({at, index_, meter, percent});
    }
  }
  std::stable_sort(notices.begin() + first, notices.end(),
                   [](const Notice& a, const Notice& b) { return a.percent < b.percent; });
}

std::optional<Instant> SimAccount::next_sample_notice() const {
  const catalog::Plan& plan = *subscription_.plan();
  if (plan.kind != catalog::PlanKind::soft || stored_ == 0) return std::nullopt;
  const int percent = thresholds_.next(Meter::storage);
  if (percent == 0 || plan.quotas.storage_gb.is_zero()) return std::nullopt;
  const bool fixed = catalogue_->rules.storage_divisor == catalog::StorageDivisor::fixed;
  const std::int64_t hours = meter::samples_in(month_);
  const std::int64_t divisor = fixed ? catalogue_->rules.storage_divisor_hours : hours;
  // Byte-hours at which the percentage is reached, then how many samples of the present bytes are still missing.
  const Rational target = plan.quotas.storage_gb * Rational(catalogue_->gigabyte) * Rational(divisor) *
                          Rational(BigInt(percent), BigInt(100));
  const BigInt missing = ((target - Rational(byte_hours_)) / Rational(stored_)).ceil();
  const std::int64_t left = hours - samples_taken_;
  if (missing > left || left == 0) return std::nullopt;
  const auto more = missing < 1 ? 1 : static_cast<std::int64_t>(missing);
  return month_.start + std::chrono::hours(samples_taken_ + more - 1);
}

void SimAccount::sample_notice(Instant at, std::vector<Notice>& notices) {
  sample_until(at + milliseconds(1));
  tell(at, {Meter::storage}, notices);
}

}  // namespace postage::app
