#pragma once
// A customer's own hard caps as the account's history keeps them. What they do is quota's (quota/caps.h).
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.h"
#include "base/month.h"
#include "meter/slots.h"

namespace postage::invoice {

enum class CapScope : std::uint8_t { account, project, channels };
/// "account", "project", "channels".
std::string_view cap_scope_name(CapScope scope);

/// One cap. Scope, project and prefix name it: there is one of each, and it keeps its id and its count when it is changed,
/// or removed and made again.
struct Cap {
  CapId id;  ///< of the event that made it first
  CapScope scope = CapScope::account;
  ProjectId project;                  ///< none for the account
  std::string prefix;                 ///< channels: how the names of message channels begin, 1 to 64 bytes
  std::optional<std::int64_t> units;  ///< message units a calendar month of the catalogue
  std::optional<Rational> amount;     ///< money a month; never of the account, whose cap in money is its budget
  bool removed = false;
  Instant since;             ///< made, or made again, at this instant
  std::int64_t before = 0;   ///< a project's units of the month of `since` that were counted before it
};

/// Most caps of an account at a time, and most different ones ever: each has a place in the meter's files.
inline constexpr std::size_t kCapsMax = 100;
inline constexpr std::size_t kCapsEverMax = 1000;
inline constexpr std::size_t kCapPrefixBytesMax = 64;

/// What the history keeps of a change: {"scope","project"?,"prefix"?,"units"?,"amount"?,"before"?} or, with
/// {"removed":true}, of its end.
std::string cap_value(const Cap& cap, const Currency& currency);
/// Applies such a value of the event `id` at `at` to the account's caps. False: it cannot be read.
bool play_cap(std::vector<Cap>& caps, std::string_view value, std::int64_t id, Instant at);

/// The cap of that name, removed or not; null when there never was one.
const Cap* find_cap(const std::vector<Cap>& caps, CapScope scope, ProjectId project, std::string_view prefix);
/// Units that a cap below the account has seen in `month`, given what its own slot counted.
std::int64_t cap_used(const Cap& cap, const InstantRange& month, std::int64_t slot_units);

}  // namespace postage::invoice
