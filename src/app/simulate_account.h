#pragma once
// One account of a simulation: its subscription, its gate, its projects' months and what was told. Private to simulate.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/simulate_scenario.h"
#include "invoice/subscription.h"
#include "meter/month_usage.h"
#include "quota/gate.h"
#include "quota/terms.h"
#include "quota/thresholds.h"

namespace postage::app {

/// A threshold that was reached.
struct Notice {
  Instant at;
  std::size_t account;
  quota::Meter meter;
  int percent;
};

/// The answer to one step.
struct StepAnswer {
  std::int64_t admitted = 0;
  std::int64_t refused = 0;
  Errc error = Errc::ok;  ///< of the first refusal
};

/// Thread: one. Time only moves forward; the caller closes each month at its end.
class SimAccount {
 public:
  SimAccount(const ScenarioAccount& account, std::size_t index, const catalog::CataloguePtr& catalogue,
             std::int64_t first_project_id);

  [[nodiscard]] bool began(Instant at) const { return at >= account_.since; }
  [[nodiscard]] const ScenarioAccount& account() const { return account_; }
  [[nodiscard]] const InstantRange& month() const { return month_; }

  /// Runs a step (not a wait) at its instant and appends what it makes worth telling.
  StepAnswer run(const ScenarioStep& step, std::vector<Notice>& notices);
  /// At the month's end: the month's bill and usage. Then the next month opens, and carried-over thresholds are told.
  rating::Bill close(meter::MonthUsage& usage, std::vector<Notice>& notices);
  /// The running month with the samples before `at`.
  meter::MonthUsage usage_until(Instant at);

  /// When the next hourly sample reaches a storage threshold of a soft plan, if nothing is stored or deleted before.
  [[nodiscard]] std::optional<Instant> next_sample_notice() const;
  /// Takes the samples up to and with the one at `at`, and tells what they reach.
  void sample_notice(Instant at, std::vector<Notice>& notices);

 private:
  StepAnswer connect(const ScenarioStep& step);
  StepAnswer disconnect(const ScenarioStep& step);
  StepAnswer publish(const ScenarioStep& step);
  StepAnswer operate(const ScenarioStep& step);
  StepAnswer store(const ScenarioStep& step);
  StepAnswer change_plan(const ScenarioStep& step, std::vector<Notice>& notices);
  StepAnswer set_budget(const ScenarioStep& step);
  [[nodiscard]] ProjectId project_id(std::size_t project) const;
  [[nodiscard]] quota::GateTerms terms() const;
  void sample_until(Instant at);
  /// What the plan in force acts on, in units of its quota.
  [[nodiscard]] Rational threshold_value(quota::Meter meter) const;
  void tell(Instant at, std::initializer_list<quota::Meter> meters, std::vector<Notice>& notices);

  const ScenarioAccount& account_;
  std::size_t index_;
  catalog::CataloguePtr catalogue_;
  std::int64_t first_project_id_;
  InstantRange month_;
  invoice::Subscription subscription_;
  std::vector<meter::ProjectMonth> projects_;
  std::optional<Rational> budget_;
  quota::Thresholds thresholds_;
  // Sums over the projects, kept so that a step costs the same however many there are.
  std::int64_t open_ = 0;
  std::int64_t simultaneous_peak_ = 0;
  std::int64_t stored_ = 0;
  std::int64_t messages_ = 0;
  Int128 sum_of_peaks_ = 0;
  UInt128 byte_hours_ = 0;
  std::int64_t samples_taken_ = 0;
  std::unique_ptr<quota::Gate> gate_;
};

}  // namespace postage::app
