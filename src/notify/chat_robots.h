#pragma once
// Messages to chat groups by incoming webhooks: WeCom group robots and Slack. Pure; thread: any.
#include <string>
#include <string_view>
#include <vector>

#include "notify/hook.h"

namespace postage::notify {

/// What is told: a title and lines "label: value".
struct ChatMessage {
  std::string title;
  std::vector<std::pair<std::string, std::string>> rows;
  std::string link;  ///< http or https; empty: none
};

/// The body of a WeCom group robot's webhook: {"msgtype":"markdown","markdown":{"content":...}}, at most 4,096 bytes of
/// content, cut at a character. Values cannot make markup or mentions.
std::string wecom_body(const ChatMessage& message);
/// The body of a Slack incoming webhook: {"text":...,"blocks":[...]}; values cannot make links or mentions.
std::string slack_body(const ChatMessage& message);

}  // namespace postage::notify
