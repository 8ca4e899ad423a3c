#pragma once
// Reads the members of a stored document: typed, with the first mistake kept and named by its place.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/rational.h"
#include "base/result.h"
#include "base/zone.h"
#include "invoice/issuer.h"

namespace postage::invoice {

/// Reads members of one object; the first that is wrong is kept.
class Members {
  using Json = nlohmann::json;

 public:
  Members(const Json& object, std::string where, std::optional<Error>& wrong)
      : object_(object), where_(std::move(where)), wrong_(wrong) {}

  [[nodiscard]] const Json* find(const char* name) const {
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(name);
    return found == object_.end() ? nullptr : &*found;
  }
  [[nodiscard]] std::string text(const char* name) const {
    const Json* found = find(name);
    if (!found || !found->is_string()) {
      refuse(name, "must be a text");
      return {};
    }
    return found->get<std::string>();
  }
  [[nodiscard]] std::string maybe_text(const char* name) const { return find(name) ? text(name) : std::string(); }
  /// A text or a whole number as it is written, for showing; empty when it is absent or something else.
  [[nodiscard]] std::string shown(const char* name) const {
    const Json* found = find(name);
    if (!found || !(found->is_string() || found->is_number_integer())) return {};
    return found->is_string() ? found->get<std::string>() : found->dump();
  }
  [[nodiscard]] Rational number(const char* name) const {
    const auto decimal = parse_decimal(text(name));
    if (!decimal) refuse(name, "must be a decimal number");
    return decimal ? decimal->value : Rational();
  }
  /// "15" or "1/3"; absent is 0.
  [[nodiscard]] Rational fraction(const char* name) const {
    const std::string written = maybe_text(name);
    if (written.empty()) return {};
    const std::size_t slash = std::min(written.find('/'), written.size());
    const auto top = parse_decimal(std::string_view(written).substr(0, slash));
    if (!top) refuse(name, "must be a number");
    if (!top || slash == written.size()) return top ? top->value : Rational();
    const auto bottom = parse_decimal(std::string_view(written).substr(slash + 1));
    if (bottom && !bottom->value.is_zero()) return top->value / bottom->value;
    refuse(name, "must be a number");
    return {};
  }
  [[nodiscard]] Instant instant(const char* name) const {
    const auto at = parse_instant(text(name));
    if (!at) refuse(name, "must be an instant");
    return at ? *at : Instant{};
  }
  [[nodiscard]] bool flag(const char* name) const {
    const Json* found = find(name);
    return found && found->is_boolean() && found->get<bool>();
  }
  [[nodiscard]] std::vector<std::string> texts(const char* name) const {
    std::vector<std::string> all;
    const Json* found = find(name);
    if (!found) return all;
    if (!found->is_array()) refuse(name, "must be a list");
    for (const Json& each : *found) {
      if (each.is_string()) all.push_back(each.get<std::string>());
    }
    return all;
  }
  void refuse(const char* name, const char* why) const {
    if (!wrong_) wrong_ = Error(Errc::corrupt_record, "document: " + where_ + "/" + name + ": " + why);
  }
  /// The members of the objects of a list, each given to `read`.
  template <class Read>
  void each(const char* name, Read read) const {
    const Json* found = find(name);
    if (!found) return;
    if (!found->is_array()) return refuse(name, "must be a list");
    for (const Json& one : *found) read(Members(one, where_ + "/" + name, wrong_));
  }
  [[nodiscard]] Members inside(const char* name) const {
    static const Json kNone = Json::object();
    const Json* found = find(name);
    if (!found || !found->is_object()) refuse(name, "must be an object");
    return {found ? *found : kNone, where_ + "/" + name, wrong_};
  }

 private:
  const Json& object_;
  std::string where_;
  std::optional<Error>& wrong_;
};

/// The `issuer` of a document.
Issuer read_issuer(const Members& from);

}  // namespace postage::invoice
