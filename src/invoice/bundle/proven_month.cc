#include "invoice/bundle/proven_month.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>

#include "invoice/replay.h"
#include "meter/hour.h"

namespace postage::invoice {
namespace {

using Json = nlohmann::json;

constexpr int kDocumentDepthMax = 16;

Error broken(std::string what) { return Error(Errc::corrupt_record, std::move(what)); }

std::string text_of(const Json& from, const char* name) {
  const auto found = from.find(name);
  return found != from.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// Catalogues of a bundle under the names they had for a month.
class MonthCatalogues final : public CatalogueBook {
 public:
  MonthCatalogues(const BundleMonth& month, const CatalogueTexts& texts) : month_(month), texts_(texts) {}
  [[nodiscard]] std::optional<NamedCatalogue> find(std::string_view name) const override {
    const auto hash = month_.catalogues.find(std::string(name));
    if (hash == month_.catalogues.end()) return std::nullopt;
    const auto text = texts_.find(hash->second);
    if (text == texts_.end()) return std::nullopt;
    auto catalogue = catalog::load(text->second.text);
    if (!catalogue) return std::nullopt;
    return NamedCatalogue{*catalogue, text->second.text};
  }
  [[nodiscard]] std::vector<std::string> names() const override {
    std::vector<std::string> all;
    for (const auto& [name, hash] : month_.catalogues) all.push_back(name);
    return all;
  }

 private:
  const BundleMonth& month_;
  const CatalogueTexts& texts_;
};

std::string day_text(Instant at, const Zone& zone) { return instant_text(at, zone).substr(0, 10); }

Result<void> same(const std::string& what, const std::string& stated, const std::string& proven) {
  if (stated == proven) return {};
  return broken(fmt::format("{}: the document says {}, the proven records say {}", what, stated, proven));
}

/// Each project's row of the document against its proven usage.
Result<void> check_usage(const Json& stated, const meter::MonthUsage& usage, const catalog::Catalogue& catalogue) {
  TRY_VOID(same("hours of the month", text_of(stated, "month_hours"), std::to_string(usage.month_hours())));
  std::size_t i = 0;
  for (const Json& row : stated.value("projects", Json::array())) {
    const meter::ProjectUsage& proven = usage.projects[i++];
    const std::string name = fmt::format("project {} ({})", proven.project.value, proven.name);
    TRY_VOID(same(name + ": message units", text_of(row, "messages"), std::to_string(proven.units)));
    TRY_VOID(same(name + ": peak connections", text_of(row, "pcu"), std::to_string(proven.peak)));
    TRY_VOID(same(name + ": byte-hours", text_of(row, "byte_hours"), Rational(proven.byte_hours()).to_plain(0)));
    TRY_VOID(same(name + ": GB", text_of(row, "storage_gb"),
                  rating::storage_gb(catalogue, proven.byte_hours(), usage.month_hours()).to_plain()));
  }
  return same("the account's simultaneous connections", text_of(stated, "simultaneous_peak"),
              std::to_string(usage.simultaneous_peak));
}

Result<std::vector<meter::NamedProject>> projects_of(const Json& usage) {
  std::vector<meter::NamedProject> projects;
  std::set<std::int64_t> seen;
  for (const Json& row : usage.value("projects", Json::array())) {
    if (!row.is_object()) return broken("the document's projects cannot be read");
    TRY(id, parse_decimal(text_of(row, "id")));
    const auto number = to_int64(id.value);
    if (!number || !seen.insert(*number).second) return broken("the document names a project twice, or none");
    projects.push_back({ProjectId{*number}, text_of(row, "name")});
  }
  return projects;
}

}  // namespace

std::string ProvenMonth::describe(const meter::ProvenRecord& value) const {
  constexpr std::string_view kNames[] = {"", "message units of project", "peak of project", "stored bytes of project",
                                         "peak of account"};
  return fmt::format("{} {} in the hour {}", kNames[static_cast<std::size_t>(value.record.meter)], value.record.subject,
                     instant_text_utc(meter::hour_start(end_.hour)));
}

Result<void> ProvenMonth::add(const meter::SealKey& key, const meter::HourEnd& end) {
  const std::string name = fmt::format("the hour {} of run {}", instant_text_utc(meter::hour_start(end.hour)), end.run);
  if (hours_ > 0 && std::pair(end.hour, end.run) <= std::pair(end_.hour, end_.run))
    return broken(name + " comes twice or out of order");
  if (!month_.period.holds(meter::hour_start(end.hour))) return broken(name + " is not in the month");
  if (!meter::proves(key, end)) return broken(name + " was not signed by the meter's key");
  end_ = end;
  seen_.clear();
  last_sequence_ = 0;
  minutes_[end.hour] |= end.minutes;
  ++hours_;
  return {};
}

Result<void> ProvenMonth::add(meter::ProvenRecord value) {
  if (hours_ == 0) return broken("a value without its hour");
  value.record.run = end_.run;
  value.record.hour = end_.hour;
  const meter::Record& record = value.record;
  if (!meter::proves(end_, value)) return broken(describe(value) + " is not what the meter signed");
  if (!seen_.emplace(record.meter, record.subject).second || record.sequence <= last_sequence_)
    return broken(describe(value) + " comes twice or out of order");
  last_sequence_ = record.sequence;
  ++values_;
  if (record.meter == meter::MeterKind::account_peak) {
    if (record.subject != account_.value) return broken(describe(value) + " is another account's");
    account_peak_ = std::max(account_peak_, record.value);
    return {};
  }
  Project& project = projects_[record.subject];
  if (record.meter == meter::MeterKind::messages) project.units += record.value;
  if (record.meter == meter::MeterKind::peak) project.peak = std::max(project.peak, record.value);
  if (record.meter == meter::MeterKind::storage) {
    std::int64_t& sample = project.samples[record.hour];
    sample = std::max(sample, record.value);
  }
  return {};
}

Result<void> ProvenMonth::add(const BundleLive& live) {
  if (month_.issued) return broken("usage without proof in a month that has an invoice");
  Project& project = projects_[live.project.value];
  project.units += live.units;
  project.peak = std::max(project.peak, live.peak);
  project.live_byte_hours = live.byte_hours;
  stated_ = true;
  return {};
}

Result<void> ProvenMonth::add(const BundleLiveAccount& live) {
  if (month_.issued) return broken("usage without proof in a month that has an invoice");
  account_peak_ = std::max(account_peak_, live.peak);
  stated_ = true;
  return {};
}

Result<meter::MonthUsage> ProvenMonth::usage(const std::vector<meter::NamedProject>& projects) const {
  meter::MonthUsage usage{month_.period, {}, account_peak_};
  std::size_t known = 0;
  for (const meter::NamedProject& each : projects) {
    meter::ProjectUsage row{.project = each.project, .name = each.name, .storage = {}};
    if (const auto found = projects_.find(each.project.value); found != projects_.end()) {
      ++known;
      const Project& proven = found->second;
      if (proven.units > INT64_MAX) return broken("message units of a project pass 64 bits");
      row.units = static_cast<std::int64_t>(proven.units);
      row.peak = proven.peak;
      for (const auto& [hour, bytes] : proven.samples) row.storage.push_back({bytes, 1});
      row.storage.push_back({proven.live_byte_hours, 1});
    }
    usage.projects.push_back(std::move(row));
  }
  if (known != projects_.size()) return broken("there is usage of a project that the document does not name");
  return usage;
}

void ProvenMonth::cover(CheckedMonth& checked, Instant since, const Zone& zone) const {
  const Instant from = std::max(month_.period.start, since);
  const Instant to = month_.issued      ? month_.period.end
                     : minutes_.empty() ? month_.period.start
                                        : meter::hour_start(minutes_.rbegin()->first + 1);
  UncoveredDay day;
  const auto close_day = [&] {
    if (day.covered_minutes < day.due_minutes) checked.uncovered.push_back(day);
    checked.covered_minutes += day.covered_minutes;
    checked.due_minutes += day.due_minutes;
  };
  Instant day_end = month_.period.start;
  const std::int64_t first = (from.time_since_epoch().count() + meter::kMinuteMs - 1) / meter::kMinuteMs;
  const std::int64_t last = to.time_since_epoch().count() / meter::kMinuteMs;
  for (std::int64_t minute = first; minute < last; ++minute) {
    const Instant at(milliseconds(minute * meter::kMinuteMs));
    if (at >= day_end) {
      close_day();
      day = {day_text(at, zone), 0, 0};
      day_end = zone.next_day_start(at);
    }
    const auto bits = minutes_.find(meter::hour_of(at));
    ++day.due_minutes;
    if (bits != minutes_.end() && (bits->second >> (minute % 60) & 1) != 0) ++day.covered_minutes;
  }
  close_day();
}

Result<CheckedMonth> ProvenMonth::check(const BundleDocument& line, const std::vector<AccountEvent>& history,
                                        const CatalogueTexts& catalogues) const {
  const std::string& document = line.document;
  if (sha256_hex(document) != line.sha256) return broken("the document does not fit its hash");
  if (json_depth(document) > kDocumentDepthMax) return broken("the document nests too deep");
  const Json parsed = Json::parse(document, nullptr, false);
  if (!parsed.is_object()) return broken("the document is not JSON");
  const bool fits = text_of(parsed, "state") == (month_.issued ? "issued" : "running") &&
                    line.number.empty() != month_.issued && text_of(parsed, "number") == line.number &&
                    text_of(parsed, "account") == std::to_string(account_.value) &&
                    text_of(parsed, "month") == month_.month.text();
  if (!fits) return broken("the document is another one's: state, number, account or month differ");
  TRY(start, parse_instant(text_of(parsed, "start")));
  TRY(end, parse_instant(text_of(parsed, "end")));
  if (InstantRange{start, end} != month_.period) return broken("the document's month begins or ends elsewhere");

  CheckedMonth checked;
  checked.month = month_.month;
  checked.number = line.number;
  checked.as_of = text_of(parsed, "as_of");
  checked.sha256 = line.sha256;
  checked.catalogue_sha256 = text_of(parsed, "catalogue_sha256");
  const auto catalogue = catalogues.find(checked.catalogue_sha256);
  if (catalogue == catalogues.end()) return broken("the catalogue that the document names is not in the bundle");
  TRY(stated, replay(document, catalogue->second.text));
  (void)stated;
  TRY(inputs, rated_inputs(document, catalogue->second.text));

  Instant as_of = month_.period.end - milliseconds(1);
  if (!month_.issued) {
    TRY(instant, parse_instant(checked.as_of));
    as_of = instant;
  }
  const MonthCatalogues book(month_, catalogues);
  TRY(terms, play(history, as_of, book));
  if (terms.subscription.month() != month_.month || terms.subscription.period() != month_.period)
    return broken("the account's history leads to another month");
  if (sha256_hex(terms.catalogue.text) != checked.catalogue_sha256)
    return broken("the account's history leads to another catalogue");

  const auto usage_row = parsed.find("usage");
  if (usage_row == parsed.end() || !usage_row->is_object()) return broken("the document has no usage");
  TRY(projects, projects_of(*usage_row));
  TRY(proven, usage(projects));
  TRY_VOID(check_usage(*usage_row, proven, *terms.catalogue.catalogue));
  const Instant since = history.front().at;
  const Zone zone = terms.catalogue.catalogue->zone;
  RatedMonth rated = rate_month({account_, {}, {}, {}, {}, {}, {}}, std::move(terms), std::move(proven), as_of,
                                inputs.sla_credit_percent);
  std::string printed;
  rating::append_bill_json(printed, rated.bill);
  if (document.find("," + printed + ",\"usage\":") == std::string::npos)
    return broken("history, catalogue and proven usage give another bill: " + printed);
  checked.bill = std::move(rated.bill);
  checked.hours = hours_;
  checked.values = values_;
  checked.stated = stated_;
  cover(checked, since, zone);
  return checked;
}

}  // namespace postage::invoice
