#pragma once
// An account as bills see it at one instant: its plans, contract, tax and budget, made from the history of its changes.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "invoice/ports.h"
#include "invoice/subscription.h"
#include "rating/rating.h"

namespace postage::invoice {

/// What changed. `opened` is the first event of every account and carries catalogue and plan.
enum class EventKind : std::uint8_t { opened, plan, contract, tax, budget, catalogue };
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

/// Everything a month's bill depends on but the usage.
struct Terms {
  AccountId account;
  Instant since;  ///< the account's first instant
  NamedCatalogue catalogue;
  std::optional<NamedCatalogue> next_catalogue;  ///< of subscription.move(), which has not begun
  Subscription subscription;  ///< of the month that holds the instant asked for
  rating::Contract contract;
  rating::Tax tax;
  std::optional<Rational> budget;
  std::int64_t last_event = 0;  ///< id of the newest event taken into account
};

/// Plays `events` (one account's, in order) until `at`: changes at `at` itself count. Months that end on the way are
/// rolled, so that pending downgrades take effect. Errors: no_account (no event yet), invalid_catalogue,
/// corrupt_record.
Result<Terms> play(const std::vector<AccountEvent>& events, Instant at, const CatalogueBook& catalogues);

/// Values of events as JSON, and back.
std::string opened_value(std::string_view catalogue, std::string_view plan);
std::string contract_value(const rating::Contract& contract, const Currency& currency);
std::string tax_value(const rating::Tax& tax);
std::string budget_value(const std::optional<Rational>& budget, const Currency& currency);
std::string catalogue_value(const std::optional<CatalogueMove>& move);

}  // namespace postage::invoice
