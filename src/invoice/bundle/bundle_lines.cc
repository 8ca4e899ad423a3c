#include "invoice/bundle/bundle_lines.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/text_bytes.h"
#include "invoice/account_history.h"
#include "invoice/bundle/chained_lines.h"
#include "meter/hour.h"

namespace postage::invoice {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kDepthMax = 3;
constexpr std::string_view kMeterNames[] = {"none", "messages", "peak", "storage", "account_peak"};

Error corrupt(const std::string& what) { return Error(Errc::corrupt_record, what); }

std::string hex_of(const meter::Hash& hash) { return to_hex(meter::view(hash)); }
std::int64_t ms_of(Instant at) { return at.time_since_epoch().count(); }

/// Reads members; the first mistake is kept and everything after it is empty.
class Members {
 public:
  explicit Members(const Json& object) : object_(object) {}

  std::string text(const char* name, std::size_t bytes_max) {
    const Json* value = find(name);
    if (value == nullptr || !value->is_string()) return wrong<std::string>(name, "is not a text");
    auto found = value->get<std::string>();
    return found.size() <= bytes_max ? found : wrong<std::string>(name, "is too long");
  }
  std::int64_t integer(const char* name) {
    const Json* value = find(name);
    const bool whole = value != nullptr && value->is_number_integer() &&
                       (!value->is_number_unsigned() || value->get<std::uint64_t>() <= INT64_MAX);
    return whole ? value->get<std::int64_t>() : wrong<std::int64_t>(name, "is not a whole number");
  }
  std::int64_t count(const char* name) {
    const std::int64_t value = integer(name);
    return value >= 0 ? value : wrong<std::int64_t>(name, "is below zero");
  }
  Instant instant(const char* name) { return Instant(milliseconds(integer(name))); }
  std::string bytes(const char* name, std::size_t size) { return hex(text(name, 2 * size), name, size); }
  meter::Hash hash(const char* name) { return hash_of(bytes(name, sizeof(meter::Hash))); }
  meter::TreePath path(const char* name) {
    const Json* value = find(name);
    if (value == nullptr || !value->is_array() || value->size() > meter::kPathStepsMax)
      return wrong<meter::TreePath>(name, "is not a path");
    meter::TreePath steps;
    for (const Json& each : *value) {
      const std::string step = each.is_string() ? each.get<std::string>() : std::string();
      if (step.size() != 1 + 2 * sizeof(meter::Hash) || (step[0] != 'l' && step[0] != 'r'))
        return wrong<meter::TreePath>(name, "has a step that is none");
      steps.push_back({step[0] == 'l', hash_of(hex(step.substr(1), name, sizeof(meter::Hash)))});
    }
    return steps;
  }
  const Json* find(const char* name) {
    const auto found = object_.find(name);
    return found == object_.end() ? nullptr : &*found;
  }
  template <class T>
  T wrong(const char* name, const char* what) {
    if (mistake_.empty()) mistake_ = std::string(name) + " " + what;
    return T{};
  }
  [[nodiscard]] const std::string& mistake() const { return mistake_; }

 private:
  std::string hex(const std::string& digits, const char* name, std::size_t size) {
    auto found = from_hex(digits);
    return found && found->size() == size ? *found : wrong<std::string>(name, "is not so many hexadecimal digits");
  }
  static meter::Hash hash_of(const std::string& bytes) {
    meter::Hash hash{};
    if (bytes.size() == hash.size()) std::memcpy(hash.data(), bytes.data(), hash.size());
    return hash;
  }
  const Json& object_;
  std::string mistake_;
};

constexpr std::size_t kNameMax = 4096, kKeyMax = 4096, kCatalogueMax = std::size_t(1) << 20;

struct ToJson {
  Json operator()(const BundleHead& head) const {
    return {{"kind", "bundle"},
            {"version", head.version},
            {"account", head.account.value},
            {"account_name", head.account_name},
            {"node", head.node},
            {"exported_at", ms_of(head.exported_at)},
            {"public_key", head.public_key}};
  }
  Json operator()(const BundleCatalogue& catalogue) const {
    return {{"kind", "catalogue"}, {"name", catalogue.name}, {"sha256", catalogue.sha256}, {"text", catalogue.text}};
  }
  Json operator()(const AccountEvent& event) const {
    return {{"kind", "event"},      {"id", event.id}, {"at", ms_of(event.at)}, {"event", event_kind_name(event.kind)},
            {"value", event.value}, {"by", event.by}, {"why", event.why}};
  }
  Json operator()(const BundleMonth& month) const {
    Json catalogues = Json::object();
    for (const auto& [name, sha256] : month.catalogues) catalogues[name] = sha256;
    return {{"kind", "month"},
            {"month", month.month.text()},
            {"start", ms_of(month.period.start)},
            {"end", ms_of(month.period.end)},
            {"issued", month.issued},
            {"catalogues", std::move(catalogues)}};
  }
  Json operator()(const meter::HourEnd& end) const {
    return {{"kind", "hour"},
            {"hour", end.hour},
            {"run", end.run},
            {"sequence", end.sequence},
            {"minutes", end.minutes},
            {"at", ms_of(end.at)},
            {"root", hex_of(end.root)},
            {"before", hex_of(end.before)},
            {"signature", to_hex(end.signature)}};
  }
  Json operator()(const meter::ProvenRecord& proven) const {
    Json path = Json::array();
    for (const meter::PathStep& step : proven.path) path.push_back((step.left ? "l" : "r") + hex_of(step.hash));
    const meter::Record& record = proven.record;
    return {{"kind", "value"},
            {"meter", kMeterNames[static_cast<std::size_t>(record.meter)]},
            {"subject", record.subject},
            {"value", record.value},
            {"sequence", record.sequence},
            {"at", ms_of(record.instant)},
            {"salt", to_hex(record.note)},
            {"before", hex_of(proven.before)},
            {"path", std::move(path)}};
  }
  Json operator()(const BundleLive& live) const {
    return {{"kind", "live"},
            {"project", live.project.value},
            {"units", live.units},
            {"peak", live.peak},
            {"byte_hours", live.byte_hours}};
  }
  Json operator()(const BundleLiveAccount& live) const { return {{"kind", "live_account"}, {"peak", live.peak}}; }
  Json operator()(const BundleNote& note) const {
    return {{"kind", "note"},
            {"name", note.name},
            {"number", note.number},
            {"sha256", note.sha256},
            {"document", note.document}};
  }
  Json operator()(const BundleDocument& document) const {
    return {{"kind", "document"},
            {"number", document.number},
            {"sha256", document.sha256},
            {"document", document.document}};
  }
  Json operator()(const BundleEnd& end) const { return {{"kind", "end"}, {"lines", end.lines}}; }
  Json operator()(const BundleSignature& last) const {
    return {{"kind", "signature"}, {"ed25519", to_hex(last.signature)}};
  }
};

BundleLine read_head(Members& m) {
  return BundleHead{m.integer("version"),     AccountId{m.count("account")}, m.text("account_name", kNameMax),
                    m.text("node", kNameMax), m.instant("exported_at"),      m.text("public_key", kKeyMax)};
}
BundleLine read_catalogue(Members& m) {
  return BundleCatalogue{m.text("name", kNameMax), m.text("sha256", 64), m.text("text", kCatalogueMax)};
}
BundleLine read_event(Members& m) {
  AccountEvent event{.id = m.integer("id"), .account = {}, .at = m.instant("at"), .kind = {}, .value = {}};
  const auto kind = find_event_kind(m.text("event", kNameMax));
  if (!kind) m.wrong<int>("event", "is of no known kind");
  event.kind = kind.value_or(EventKind::opened);
  event.value = m.text("value", kCatalogueMax);
  event.by = m.text("by", kNameMax);
  event.why = m.text("why", kNameMax);
  return event;
}
BundleLine read_month(Members& m) {
  BundleMonth month;
  const auto key = parse_month(m.text("month", 7));
  if (key)
    month.month = *key;
  else
    m.wrong<int>("month", "is not yyyy-mm");
  month.period = {m.instant("start"), m.instant("end")};
  const Json* issued = m.find("issued");
  if (issued != nullptr && issued->is_boolean()) month.issued = issued->get<bool>();
  const Json* names = m.find("catalogues");
  if (names == nullptr || !names->is_object() || names->size() > 1000) {
    m.wrong<int>("catalogues", "is not an object");
    return month;
  }
  for (const auto& [name, sha256] : names->items()) {
    if (sha256.is_string()) month.catalogues[name] = sha256.get<std::string>();
  }
  return month;
}
BundleLine read_hour(Members& m) {
  return meter::HourEnd{.run = m.count("run"),
                        .hour = m.integer("hour"),
                        .sequence = m.count("sequence"),
                        .minutes = m.count("minutes"),
                        .at = m.instant("at"),
                        .root = m.hash("root"),
                        .before = m.hash("before"),
                        .signature = m.bytes("signature", sizeof(meter::Signature))};
}
BundleLine read_value(Members& m) {
  meter::ProvenRecord proven;
  const std::string name = m.text("meter", kNameMax);
  const auto* const found = std::find(std::begin(kMeterNames) + 1, std::end(kMeterNames), name);
  if (found == std::end(kMeterNames))
    m.wrong<int>("meter", "is not a meter");
  else
    proven.record.meter = static_cast<meter::MeterKind>(found - std::begin(kMeterNames));
  proven.record.kind = meter::RecordKind::usage;
  proven.record.final = true;
  proven.record.subject = m.count("subject");
  proven.record.value = m.count("value");
  proven.record.sequence = m.count("sequence");
  proven.record.instant = m.instant("at");
  proven.record.note = m.bytes("salt", meter::kSaltBytes);
  proven.before = m.hash("before");
  proven.path = m.path("path");
  return proven;
}
BundleLine read_live(Members& m) {
  return BundleLive{ProjectId{m.count("project")}, m.count("units"), m.count("peak"), m.count("byte_hours")};
}
BundleLine read_live_account(Members& m) { return BundleLiveAccount{m.count("peak")}; }
BundleLine read_note(Members& m) {
  return BundleNote{m.text("name", kNameMax), m.text("number", kNameMax), m.text("sha256", 64),
                    m.text("document", kBundleLineBytesMax)};
}
BundleLine read_document(Members& m) {
  return BundleDocument{m.text("number", kNameMax), m.text("sha256", 64), m.text("document", kBundleLineBytesMax)};
}
BundleLine read_end(Members& m) { return BundleEnd{m.count("lines")}; }
BundleLine read_signature(Members& m) { return BundleSignature{m.bytes("ed25519", sizeof(meter::Signature))}; }

struct Reader {
  std::string_view kind;
  BundleLine (*read)(Members&);
};
constexpr Reader kReaders[] = {
    {"bundle", read_head}, {"catalogue", read_catalogue}, {"event", read_event}, {"month", read_month},
    {"hour", read_hour},   {"value", read_value},         {"live", read_live},   {"live_account", read_live_account},
    {"note", read_note},   {"document", read_document},   {"end", read_end},     {"signature", read_signature},
};

}  // namespace

std::string line_text(const BundleLine& line) {
  return std::visit(ToJson(), line).dump(-1, ' ', false, Json::error_handler_t::replace);
}

int json_depth(std::string_view text) {
  int depth = 0, most = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\')
      ++i;
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted && (c == '{' || c == '['))
      most = std::max(most, ++depth);
    else if (!quoted && (c == '}' || c == ']'))
      --depth;
  }
  return most;
}

Result<BundleLine> read_line(std::string_view text) {
  if (json_depth(text) > kDepthMax) return corrupt("the line nests too deep");
  const Json object = Json::parse(text, nullptr, false);
  if (!object.is_object()) return corrupt("the line is not a JSON object");
  Members members(object);
  const std::string kind = members.text("kind", 32);
  for (const Reader& reader : kReaders) {
    if (reader.kind != kind) continue;
    BundleLine line = reader.read(members);
    if (!members.mistake().empty()) return corrupt(members.mistake());
    if (line_text(line) != text) return corrupt("the line is not in the one form that a bundle has");
    return line;
  }
  return corrupt("the line is of no known kind");
}

std::string kind_of_line(std::string_view text) {
  constexpr std::string_view kStart = "{\"kind\":\"";
  const std::size_t at = text.find(kStart);
  if (at == std::string_view::npos || at > 80) return "line";
  text.remove_prefix(at + kStart.size());
  const std::string kind(text.substr(0, text.find('"')));
  const bool known =
      std::any_of(std::begin(kReaders), std::end(kReaders), [&](const Reader& reader) { return reader.kind == kind; });
  return known ? kind : "line";
}

}  // namespace postage::invoice
