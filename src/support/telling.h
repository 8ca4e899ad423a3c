#pragma once
// The words about a support request: to the operator (e-mail, WeCom, Slack) and to the customer who is answered. Chinese
// and English. Pure; thread: any.
#include <string>
#include <string_view>

#include "base/result.h"
#include "notify/chat_robots.h"
#include "notify/hook.h"
#include "notify/mail.h"
#include "support/desk.h"

namespace postage::support {

/// One notice to the operator, for whichever channels he has.
struct OperatorNotice {
  notify::ChatMessage message;
  std::string locale;
  std::string wecom_url;
  std::string slack_url;
  AccountId account;

  [[nodiscard]] Result<notify::Letter> letter() const;
  [[nodiscard]] notify::HookDraft wecom(std::string key) const;
  [[nodiscard]] notify::HookDraft slack(std::string key) const;
};

/// `what`: "opened", "comment", "50", "80" (percent of the response time has run) or "missed"; `text` is what the customer
/// wrote, or empty.
OperatorNotice operator_notice(const Request& request, std::string_view what, const std::string& text,
                               const OperatorChannels& to);
/// The letter to the customer about an answer.
Result<notify::Letter> answer_letter(const Customer& customer, const Request& request, const std::string& text,
                                     const std::string& console_url);

}  // namespace postage::support
