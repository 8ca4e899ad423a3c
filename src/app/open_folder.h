#pragma once
// A data folder opened by a command as a server would open it, so that what a killed run left is counted: store, meter,
// catalogues, billing. Only while no server holds the folder. Thread: one.
#include <functional>
#include <string>

#include "app/settings.h"
#include "base/clock.h"
#include "base/result.h"
#include "invoice/billing.h"
#include "invoice/catalogue_desk.h"
#include "meter/meter.h"

namespace postage::app {

/// A data folder as a command is told of it: its path, and the TOML file its server is started with, if it has one.
struct DataFolder {
  DataFolder(std::string folder, std::string settings_file = "")  // NOLINT: a path alone is a folder
      : path(std::move(folder)), config(std::move(settings_file)) {}
  std::string path;
  std::string config;
};

/// The rooms of an open folder.
struct OpenFolder {
  Clock& clock;
  const Settings& settings;  ///< those of the folder's server
  invoice::Billing& billing;
  invoice::CatalogueDesk& desk;
  const invoice::AccountBook& accounts;
  const meter::Meter& meter;
};

/// Opens the folder under the settings of its file and of the environment, calls `use`, and closes it in order. Errors:
/// conflict (a server holds it), invalid_config, invalid_catalogue (billing.catalogue_dir), as the rooms', as `use`'s.
Result<std::string> with_folder(const DataFolder& folder, const std::function<Result<std::string>(OpenFolder&)>& use);

/// True when another process holds the folder. Errors: not_found (it holds no Postage data).
Result<bool> folder_has_server(const std::string& folder);

}  // namespace postage::app
