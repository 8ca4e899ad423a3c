#include "catalog/catalog.h"

#include <algorithm>
#include <array>

#include "base/embedded.h"

namespace postage {
/// Generated with the embedded plan files (cmake/embed.cmake); the call makes the linker keep them.
void embed_plans();
}  // namespace postage

namespace postage::catalog {
namespace {
constexpr std::array<std::string_view, 24> kFeatures = {
    "publish_subscribe", "stream_channel", "presence",       "storage",
    "history",           "lock",           "authentication", "console",
    "webhook",           "crystal_ball",   "uptime_sla",     "geo_fencing",
    "gdpr_hipaa",        "custom_requirements", "private_deployment", "service_hours",
    "response_time",     "email_support",  "wecom_support",  "phone_support",
    "slack_support",     "technical_expert", "solution_architect", "usage_discount"};
}  // namespace

std::string_view plan_kind_name(PlanKind kind) {
  constexpr std::string_view kNames[] = {"hard", "soft", "payg"};
  return kNames[static_cast<int>(kind)];
}

std::span<const std::string_view> feature_names() { return kFeatures; }

bool Plan::has(std::string_view feature) const {
  for (const Feature& row : features) {
    if (row.name != feature) continue;
    const bool* flag = std::get_if<bool>(&row.value);
    return flag == nullptr || *flag;
  }
  return false;
}

std::int64_t Plan::storage_quota_bytes(std::int64_t gigabyte) const {
  return static_cast<std::int64_t>((quotas.storage_gb * Rational(gigabyte)).floor());
}

PlanPtr Catalogue::find(std::string_view plan) const {
  const int at = rank(plan);
  return at < 0 ? nullptr : plans[static_cast<std::size_t>(at)];
}

int Catalogue::rank(std::string_view plan) const {
  for (std::size_t i = 0; i < plans.size(); ++i) {
    if (plans[i]->name == plan) return static_cast<int>(i);
  }
  return -1;
}

Rational Catalogue::sla_credit_percent(const Rational& uptime) const {
  for (const SlaStep& step : sla) {
    if (uptime < step.below) return step.percent;
  }
  return 0;
}

std::vector<std::string> builtin_names() {
  embed_plans();
  std::vector<std::string> names;
  for (std::string_view file : embedded_names("plans/")) {
    file.remove_prefix(std::string_view("plans/").size());
    names.emplace_back(file.substr(0, file.size() - std::string_view(".json").size()));
  }
  std::ranges::sort(names);
  return names;
}

std::optional<std::string_view> builtin_text(std::string_view name) {
  embed_plans();
  return embedded_file("plans/" + std::string(name) + ".json");
}

Result<CataloguePtr> builtin(std::string_view name) {
  const auto text = builtin_text(name);
  if (text) return load(*text);
  std::string all;
  for (const std::string& known : builtin_names()) all += (all.empty() ? "" : ", ") + known;
  return Error(Errc::invalid_catalogue, "unknown catalogue '" + std::string(name.substr(0, 80)) + "'; built in are " + all);
}

}  // namespace postage::catalog
