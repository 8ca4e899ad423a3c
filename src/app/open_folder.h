#pragma once
// A data folder opened by a command as a server would open it, so that what a killed run left is counted: store, meter,
// catalogues, billing. Only while no server holds the folder. Thread: one.
#include <functional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "invoice/billing.h"
#include "invoice/catalogue_desk.h"
#include "meter/meter.h"

namespace postage::app {

/// The rooms of an open folder.
struct OpenFolder {
  Clock& clock;
  invoice::Billing& billing;
  invoice::CatalogueDesk& desk;
  const invoice::AccountBook& accounts;
  const meter::Meter& meter;
};

/// Opens the folder, calls `use`, and closes it in order. Errors: conflict (a server holds it), as the rooms', as `use`'s.
Result<std::string> with_folder(const std::string& folder, const std::function<Result<std::string>(OpenFolder&)>& use);

/// True when another process holds the folder. Errors: not_found (it holds no Postage data).
Result<bool> folder_has_server(const std::string& folder);

}  // namespace postage::app
