#include "app/simulate_json.h"

#include <utility>

namespace postage::app {
namespace {
/// The decimal in `value`, which is an integer or a string.
Result<Decimal> read_decimal(const Json& value, const JsonPath& path) {
  if (value.is_number_unsigned()) return Decimal{Rational(BigInt(value.get<std::uint64_t>())), 0};
  if (value.is_number_integer()) return Decimal{Rational(value.get<std::int64_t>()), 0};
  if (!value.is_string()) return path.wrong("must be a JSON integer or a decimal string");
  auto decimal = parse_decimal(value.get_ref<const std::string&>());
  if (!decimal) return path.wrong(decimal.error().detail);
  return decimal;
}
}  // namespace

std::string JsonPath::pointer() const {
  if (parent == nullptr) return {};
  std::string text = parent->pointer() + "/";
  if (key.empty()) return text + std::to_string(index);
  for (const char c : key) {
    if (c == '~') {
      text += "~0";
    } else if (c == '/') {
      text += "~1";
    } else {
      text += c;
    }
  }
  return text;
}

Error JsonPath::wrong(std::string_view what) const {
  const std::string where = pointer();
  return {Errc::bad_request, (where.empty() ? std::string("\"\" (the document)") : where) + ": " + std::string(what)};
}

Result<Json> parse_json(std::string_view text) {
  try {
    return Json::parse(text.begin(), text.end());
  } catch (const Json::parse_error& error) {
    return JsonPath{}.wrong("not valid JSON at byte " + std::to_string(error.byte));
  } catch (const Json::exception&) {
    return JsonPath{}.wrong("not valid JSON: a number is out of range");
  }
}

const Json* find_member(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

Result<void> need_object(const Json& value, const JsonPath& path) {
  if (!value.is_object()) return path.wrong("must be an object");
  return {};
}

Result<const Json*> need_member(const Json& object, std::string_view key, const JsonPath& path) {
  const Json* value = find_member(object, key);
  if (value == nullptr) return JsonPath{&path, key}.wrong("is missing");
  return value;
}

Result<const Json*> need_array(const Json& object, std::string_view key, const JsonPath& path) {
  TRY(value, need_member(object, key, path));
  if (!value->is_array()) return JsonPath{&path, key}.wrong("must be an array");
  return std::move(value);
}

Result<std::string_view> need_text(const Json& object, std::string_view key, const JsonPath& path) {
  TRY(value, need_member(object, key, path));
  if (!value->is_string()) return JsonPath{&path, key}.wrong("must be a string");
  return std::string_view(value->get_ref<const std::string&>());
}

Result<std::int64_t> read_count(const Json& object, std::string_view key, const JsonPath& path,
                                std::optional<std::int64_t> fallback) {
  const Json* value = find_member(object, key);
  const JsonPath here{&path, key};
  if (value == nullptr) {
    if (!fallback) return here.wrong("is missing");
    return *fallback;
  }
  if (value->is_number_unsigned() && value->get<std::uint64_t>() <= static_cast<std::uint64_t>(INT64_MAX)) {
    return static_cast<std::int64_t>(value->get<std::uint64_t>());
  }
  constexpr std::string_view kWhat = "must be a whole number from 0 to 9223372036854775807";
  if (value->is_number()) return here.wrong(kWhat);
  TRY(decimal, read_decimal(*value, here));
  const auto whole = to_int64(decimal.value);
  if (!whole || *whole < 0) return here.wrong(kWhat);
  return *whole;
}

Result<Rational> read_money(const Json& value, const Currency& currency, const JsonPath& path) {
  TRY(decimal, read_decimal(value, path));
  if (decimal.value.is_negative()) return path.wrong("an amount of money must not be negative");
  if (decimal.decimals > currency.minor_digits) {
    return path.wrong("money has at most " + std::to_string(currency.minor_digits) + " decimals");
  }
  return decimal.value;
}

Result<Rational> read_percent(const Json& value, const JsonPath& path) {
  TRY(decimal, read_decimal(value, path));
  if (decimal.value.is_negative()) return path.wrong("a percentage must not be negative");
  return decimal.value;
}

Result<Instant> read_instant(const Json& value, const JsonPath& path) {
  if (!value.is_string()) return path.wrong("must be an instant such as \"2026-01-31T23:59:59.999+08:00\"");
  const auto instant = parse_instant(value.get_ref<const std::string&>());
  if (!instant) return path.wrong(instant.error().detail);
  return *instant;
}

std::string shown(std::string_view text) {
  constexpr std::size_t kMax = 60;
  std::string result = "'" + std::string(text.substr(0, kMax)) + (text.size() > kMax ? "...'" : "'");
  return result;
}

}  // namespace postage::app
