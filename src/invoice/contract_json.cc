#include "invoice/contract_json.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "base/zone.h"

namespace postage::invoice {
namespace {

using Json = nlohmann::json;
constexpr std::size_t kBytesMax = 256 * 1024;
constexpr int kDepthMax = 6;
constexpr std::size_t kTiersMax = 32;
constexpr std::size_t kBundlesMax = 16;
constexpr std::size_t kTextBytesMax = 200;
constexpr int kPercentDecimals = 10;
constexpr int kRateDecimals = 20;
constexpr int kGigabyteDecimals = 9;
constexpr std::int64_t kWholeMax = std::numeric_limits<std::int64_t>::max();

/// A place in the document, for complaints.
struct Place {
  const Json* json;
  std::string pointer;

  [[nodiscard]] Error wrong(const std::string& what) const {
    return {Errc::bad_request, (pointer.empty() ? std::string("the contract") : pointer) + ": " + what};
  }
  [[nodiscard]] bool has(const char* key) const {
    const auto found = json->find(key);
    return found != json->end() && !found->is_null();
  }
  [[nodiscard]] Place at(const char* key) const {
    static const Json kNone;
    const auto found = json->find(key);
    return {found == json->end() ? &kNone : &*found, pointer + "/" + key};
  }
  [[nodiscard]] Place at(std::size_t index) const { return {&(*json)[index], pointer + "/" + std::to_string(index)}; }
  [[nodiscard]] bool is(std::string_view word) const {
    return json->is_string() && json->get_ref<const std::string&>() == word;
  }
  [[nodiscard]] bool is_true() const { return json->is_boolean() && json->get<bool>(); }
  /// It is an object without other members than these.
  [[nodiscard]] Result<void> object(const std::set<std::string_view>& known) const {
    if (!json->is_object()) return wrong("must be an object");
    for (const auto& [key, value] : json->items()) {
      if (!known.contains(key)) return Place{&value, pointer + "/" + key}.wrong("is not a member of a contract");
    }
    return {};
  }
};

Result<std::string> text(const Place& place) {
  if (!place.json->is_string()) return place.wrong("must be a string");
  const auto& value = place.json->get_ref<const std::string&>();
  if (value.empty() || value.size() > kTextBytesMax) return place.wrong("must have 1 to 200 bytes");
  return value;
}

Result<Rational> number(const Place& place, int decimals) {
  if (place.json->is_number_unsigned()) return Rational(BigInt(place.json->get<std::uint64_t>()));
  if (place.json->is_string()) {
    const auto read = parse_decimal(place.json->get_ref<const std::string&>());
    if (read && !read->value.is_negative() && read->decimals <= decimals) return read->value;
  }
  return place.wrong("must be a decimal string, not negative, with at most " + std::to_string(decimals) + " decimals");
}

Result<Rational> percent(const Place& place) {
  TRY(value, number(place, kPercentDecimals));
  if (value > Rational(100)) return place.wrong("must be 0 to 100");
  return value;
}

Result<std::int64_t> whole(const Place& place, std::int64_t low) {
  const auto value = number(place, 0);
  const auto fits = value ? to_int64(*value) : std::nullopt;
  if (!fits || *fits < low) {
    return place.wrong("must be a whole number from " + std::to_string(low) + " to " + std::to_string(kWholeMax));
  }
  return *fits;
}

/// Sets `target` when the member is there.
template <class Target, class Read>
Result<void> maybe(const Place& parent, const char* key, Target& target, const Read& read) {
  if (!parent.has(key)) return {};
  auto value = read(parent.at(key));
  if (!value) return value.error();
  target = std::move(*value);
  return {};
}

Result<Instant> instant(const Place& place) {
  const auto read = place.json->is_string() ? parse_instant(place.json->get_ref<const std::string&>())
                                            : Result<Instant>(Errc::bad_request);
  if (!read) return place.wrong("must be an instant with an offset, as 2026-07-01T00:00:00+08:00");
  return *read;
}

Result<rating::VolumeDiscount> read_volume(const Place& place, const Currency& currency) {
  TRY_VOID(place.object({"applies", "acknowledge_falling_bill", "tiers"}));
  rating::VolumeDiscount volume;
  const Place applies = place.at("applies");
  if (applies.is("whole"))
    volume.whole = true;
  else if (!applies.is("graduated"))
    return applies.wrong("must be graduated or whole");
  const Place tiers = place.at("tiers");
  if (!tiers.json->is_array() || tiers.json->empty() || tiers.json->size() > kTiersMax) {
    return tiers.wrong("must be an array of 1 to 32 tiers");
  }
  for (std::size_t i = 0; i < tiers.json->size(); ++i) {
    const Place tier = tiers.at(i);
    TRY_VOID(tier.object({"from", "percent"}));
    TRY(from, number(tier.at("from"), currency.minor_digits));
    TRY(share, percent(tier.at("percent")));
    if (i > 0 && from <= volume.tiers.back().from) return tier.at("from").wrong("must be larger than the one before");
    volume.tiers.push_back({from, share});
  }
  const auto falls = [](const rating::VolumeTier& a, const rating::VolumeTier& b) { return b.percent > a.percent; };
  const bool first = !volume.tiers.front().from.is_zero() && !volume.tiers.front().percent.is_zero();
  if (volume.whole && (first || std::ranges::adjacent_find(volume.tiers, falls) != volume.tiers.end()) &&
      !place.at("acknowledge_falling_bill").is_true()) {
    return applies.wrong(
        "a discount on the whole fee makes the bill fall where a tier begins: use graduated, or set "
        "acknowledge_falling_bill to true");
  }
  return volume;
}

Result<catalog::Quotas> read_included(const Place& place) {
  catalog::Quotas quotas;
  const auto count = [](const Place& at) { return whole(at, 0); };
  TRY_VOID(maybe(place, "pcu", quotas.pcu, count));
  TRY_VOID(maybe(place, "messages", quotas.messages, count));
  TRY_VOID(maybe(place, "storage_gb", quotas.storage_gb, [](const Place& at) { return number(at, kGigabyteDecimals); }));
  return quotas;
}

Result<std::vector<catalog::Bundle>> read_bundles(const Place& place, const Currency& currency) {
  if (!place.json->is_array() || place.json->size() > kBundlesMax) return place.wrong("must be an array of at most 16");
  std::vector<catalog::Bundle> bundles;
  for (std::size_t i = 0; i < place.json->size(); ++i) {
    const Place each = place.at(i);
    TRY_VOID(each.object({"name", "fee", "pcu", "messages", "storage_gb"}));
    TRY(name, text(each.at("name")));
    if (std::ranges::find(bundles, name, &catalog::Bundle::name) != bundles.end()) {
      return each.at("name").wrong("is the name of another bundle");
    }
    TRY(fee, number(each.at("fee"), currency.minor_digits));
    TRY(included, read_included(each));
    bundles.push_back({name, fee, included});
  }
  return bundles;
}

Result<catalog::PlanKind> read_kind(const Place& place) {
  for (const auto kind : {catalog::PlanKind::hard, catalog::PlanKind::soft, catalog::PlanKind::payg}) {
    if (place.is(catalog::plan_kind_name(kind))) return kind;
  }
  return place.wrong("must be hard, soft or payg");
}

Result<std::vector<catalog::Feature>> read_features(const Place& place) {
  if (!place.json->is_object()) return place.wrong("must be an object");
  std::vector<catalog::Feature> features;
  for (const auto& [key, value] : place.json->items()) {
    const Place cell{&value, place.pointer + "/" + key};
    if (std::ranges::find(catalog::feature_names(), key) == catalog::feature_names().end()) {
      return cell.wrong("is not a feature");
    }
    const bool worded = key == "service_hours" || key == "response_time";
    if (value.is_boolean()) {
      features.push_back({key, value.get<bool>()});
    } else if (worded) {
      TRY(word, text(cell));
      features.push_back({key, word});
    } else {
      return cell.wrong("must be true or false");
    }
  }
  return features;
}

Result<void> read_numbers(const Place& place, const Currency& currency, catalog::PlanOverrides& overrides) {
  const auto count = [](const Place& at) { return whole(at, 0); };
  const auto rate = [](const Place& at) { return number(at, kRateDecimals); };
  TRY_VOID(maybe(place, "base_fee", overrides.base_fee,
                 [&](const Place& at) { return number(at, currency.minor_digits); }));
  TRY_VOID(maybe(place, "daily_messages", overrides.daily_messages, [](const Place& at) { return whole(at, 1); }));
  if (place.has("quota")) {
    const Place quota = place.at("quota");
    TRY_VOID(quota.object({"pcu", "messages", "storage_gb"}));
    TRY_VOID(maybe(quota, "pcu", overrides.pcu, count));
    TRY_VOID(maybe(quota, "messages", overrides.messages, count));
    TRY_VOID(maybe(quota, "storage_gb", overrides.storage_gb,
                   [](const Place& at) { return number(at, kGigabyteDecimals); }));
  }
  if (!place.has("rates")) return {};
  const Place rates = place.at("rates");
  TRY_VOID(rates.object({"pcu", "messages_per_million", "storage_gb"}));
  TRY_VOID(maybe(rates, "pcu", overrides.pcu_rate, rate));
  TRY_VOID(maybe(rates, "messages_per_million", overrides.message_rate, rate));
  if (overrides.message_rate) overrides.message_rate = *overrides.message_rate / Rational(1'000'000);
  return maybe(rates, "storage_gb", overrides.storage_rate, rate);
}

Result<LimitValues> read_limits(const Place& place) {
  if (!place.json->is_object()) return place.wrong("must be an object");
  LimitValues limits;
  for (const auto& [key, json] : place.json->items()) {
    const Place cell{&json, place.pointer + "/" + key};
    const ProjectLimitRow* row = find_project_limit(key);
    if (row == nullptr) return cell.wrong("there is no such limit");
    const auto value = whole(cell, 0);
    const Result<void> fits = value ? check_project_limit(key, *value) : check_project_limit(key, row->maximum + 1);
    if (!fits) return cell.wrong(fits.error().detail);
    limits[key] = *value;
  }
  return limits;
}

Result<catalog::PlanOverrides> read_overrides(const Place& place, const Currency& currency) {
  TRY_VOID(place.object({"plan", "kind", "base_fee", "quota", "daily_messages", "rates", "features", "limits"}));
  catalog::PlanOverrides overrides;
  TRY_VOID(maybe(place, "plan", overrides.plan, text));
  TRY_VOID(maybe(place, "kind", overrides.kind, read_kind));
  TRY_VOID(read_numbers(place, currency, overrides));
  TRY_VOID(maybe(place, "features", overrides.features, read_features));
  TRY_VOID(maybe(place, "limits", overrides.limits, read_limits));
  return overrides;
}

Result<rating::Contract> read(const Place& root, const Currency& currency) {
  TRY_VOID(root.object({"discount_percent", "minimum_spend", "from", "until", "volume_discount", "bundles", "overrides"}));
  rating::Contract contract;
  const auto money = [&](const Place& at) { return number(at, currency.minor_digits); };
  TRY_VOID(maybe(root, "discount_percent", contract.discount_percent, percent));
  TRY_VOID(maybe(root, "minimum_spend", contract.minimum_spend, money));
  TRY_VOID(maybe(root, "from", contract.valid_from, instant));
  TRY_VOID(maybe(root, "until", contract.valid_until, instant));
  if (contract.valid_from && contract.valid_until && *contract.valid_until <= *contract.valid_from) {
    return root.at("until").wrong("must be later than from");
  }
  TRY_VOID(maybe(root, "volume_discount", contract.volume,
                 [&](const Place& at) { return read_volume(at, currency); }));
  TRY_VOID(maybe(root, "bundles", contract.bundles, [&](const Place& at) { return read_bundles(at, currency); }));
  TRY_VOID(maybe(root, "overrides", contract.overrides, [&](const Place& at) { return read_overrides(at, currency); }));
  return contract;
}

// ---- writing

using Ordered = nlohmann::ordered_json;

Ordered volume_json(const rating::VolumeDiscount& volume, const Currency& currency) {
  Ordered json = {{"applies", volume.whole ? "whole" : "graduated"}};
  if (volume.whole) json["acknowledge_falling_bill"] = true;
  for (const rating::VolumeTier& tier : volume.tiers) {
    json["tiers"].push_back({{"from", money_text(tier.from, currency)}, {"percent", tier.percent.to_plain()}});
  }
  return json;
}

Ordered bundle_json(const catalog::Bundle& bundle, const Currency& currency) {
  return {{"name", bundle.name},
          {"fee", money_text(bundle.fee, currency)},
          {"pcu", std::to_string(bundle.included.pcu)},
          {"messages", std::to_string(bundle.included.messages)},
          {"storage_gb", bundle.included.storage_gb.to_plain()}};
}

bool says_anything(const catalog::PlanOverrides& overrides) { return overrides.changes_plans() || !overrides.limits.empty(); }

Ordered overrides_json(const catalog::PlanOverrides& overrides, const Currency& currency) {
  Ordered json = Ordered::object();
  if (!overrides.plan.empty()) json["plan"] = overrides.plan;
  if (overrides.kind) json["kind"] = std::string(catalog::plan_kind_name(*overrides.kind));
  if (overrides.base_fee) json["base_fee"] = money_text(*overrides.base_fee, currency);
  if (overrides.pcu) json["quota"]["pcu"] = std::to_string(*overrides.pcu);
  if (overrides.messages) json["quota"]["messages"] = std::to_string(*overrides.messages);
  if (overrides.storage_gb) json["quota"]["storage_gb"] = overrides.storage_gb->to_plain();
  if (overrides.daily_messages) json["daily_messages"] = std::to_string(*overrides.daily_messages);
  if (overrides.pcu_rate) json["rates"]["pcu"] = overrides.pcu_rate->to_plain(kRateDecimals);
  if (overrides.message_rate) {
    json["rates"]["messages_per_million"] = (*overrides.message_rate * Rational(1'000'000)).to_plain(kRateDecimals);
  }
  if (overrides.storage_rate) json["rates"]["storage_gb"] = overrides.storage_rate->to_plain(kRateDecimals);
  for (const catalog::Feature& each : overrides.features) {
    if (const bool* flag = std::get_if<bool>(&each.value))
      json["features"][each.name] = *flag;
    else
      json["features"][each.name] = std::get<std::string>(each.value);
  }
  for (const auto& [name, value] : overrides.limits) json["limits"][name] = value;
  return json;
}
}  // namespace

Result<rating::Contract> read_contract(std::string_view json, const Currency& currency) {
  const Place nowhere{nullptr, ""};
  if (json.size() > kBytesMax) return nowhere.wrong("is larger than 256 KiB");
  bool too_deep = false;
  const auto shallow = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > kDepthMax) too_deep = true;
    return !too_deep;
  };
  const Json document = Json::parse(json.begin(), json.end(), shallow, /*allow_exceptions=*/false);
  if (too_deep) return nowhere.wrong("is nested more deeply than a contract");
  if (document.is_discarded()) return nowhere.wrong("is not valid JSON");
  return read({&document, ""}, currency);
}

bool says_more(const rating::Contract& contract) {
  return !contract.volume.tiers.empty() || !contract.bundles.empty() || says_anything(contract.overrides);
}

std::string contract_value(const rating::Contract& contract, const Currency& currency) {
  Ordered value = {{"discount_percent", contract.discount_percent.to_plain()}};
  if (contract.minimum_spend) value["minimum_spend"] = money_text(*contract.minimum_spend, currency);
  if (contract.valid_from) value["from"] = instant_text_utc(*contract.valid_from);
  if (contract.valid_until) value["until"] = instant_text_utc(*contract.valid_until);
  if (!contract.volume.tiers.empty()) value["volume_discount"] = volume_json(contract.volume, currency);
  for (const catalog::Bundle& each : contract.bundles) value["bundles"].push_back(bundle_json(each, currency));
  if (says_anything(contract.overrides)) value["overrides"] = overrides_json(contract.overrides, currency);
  return value.dump(-1, ' ', false, Ordered::error_handler_t::replace);
}

}  // namespace postage::invoice
