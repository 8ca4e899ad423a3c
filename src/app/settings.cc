#include "app/settings.h"

// Debian's shared library is built with exceptions, this file is not: take the headers alone.
#undef TOML_SHARED_LIB
#undef TOML_HEADER_ONLY
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>

namespace postage::app {
namespace {

constexpr std::string_view default_text(std::string_view text) { return text; }

constexpr SettingRow kRows[] = {
#define SETTING(section, key, type, value, minimum, maximum, help) \
  {#section, #key, SettingType::type, default_text(#value), minimum, maximum, help},
#include "spec/settings.def"
#undef SETTING
};

Error wrong(std::string_view where, std::string why) {
  return {Errc::invalid_config, fmt::format("{}: {}", where, why)};
}

/// Edit distance, for "did you mean". Both texts are short (bounded by the rows' names).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t k = 0; k <= b.size(); ++k) row[k] = k;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t k = 1; k <= b.size(); ++k) {
      const std::size_t old = row[k];
      row[k] = std::min({row[k] + 1, row[k - 1] + 1, diagonal + (a[i - 1] == b[k - 1] ? 0 : 1)});
      diagonal = old;
    }
  }
  return row[b.size()];
}

std::string unknown(std::string_view name) {
  const auto nearest = std::min_element(std::begin(kRows), std::end(kRows), [&](const auto& a, const auto& b) {
    return distance(name, a.toml_name()) < distance(name, b.toml_name());
  });
  return fmt::format("unknown setting '{}'; did you mean '{}'?", name.substr(0, 100), nearest->toml_name());
}

const SettingRow* find_row(std::string_view toml_name) {
  for (const SettingRow& row : kRows) {
    if (row.toml_name() == toml_name) return &row;
  }
  return nullptr;
}

Result<void> apply_value(Settings& settings, const std::string& name, const toml::node& node, const std::string& where) {
  const SettingRow* row = find_row(name);
  if (row == nullptr) return wrong(where, unknown(name));
  std::string text;
  if (const auto* value = node.as_string(); value && row->type == SettingType::text) {
    text = value->get();
  } else if (const auto* number = node.as_integer(); number && row->type == SettingType::integer) {
    text = std::to_string(number->get());
  } else if (const auto* flag = node.as_boolean(); flag && row->type == SettingType::flag) {
    text = flag->get() ? "true" : "false";
  } else {
    constexpr std::string_view kWanted[] = {"a string in quotes", "an integer", "true or false"};
    return wrong(where, fmt::format("{} must be {}", name, kWanted[static_cast<int>(row->type)]));
  }
  return settings.set(*row, text, where);
}

Result<void> apply_file(Settings& settings, const std::string& path) {
  const toml::parse_result parsed = toml::parse_file(path);
  if (!parsed) {
    const auto& error = parsed.error();
    return wrong(fmt::format("{}:{}", path, error.source().begin.line), std::string(error.description()));
  }
  for (const auto& [section, node] : parsed.table()) {
    const auto line = [&](const toml::node& at) { return fmt::format("{}:{}", path, at.source().begin.line); };
    const toml::table* table = node.as_table();
    if (table == nullptr) return wrong(line(node), fmt::format("'{}' stands outside a [section]", section.str()));
    for (const auto& [key, value] : *table) {
      TRY_VOID(apply_value(settings, fmt::format("{}.{}", section.str(), key.str()), value, line(value)));
    }
  }
  return {};
}

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1" || address == "localhost";
}

}  // namespace

std::string SettingRow::toml_name() const { return fmt::format("{}.{}", section, key); }

std::string SettingRow::flag_name() const {
  std::string name = fmt::format("--{}-{}", section, key);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

std::string SettingRow::environment_name() const {
  std::string name = fmt::format("POSTAGE_{}_{}", section, key);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
  return name;
}

std::span<const SettingRow> setting_rows() { return kRows; }

namespace {
Result<void> assign(std::string& target, const SettingRow& row, std::string_view value, std::string_view where) {
  const auto size = static_cast<std::int64_t>(value.size());
  if (size < row.minimum || size > row.maximum) {
    return wrong(where, fmt::format("{} must have {} to {} bytes", row.toml_name(), row.minimum, row.maximum));
  }
  target = value;
  return {};
}

Result<void> assign(std::int64_t& target, const SettingRow& row, std::string_view value, std::string_view where) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (failure != std::errc() || end != value.data() + value.size()) {
    return wrong(where, fmt::format("{} must be an integer", row.toml_name()));
  }
  if (number < row.minimum || number > row.maximum) {
    return wrong(where, fmt::format("{} = {} is not in {} to {}", row.toml_name(), number, row.minimum, row.maximum));
  }
  target = number;
  return {};
}

Result<void> assign(bool& target, const SettingRow& row, std::string_view value, std::string_view where) {
  if (value != "true" && value != "false") {
    return wrong(where, fmt::format("{} must be true or false", row.toml_name()));
  }
  target = value == "true";
  return {};
}

std::string as_text(const std::string& value) { return value; }
std::string as_text(std::int64_t value) { return std::to_string(value); }
std::string as_text(bool value) { return value ? "true" : "false"; }
}  // namespace

Result<void> Settings::set(const SettingRow& row, std::string_view value, std::string_view where) {
#define SETTING(section_, key_, type, value_, minimum, maximum, help) \
  if (row.section == #section_ && row.key == #key_) return assign(section_##_##key_, row, value, where);
#include "spec/settings.def"
#undef SETTING
  return wrong(where, "no such setting");
}

std::string Settings::get(const SettingRow& row) const {
#define SETTING(section_, key_, type, value_, minimum, maximum, help) \
  if (row.section == #section_ && row.key == #key_) return as_text(section_##_##key_);
#include "spec/settings.def"
#undef SETTING
  return {};
}

Result<void> Settings::check() const {
  if (tls_certificate.empty() != tls_key.empty()) {
    return wrong("tls.certificate, tls.key", "give both or neither");
  }
  if (log_level != "debug" && log_level != "info" && log_level != "warn" && log_level != "error") {
    return wrong("log.level", "must be debug, info, warn or error");
  }
  const bool node_ok = std::all_of(server_node.begin(), server_node.end(),
                                   [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; });
  if (!node_ok) return wrong("server.node", "may hold letters, digits and '-' only");
  if (!is_loopback(server_address)) {
    if (auth_app_id_only_allowed) {
      return wrong("server.address", fmt::format("{} is not a loopback address, and auth.app_id_only_allowed lets "
                                                 "clients in without a token; switch one of the two off", server_address));
    }
    if (clock_test) return wrong("server.address", "a server on a public address cannot run on a test clock");
  }
  return {};
}

Result<Settings> load_settings(const SettingSources& sources) {
  Settings settings;
  if (sources.file) TRY_VOID(apply_file(settings, *sources.file));
  for (const SettingRow& row : kRows) {
    const auto found = sources.environment.find(row.environment_name());
    if (found != sources.environment.end()) {
      TRY_VOID(settings.set(row, found->second, row.environment_name()));
    }
  }
  for (const SettingRow& row : kRows) {
    const auto found = sources.flags.find(row.flag_name());
    if (found != sources.flags.end()) TRY_VOID(settings.set(row, found->second, row.flag_name()));
  }
  TRY_VOID(settings.check());
  return settings;
}

std::string settings_manual() {
  std::string text;
  std::string_view section;
  for (const SettingRow& row : kRows) {
    if (row.section != section) {
      section = row.section;
      text += fmt::format("{}[{}]\n", text.empty() ? "" : "\n", section);
    }
    text += fmt::format("# {}\n", row.help);
    if (row.type == SettingType::integer) text += fmt::format("# {} to {}; ", row.minimum, row.maximum);
    else text += "# ";
    text += fmt::format("{} or {}\n{} = {}\n", row.flag_name(), row.environment_name(), row.key, row.default_text);
  }
  return text;
}

}  // namespace postage::app
