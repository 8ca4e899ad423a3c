#pragma once
// What the tests of payments share: the whole room with payments, letters and doors made of plain values.
#include <map>
#include <memory>
#include <set>

#include "invoice/payments/payments.h"
#include "invoice/testing.h"

namespace postage::invoice::testing {

/// Keeps letters once by key, as the real outbox does.
class FakeMoneyOutbox final : public MoneyOutbox {
 public:
  std::vector<MoneyNotice> notices;
  bool failing = false;
  Result<void> tell(db::Connection& connection, const MoneyNotice& notice, Instant) override {
    CHECK(connection.in_transaction());
    if (failing) return Errc::unavailable;
    if (keys_.insert(notice.key).second) notices.push_back(notice);
    return {};
  }
  [[nodiscard]] std::size_t count(MoneyMail kind) const {
    return static_cast<std::size_t>(std::ranges::count(notices, kind, &MoneyNotice::kind));
  }

 private:
  std::set<std::string> keys_;
};

class FakeDoors final : public AccountDoors {
 public:
  std::map<AccountId, bool> closed;
  bool failing = false;
  Result<void> set_in_arrears(AccountId account, bool in_arrears) override {
    if (failing) return Errc::unavailable;
    closed[account] = in_arrears;
    return {};
  }
};

/// A provider that can collect.
class FakeCollector final : public PaymentProvider {
 public:
  std::vector<Rational> wishes;
  [[nodiscard]] std::string_view name() const override { return "card"; }
  [[nodiscard]] std::vector<IncomingLine> take() override { return {}; }
  bool collect(const CollectionWish& wish) override {
    wishes.push_back(wish.amount);
    return true;
  }
};

inline CollectionTerms classic() {
  CollectionTerms terms;
  terms.mode = CollectionMode::classic;
  return terms;
}
inline CollectionTerms weekly() {
  CollectionTerms terms;
  terms.mode = CollectionMode::weekly;
  return terms;
}

struct PaymentRoom : Room {
  explicit PaymentRoom(CollectionTerms terms = {}, const std::string& path = ":memory:",
                       PaymentProvider* collector = nullptr)
      : Room(path), payments({*database, *billing, accounts, &letters, &doors, collector, nullptr}, std::move(terms)) {}

  /// Closes what is due at `now`.
  std::int64_t close_months(Instant now) {
    MonthClose::Ports ports{*database, billing->history(), accounts, usage, &outbox, nullptr};
    ports.settler = &payments;
    MonthClose close(ports, {});
    const auto report = close.tick(now);
    CHECK(report.ok());
    CHECK(report->failed == 0);
    return report->closed;
  }
  /// What the control thread does at `now`.
  void control(Instant now) {
    close_months(now);
    CHECK(payments.tick(now).ok());
  }
  BookedLine pay(AccountId account, const std::string& id, const std::string& amount, Instant now,
                 const std::string& currency = "CNY") {
    IncomingPayment payment;
    payment.id = id;
    payment.date = "2026-02-03";
    payment.amount = parse_decimal(amount)->value;
    payment.currency = find_currency(currency);
    payment.account = account;
    ManualPayment provider(std::move(payment));
    const auto answers = payments.receive(provider, now, {"finance", "bank"});
    CHECK(answers.ok());
    return answers->front();
  }
  [[nodiscard]] AccountMoney money(AccountId account) {
    return database->read([&](db::Connection& c) { return money_of(c, account, *find_currency("CNY")); }).value();
  }
  [[nodiscard]] std::string balance(AccountId account) {
    return minor_text(money(account).balance(), *find_currency("CNY"));
  }
  [[nodiscard]] ArrearsState state(AccountId account, Instant now) {
    return payments.arrears(account, now)->row.state;
  }
  /// The books hold and, over everybody, sum to zero.
  [[nodiscard]] bool books_hold() {
    const auto proof = database->read([](db::Connection& c) { return ledger::verify(c); });
    if (!proof) std::fprintf(stderr, "%s\n", proof.error().detail.c_str());
    return proof.ok();
  }

  FakeMoneyOutbox letters;
  FakeDoors doors;
  Payments payments;
};

}  // namespace postage::invoice::testing
