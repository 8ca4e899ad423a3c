// Reading a catalogue: JSON to structs with a pointer for every complaint. The checks across fields are in check.cc.
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <set>

#include "catalog/catalog.h"
#include "catalog/check.h"
#include "catalog/lint.h"

namespace postage::catalog {
namespace {
using Json = nlohmann::json;
constexpr std::size_t kCatalogueBytesMax = 1024 * 1024;
constexpr int kDepthMax = 8;
constexpr std::size_t kTextBytesMax = 200;
constexpr std::size_t kDescriptionBytesMax = 1000;
constexpr int kRateDecimalsMax = 20;

/// A place in the document, for complaints.
struct Place {
  const Json* json;
  std::string pointer;

  [[nodiscard]] Error wrong(const std::string& what) const {
    return {Errc::invalid_catalogue, (pointer.empty() ? std::string("the catalogue") : pointer) + ": " + what};
  }
  [[nodiscard]] bool has(const char* key) const { return json->contains(key); }
  [[nodiscard]] Place at(std::size_t index) const { return {&(*json)[index], pointer + "/" + std::to_string(index)}; }
  /// The member `key`; the place must be an object and have it.
  [[nodiscard]] Result<Place> need(const char* key) const {
    if (!json->is_object()) return wrong("must be an object");
    const auto found = json->find(key);
    if (found == json->end()) return Place{json, pointer + "/" + key}.wrong("is missing");
    return Place{&*found, pointer + "/" + key};
  }
};

Result<std::string> text(const Place& place, std::size_t bytes_max = kTextBytesMax) {
  if (!place.json->is_string()) return place.wrong("must be a string");
  const auto& value = place.json->get_ref<const std::string&>();
  if (value.empty() || value.size() > bytes_max) {
    return place.wrong("must have 1 to " + std::to_string(bytes_max) + " bytes");
  }
  return value;
}

Result<std::string> name(const Place& place) {
  TRY(value, text(place));
  const bool plain = value.size() <= 40 && std::ranges::all_of(value, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  if (!plain) return place.wrong("must be 1 to 40 of a-z, 0-9, '-' and '_'");
  return std::string(value);
}

/// A JSON integer or decimal string of at most `decimals` places, not negative.
Result<Rational> number(const Place& place, int decimals) {
  Rational value;
  const bool blank = place.json->is_null() || (place.json->is_string() && place.json->get_ref<const std::string&>().empty());
  if (blank) return place.wrong("must not be blank: say the number, 0 too");
  if (place.json->is_number_unsigned()) {
    value = Rational(BigInt(place.json->get<std::uint64_t>()));
  } else if (place.json->is_string()) {
    const auto read = parse_decimal(place.json->get_ref<const std::string&>());
    if (!read || read->value.is_negative() || read->decimals > decimals) {
      return place.wrong("must be a decimal from 0 up with at most " + std::to_string(decimals) + " places");
    }
    value = read->value;
  } else {
    return place.wrong("must be a decimal string or a whole number, not negative");
  }
  return value;
}

Result<std::int64_t> whole(const Place& place, std::int64_t low, std::int64_t high) {
  const auto value = number(place, 0);
  const auto fits = value ? to_int64(*value) : std::nullopt;
  if (!fits || *fits < low || *fits > high) {
    return place.wrong("must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  }
  return *fits;
}

/// One of the words in `words`; its place in the list.
Result<int> word(const Place& place, std::span<const std::string_view> words) {
  std::string all;
  int index = 0;
  for (const std::string_view candidate : words) {
    if (place.json->is_string() && place.json->get_ref<const std::string&>() == candidate) return index;
    all += (index++ == 0 ? "" : ", ") + std::string(candidate);
  }
  return place.wrong("must be one of " + all);
}

Result<int> word(const Place& place, std::initializer_list<std::string_view> words) {
  return word(place, std::span(words.begin(), words.size()));
}

/// Sets `target` to the enumerator at the position of the word, when the member is there.
template <class Enum>
Result<void> choose(const Place& rules, const char* key, Enum& target, std::initializer_list<std::string_view> words) {
  if (!rules.has(key)) return {};
  TRY(place, rules.need(key));
  TRY(index, word(place, words));
  target = static_cast<Enum>(index);
  return {};
}

Result<void> only_members(const Place& place, const std::set<std::string_view>& known) {
  if (!place.json->is_object()) return place.wrong("must be an object");
  for (const auto& [key, value] : place.json->items()) {
    if (!known.contains(key)) return Place{&value, place.pointer + "/" + key}.wrong("is not a member of the schema");
  }
  return {};
}

Result<Title> read_title(const Place& place, std::size_t bytes_max = kTextBytesMax) {
  TRY_VOID(only_members(place, {"en", "zh"}));
  TRY(en_place, place.need("en"));
  TRY(zh_place, place.need("zh"));
  TRY(en, text(en_place, bytes_max));
  TRY(zh, text(zh_place, bytes_max));
  return Title{en, zh};
}

/// What a plan says of itself besides numbers: its card, and the findings of the linter that are meant.
Result<void> read_words(const Place& place, Plan& plan) {
  if (place.has("description")) {
    TRY(description_place, place.need("description"));
    TRY(description, read_title(description_place, kDescriptionBytesMax));
    plan.description = description;
  }
  if (!place.has("acknowledge")) return {};
  TRY(codes, place.need("acknowledge"));
  if (!codes.json->is_array() || codes.json->size() > 16) return codes.wrong("must be an array of at most 16");
  for (std::size_t i = 0; i < codes.json->size(); ++i) {
    const Place code = codes.at(i);
    TRY(index, word(code, acknowledgeable_codes()));
    plan.acknowledged.emplace_back(acknowledgeable_codes()[static_cast<std::size_t>(index)]);
  }
  return {};
}

Result<Rules> read_rules(const Place& place) {
  TRY_VOID(only_members(place, {"upgrade", "proration_rounding", "storage_divisor", "storage_quota", "storage_decimals",
                                "pcu", "minimum", "filtered_events", "presence_snapshot", "metadata", "maintenance",
                                "rounding", "rounding_scope"}));
  Rules rules;
  TRY_VOID(choose(place, "upgrade", rules.upgrade, {"full_month", "pro_rata_days", "pro_rata_seconds"}));
  TRY_VOID(choose(place, "proration_rounding", rules.proration_rounding, {"difference", "parts"}));
  TRY_VOID(choose(place, "storage_quota", rules.storage_quota, {"gb", "gb_hours"}));
  TRY_VOID(choose(place, "pcu", rules.pcu, {"sum_of_project_peaks", "account_simultaneous"}));
  TRY_VOID(choose(place, "minimum", rules.minimum, {"after_discount", "before_discount"}));
  TRY_VOID(choose(place, "filtered_events", rules.filtered_events, {"not_counted", "counted"}));
  TRY_VOID(choose(place, "presence_snapshot", rules.presence_snapshot, {"not_counted", "counted"}));
  TRY_VOID(choose(place, "metadata", rules.metadata, {"per_item", "per_call"}));
  TRY_VOID(choose(place, "maintenance", rules.maintenance, {"counted", "excluded"}));
  TRY_VOID(choose(place, "rounding", rules.rounding, {"half_away", "half_even"}));
  TRY_VOID(choose(place, "rounding_scope", rules.rounding_scope, {"lines", "total"}));
  if (place.has("storage_divisor")) {
    TRY(divisor, place.need("storage_divisor"));
    if (divisor.json->is_string()) {
      TRY(index, word(divisor, {"month_hours"}));
      if (index == 0) rules.storage_divisor = StorageDivisor::month_hours;
    } else {
      TRY(hours, whole(divisor, 1, 100'000));
      rules.storage_divisor_hours = hours;
    }
  }
  if (place.has("storage_decimals") && !(*place.json)["storage_decimals"].is_null()) {
    TRY(decimals, place.need("storage_decimals"));
    TRY(count, whole(decimals, 0, 10));
    rules.storage_decimals = static_cast<int>(count);
  }
  return rules;
}

Result<Rates> read_rates(const Place& place) {
  TRY_VOID(only_members(place, {"pcu", "messages_per_million", "storage_gb"}));
  TRY(pcu_place, place.need("pcu"));
  TRY(messages_place, place.need("messages_per_million"));
  TRY(storage_place, place.need("storage_gb"));
  TRY(pcu, number(pcu_place, kRateDecimalsMax));
  TRY(messages, number(messages_place, kRateDecimalsMax));
  TRY(storage, number(storage_place, kRateDecimalsMax));
  return Rates{pcu, messages / Rational(1'000'000), storage};
}

Result<Quotas> read_quotas(const Place& place) {
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  TRY_VOID(only_members(place, {"pcu", "messages", "storage_gb"}));
  TRY(pcu_place, place.need("pcu"));
  TRY(messages_place, place.need("messages"));
  TRY(storage_place, place.need("storage_gb"));
  TRY(pcu, whole(pcu_place, 0, kMax));
  TRY(messages, whole(messages_place, 0, kMax));
  TRY(storage, number(storage_place, 9));
  return Quotas{pcu, messages, storage};
}

Result<std::vector<Feature>> read_features(const Place& place) {
  std::set<std::string_view> known;
  for (const std::string_view feature : feature_names()) known.insert(feature);
  TRY_VOID(only_members(place, known));
  std::vector<Feature> features;
  for (const std::string_view feature : feature_names()) {
    TRY(cell, place.need(std::string(feature).c_str()));
    if (cell.json->is_boolean()) {
      features.push_back({std::string(feature), cell.json->get<bool>()});
      continue;
    }
    const bool worded = feature == "service_hours" || feature == "response_time";
    if (!worded) return cell.wrong("must be true or false: a blank cell has no meaning");
    TRY(value, text(cell));
    features.push_back({std::string(feature), value});
  }
  return features;
}

Result<PlanPtr> read_plan(const Place& place, const Catalogue& catalogue, const Rates& rates) {
  TRY_VOID(only_members(place, {"name", "title", "kind", "base_fee", "minimum_spend", "quota", "rates", "daily_messages",
                                "features", "description", "acknowledge"}));
  Plan plan;
  TRY(name_place, place.need("name"));
  TRY(plan_name, name(name_place));
  plan.name = plan_name;
  TRY(title_place, place.need("title"));
  TRY(title, read_title(title_place));
  plan.title = title;
  TRY(kind_place, place.need("kind"));
  TRY(kind, word(kind_place, {"hard", "soft", "payg"}));
  plan.kind = static_cast<PlanKind>(kind);
  TRY(fee_place, place.need("base_fee"));
  TRY(fee, number(fee_place, catalogue.currency.minor_digits));
  plan.base_fee = fee;
  if (place.has("minimum_spend")) {
    TRY(minimum_place, place.need("minimum_spend"));
    TRY(minimum, number(minimum_place, catalogue.currency.minor_digits));
    plan.minimum_spend = minimum;
  }
  if (plan.kind == PlanKind::payg) {
    if (place.has("quota")) return place.wrong("a pay-as-you-go plan has no quota");
  } else {
    TRY(quota_place, place.need("quota"));
    TRY(quotas, read_quotas(quota_place));
    plan.quotas = quotas;
  }
  plan.rates = rates;
  if (place.has("rates")) {
    TRY(rates_place, place.need("rates"));
    TRY(own, read_rates(rates_place));
    plan.rates = own;
  }
  if (place.has("daily_messages")) {
    TRY(daily_place, place.need("daily_messages"));
    if (!plan.hard()) return daily_place.wrong("only a plan with hard quotas has a daily cap");
    TRY(daily, whole(daily_place, 1, std::numeric_limits<std::int64_t>::max()));
    plan.daily_messages = daily;
  }
  TRY(features_place, place.need("features"));
  TRY(features, read_features(features_place));
  plan.features = features;
  TRY_VOID(read_words(place, plan));
  return PlanPtr(std::make_shared<const Plan>(std::move(plan)));
}

Result<void> read_head(const Place& root, Catalogue& catalogue) {
  TRY_VOID(only_members(root, {"schema", "name", "title", "effective_from", "zone", "currency", "kilobyte", "gigabyte",
                               "rules", "thresholds", "sla", "rates", "plans"}));
  TRY(schema_place, root.need("schema"));
  TRY_VOID(whole(schema_place, 1, 1));
  TRY(name_place, root.need("name"));
  TRY(catalogue_name, name(name_place));
  catalogue.name = catalogue_name;
  TRY(title_place, root.need("title"));
  TRY(title, read_title(title_place));
  catalogue.title = title;
  TRY(date_place, root.need("effective_from"));
  TRY(date, text(date_place));
  if (date.size() != 10 || !parse_instant(date + "T00:00:00Z")) return date_place.wrong("must be a date yyyy-mm-dd");
  catalogue.effective_from = date;
  TRY(zone_place, root.need("zone"));
  TRY(zone_name, text(zone_place));
  const auto zone = Zone::find(zone_name);
  if (!zone) return zone_place.wrong(zone.error().detail);
  catalogue.zone = *zone;
  TRY(currency_place, root.need("currency"));
  TRY(code, text(currency_place));
  const Currency* currency = find_currency(code);
  if (currency == nullptr) return currency_place.wrong("unknown currency '" + code + "'");
  catalogue.currency = *currency;
  TRY(kilobyte_place, root.need("kilobyte"));
  TRY(kilobyte, whole(kilobyte_place, 1, 1 << 20));
  catalogue.kilobyte = kilobyte;
  TRY(gigabyte_place, root.need("gigabyte"));
  TRY(gigabyte, whole(gigabyte_place, 1, std::int64_t{1} << 40));
  catalogue.gigabyte = gigabyte;
  return {};
}

Result<void> read_tables(const Place& root, Catalogue& catalogue) {
  if (root.has("rules")) {
    TRY(rules_place, root.need("rules"));
    TRY(rules, read_rules(rules_place));
    catalogue.rules = rules;
  }
  catalogue.thresholds = {50, 80, 95, 100};
  if (root.has("thresholds")) {
    TRY(place, root.need("thresholds"));
    if (!place.json->is_array() || place.json->size() > 32) return place.wrong("must be an array of at most 32");
    catalogue.thresholds.clear();
    for (std::size_t i = 0; i < place.json->size(); ++i) {
      TRY(percent, whole(place.at(i), 1, 1000));
      catalogue.thresholds.push_back(static_cast<int>(percent));
    }
  }
  if (root.has("sla")) {
    TRY(place, root.need("sla"));
    if (!place.json->is_array() || place.json->size() > 32) return place.wrong("must be an array of at most 32");
    for (std::size_t i = 0; i < place.json->size(); ++i) {
      const Place step = place.at(i);
      TRY_VOID(only_members(step, {"below", "percent"}));
      TRY(below_place, step.need("below"));
      TRY(percent_place, step.need("percent"));
      TRY(below, number(below_place, 6));
      TRY(percent, number(percent_place, 6));
      catalogue.sla.push_back({below, percent});
    }
  }
  return {};
}

Result<CataloguePtr> read(const Place& root) {
  auto catalogue = std::make_shared<Catalogue>();
  TRY_VOID(read_head(root, *catalogue));
  TRY_VOID(read_tables(root, *catalogue));
  TRY(rates_place, root.need("rates"));
  TRY(rates, read_rates(rates_place));
  TRY(plans, root.need("plans"));
  if (!plans.json->is_array() || plans.json->empty() || plans.json->size() > 64) {
    return plans.wrong("must be an array of 1 to 64 plans");
  }
  for (std::size_t i = 0; i < plans.json->size(); ++i) {
    TRY(plan, read_plan(plans.at(i), *catalogue, rates));
    catalogue->plans.push_back(plan);
  }
  TRY_VOID(check(*catalogue, root.pointer));
  return CataloguePtr(std::move(catalogue));
}
}  // namespace

Result<CataloguePtr> load(std::string_view json, std::string_view prefix) {
  const Place nowhere{nullptr, std::string(prefix)};
  if (json.size() > kCatalogueBytesMax) return nowhere.wrong("is larger than 1 MiB");
  bool too_deep = false;
  const auto shallow = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > kDepthMax) too_deep = true;
    return !too_deep;
  };
  const Json document = Json::parse(json.begin(), json.end(), shallow, /*allow_exceptions=*/false);
  if (too_deep) return nowhere.wrong("is nested more deeply than the schema");
  if (document.is_discarded()) return nowhere.wrong("is not valid JSON");
  return read({&document, std::string(prefix)});
}

}  // namespace postage::catalog
