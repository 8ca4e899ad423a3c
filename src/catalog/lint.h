#pragma once
// What is wrong with a catalogue, or looks so, before it is published. load() refuses what cannot be read; these findings
// are about catalogues that can be read and that nobody should sell by. rating/price_lint.h adds what only rating shows.
// Pure; thread: any.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"

namespace postage::catalog {

/// An error keeps a catalogue from being published; a warning is shown.
enum class Severity : std::uint8_t { error, warning };
/// "error", "warning".
std::string_view severity_name(Severity severity);

/// One finding.
struct Finding {
  Severity severity = Severity::error;
  std::string pointer;  ///< JSON pointer of the place; empty: the whole document
  std::string code;     ///< "unreadable", "no_price", "price_falls", "equal_features", "equal_description"
  std::string text;
};

/// Codes that a plan may list under `acknowledge`: its findings of that code are then left out.
std::span<const std::string_view> acknowledgeable_codes();
/// True when `plan` lists `code` under `acknowledge`.
bool acknowledges(const Plan& plan, std::string_view code);

/// Looks through a catalogue that was loaded, in the order of its plans:
/// no_price (error): a meter of a soft or pay-as-you-go plan that costs nothing, so that its operations have no price;
/// price_falls (error): a plan with larger quotas and a smaller base fee than the plan before it;
/// equal_features, equal_description (warnings): two plans with the same text (billing rules 1.3, S3 and S4).
std::vector<Finding> lint(const Catalogue& catalogue);

/// The same for JSON text; one that load() refuses gives one finding, `unreadable`, with the place and the reason.
std::vector<Finding> lint_text(std::string_view json);

}  // namespace postage::catalog
