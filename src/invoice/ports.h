#pragma once
// What this room needs from those it may not include: who the accounts are, which catalogues exist, where notices go.
// `app` implements these. Thread: whoever calls this room (a worker or the control thread).
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/rational.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "db/connection.h"
#include "meter/usage_reader.h"

namespace postage::invoice {

/// What an invoice says about its account.
struct AccountFacts {
  AccountId id;
  std::string name;
  std::string email;
  std::string locale;     ///< "zh" or "en"
  std::string catalogue;  ///< of an account that has no history yet
  std::string plan;       ///< the same
  Instant created_at;
};

/// Port: the directory of accounts.
class AccountBook {
 public:
  virtual ~AccountBook() = default;
  /// None when there is no such account.
  [[nodiscard]] virtual std::optional<AccountFacts> account(AccountId id) const = 0;
  /// All accounts, by id.
  [[nodiscard]] virtual std::vector<AccountFacts> accounts() const = 0;
  /// All projects of an account, deleted ones too: their usage is billed.
  [[nodiscard]] virtual std::vector<meter::NamedProject> projects(AccountId id) const = 0;
  /// The account's plan, contract, tax or budget changed, or its month rolled; `plan` of `catalogue` is in force now.
  /// Brings directory and quota gate up to date. Called again after an interruption: doing it twice must do no harm.
  virtual Result<void> terms_changed(AccountId id, const std::string& catalogue, const std::string& plan) = 0;
};

/// A catalogue and the very text it was read from, which invoices keep.
struct NamedCatalogue {
  catalog::CataloguePtr catalogue;
  std::string text;
};

/// Port: catalogues by name.
class CatalogueBook {
 public:
  virtual ~CatalogueBook() = default;
  /// None when there is none of that name.
  [[nodiscard]] virtual std::optional<NamedCatalogue> find(std::string_view name) const = 0;
  [[nodiscard]] virtual std::vector<std::string> names() const = 0;
};

/// An invoice that was issued, for the e-mail about it.
struct IssuedNotice {
  AccountFacts account;
  std::string number;
  std::string month;  ///< "2026-01"
  std::string total;
  std::string currency;
};

/// A credit note that was issued, for the e-mail about it.
struct CreditNotice {
  AccountFacts account;
  std::string number;   ///< "CN-2026-000001"
  std::string invoice;  ///< "PO-2026-000001"
  std::string month;    ///< of the invoice
  std::string total;
  std::string currency;
};

/// Port: the outbox of e-mails. At least once: told again when the process died in between; `number` tells repeats.
class InvoiceOutbox {
 public:
  virtual ~InvoiceOutbox() = default;
  virtual Result<void> invoice_issued(const IssuedNotice& notice) = 0;
  virtual Result<void> credit_note_issued(const CreditNotice& notice) = 0;
};

struct StoredInvoice;
struct RatedMonth;

/// Port: what pays an invoice (payments/payments.h). Called by the month close inside the transaction that issues it, also
/// for invoices of nothing.
class InvoiceSettler {
 public:
  virtual ~InvoiceSettler() = default;
  virtual Result<void> invoice_posted(db::Connection& connection, const StoredInvoice& invoice,
                                      const RatedMonth& rated) = 0;
};

/// Measured uptime of the message path over a range, in whole minutes.
struct Uptime {
  struct Range {
    Instant start;
    Instant end;
    std::string cause;  ///< "not_running", "lane", "meter", "probe"
  };
  std::int64_t minutes = 0;
  std::int64_t down = 0;
  std::vector<Range> ranges;  ///< the down minutes, oldest first
  /// 100 * (minutes - down) / minutes, exact.
  [[nodiscard]] Rational percent() const;
};

/// Port: measured uptime; none when the range was not measured. `skip_maintenance`: minutes of maintenance that was
/// announced beforehand count neither as up nor as down.
class UptimeSource {
 public:
  virtual ~UptimeSource() = default;
  [[nodiscard]] virtual Result<std::optional<Uptime>> uptime(const InstantRange& range, bool skip_maintenance) const = 0;
};

}  // namespace postage::invoice
