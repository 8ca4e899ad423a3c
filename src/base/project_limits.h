#pragma once
// The rows of spec/project_limits.def as data: which limits a project may set for itself, and a contract for an account.
#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/result.h"

namespace postage {

/// Limits by name, as they come from JSON.
using LimitValues = std::map<std::string, std::int64_t, std::less<>>;

/// One limit: what holds when nobody says otherwise, and the bounds nobody may pass.
struct ProjectLimitRow {
  std::string_view name;
  std::int64_t standard;
  std::int64_t minimum;
  std::int64_t maximum;
};

inline constexpr auto kProjectLimitRows = std::to_array<ProjectLimitRow>({
#define PROJECT_LIMIT(name, value, minimum, maximum) {#name, value, minimum, maximum},
#include "spec/project_limits.def"
#undef PROJECT_LIMIT
});

/// The row of that name, or null.
inline const ProjectLimitRow* find_project_limit(std::string_view name) {
  const auto* row = std::ranges::find(kProjectLimitRows, name, &ProjectLimitRow::name);
  return row == kProjectLimitRows.end() ? nullptr : row;
}

/// Refuses an unknown name and a value outside of the row's bounds, with the reason ("must be 1 to 100"); the caller says
/// where it stood.
inline Result<void> check_project_limit(std::string_view name, std::int64_t value) {
  const ProjectLimitRow* row = find_project_limit(name);
  if (row == nullptr) return Error(Errc::bad_request, "there is no such limit");
  if (value >= row->minimum && value <= row->maximum) return {};
  return Error(Errc::bad_request, "must be " + std::to_string(row->minimum) + " to " + std::to_string(row->maximum));
}

}  // namespace postage
