#pragma once
// Why a gate said no: everything a client needs to know to act on it.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "meter/slots.h"

namespace postage::quota {

enum class Meter : std::uint8_t { pcu, messages, storage };
/// "pcu", "messages", "storage".
std::string_view meter_name(Meter meter);

/// Which of the customer's own caps refused.
struct CapName {
  CapId id;            ///< none: the account's own
  std::string scope;   ///< "account", "project", "channels"
  std::string name;    ///< project: its id; channels: the prefix; account: empty
  std::string amount;  ///< the cap in money as it was set; empty: a cap in units
};

/// The first limit that refuses, in the order plan quota (also the daily cap), technical limit, budget, caps.
/// Numbers are connections, message units or bytes; they stop at 2^63-1.
struct Refusal {
  Errc code = Errc::ok;  ///< quota_*, limit_* or budget
  Meter meter = Meter::messages;
  std::int64_t limit = 0;   ///< how much the limit allows in all; with a budget: the usage at which it stands
  std::int64_t used = 0;    ///< how much of it is used
  std::int64_t needed = 0;  ///< what the refused call asked for
  Instant reset{};          ///< when the counter starts afresh
  std::shared_ptr<const CapName> cap{};  ///< with `budget`: which one

  /// An Error whose detail names meter, limit, used, needed and reset.
  [[nodiscard]] Error to_error() const;
};

}  // namespace postage::quota
