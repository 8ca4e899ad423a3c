#pragma once
// What a batch of due months is rated from: terms, usage and uptime, read for the whole batch with few queries. Where
// one account's rows spoil such a read, the batch is read account by account, so that only that one is put off.
#include <span>
#include <string>
#include <vector>

#include "invoice/account_history.h"
#include "invoice/rated_month.h"
#include "meter/usage_reader.h"

namespace postage::invoice {

/// An account whose month has ended.
struct DueMonth {
  AccountId account;
  MonthKey month;
  InstantRange period;
};

/// A due month that could not be rated now.
struct PutOff {
  DueMonth due;
  std::string reason;
};

/// The batch, divided; both in the order in which they were due.
struct RatedBatch {
  std::vector<RatedMonth> rated;
  std::vector<PutOff> failed;
};

/// Thread: one; blocks on SQL.
class CloseInputs {
 public:
  /// All outlive this; `uptime` may be null, and `catalogues` when terms are to be read account by account.
  struct Ports {
    db::Database& database;
    AccountHistory& history;
    AccountBook& accounts;
    const meter::UsageReader& usage;
    const UptimeSource* uptime;
    const CatalogueBook* catalogues;
  };
  explicit CloseInputs(Ports ports) : ports_(ports) {}

  /// Each due month as its running bill stood at its last instant.
  [[nodiscard]] RatedBatch rate(std::span<const DueMonth> batch) const;

 private:
  [[nodiscard]] std::vector<Result<Terms>> terms(std::span<const DueMonth> batch) const;
  [[nodiscard]] std::vector<Result<meter::MonthUsage>> usage(std::span<const DueMonth> batch) const;
  [[nodiscard]] Result<RatedMonth> rate_one(const DueMonth& due, Result<Terms> terms,
                                            Result<meter::MonthUsage> usage) const;

  Ports ports_;
};

}  // namespace postage::invoice
