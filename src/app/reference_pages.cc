#include "app/reference_pages.h"

#include <fmt/format.h>

#include "api/reason.h"
#include "app/settings.h"
#include "base/error.h"

namespace postage::app {
namespace {

struct LimitRow {
  std::string_view name;
  std::int64_t value;
  std::string_view text;
};
constexpr LimitRow kLimits[] = {
#define LIMIT(name, value, text) {#name, value, text},
#include "spec/limits.def"
#undef LIMIT
};

struct OperationRow {
  std::string_view name;
  std::string_view kind;
};
constexpr OperationRow kOperations[] = {
#define OPERATION(name, kind) {#name, #kind},
#include "spec/operations.def"
#undef OPERATION
};

}  // namespace

std::string errors_page() {
  std::string page =
      "# Errors\n\nMade from `src/spec/errors.def` by `postage docs errors`; do not edit.\n\n"
      "`retry`: `no` fix the call; `later` the same call may work later; `resync` read the state again, then retry; `login` log in\n"
      "again. Numbers above -16000 are those that developers of the compatible SDK know; they are never reused.\n\n"
      "| number | name | HTTP | retry | meaning |\n|---|---|---|---|---|\n";
  for (const ErrorRow& row : error_rows()) {
    page += fmt::format("| {} | `{}` | {} | {} | {} |\n", static_cast<int>(row.code), row.name, row.http,
                        retry_name(row.retry), row.text);
  }
  page +=
      "\n## Reasons\n\nMade from `src/spec/reasons.def`. Where an error leaves open what was wrong, the problem names it as `reason`;\n"
      "the figures stand beside it as members of their own, decimal text or words. `detail` says the same in English.\n\n"
      "| reason | figures | meaning |\n|---|---|---|\n";
  for (const api::ReasonRow& row : api::reason_rows()) {
    page += fmt::format("| `{}` | {} | {} |\n", row.name, row.figures, row.text);
  }
  return page;
}

std::string limits_page() {
  std::string page =
      "# Technical limits and counted operations\n\nMade from `src/spec/limits.def` and `src/spec/operations.def` by\n"
      "`postage docs limits`; do not edit. Limits hold on every plan; those marked (project) are defaults of a project's settings.\n\n"
      "| limit | value | meaning |\n|---|---|---|\n";
  for (const LimitRow& row : kLimits) page += fmt::format("| `{}` | {} | {} |\n", row.name, row.value, row.text);
  page +=
      "\n## Operations that count one message unit\n\n`closing` operations are always admitted and counted only while the quota "
      "lasts, so that clients can always go.\n\n| operation | kind |\n|---|---|\n";
  for (const OperationRow& row : kOperations) page += fmt::format("| `{}` | {} |\n", row.name, row.kind);
  return page;
}

std::string settings_page() {
  return fmt::format(
      "# Settings\n\nMade from `src/spec/settings.def` by `postage docs settings`; do not edit. `postage serve --config FILE` reads\n"
      "this TOML; the environment goes before the file, flags before the environment.\n\n```toml\n{}```\n",
      settings_manual());
}

}  // namespace postage::app
