#pragma once
// Arrears as they are stored: the terms of collection of an account, where it stands, and the history of that. Functions
// of the caller's write transaction; what decides is arrears_at() over the ledger's own entries.
// Errors: store_failed, unavailable, corrupt_record.
#include <optional>
#include <string>
#include <vector>

#include "invoice/billing.h"
#include "invoice/payments/arrears.h"
#include "invoice/payments/money_codes.h"
#include "invoice/payments/ports.h"

namespace postage::invoice {

/// An account while money of it is moved.
struct MoneySite {
  AccountFacts facts;
  catalog::CataloguePtr catalogue;
  [[nodiscard]] const Currency& currency() const { return catalogue->currency; }
  [[nodiscard]] const Zone& zone() const { return catalogue->zone; }
};

/// Where an account stands, with the instants at which it is looked at again.
struct ArrearsRow {
  ArrearsState state = ArrearsState::clear;
  Instant since{};
  Instant begins_at{};              ///< collected from here on: older invoices fall due on the next deduction day
  std::optional<Instant> next_at;   ///< the earlier of what time alone changes and the next weekly check
  std::optional<Instant> check_at;  ///< weekly: the next check
  std::optional<Instant> asked_at;  ///< weekly: a check asked then and was not answered
};

/// One change of state.
struct ArrearsEvent {
  std::int64_t id = 0;
  Instant at;
  ArrearsState before = ArrearsState::clear;
  ArrearsState after = ArrearsState::clear;
  std::string balance;  ///< of the account then, decimal text
  std::string currency;
  std::string cause;    ///< "payment", "deduction day", "weekly check", ...
};

/// The operator's terms, or the account's own where it has some.
Result<CollectionTerms> collection_terms(db::Connection& connection, AccountId account,
                                         const CollectionTerms& defaults);
/// True when the account has terms of its own.
Result<bool> has_own_collection(db::Connection& connection, AccountId account);
/// Stores the account's own terms; none: the operator's again.
Result<void> store_collection(db::Connection& connection, AccountId account, const std::optional<CollectionTerms>& own,
                              Instant now, const ChangedBy& by);

Result<std::optional<ArrearsRow>> arrears_row(db::Connection& connection, AccountId account);
/// Oldest first.
Result<std::vector<ArrearsEvent>> arrears_events(db::Connection& connection, AccountId account);

/// The balance history by the ledger; invoices count from their deduction day on.
Result<std::vector<Movement>> movements_of(db::Connection& connection, const MoneySite& site,
                                           const CollectionTerms& terms, Instant begins_at);

/// What refresh_arrears is told.
struct ArrearsLook {
  CollectionTerms terms;
  Instant now{};
  std::string cause;
  std::optional<BigInt> running{};        ///< weekly: the running bill, minor units; none: not known
  std::optional<Instant> ask{};           ///< a weekly check asks now
  std::optional<Instant> next_check{};    ///< a weekly check was made; this is the next one
  MoneyOutbox* outbox = nullptr;
  bool collecting = false;                ///< a provider took on to collect what is asked
};
/// Looks at the account and stores what changed: state, history, letters, and that the doors must be told. Returns the
/// row; of an account that is not collected a clear one.
Result<ArrearsRow> refresh_arrears(db::Connection& connection, const MoneySite& site, const ArrearsLook& look);

/// That tick() looks at the account as of `at`, or as of an earlier instant that it is due at anyway.
Result<void> look_at(db::Connection& connection, AccountId account, const CollectionTerms& terms, Instant at);

/// That doors and gate must be told of the account, in the transaction of the change.
Result<void> add_money_todo(db::Connection& connection, AccountId account);

}  // namespace postage::invoice
