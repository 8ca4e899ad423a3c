#include "notify/notices.h"

#include "notify/letter_template.h"

namespace postage::notify {
namespace {

/// What letters say about a meter; two languages.
struct MeterWords {
  std::string_view name[2];
  std::string_view unit[2];
  std::string_view stops[2];
  std::string_view per[2];  ///< around a price: "{}" stands for it
  std::string_view error;
};

constexpr MeterWords kMeterWords[] = {
    {{"peak connections (PCU)", "峰值并发连接（PCU）"},
     {"connections", "个连接"},
     {"new log-ins, as long as the quota is filled; open connections stay", "新的登录（配额占满期间）；已建立的连接不受影响"},
     {"{} per connection", "每个连接 {}"},
     "-10015"},
    {{"messages", "消息数"},
     {"messages", "条"},
     {"publishing, subscribing and all other calls that count as messages", "发布、订阅以及其他计入消息数的调用"},
     {"{} per million messages", "每百万条 {}"},
     "-11025, -10021"},
    {{"storage", "存储容量"},
     {"GB", "GB"},
     {"writes that would store more; reading and deleting go on", "会增加存储量的写入；读取与删除不受影响"},
     {"{} per GB", "每 GB {}"},
     "-12002"},
};

constexpr std::string_view kOutlookHard[2] = {
    "When the quota is used up, this function stops until the month ends. You can upgrade at any time; it takes effect at once.",
    "配额用尽后，对应功能将停止，直到本月结束。您可以随时升级套餐，升级立即生效。"};
constexpr std::string_view kOutlookSoft[2] = {
    "When the quota is used up, the service goes on and what is above the quota is billed.",
    "配额用尽后服务不会中断，超出配额的部分将按量计费。"};

std::size_t language_of(std::string_view locale) { return locale.starts_with("zh") ? 1 : 0; }

/// "2026-12-01 00:00 (Asia/Shanghai)"
std::string time_text(Instant at, const Zone& zone) {
  std::string text = instant_text(at, zone).substr(0, 16);
  text[10] = ' ';
  return text + " (" + zone.name() + ")";
}

/// "1500000" -> "1,500,000"; fractions stay as they are.
std::string grouped(std::string_view number) {
  const std::size_t whole = std::min(number.find('.'), number.size());
  std::string out;
  for (std::size_t i = 0; i < number.size(); ++i) {
    const bool digits_before = i > 0 && number[i - 1] != '-';
    if (i < whole && digits_before && (whole - i) % 3 == 0) out += ',';
    out += number[i];
  }
  return out;
}

/// "CNY 9.00" -> "CNY 9.00 per million messages"; nothing without a price.
std::string rate_text(std::string_view around, std::string_view price) {
  if (price.empty()) return {};
  std::string text(around);
  return text.replace(text.find("{}"), 2, price);
}

}  // namespace

Result<Letter> quota_letter(const QuotaFacts& facts) {
  const std::size_t language = language_of(facts.locale);
  const MeterWords& words = kMeterWords[static_cast<std::size_t>(facts.meter)];
  Values values{{"account", facts.account},
                {"plan", facts.plan},
                {"month", facts.month},
                {"meter", std::string(words.name[language])},
                {"unit", std::string(words.unit[language])},
                {"percent", std::to_string(facts.percent)},
                {"used", grouped(facts.used)},
                {"quota", grouped(facts.quota)},
                {"resets_at", time_text(facts.resets_at, facts.zone)},
                {"console_url", facts.console_url},
                {"stops", std::string(words.stops[language])},
                {"error", std::string(words.error)},
                {"overage_rate", rate_text(words.per[language], facts.overage_price)},
                {"outlook", std::string((facts.hard ? kOutlookHard : kOutlookSoft)[language])}};
  if (facts.crosses_at) {
    values["crosses_at"] = time_text(*facts.crosses_at, facts.zone);
    values["expected"] = grouped(facts.expected);
    return make_letter("quota_forecast", facts.locale, values);
  }
  const char* name = facts.percent < 100 ? "quota_warning" : facts.hard ? "quota_stopped" : "quota_overage";
  return make_letter(name, facts.locale, values);
}

Result<Letter> invoice_letter(const InvoiceFacts& facts) {
  return make_letter("invoice_issued", facts.locale,
                     {{"account", facts.account},
                      {"number", facts.number},
                      {"month", facts.month},
                      {"total", grouped(facts.total)},
                      {"currency", facts.currency},
                      {"console_url", facts.console_url}});
}

Result<Letter> credit_letter(const CreditFacts& facts) {
  return make_letter("credit_note_issued", facts.locale,
                     {{"account", facts.account},
                      {"number", facts.number},
                      {"invoice", facts.invoice},
                      {"month", facts.month},
                      {"total", grouped(facts.total)},
                      {"currency", facts.currency},
                      {"console_url", facts.console_url}});
}

Result<Letter> money_letter(const MoneyFacts& facts) {
  return make_letter(facts.letter, facts.locale,
                     {{"account", facts.account},
                      {"currency", facts.currency},
                      {"amount", grouped(facts.amount)},
                      {"balance", grouped(facts.balance)},
                      {"reference", facts.reference},
                      {"percent", std::to_string(facts.percent)},
                      {"until", facts.until == Instant() ? std::string() : time_text(facts.until, facts.zone)},
                      {"console_url", facts.console_url}});
}

Result<Letter> generic_letter(const GenericFacts& facts) {
  std::string body;
  for (const std::string& paragraph : facts.paragraphs) body += paragraph + "\n";
  return make_letter("generic", facts.locale,
                     {{"account", facts.account},
                      {"subject", facts.subject},
                      {"body", std::move(body)},
                      {"console_url", facts.console_url}});
}

}  // namespace postage::notify
