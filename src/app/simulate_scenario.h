#pragma once
// A scenario of `postage simulate`, read and checked. Private to simulate.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "rating/rating.h"

namespace postage::app {

/// One account as the scenario names it.
struct ScenarioAccount {
  std::string id;
  catalog::PlanPtr plan;
  std::vector<std::string> projects;
  rating::Contract contract;
  rating::Tax tax;
  Instant since;
};

enum class StepKind : std::uint8_t { connect, disconnect, publish, operate, store, change_plan, set_budget, wait };

/// One step. Members that its kind does not use are at rest.
struct ScenarioStep {
  StepKind kind = StepKind::wait;
  Instant at;
  std::size_t account = 0;
  std::size_t project = 0;     ///< its place in the account's projects
  std::int64_t times = 1;      ///< `times` or `count`
  std::int64_t bytes = 0;
  std::int64_t receivers = 0;
  bool closing = false;        ///< operate: lets a client go, always admitted
  catalog::PlanPtr plan;
  std::optional<Rational> budget;
};

/// A checked scenario: steps in order of time, every reference resolved.
struct Scenario {
  catalog::CataloguePtr catalogue;
  Instant start;
  Instant until;
  std::vector<ScenarioAccount> accounts;
  std::vector<ScenarioStep> steps;
};

/// Reads a scenario. The error is bad_request with a JSON pointer.
Result<Scenario> read_scenario(std::string_view text);

}  // namespace postage::app
