#include "support/telling.h"

#include <fmt/format.h>

#include "notify/letter_template.h"
#include "notify/notices.h"

namespace postage::support {
namespace {

constexpr std::size_t kTextShown = 1000;

/// What a notice is about, in both languages.
struct Words {
  std::string_view what;
  std::string_view title[2];
};

constexpr Words kTitles[] = {
    {"opened", {"New support request", "新的支持请求"}},
    {"comment", {"The customer has written again", "客户有新的回复"}},
    {"50", {"Half of the response time has passed", "响应时间已过一半"}},
    {"80", {"80 % of the response time has passed", "响应时间已过 80%"}},
    {"missed", {"The response time was missed", "已超过承诺的响应时间"}},
};

constexpr std::string_view kLabels[][2] = {{"Request", "请求"},   {"Account", "客户"}, {"Severity", "严重程度"},
                                           {"Channel", "联系渠道"}, {"Due", "应答期限"}, {"Text", "内容"}};
enum Label : std::uint8_t { request_label, account_label, severity_label, channel_label, due_label, text_label };

constexpr std::string_view kSeverities[][3] = {{"low", "low", "低"},
                                               {"normal", "normal", "一般"},
                                               {"high", "high", "高"},
                                               {"urgent", "urgent", "紧急"}};
constexpr std::string_view kChannels[][3] = {{"email", "e-mail", "邮件"},
                                             {"wecom", "WeCom", "企业微信"},
                                             {"phone", "phone", "电话"},
                                             {"slack", "Slack", "Slack"}};

std::size_t language_of(std::string_view locale) { return locale.starts_with("zh") ? 1 : 0; }

template <std::size_t N>
std::string word(const std::string_view (&rows)[N][3], std::string_view name, std::size_t language) {
  for (const auto& row : rows) {
    if (row[0] == name) return std::string(row[1 + language]);
  }
  return std::string(name);
}

/// At most so many bytes, whole characters.
std::string shortened(std::string text) {
  if (text.size() <= kTextShown) return text;
  std::size_t end = kTextShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "...";
}

}  // namespace

OperatorNotice operator_notice(const Request& request, std::string_view what, const std::string& text,
                               const OperatorChannels& to) {
  const std::size_t language = language_of(to.locale);
  OperatorNotice notice{{}, to.locale, to.wecom_url, to.slack_url, request.account};
  std::string_view title;
  for (const Words& each : kTitles) {
    if (each.what == what) title = each.title[language];
  }
  notice.message.title = std::string(title);
  const auto add = [&](Label label, std::string value) {
    notice.message.rows.emplace_back(kLabels[label][language], std::move(value));
  };
  add(request_label, fmt::format("#{} {}", request.id, request.subject));
  add(account_label, fmt::format("{} ({})", request.account_name, request.account.value));
  add(severity_label, word(kSeverities, request.severity, language));
  add(channel_label, word(kChannels, request.channel, language));
  if (request.due_at) add(due_label, instant_text_utc(*request.due_at));
  if (!text.empty()) add(text_label, shortened(text));
  notice.message.link = to.console_url;
  return notice;
}

Result<notify::Letter> OperatorNotice::letter() const {
  notify::GenericFacts facts;
  facts.locale = locale;
  facts.subject = message.title + ": " + message.rows.front().second;
  for (const auto& [label, value] : message.rows) facts.paragraphs.push_back(label + ": " + value);
  facts.console_url = message.link;
  return notify::generic_letter(facts);
}

notify::HookDraft OperatorNotice::wecom(std::string key) const {
  return {std::move(key), account, "support", wecom_url, notify::wecom_body(message), {}, notify::HookAnswer::wecom};
}

notify::HookDraft OperatorNotice::slack(std::string key) const {
  return {std::move(key), account, "support", slack_url, notify::slack_body(message), {}, notify::HookAnswer::status};
}

Result<notify::Letter> answer_letter(const Customer& customer, const Request& request, const std::string& text,
                                     const std::string& console_url) {
  return notify::make_letter("support_answered", customer.locale,
                             {{"account", customer.name},
                              {"number", std::to_string(request.id)},
                              {"subject", request.subject},
                              {"text", text},
                              {"console_url", console_url}});
}

}  // namespace postage::support
