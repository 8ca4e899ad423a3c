#include "invoice/sla.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/log.h"

namespace postage::invoice {
namespace {

constexpr std::size_t kRangesShown = 200;
constexpr int kPercentDecimals = 6;

void member(std::string& out, std::string_view key, std::string_view value) {
  out += ",\"";
  out += key;
  out += "\":";
  append_json_string(out, value);
}

Result<std::int64_t> whole(const nlohmann::json& from, const char* name) {
  const auto found = from.find(name);
  if (found != from.end() && found->is_string()) {
    const auto decimal = parse_decimal(found->get_ref<const std::string&>());
    const auto value = decimal ? to_int64(decimal->value) : std::nullopt;
    if (value && *value >= 0) return *value;
  }
  return Error(Errc::corrupt_record, std::string("invoice: sla/") + name + " is not a whole number");
}

}  // namespace

Rational Uptime::percent() const {
  if (minutes == 0) return Rational(100);
  return Rational(BigInt(minutes - down) * 100, BigInt(minutes));
}

InstantRange sla_period(const AccountFacts& facts, const InstantRange& month) {
  return {std::min(std::max(month.start, facts.created_at), month.end), month.end};
}

Result<Sla> sla_of(const UptimeSource* source, const AccountFacts& facts, const Terms& terms) {
  Sla sla;
  if (source == nullptr || !terms.subscription.plan()->has("uptime_sla")) return sla;
  const catalog::Catalogue& catalogue = *terms.catalogue.catalogue;
  const bool excluded = catalogue.rules.maintenance == catalog::Maintenance::excluded;
  TRY(measured, source->uptime(sla_period(facts, terms.subscription.period()), excluded));
  if (!measured) return sla;
  sla.credit_percent = catalogue.sla_credit_percent(measured->percent());
  sla.measured = std::move(measured);
  return sla;
}

Rational sla_target(const catalog::Catalogue& catalogue) {
  return catalogue.sla.empty() ? Rational(0) : catalogue.sla.back().below;
}

Rational sla_allowed_minutes(const catalog::Catalogue& catalogue, std::int64_t minutes) {
  if (catalogue.sla.empty()) return Rational(minutes);
  return Rational(minutes) * (Rational(100) - sla_target(catalogue)) / Rational(100);
}

void append_sla_json(std::string& out, const Sla& sla, const catalog::Catalogue& catalogue) {
  if (!sla.measured) return;
  const Uptime& measured = *sla.measured;
  out += ",\"sla\":{\"minutes\":\"" + std::to_string(measured.minutes) + '"';
  member(out, "down", std::to_string(measured.down));
  member(out, "uptime_percent", measured.percent().to_plain(kPercentDecimals));
  member(out, "target_percent", sla_target(catalogue).to_plain());
  member(out, "credit_percent", sla.credit_percent.to_plain());
  out += ",\"down_ranges\":[";
  const std::size_t shown = std::min(measured.ranges.size(), kRangesShown);
  for (std::size_t i = 0; i < shown; ++i) {
    const Uptime::Range& each = measured.ranges[i];
    out += i == 0 ? "{\"start\":" : ",{\"start\":";
    append_json_string(out, instant_text(each.start, catalogue.zone));
    member(out, "end", instant_text(each.end, catalogue.zone));
    member(out, "cause", each.cause);
    out += '}';
  }
  out += ']';
  if (shown < measured.ranges.size()) member(out, "more_ranges", std::to_string(measured.ranges.size() - shown));
  out += '}';
}

Result<void> check_sla(const nlohmann::json& document, const catalog::Catalogue& catalogue, const Rational& credit) {
  const auto found = document.find("sla");
  if (found == document.end()) return {};
  TRY(minutes, whole(*found, "minutes"));
  TRY(down, whole(*found, "down"));
  const Uptime measured{minutes, down, {}};
  if (down > minutes || catalogue.sla_credit_percent(measured.percent()) != credit) {
    return Error(Errc::corrupt_record, "invoice: the SLA credit is not what the measured minutes earn");
  }
  return {};
}

}  // namespace postage::invoice
