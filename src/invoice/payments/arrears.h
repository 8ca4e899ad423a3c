#pragma once
// Where an account stands with what it owes, as a pure function of its balance history, the terms of collection and now
// (billing rules 1.11: the bill on the 1st, the deduction on the 6th, an e-mail when it fails, suspension when the balance
// is still negative 5 days after, lifted at a balance of 0 or more). No clock, no store.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/rational.h"
#include "base/result.h"
#include "base/zone.h"

namespace postage::invoice {

enum class ArrearsState : std::uint8_t {
  clear,      ///< nothing due is unpaid
  reminded,   ///< the day on which the deduction failed; the e-mail went out
  grace,      ///< the days after it
  suspended,  ///< log-ins and publishes are refused; paying, console and billing work
};
/// "clear", "reminded", "grace", "suspended".
std::string_view arrears_state_name(ArrearsState state);
std::optional<ArrearsState> arrears_state_of(std::string_view name);

/// Whether and how unpaid bills have consequences.
enum class CollectionMode : std::uint8_t {
  off,      ///< balances are kept, nobody is reminded or suspended
  classic,  ///< bill, deduction day, grace days, suspension
  weekly,   ///< classic, and the running bill is checked against the balance on the 7th, 14th, 21st and 28th
};
std::string_view collection_mode_name(CollectionMode mode);
std::optional<CollectionMode> collection_mode_of(std::string_view name);

/// Of the operator (settings) or, where it has its own, of an account.
struct CollectionTerms {
  CollectionMode mode = CollectionMode::off;
  int deduction_day = 6;              ///< 1 to 28, in the catalogue's zone
  int grace_days = 5;                 ///< 0 to 90
  Rational tolerance = 50;            ///< weekly: so much may be short, major units of the currency
  milliseconds weekly_grace{std::chrono::hours(24)};
  int expiry_notice_days = 7;         ///< prepaid: days ahead of an expiry that are told
};
/// Errors: bad_request naming the field.
Result<void> check_collection(const CollectionTerms& terms);

/// One change of the balance. An invoice counts from its deduction day on, everything else at once.
struct Movement {
  Instant at;      ///< when it was posted
  Instant due_at;  ///< when it counts: never before `at`
  BigInt minor;    ///< above 0 in the customer's favour
};

/// The answer.
struct Arrears {
  ArrearsState state = ArrearsState::clear;
  Instant since{};                       ///< when this state began; of `clear` not filled
  std::optional<Instant> next_at;        ///< when the state may change by time alone; none: only by a movement
  std::optional<Instant> suspends_at;    ///< while it is not clear and not suspended
  BigInt due_balance;                    ///< without invoices that are not due yet
};

/// First instant of the deduction day that follows an invoice issued at `issued_at`, in `zone`.
Instant deduction_at(Instant issued_at, const CollectionTerms& terms, const Zone& zone);

/// `asked_at`: a weekly check asked for money then and has not got it; null when there is none. Movements in any order;
/// those posted after `now` are not looked at.
Arrears arrears_at(std::span<const Movement> history, const CollectionTerms& terms, const Zone& zone, Instant now,
                   std::optional<Instant> asked_at = std::nullopt);

/// The first weekly check after `after`: the first instant of a 7th, 14th, 21st or 28th in `zone`, but not of the 28th of
/// February (billing rules 1.11).
Instant next_weekly_check(Instant after, const Zone& zone);

}  // namespace postage::invoice
