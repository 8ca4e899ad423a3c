#pragma once
// Makes bundles: everything that somebody needs to recompute an account's months without the server, and nothing about
// anybody else. docs/bundle.md is the format.
#include <functional>
#include <string>
#include <vector>

#include "invoice/billing.h"
#include "invoice/bundle/bundle_lines.h"
#include "invoice/bundle/chained_lines.h"

namespace postage::invoice {

/// Other documents of an account's month that go into its bundle, such as credit notes.
using NoteSource = std::function<Result<std::vector<BundleNote>>(AccountId account, MonthKey month)>;

/// Thread: any, many at once; blocks on SQL and files.
class Bundles {
 public:
  /// All outlive this.
  struct Ports {
    const Billing& billing;
    std::string journal_folder;  ///< the meter's segments
    const meter::SealKey& key;   ///< the meter's key, with its private half
    std::vector<NoteSource> notes{};
  };
  explicit Bundles(Ports ports) : ports_(std::move(ports)) {}

  /// Writes the bundle of `months` (ascending, each once, at least one): each has an invoice or is the running month at
  /// `now`. After an error what `take` got is no bundle. Errors: no_account, not_found (no invoice for a month),
  /// bad_request (months), unavailable (the month's last hour is not in the journal yet: try again), corrupt_record,
  /// store_failed, those of `take`.
  Result<void> write(AccountId account, const std::vector<MonthKey>& months, Instant now, ByteTaker take) const;
  /// The same in memory. Error: also request_too_large beyond kBundleInMemoryMax.
  Result<std::string> make(AccountId account, const std::vector<MonthKey>& months, Instant now) const;
  [[nodiscard]] const meter::SealKey& key() const { return ports_.key; }

  static constexpr std::size_t kBundleInMemoryMax = std::size_t(256) << 20;

 private:
  struct Month;
  struct Plan;
  Result<Plan> prepare(AccountId account, const std::vector<MonthKey>& months, Instant now) const;
  Result<void> add_month(Plan& plan, AccountId account, MonthKey key, Instant now) const;
  Result<void> write_month(const Plan& plan, const Month& month, Instant now, ChainedWriter& writer) const;
  Ports ports_;
};

}  // namespace postage::invoice
