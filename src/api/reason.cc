#include "api/reason.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/check.h"

namespace postage::api {
namespace {

constexpr ReasonRow kRows[] = {
#define REASON(name, figures, text) {#name, figures, text},
#include "spec/reasons.def"
#undef REASON
};

/// How many names a row's figures have.
std::size_t count_of(std::string_view names) {
  return names.empty() ? 0 : 1 + static_cast<std::size_t>(std::ranges::count(names, ' '));
}

}  // namespace

const ReasonRow& reason_row(Reason reason) { return kRows[static_cast<std::size_t>(reason)]; }

std::span<const ReasonRow> reason_rows() { return kRows; }

Why::Why(Reason reason, std::vector<std::string> figures) : reason_(reason), figures_(std::move(figures)) {
  CHECK(figures_.size() == count_of(reason_row(reason).figures));
}

void Why::append_to(nlohmann::ordered_json& out) const {
  if (!reason_) return;
  const ReasonRow& row = reason_row(*reason_);
  out["reason"] = std::string(row.name);
  std::string_view names = row.figures;
  for (const std::string& figure : figures_) {
    const std::size_t end = std::min(names.find(' '), names.size());
    out[std::string(names.substr(0, end))] = figure;
    names.remove_prefix(std::min(end + 1, names.size()));
  }
}

}  // namespace postage::api
