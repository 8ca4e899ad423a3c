#pragma once
// An account as bills see it at one instant: its plans, contract, tax and budget, made from the history of its changes.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "invoice/caps.h"
#include "invoice/ports.h"
#include "invoice/subscription.h"
#include "rating/rating.h"

namespace postage::invoice {

/// What changed. `opened` is the first event of every account and carries catalogue and plan.
enum class EventKind : std::uint8_t { opened, plan, contract, tax, budget, catalogue, cap };
std::string_view event_kind_name(EventKind kind);

/// One row of an account's history. Never changed, never removed.
struct AccountEvent {
  std::int64_t id = 0;  ///< grows
  AccountId account;
  Instant at;  ///< in force from here on
  EventKind kind = EventKind::opened;
  std::string value;  ///< JSON, see account_history.h
  std::string by{};   ///< who: an e-mail, a key's name, a part of the system
  std::string why{};
};

/// A contract and when it is in force. A newer one cuts those before it at its own beginning.
struct ContractSpan {
  rating::Contract contract;
  Instant from;
  Instant until;  ///< Instant::max(): for good
};

/// Everything a month's bill depends on but the usage.
struct Terms {
  AccountId account;
  Instant since;  ///< the account's first instant
  /// The list catalogue's text, and the catalogue as the account has it: with the contract in force already in its plans
  /// (catalog::with_contract). Everybody takes plans from here.
  NamedCatalogue catalogue;
  std::optional<NamedCatalogue> next_catalogue;  ///< of subscription.move(), which has not begun
  catalog::CataloguePtr listed;  ///< as published
  Subscription subscription;     ///< of the month that holds the instant asked for
  /// In force at the instant asked for. It applies to the whole month: the invoice takes the one in force at the month's
  /// last instant, the running bill the one in force now.
  rating::Contract contract;
  std::vector<ContractSpan> contracts;  ///< as agreed by then, in order of time, none overlap
  rating::Tax tax;
  std::optional<Rational> budget;
  std::vector<Cap> caps;       ///< the removed ones too
  std::int64_t last_event = 0;  ///< id of the newest event taken into account

  /// The next instant after `at` at which a contract begins or ends; none: nothing is agreed.
  [[nodiscard]] std::optional<Instant> contract_changes_after(Instant at) const;
};

/// Plays `events` (one account's, in order) until `at`: changes at `at` itself count. Months that end on the way are
/// rolled, so that pending downgrades take effect. Errors: no_account (no event yet), invalid_catalogue,
/// corrupt_record.
Result<Terms> play(const std::vector<AccountEvent>& events, Instant at, const CatalogueBook& catalogues);

/// Values of events as JSON; of contracts see contract_json.h, of caps caps.h.
std::string opened_value(std::string_view catalogue, std::string_view plan);
std::string tax_value(const rating::Tax& tax);
std::string budget_value(const std::optional<Rational>& budget, const Currency& currency);
std::string catalogue_value(const std::optional<CatalogueMove>& move);

}  // namespace postage::invoice
