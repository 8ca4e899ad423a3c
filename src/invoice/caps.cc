#include "invoice/caps.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace postage::invoice {
namespace {
using Json = nlohmann::ordered_json;

std::string text_of(const Json& value, const char* name) {
  const auto found = value.find(name);
  return found != value.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<Rational> number_of(const Json& value, const char* name) {
  const auto read = parse_decimal(text_of(value, name));
  return read ? std::optional(read->value) : std::nullopt;
}

std::optional<CapScope> scope_of(std::string_view name) {
  for (const CapScope scope : {CapScope::account, CapScope::project, CapScope::channels}) {
    if (cap_scope_name(scope) == name) return scope;
  }
  return std::nullopt;
}
}  // namespace

std::string_view cap_scope_name(CapScope scope) {
  constexpr std::string_view kNames[] = {"account", "project", "channels"};
  return kNames[static_cast<std::size_t>(scope)];
}

const Cap* find_cap(const std::vector<Cap>& caps, CapScope scope, ProjectId project, std::string_view prefix) {
  const auto found = std::ranges::find_if(caps, [&](const Cap& cap) {
    return cap.scope == scope && cap.project == project && cap.prefix == prefix;
  });
  return found == caps.end() ? nullptr : &*found;
}

std::int64_t cap_used(const Cap& cap, const InstantRange& month, std::int64_t slot_units) {
  return slot_units + (month.holds(cap.since) ? cap.before : 0);
}

std::string cap_value(const Cap& cap, const Currency& currency) {
  Json value = {{"scope", std::string(cap_scope_name(cap.scope))}};
  if (cap.project) value["project"] = std::to_string(cap.project.value);
  if (!cap.prefix.empty()) value["prefix"] = cap.prefix;
  if (cap.removed) {
    value["removed"] = true;
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  if (cap.units) value["units"] = std::to_string(*cap.units);
  if (cap.amount) value["amount"] = money_text(*cap.amount, currency);
  if (cap.before != 0) value["before"] = std::to_string(cap.before);
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool play_cap(std::vector<Cap>& caps, std::string_view text, std::int64_t id, Instant at) {
  const Json value = Json::parse(text, nullptr, false);
  if (!value.is_object()) return false;
  const auto scope = scope_of(text_of(value, "scope"));
  if (!scope) return false;
  const auto project = to_int64(number_of(value, "project").value_or(Rational(0)));
  const std::string prefix = text_of(value, "prefix");
  if (!project) return false;
  const Cap* known = find_cap(caps, *scope, ProjectId{*project}, prefix);
  if (known == nullptr) {
    caps.push_back({CapId{id}, *scope, ProjectId{*project}, prefix, {}, {}, true, at, 0});
    known = &caps.back();
  }
  Cap& cap = caps[static_cast<std::size_t>(known - caps.data())];
  const bool made = cap.removed;
  cap.removed = value.value("removed", false);
  if (cap.removed) return true;
  const auto units = number_of(value, "units");
  cap.units = units ? to_int64(*units) : std::nullopt;
  cap.amount = number_of(value, "amount");
  if (made) {
    cap.since = at;
    cap.before = to_int64(number_of(value, "before").value_or(Rational(0))).value_or(0);
  }
  return true;
}

}  // namespace postage::invoice
