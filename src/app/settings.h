#pragma once
// Settings of `postage serve`: declared once in spec/settings.def, read from a TOML file, then the environment, then
// flags (the last one given wins). Thread: start-up only; the struct is immutable afterwards.
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace postage::app {

enum class SettingType : std::uint8_t { text, integer, flag };

/// One row of spec/settings.def as data.
struct SettingRow {
  std::string_view section;
  std::string_view key;
  SettingType type;
  std::string_view default_text;
  std::int64_t minimum;
  std::int64_t maximum;
  std::string_view help;
  [[nodiscard]] std::string toml_name() const;  ///< section.key
  [[nodiscard]] std::string flag_name() const;  ///< --section-key
  [[nodiscard]] std::string environment_name() const;  ///< POSTAGE_SECTION_KEY
};

/// All rows in the order of the file.
std::span<const SettingRow> setting_rows();

/// The values. One member per row: section_key.
struct Settings {
  using text = std::string;
  using integer = std::int64_t;
  using flag = bool;
#define SETTING(section, key, type, value, minimum, maximum, help) type section##_##key = value;
#include "spec/settings.def"
#undef SETTING

  /// Sets one value from text, checking type and bounds. `where` (file:line, variable or flag) opens the error's detail.
  Result<void> set(const SettingRow& row, std::string_view value, std::string_view where);
  /// The value of a row as text, for `--print-settings` and the manual.
  [[nodiscard]] std::string get(const SettingRow& row) const;
  /// Checks that concern several settings at once (TLS pair, public address).
  [[nodiscard]] Result<void> check() const;
};

/// Where values may come from; each is optional.
struct SettingSources {
  std::optional<std::string> file;                  ///< path of the TOML file
  std::map<std::string, std::string> environment;   ///< only POSTAGE_* names are looked at
  std::map<std::string, std::string> flags;         ///< flag name -> value
};

/// Reads all sources. Errors: invalid_config with the file and line, the variable or the flag, and the reason; unknown
/// names are errors too, with the nearest known one.
Result<Settings> load_settings(const SettingSources& sources);

/// A TOML text with every row, its default and help: the sample file and docs/settings.md are this.
std::string settings_manual();

}  // namespace postage::app
