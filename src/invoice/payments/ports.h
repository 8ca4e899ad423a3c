#pragma once
// What payments need from those that this room may not include; app implements these. Thread: whoever calls Payments.
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/zone.h"
#include "db/database.h"
#include "invoice/payments/arrears.h"
#include "invoice/payments/provider.h"
#include "invoice/ports.h"

namespace postage::invoice {

/// The letters about money.
enum class MoneyMail : std::uint8_t {
  received,        ///< a payment was booked
  reminder,        ///< the deduction found too little
  weekly_request,  ///< a weekly check found too little
  suspended,
  released,
  prepaid_level,   ///< 80, 95 or 100 % of the prepaid balance are used
  prepaid_expiry,  ///< a grant ends soon
};

/// What a letter says; each kind fills what it needs. Amounts are decimal text with the currency's minor digits.
struct MoneyNotice {
  MoneyMail kind = MoneyMail::received;
  std::string key;  ///< the same notice has the same key, and is sent once
  AccountFacts account;
  std::string currency;
  std::string amount;     ///< received, short, or what is left of a grant
  std::string balance;    ///< of the account, or of the prepayment
  std::string reference;  ///< of a payment
  std::optional<Instant> until{};  ///< suspended from then on; end of a grant
  int percent = 0;
  bool suspended = false;  ///< received: the account is suspended still
  Zone zone{};
};

/// Port: the outbox of e-mails. Called inside the write transaction of the change, so that the mail exists exactly if the
/// change does.
class MoneyOutbox {
 public:
  virtual ~MoneyOutbox() = default;
  virtual Result<void> tell(db::Connection& connection, const MoneyNotice& notice, Instant now) = 0;
};

/// Port: the doors of an account. Called after the change that decides it; doing it twice must do no harm.
class AccountDoors {
 public:
  virtual ~AccountDoors() = default;
  /// True: refuse log-ins and publishes and end live sessions for unpaid bills. False: lift that.
  virtual Result<void> set_in_arrears(AccountId account, bool in_arrears) = 0;
};

}  // namespace postage::invoice
