#include "catalog/lint.h"

#include <algorithm>
#include <array>
#include <utility>

namespace postage::catalog {
namespace {

constexpr std::string_view kNoPrice = "no_price";
constexpr std::string_view kEqualFeatures = "equal_features";
constexpr std::string_view kEqualDescription = "equal_description";
constexpr std::array kAcknowledgeable{kNoPrice, kEqualFeatures, kEqualDescription};

std::string place(std::size_t plan, std::string_view member) {
  return "/plans/" + std::to_string(plan) + "/" + std::string(member);
}

void lint_rates(const Plan& plan, std::size_t index, std::vector<Finding>& found) {
  if (plan.kind == PlanKind::hard || acknowledges(plan, kNoPrice)) return;
  const std::pair<const char*, const Rational*> rows[] = {{"pcu", &plan.rates.pcu},
                                                          {"messages_per_million", &plan.rates.message},
                                                          {"storage_gb", &plan.rates.storage_gb}};
  for (const auto& [name, rate] : rows) {
    if (!rate->is_zero()) continue;
    found.push_back({Severity::error, place(index, std::string("rates/") + name), std::string(kNoPrice),
                     "plan '" + plan.name + "' counts this meter and bills nothing for it; if that is meant, add \"" +
                         std::string(kNoPrice) + "\" to its acknowledge"});
  }
}

void lint_fee(const Plan& smaller, const Plan& larger, std::size_t index, std::vector<Finding>& found) {
  if (larger.base_fee >= smaller.base_fee) return;
  found.push_back({Severity::error, place(index, "base_fee"), "price_falls",
                   "plan '" + larger.name + "' includes more than '" + smaller.name + "' and costs less: the price falls when usage grows"});
}

bool same(const Title& a, const Title& b) { return a.en == b.en || a.zh == b.zh; }

bool same_features(const Plan& a, const Plan& b) {
  return std::ranges::equal(a.features, b.features,
                            [](const Feature& x, const Feature& y) { return x.name == y.name && x.value == y.value; });
}

void lint_words(const Plan& before, const Plan& plan, std::size_t index, std::vector<Finding>& found) {
  const auto warn = [&](std::string_view member, std::string_view code) {
    if (acknowledges(plan, code)) return;
    found.push_back({Severity::warning, place(index, member), std::string(code),
                     "plans '" + before.name + "' and '" + plan.name + "' have the same " + std::string(member) +
                         "; if that is meant, add \"" + std::string(code) + "\" to the acknowledge of '" + plan.name + "'"});
  };
  if (same_features(before, plan)) warn("features", kEqualFeatures);
  if (before.description && plan.description && same(*before.description, *plan.description)) {
    warn("description", kEqualDescription);
  }
}

}  // namespace

std::string_view severity_name(Severity severity) { return severity == Severity::error ? "error" : "warning"; }

std::span<const std::string_view> acknowledgeable_codes() { return kAcknowledgeable; }

bool acknowledges(const Plan& plan, std::string_view code) {
  return std::ranges::find(plan.acknowledged, code) != plan.acknowledged.end();
}

std::vector<Finding> lint(const Catalogue& catalogue) {
  std::vector<Finding> found;
  const Plan* smaller = nullptr;
  for (std::size_t i = 0; i < catalogue.plans.size(); ++i) {
    const Plan& plan = *catalogue.plans[i];
    lint_rates(plan, i, found);
    if (plan.kind != PlanKind::payg) {
      if (smaller != nullptr) lint_fee(*smaller, plan, i, found);
      smaller = &plan;
    }
    for (std::size_t j = 0; j < i; ++j) lint_words(*catalogue.plans[j], plan, i, found);
  }
  return found;
}

std::vector<Finding> lint_text(std::string_view json) {
  const auto loaded = load(json);
  if (loaded) return lint(**loaded);
  // load() writes "<pointer>: <what>", and "the catalogue: <what>" for the whole.
  const std::string& detail = loaded.error().detail;
  const std::size_t colon = std::min(detail.find(": "), detail.size());
  const bool placed = detail.starts_with('/') && colon < detail.size();
  return {{Severity::error, placed ? detail.substr(0, colon) : std::string(), "unreadable",
           placed ? detail.substr(colon + 2) : detail}};
}

}  // namespace postage::catalog
