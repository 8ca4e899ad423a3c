#pragma once
// Payments in a server: the room of payments with its letters (outbox), its doors (directory) and the operator's settings.
// Thread: any worker; tick() the control thread.
#include <memory>
#include <string>

#include "app/post.h"
#include "app/settings.h"
#include "auth/directory.h"
#include "base/clock.h"
#include "invoice/payments/payments.h"

namespace postage::app {

/// The operator's terms of collection (settings billing.*). Errors: invalid_config (billing.arrears).
Result<invoice::CollectionTerms> collection_of(const Settings& settings);

/// Letters about money: rows of the outbox in the transaction of the change. Sends nothing before attach().
class MoneyLetters final : public invoice::MoneyOutbox {
 public:
  /// Before other threads start.
  void attach(PostOffice& post) { post_ = &post; }
  Result<void> tell(db::Connection& connection, const invoice::MoneyNotice& notice, Instant now) override;

 private:
  PostOffice* post_ = nullptr;
};

/// Suspension for unpaid bills: a flag of the account, apart from an operator's suspension; shards read it from the
/// directory's snapshot in their next turn.
class ArrearsDoors final : public invoice::AccountDoors {
 public:
  ArrearsDoors(auth::Directory& directory, const Clock& clock) : directory_(directory), clock_(clock) {}
  Result<void> set_in_arrears(AccountId account, bool in_arrears) override;

 private:
  auth::Directory& directory_;
  const Clock& clock_;
};

/// Owns all of it.
class MoneyDesk {
 public:
  /// All outlive this. Errors: invalid_config.
  static Result<std::unique_ptr<MoneyDesk>> open(const Settings& settings, db::Database& database,
                                                 invoice::Billing& billing, invoice::AccountBook& accounts,
                                                 auth::Directory& directory, db::AuditTrail* audit, const Clock& clock);
  [[nodiscard]] invoice::Payments& payments() { return payments_; }
  void attach(PostOffice& post) { letters_.attach(post); }
  /// The control thread's duty: arrears, weekly checks, ends of grants, letters.
  Result<void> tick(Instant now);

 private:
  MoneyDesk(db::Database& database, invoice::Billing& billing, invoice::AccountBook& accounts,
            auth::Directory& directory, db::AuditTrail* audit, const Clock& clock, invoice::CollectionTerms terms)
      : doors_(directory, clock), payments_({database, billing, accounts, &letters_, &doors_, nullptr, audit}, std::move(terms)) {}
  MoneyLetters letters_;
  ArrearsDoors doors_;
  invoice::Payments payments_;
};

}  // namespace postage::app
