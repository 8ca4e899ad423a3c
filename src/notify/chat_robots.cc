#include "notify/chat_robots.h"

#include "base/log.h"

namespace postage::notify {
namespace {

constexpr std::size_t kWecomContentMax = 4096;
constexpr std::size_t kSlackTextMax = 2900;  // Slack allows 3,000 characters a section.

/// & < > as entities: both chats read < as the start of a link or a mention. Line breaks become spaces.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out;
}

/// At most `max` bytes, whole characters.
std::string cut(std::string text, std::size_t max) {
  if (text.size() <= max) return text;
  while (max > 0 && (static_cast<unsigned char>(text[max]) & 0xC0U) == 0x80U) --max;
  text.resize(max);
  return text;
}

std::string json_text(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

}  // namespace

std::string wecom_body(const ChatMessage& message) {
  std::string content = "**" + plain(message.title) + "**";
  for (const auto& [label, value] : message.rows) content += "\n> " + plain(label) + ": " + plain(value);
  if (!message.link.empty()) content += "\n[" + plain(message.link) + "](" + plain(message.link) + ")";
  return R"({"msgtype":"markdown","markdown":{"content":)" + json_text(cut(std::move(content), kWecomContentMax)) + "}}";
}

std::string slack_body(const ChatMessage& message) {
  std::string text = "*" + plain(message.title) + "*";
  for (const auto& [label, value] : message.rows) text += "\n" + plain(label) + ": " + plain(value);
  if (!message.link.empty()) text += "\n<" + plain(message.link) + ">";
  return R"({"text":)" + json_text(cut(plain(message.title), kSlackTextMax)) +
         R"(,"blocks":[{"type":"section","text":{"type":"mrkdwn","text":)" + json_text(cut(std::move(text), kSlackTextMax)) +
         "}}]}";
}

}  // namespace postage::notify
