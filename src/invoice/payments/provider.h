#pragma once
// Where money comes from. A provider hands out payments that have arrived; booking them is not its matter. A card processor
// would be a third one: it implements collect().
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/money.h"
#include "base/result.h"

namespace postage::invoice {

/// Money that has arrived, as its source tells it. Bounds are check_incoming's.
struct IncomingPayment {
  std::string id;                      ///< the provider's own number, 1 to 100 bytes: never booked twice
  std::string date;                    ///< value date, "2026-02-03"
  Rational amount;                     ///< above 0, at most the currency's minor digits
  const Currency* currency = nullptr;
  std::string reference;               ///< what the payer wrote, at most 500 bytes
  std::string payer;                   ///< at most 200 bytes
  std::string text;                    ///< at most 500 bytes
  std::optional<AccountId> account{};  ///< when the provider knows; else the reference decides
};

/// One row of a source: a payment, or what is wrong with it.
struct IncomingLine {
  std::int64_t line = 0;  ///< 1 is the first line of the file
  std::optional<IncomingPayment> payment;
  std::string problem;
};

/// A wish to collect.
struct CollectionWish {
  AccountId account;
  Rational amount;
  const Currency* currency = nullptr;
};

/// Port. Thread: one at a time.
class PaymentProvider {
 public:
  virtual ~PaymentProvider() = default;
  /// "manual", "file": payments are unique by (name, id). 1 to 40 bytes.
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// What has arrived and was not handed out yet.
  [[nodiscard]] virtual std::vector<IncomingLine> take() = 0;
  /// Takes on to collect an amount (it arrives later through take()); false when this provider cannot, and then the
  /// customer is asked by e-mail.
  virtual bool collect(const CollectionWish& wish) {
    (void)wish;
    return false;
  }
};

/// A provider of one payment that somebody typed in.
class ManualPayment final : public PaymentProvider {
 public:
  explicit ManualPayment(IncomingPayment payment) { lines_.push_back({1, std::move(payment), {}}); }
  [[nodiscard]] std::string_view name() const override { return "manual"; }
  [[nodiscard]] std::vector<IncomingLine> take() override { return std::exchange(lines_, {}); }

 private:
  std::vector<IncomingLine> lines_;
};

/// Bounds of the fields. Errors: bad_request naming the field first ("amount: must be above 0").
Result<void> check_incoming(const IncomingPayment& payment);
/// "2026-02-03" and a day that exists.
bool is_date(std::string_view text);

}  // namespace postage::invoice
