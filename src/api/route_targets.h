#pragma once
// For tests: targets of routes, their path filled in.
#include <concepts>
#include <map>
#include <string>
#include <string_view>

#include "api/testing.h"

namespace postage::api::testing {

/// Path parameters by name.
using PathValues = std::map<std::string, std::string, std::less<>>;

/// "/v1" and the route's path with each {name} replaced by fill(name).
template <std::invocable<std::string_view> Fill>
std::string filled_target(const Route& route, Fill&& fill) {
  std::string target = "/v1";
  std::string_view rest = route.path;
  while (!rest.empty()) {
    const std::size_t open = rest.find('{');
    target += rest.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = rest.find('}');
    target += fill(rest.substr(open + 1, close - open - 1));
    rest.remove_prefix(close + 1);
  }
  return target;
}

/// The same with `values`; a parameter that is not there becomes "1".
inline std::string filled_target(const Route& route, const PathValues& values) {
  return filled_target(route, [&](std::string_view name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string("1") : found->second;
  });
}

/// Parameters that are not "1", with real ids of acme.
inline PathValues usual_values(const World& world) {
  return {{"account", std::to_string(world.acme.value)}, {"project", std::to_string(world.chat.value)},
          {"slot", "primary"},                           {"number", "PO-2026-000001"},
          {"catalogue", "cn26"},                         {"channel", "room"}};
}

}  // namespace postage::api::testing
