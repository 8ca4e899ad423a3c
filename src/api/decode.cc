#include "api/decode.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "api/utf8_text.h"
#include "base/text_bytes.h"
#include "base/zone.h"

namespace postage::api {
namespace {

using Json = nlohmann::json;
constexpr std::size_t kDepthMax = 16;
constexpr std::size_t kValuesMax = 20'000;

std::string escape_pointer(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

Why expected(const char* kind) { return {Reason::type, {kind}}; }
Why at_most(std::size_t bytes) { return {Reason::length, {"0", std::to_string(bytes)}}; }
Why between(std::int64_t min, std::int64_t max) { return {Reason::range, {std::to_string(min), std::to_string(max)}}; }

std::string joined(const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& each : words) list += (list.empty() ? "" : ", ") + each;
  return list;
}

/// Builds a document from parse events with our bounds; keeps where it stood when something was wrong.
class Builder : public nlohmann::json_sax<Json> {
 public:
  Json root;
  std::string wrong;

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max())) return number_refused();
    return put(static_cast<std::int64_t>(value));
  }
  bool number_float(number_float_t, const string_t&) override { return number_refused(); }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return fail("binary values are not JSON"); }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (stack_.back()->contains(name)) return fail("a member is there twice");
    key_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    return fail("not valid JSON at byte " + std::to_string(position));
  }

 private:
  bool fail(std::string text) {
    if (wrong.empty()) wrong = std::move(text);
    return false;
  }
  bool number_refused() {
    return fail("numbers are 64-bit integers; write a quantity or an amount as a decimal string");
  }
  Json* add(Json value) {
    if (stack_.empty()) {
      root = std::move(value);
      return &root;
    }
    Json& parent = *stack_.back();
    if (parent.is_array()) return &parent.emplace_back(std::move(value));
    return &(parent[key_] = std::move(value));
  }
  bool put(Json value) {
    if (++values_ > kValuesMax) return fail("too many values");
    add(std::move(value));
    return true;
  }
  bool open(Json empty) {
    if (stack_.size() >= kDepthMax) return fail("nested deeper than 16 levels");
    if (++values_ > kValuesMax) return fail("too many values");
    stack_.push_back(add(std::move(empty)));
    return true;
  }
  bool close() {
    stack_.pop_back();
    return true;
  }

  std::vector<Json*> stack_;
  std::string key_;
  std::size_t values_ = 0;
};

}  // namespace

struct Body::State {
  struct Level {
    const Json* object;
    std::string pointer;
    std::set<std::string> asked;
  };
  Json root;
  std::vector<Level> levels;
  std::optional<Problem> first;

  void wrong(std::string where, std::string what, Why why) {
    if (!first) first = Problem(Errc::bad_request, std::move(what), std::move(where), std::move(why));
  }
  /// Members of the innermost level that nobody asked for.
  void check_unknown() {
    for (const auto& [name, value] : levels.back().object->items()) {
      if (!levels.back().asked.contains(name)) {
        wrong(levels.back().pointer + "/" + escape_pointer(name), "this member is not known here",
              Reason::unknown);
      }
    }
  }
};

Body::Body(std::string_view bytes, bool optional) : state_(std::make_unique<State>()) {
  state_->root = Json::object();
  if (!(optional && bytes.empty())) {
    Builder builder;
    Json::sax_parse(bytes, &builder);
    if (!builder.wrong.empty()) {
      state_->wrong("", builder.wrong, Reason::unreadable);
    } else if (!builder.root.is_object()) {
      state_->wrong("", "the body must be a JSON object", Reason::unreadable);
    } else {
      state_->root = std::move(builder.root);
    }
  }
  state_->levels.push_back({&state_->root, "", {}});
}
Body::~Body() = default;
Body::Body(Body&&) noexcept = default;

const Json* Body::find(const std::string& name) {
  State::Level& level = state_->levels.back();
  level.asked.insert(name);
  const auto found = level.object->find(name);
  if (found == level.object->end() || found->is_null()) return nullptr;
  return &*found;
}

void Body::refuse(const std::string& name, std::string detail, Why why) {
  state_->wrong(state_->levels.back().pointer + "/" + escape_pointer(name), std::move(detail), std::move(why));
}

bool Body::has(const std::string& name) { return find(name) != nullptr; }

std::string Body::checked_text(const std::string& name, const Json& value, Length length) {
  if (!value.is_string()) {
    refuse(name, "must be a string", expected("string"));
    return {};
  }
  const auto& text = value.get_ref<const std::string&>();
  if (text.size() < length.min || text.size() > length.max) {
    const std::string min = std::to_string(length.min), max = std::to_string(length.max);
    refuse(name, "must have " + min + " to " + max + " bytes", {Reason::length, {min, max}});
    return {};
  }
  if (!clean_text(text)) {
    refuse(name, "must not hold control characters", Reason::control);
    return {};
  }
  return text;
}

std::string Body::text(const std::string& name, Length length) {
  const Json* value = find(name);
  if (value) return checked_text(name, *value, length);
  refuse(name, "is required", Reason::missing);
  return {};
}

std::optional<std::string> Body::maybe_text(const std::string& name, Length length) {
  const Json* value = find(name);
  if (!value) return std::nullopt;
  return checked_text(name, *value, length);
}

std::string Body::choice(const std::string& name, const std::vector<std::string>& choices) {
  std::string value = text(name, {1, 256});
  if (!state_->first && std::ranges::find(choices, value) == choices.end()) {
    const std::string list = joined(choices);
    refuse(name, "must be one of: " + list, {Reason::choice, {list}});
  }
  return value;
}

std::int64_t Body::integer(const std::string& name, std::int64_t min, std::int64_t max) {
  if (const auto value = maybe_integer(name, min, max)) return *value;
  refuse(name, "is required", Reason::missing);
  return min;
}

std::optional<std::int64_t> Body::maybe_integer(const std::string& name, std::int64_t min, std::int64_t max) {
  const Json* value = find(name);
  if (!value) return std::nullopt;
  if (!value->is_number_integer()) {
    refuse(name, "must be an integer", expected("integer"));
    return min;
  }
  const auto number = value->get<std::int64_t>();
  if (number < min || number > max) {
    refuse(name, "must be " + std::to_string(min) + " to " + std::to_string(max), between(min, max));
    return min;
  }
  return number;
}

std::optional<bool> Body::maybe_flag(const std::string& name) {
  const Json* value = find(name);
  if (!value) return std::nullopt;
  if (!value->is_boolean()) {
    refuse(name, "must be true or false", expected("boolean"));
    return false;
  }
  return value->get<bool>();
}

std::optional<std::string> Body::maybe_payload(const std::string& name, std::size_t bytes_max) {
  const Json* value = find(name);
  if (!value) return std::nullopt;
  if (!value->is_string()) {
    refuse(name, "must be a string", expected("string"));
    return std::string();
  }
  const auto& text = value->get_ref<const std::string&>();
  if (text.size() <= bytes_max) return text;
  refuse(name, "must have at most " + std::to_string(bytes_max) + " bytes", at_most(bytes_max));
  return std::string();
}

std::optional<std::string> Body::maybe_json(const std::string& name) {
  const Json* value = find(name);
  if (!value) return std::nullopt;
  return value->dump();
}

std::optional<std::string> Body::maybe_base64(const std::string& name, std::size_t bytes_max) {
  const Json* value = find(name);
  if (!value) return std::nullopt;
  if (!value->is_string()) {
    refuse(name, "must be a string of base64", expected("base64"));
    return std::string();
  }
  auto bytes = from_base64(value->get_ref<const std::string&>());
  if (!bytes) {
    refuse(name, "is not base64 (standard alphabet, padded)", expected("base64"));
    return std::string();
  }
  if (bytes->size() > bytes_max) {
    refuse(name, "must have at most " + std::to_string(bytes_max) + " bytes", at_most(bytes_max));
    return std::string();
  }
  return bytes;
}

bool Body::enter(const std::string& name) {
  const Json* value = find(name);
  if (!value) return false;
  if (!value->is_object()) {
    refuse(name, "must be an object", expected("object"));
    return false;
  }
  state_->levels.push_back({value, state_->levels.back().pointer + "/" + escape_pointer(name), {}});
  return true;
}

void Body::leave() {
  state_->check_unknown();
  state_->levels.pop_back();
}

std::optional<Problem> Body::mistake() {
  state_->check_unknown();
  return state_->first;
}

Query::Query(std::vector<std::pair<std::string, std::string>> pairs) : pairs_(std::move(pairs)) {
  std::set<std::string> seen;
  for (const auto& [name, value] : pairs_) {
    if (!seen.insert(name).second) refuse(name, "this parameter is there twice", Reason::twice);
  }
}

void Query::refuse(const std::string& name, std::string detail, Why why) {
  if (!first_) first_ = Problem(Errc::bad_request, std::move(detail), "?" + name, std::move(why));
}

std::optional<std::string> Query::text(const std::string& name, std::size_t bytes_max) {
  asked_.insert(name);
  for (const auto& [key, value] : pairs_) {
    if (key != name) continue;
    if (value.size() <= bytes_max && valid_utf8(value) && clean_text(value)) return value;
    refuse(name, "must be at most " + std::to_string(bytes_max) + " bytes of UTF-8 without control characters");
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::string> Query::choice(const std::string& name, const std::vector<std::string>& choices) {
  auto value = text(name);
  if (value && std::ranges::find(choices, *value) == choices.end()) {
    const std::string list = joined(choices);
    refuse(name, "must be one of: " + list, {Reason::choice, {list}});
  }
  return value;
}

std::optional<std::int64_t> Query::integer(const std::string& name, std::int64_t min, std::int64_t max) {
  const auto value = text(name, 20);
  if (!value) return std::nullopt;
  const auto number = parse_integer(*value);
  if (!number || *number < min || *number > max) {
    refuse(name, "must be an integer from " + std::to_string(min) + " to " + std::to_string(max), between(min, max));
    return std::nullopt;
  }
  return number;
}

std::optional<Instant> Query::instant(const std::string& name) {
  const auto value = text(name, 40);
  if (!value) return std::nullopt;
  const bool bare_date = value->size() == 10;
  const auto at = parse_instant(bare_date ? *value + "T00:00:00Z" : *value);
  if (at) return *at;
  refuse(name, "must be an instant like 2026-11-01T00:00:00Z or a date: " + at.error().detail,
         expected("instant"));
  return std::nullopt;
}

std::optional<Problem> Query::mistake() {
  for (const auto& [name, value] : pairs_) {
    if (!asked_.contains(name)) refuse(name, "this parameter is not known here", Reason::unknown);
  }
  return first_;
}

}  // namespace postage::api
