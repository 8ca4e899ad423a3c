#pragma once
// The letters this product sends, in Chinese and English. Texts are files in templates/; these functions fill them.
// Pure; thread: any. Every value is escaped in HTML and cannot break lines.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/zone.h"
#include "notify/mail.h"

namespace postage::notify {

enum class QuotaMeter : std::uint8_t { pcu, messages, storage };

/// A quota that reached `percent`. Below 100 the letter is a warning; from 100 on it says, on a hard plan, what stops and
/// until when, on a soft plan what the overage costs.
struct QuotaFacts {
  std::string locale = "en";  ///< "zh" (and what begins with it) is Chinese, the rest English
  std::string account{};      ///< its name
  std::string plan{};
  std::string month{};        ///< "2026-11"
  QuotaMeter meter = QuotaMeter::messages;
  int percent = 0;
  std::string used{};         ///< decimal text in the meter's unit (connections, messages, GB)
  std::string quota{};
  bool hard = false;
  Instant resets_at{};
  Zone zone{};                ///< of the catalogue: times are printed in it
  std::string overage_price{};  ///< of a connection, a million messages, a GB: "CNY 9.00"; needed when not hard and percent >= 100
  std::string console_url{};  ///< empty: no link
  /// Set: not a percentage but a forecast. When the quota is expected to be reached, and the usage at the month's end.
  std::optional<Instant> crosses_at{};
  std::string expected{};
};
Result<Letter> quota_letter(const QuotaFacts& facts);

struct InvoiceFacts {
  std::string locale = "en";
  std::string account{};
  std::string number{};
  std::string month{};
  std::string total{};
  std::string currency{};
  std::string console_url{};
};
Result<Letter> invoice_letter(const InvoiceFacts& facts);

/// A credit note; `total` is what the customer gets back.
struct CreditFacts {
  std::string locale = "en";
  std::string account{};
  std::string number{};
  std::string invoice{};
  std::string month{};
  std::string total{};
  std::string currency{};
  std::string console_url{};
};
Result<Letter> credit_letter(const CreditFacts& facts);

/// The letters about payments: which template, and what it needs. Amounts are decimal text.
struct MoneyFacts {
  std::string locale = "en";
  /// "payment_received", "payment_reminder", "payment_request", "account_suspended", "account_released",
  /// "prepaid_level", "prepaid_expiry".
  std::string letter{};
  std::string account{};
  std::string currency{};
  std::string amount{};
  std::string balance{};
  std::string reference{};
  int percent = 0;
  Instant until{};
  Zone zone{};  ///< `until` is printed in it
  std::string console_url{};
};
Result<Letter> money_letter(const MoneyFacts& facts);

/// Any other notice: a subject and paragraphs.
struct GenericFacts {
  std::string locale = "en";
  std::string account{};  ///< empty: no salutation by name
  std::string subject{};
  std::vector<std::string> paragraphs{};
  std::string console_url{};
};
Result<Letter> generic_letter(const GenericFacts& facts);

}  // namespace postage::notify
