#include "app/simulate_scenario.h"

#include <array>
#include <unordered_map>
#include <utility>

#include "app/simulate_json.h"

namespace postage::app {
namespace {
struct Operation {
  std::string_view name;
  bool closing;
};

/// Rows of spec/operations.def.
enum class OperationKind : std::uint8_t { refusable, closing };
constexpr Operation kOperations[] = {
#define OPERATION(name, kind) {#name, OperationKind::kind == OperationKind::closing},
#include "spec/operations.def"
#undef OPERATION
};

constexpr std::array<std::string_view, 8> kStepKinds = {"connect", "disconnect",  "publish",    "operate",
                                                        "store",   "change_plan", "set_budget", "wait"};

struct ProjectPlace {
  std::size_t account;
  std::size_t project;
};

/// Deeper than any catalogue; guards the recursive writer of the JSON library.
constexpr int kCatalogueDepthMax = 8;

bool deeper_than(const Json& value, int levels) {
  if (!value.is_structured()) return false;
  if (levels == 0) return true;
  for (const Json& item : value) {
    if (deeper_than(item, levels - 1)) return true;
  }
  return false;
}

/// Reads one document into a Scenario.
class Reader {
 public:
  explicit Reader(const Json& root) : root_(root) {}

  Result<Scenario> read() {
    TRY_VOID(need_object(root_, top_));
    TRY_VOID(read_catalogue());
    TRY_VOID(read_period());
    TRY(accounts, need_array(root_, "accounts", top_));
    const JsonPath path{&top_, "accounts"};
    scenario_.accounts.reserve(accounts->size());
    for (std::size_t i = 0; i < accounts->size(); ++i) TRY_VOID(read_account((*accounts)[i], {&path, {}, i}));
    TRY(steps, need_array(root_, "steps", top_));
    const JsonPath steps_path{&top_, "steps"};
    scenario_.steps.reserve(steps->size());
    Instant last = scenario_.start;
    for (std::size_t i = 0; i < steps->size(); ++i) {
      TRY_VOID(read_step((*steps)[i], {&steps_path, {}, i}, last));
      last = scenario_.steps.back().at;
    }
    return std::move(scenario_);
  }

 private:
  Result<void> read_catalogue() {
    const Json* value = find_member(root_, "catalogue");
    const JsonPath path{&top_, "catalogue"};
    if (value != nullptr && !value->is_string() && !value->is_object()) {
      return path.wrong("must be the name of a catalogue or a catalogue object");
    }
    if (value == nullptr || value->is_string()) {
      const std::string name = value == nullptr ? "cn26" : value->get<std::string>();
      auto catalogue = catalog::builtin(name);
      if (!catalogue) return path.wrong(catalogue.error().detail);
      scenario_.catalogue = *std::move(catalogue);
      return {};
    }
    if (deeper_than(*value, kCatalogueDepthMax)) return path.wrong("is nested more deeply than the schema");
    auto catalogue = catalog::load(value->dump(), path.pointer());
    if (!catalogue) return Error(Errc::bad_request, catalogue.error().detail);
    scenario_.catalogue = *std::move(catalogue);
    return {};
  }

  Result<void> read_period() {
    TRY(start, need_member(root_, "start", top_));
    TRY(until, need_member(root_, "until", top_));
    TRY(start_at, read_instant(*start, {&top_, "start"}));
    TRY(until_at, read_instant(*until, {&top_, "until"}));
    if (until_at < start_at) return JsonPath{&top_, "until"}.wrong("must not be before start");
    scenario_.start = start_at;
    scenario_.until = until_at;
    return {};
  }

  Result<catalog::PlanPtr> read_plan(const Json& object, const JsonPath& path) {
    TRY(name, need_text(object, "plan", path));
    auto plan = scenario_.catalogue->find(name);
    if (!plan) return JsonPath{&path, "plan"}.wrong("unknown plan " + shown(name));
    return plan;
  }

  Result<void> read_account(const Json& value, const JsonPath& path) {
    TRY_VOID(need_object(value, path));
    ScenarioAccount account;
    TRY(id, need_text(value, "id", path));
    account.id = std::string(id);
    const std::size_t index = scenario_.accounts.size();
    if (!accounts_.emplace(account.id, index).second) {
      return JsonPath{&path, "id"}.wrong("account " + shown(id) + " is there twice");
    }
    TRY(plan, read_plan(value, path));
    account.plan = plan;
    TRY(projects, need_array(value, "projects", path));
    const JsonPath projects_path{&path, "projects"};
    for (std::size_t i = 0; i < projects->size(); ++i) {
      const JsonPath here{&projects_path, {}, i};
      if (!(*projects)[i].is_string()) return here.wrong("must be a string");
      const auto& name = (*projects)[i].get_ref<const std::string&>();
      if (!projects_.emplace(name, ProjectPlace{index, i}).second) {
        return here.wrong("project " + shown(name) + " is there twice");
      }
      account.projects.push_back(name);
    }
    TRY_VOID(read_contract(value, path, account.contract));
    TRY_VOID(read_tax(value, path, account.tax));
    account.since = scenario_.start;
    if (const Json* since = find_member(value, "since"); since != nullptr && !since->is_null()) {
      const JsonPath here{&path, "since"};
      TRY(at, read_instant(*since, here));
      if (at < scenario_.start || at > scenario_.until) return here.wrong("must lie between start and until");
      account.since = at;
    }
    scenario_.accounts.push_back(std::move(account));
    return {};
  }

  Result<void> read_contract(const Json& account, const JsonPath& path, rating::Contract& contract) {
    const Json* value = find_member(account, "contract");
    if (value == nullptr || value->is_null()) return {};
    const JsonPath here{&path, "contract"};
    TRY_VOID(need_object(*value, here));
    if (const Json* discount = find_member(*value, "discount_percent"); discount != nullptr && !discount->is_null()) {
      const JsonPath there{&here, "discount_percent"};
      TRY(percent, read_percent(*discount, there));
      if (percent > Rational(100)) return there.wrong("must be from 0 to 100");
      contract.discount_percent = percent;
    }
    if (const Json* minimum = find_member(*value, "minimum_spend"); minimum != nullptr && !minimum->is_null()) {
      TRY(amount, read_money(*minimum, scenario_.catalogue->currency, {&here, "minimum_spend"}));
      contract.minimum_spend = amount;
    }
    return {};
  }

  Result<void> read_tax(const Json& account, const JsonPath& path, rating::Tax& tax) {
    const Json* value = find_member(account, "tax");
    if (value == nullptr || value->is_null()) return {};
    const JsonPath here{&path, "tax"};
    TRY_VOID(need_object(*value, here));
    TRY(rate, need_member(*value, "rate_percent", here));
    TRY(percent, read_percent(*rate, {&here, "rate_percent"}));
    tax.rate_percent = percent;
    if (const Json* inclusive = find_member(*value, "inclusive"); inclusive != nullptr) {
      if (!inclusive->is_boolean()) return JsonPath{&here, "inclusive"}.wrong("must be true or false");
      tax.inclusive = inclusive->get<bool>();
    }
    return {};
  }

  Result<void> read_step(const Json& value, const JsonPath& path, Instant last) {
    TRY_VOID(need_object(value, path));
    ScenarioStep step;
    const JsonPath at_path{&path, "at"};
    TRY(at_value, need_member(value, "at", path));
    TRY(at, read_instant(*at_value, at_path));
    if (at < scenario_.start || at > scenario_.until) return at_path.wrong("must lie between start and until");
    if (at < last) return at_path.wrong("is earlier than the step before it");
    step.at = at;
    TRY(what, need_text(value, "do", path));
    std::size_t kind = 0;
    while (kind < kStepKinds.size() && kStepKinds[kind] != what) ++kind;
    if (kind == kStepKinds.size()) return JsonPath{&path, "do"}.wrong("unknown step " + shown(what));
    step.kind = static_cast<StepKind>(kind);
    TRY_VOID(read_target(value, path, step));
    TRY_VOID(read_details(value, path, step));
    scenario_.steps.push_back(std::move(step));
    return {};
  }

  /// The project or account that the step is about.
  Result<void> read_target(const Json& value, const JsonPath& path, ScenarioStep& step) {
    if (step.kind == StepKind::wait) return {};
    if (step.kind == StepKind::change_plan || step.kind == StepKind::set_budget) {
      TRY(id, need_text(value, "account", path));
      const auto found = accounts_.find(std::string(id));
      if (found == accounts_.end()) return JsonPath{&path, "account"}.wrong("unknown account " + shown(id));
      step.account = found->second;
      return {};
    }
    TRY(name, need_text(value, "project", path));
    const auto found = projects_.find(std::string(name));
    if (found == projects_.end()) return JsonPath{&path, "project"}.wrong("unknown project " + shown(name));
    step.account = found->second.account;
    step.project = found->second.project;
    return {};
  }

  Result<void> read_details(const Json& value, const JsonPath& path, ScenarioStep& step) {
    switch (step.kind) {
      case StepKind::connect:
      case StepKind::disconnect: {
        TRY(count, read_count(value, "count", path, 1));
        step.times = count;
        return {};
      }
      case StepKind::publish: {
        TRY(bytes, read_count(value, "bytes", path, std::nullopt));
        TRY(receivers, read_count(value, "receivers", path, 0));
        TRY(times, read_count(value, "times", path, 1));
        step.bytes = bytes;
        step.receivers = receivers;
        step.times = times;
        return {};
      }
      case StepKind::operate: return read_operation(value, path, step);
      case StepKind::store: {
        TRY(bytes, read_count(value, "bytes", path, std::nullopt));
        step.bytes = bytes;
        return {};
      }
      case StepKind::change_plan: {
        TRY(plan, read_plan(value, path));
        step.plan = plan;
        return {};
      }
      case StepKind::set_budget: {
        TRY(amount, need_member(value, "amount", path));
        if (amount->is_null()) return {};
        TRY(money, read_money(*amount, scenario_.catalogue->currency, {&path, "amount"}));
        step.budget = money;
        return {};
      }
      case StepKind::wait: return {};
    }
    return {};
  }

  static Result<void> read_operation(const Json& value, const JsonPath& path, ScenarioStep& step) {
    TRY(name, need_text(value, "operation", path));
    TRY(times, read_count(value, "times", path, 1));
    step.times = times;
    for (const Operation& row : kOperations) {
      if (row.name != name) continue;
      step.closing = row.closing;
      return {};
    }
    return JsonPath{&path, "operation"}.wrong("unknown operation " + shown(name));
  }

  const Json& root_;
  JsonPath top_;
  Scenario scenario_;
  std::unordered_map<std::string, std::size_t> accounts_;
  std::unordered_map<std::string, ProjectPlace> projects_;
};
}  // namespace

Result<Scenario> read_scenario(std::string_view text) {
  TRY(document, parse_json(text));
  return Reader(document).read();
}

}  // namespace postage::app
