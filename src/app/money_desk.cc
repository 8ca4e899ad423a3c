#include "app/money_desk.h"

#include "notify/notices.h"

namespace postage::app {

Result<invoice::CollectionTerms> collection_of(const Settings& settings) {
  invoice::CollectionTerms terms;
  const auto mode = invoice::collection_mode_of(settings.billing_arrears);
  if (!mode) return Error(Errc::invalid_config, "billing.arrears: must be off, classic or weekly");
  terms.mode = *mode;
  terms.deduction_day = static_cast<int>(settings.billing_deduction_day);
  terms.grace_days = static_cast<int>(settings.billing_grace_days);
  terms.tolerance = Rational(settings.billing_weekly_tolerance);
  terms.weekly_grace = std::chrono::hours(settings.billing_weekly_grace_hours);
  terms.expiry_notice_days = static_cast<int>(settings.billing_expiry_notice_days);
  return terms;
}

Result<void> MoneyLetters::tell(db::Connection& connection, const invoice::MoneyNotice& notice, Instant now) {
  if (post_ == nullptr) return {};
  constexpr std::string_view kLetters[] = {"payment_received",  "payment_reminder", "payment_request", "account_suspended",
                                           "account_released", "prepaid_level",    "prepaid_expiry"};
  notify::MoneyFacts facts;
  facts.letter = std::string(kLetters[static_cast<std::size_t>(notice.kind)]);
  facts.locale = notice.account.locale;
  facts.account = notice.account.name;
  facts.currency = notice.currency;
  facts.amount = notice.amount;
  facts.balance = notice.balance;
  facts.reference = notice.reference;
  facts.percent = notice.percent;
  facts.until = notice.until.value_or(Instant());
  facts.zone = notice.zone;
  return post_->keep_money(connection, notice.key, notice.account, std::move(facts), now);
}

Result<void> ArrearsDoors::set_in_arrears(AccountId account, bool in_arrears) {
  auth::AccountChange change;
  change.in_arrears = in_arrears;
  TRY(changed, directory_.change_account(account, change, auth::Actor::system("arrears"), clock_.wall()));
  (void)changed;
  return {};
}

Result<std::unique_ptr<MoneyDesk>> MoneyDesk::open(const Settings& settings, db::Database& database,
                                                   invoice::Billing& billing, invoice::AccountBook& accounts,
                                                   auth::Directory& directory, db::AuditTrail* audit,
                                                   const Clock& clock) {
  TRY(terms, collection_of(settings));
  return std::unique_ptr<MoneyDesk>(
      new MoneyDesk(database, billing, accounts, directory, audit, clock, std::move(terms)));
}

Result<void> MoneyDesk::tick(Instant now) {
  TRY(report, payments_.tick(now));
  (void)report;
  return {};
}

}  // namespace postage::app
