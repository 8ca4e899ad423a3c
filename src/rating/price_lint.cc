#include "rating/price_lint.h"

#include <algorithm>
#include <iterator>

#include "rating/rating.h"

namespace postage::rating {
namespace {

constexpr int kMeters = 3;
constexpr const char* kMeterNames[kMeters] = {"connections", "messages", "storage"};

Rational& meter_of(Quantities& usage, int meter) {
  return meter == 0 ? usage.pcu : meter == 1 ? usage.messages : usage.storage_gb;
}

/// Usage values worth a look, ascending: none, around the quota, and far above it.
std::vector<Rational> probes(const Rational& quota) {
  std::vector<Rational> all{Rational(0)};
  if (quota > Rational(1)) all.push_back(quota - Rational(1));
  for (const Rational& more : {Rational(0), Rational(1), Rational(250), Rational(1'000'000), Rational(1'000'000'000)}) {
    all.push_back(quota + more);
  }
  return all;
}

/// The first meter whose growth makes the bill smaller, or none.
const char* falling_meter(const catalog::CataloguePtr& catalogue, const catalog::PlanPtr& plan, const Rational& discount) {
  MonthInput input;
  input.catalogue = catalogue;
  input.plan = plan;
  input.contract.discount_percent = discount;
  const Quantities quotas{Rational(plan->quotas.pcu), Rational(plan->quotas.messages), plan->quotas.storage_gb, 720};
  for (int meter = 0; meter < kMeters; ++meter) {
    for (const bool idle : {true, false}) {
      input.usage = idle ? Quantities{} : quotas;
      Quantities bounds = quotas;
      Rational before(-1);
      for (const Rational& used : probes(meter_of(bounds, meter))) {
        meter_of(input.usage, meter) = used;
        const Bill bill = rate(input);
        if (bill.total < before) return kMeterNames[meter];
        before = bill.total;
      }
    }
  }
  return nullptr;
}

}  // namespace

std::vector<catalog::Finding> lint_prices(const catalog::CataloguePtr& catalogue) {
  std::vector<catalog::Finding> found;
  for (std::size_t i = 0; i < catalogue->plans.size(); ++i) {
    const catalog::PlanPtr& plan = catalogue->plans[i];
    for (const int discount : {0, 20}) {
      const char* meter = falling_meter(catalogue, plan, Rational(discount));
      if (meter == nullptr) continue;
      std::string text = "plan '" + plan->name + "': the bill falls when " + meter + " grow";
      if (discount != 0) text += " under a contract with a discount";
      found.push_back({catalog::Severity::error, "/plans/" + std::to_string(i), "price_falls", std::move(text)});
      break;
    }
  }
  return found;
}

std::vector<catalog::Finding> lint(std::string_view json) {
  std::vector<catalog::Finding> found = catalog::lint_text(json);
  const auto loaded = catalog::load(json);
  if (!loaded) return found;
  std::ranges::move(lint_prices(*loaded), std::back_inserter(found));
  return found;
}

bool may_publish(const std::vector<catalog::Finding>& findings) {
  return std::ranges::none_of(findings, [](const catalog::Finding& each) { return each.severity == catalog::Severity::error; });
}

Result<void> check_publishable(const std::string& json) {
  for (const catalog::Finding& each : lint(json)) {
    if (each.severity != catalog::Severity::error) continue;
    return Error(Errc::invalid_catalogue, (each.pointer.empty() ? "the catalogue" : each.pointer) + ": " + each.text);
  }
  return {};
}

}  // namespace postage::rating
