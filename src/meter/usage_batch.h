#pragma once
// Reading the months of many accounts at once: a handful of queries for hundreds of accounts instead of seven a project.
#include <span>
#include <vector>

#include "meter/usage_reader.h"

namespace postage::meter {

/// An account and all its projects.
struct AccountProjects {
  AccountId account;
  std::vector<NamedProject> projects;
};

/// A reader that can read many together. Thread: as UsageReader.
class UsageBatchReader {
 public:
  virtual ~UsageBatchReader() = default;
  /// UsageReader::month of many accounts, in their order; at most 1000. One error is that of all.
  [[nodiscard]] virtual Result<std::vector<MonthUsage>> months(std::span<const AccountProjects> accounts,
                                                               const InstantRange& range) const = 0;
};

/// The months of `accounts`, read together when `reader` is an UsageBatchReader as well, else one by one.
Result<std::vector<MonthUsage>> months(const UsageReader& reader, std::span<const AccountProjects> accounts,
                                       const InstantRange& range);

}  // namespace postage::meter
