#pragma once
// Pages of docs/ that are made from rows: errors, limits, settings. `postage docs NAME` prints one; a test refuses a file
// that differs from what the rows say. Thread: any.
#include <string>

namespace postage::app {

std::string errors_page();    ///< docs/errors.md from spec/errors.def
std::string limits_page();    ///< docs/limits.md from spec/limits.def and spec/operations.def
std::string settings_page();  ///< docs/settings.md from spec/settings.def

}  // namespace postage::app
