#include "notify/mail.h"

#include <algorithm>

#include "notify/mail_headers.h"

namespace postage::notify {
namespace {

constexpr std::size_t kSubjectBytesMax = 500;
constexpr std::size_t kBodyBytesMax = 1024 * 1024;
constexpr std::size_t kAttachmentsMax = 10;
constexpr std::size_t kAttachmentBytesMax = 10 * 1024 * 1024;

Error wrong(const char* field, const char* why) { return Error(Errc::bad_request, std::string(field) + ": " + why); }

bool letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool file_name(std::string_view name) {
  return !name.empty() && name.size() <= 100 && name.front() != '.' && std::all_of(name.begin(), name.end(), [](char c) {
    return letter_or_digit(c) || c == '.' || c == '_' || c == '-';
  });
}

bool media_type(std::string_view type) {
  return type.size() <= 100 && std::count(type.begin(), type.end(), '/') == 1 && type.front() != '/' && type.back() != '/' &&
         std::all_of(type.begin(), type.end(), [](char c) {
           return letter_or_digit(c) || c == '/' || c == '.' || c == '+' || c == '-';
         });
}

}  // namespace

Result<void> check_mail(const Mail& mail) {
  const Letter& letter = mail.letter;
  if (!valid_address(mail.to)) return wrong("to", "must be an e-mail address");
  if (letter.subject.empty() || letter.subject.size() > kSubjectBytesMax) return wrong("subject", "must be 1 to 500 bytes");
  if (!valid_header_text(letter.subject)) return wrong("subject", "must be one line of UTF-8 without control characters");
  if (letter.text.empty() || letter.text.size() > kBodyBytesMax) return wrong("text", "must be 1 byte to 1 MiB");
  if (letter.html.size() > kBodyBytesMax) return wrong("html", "must be at most 1 MiB");
  if (mail.attachments.size() > kAttachmentsMax) return wrong("attachments", "must be at most 10");
  std::size_t bytes = 0;
  for (const Attachment& attachment : mail.attachments) {
    if (!file_name(attachment.name)) return wrong("attachments", "a name must be letters, digits, '.', '_' and '-'");
    if (attachment.media_type.empty() || !media_type(attachment.media_type)) return wrong("attachments", "a media type is wrong");
    bytes += attachment.bytes.size();
  }
  if (bytes > kAttachmentBytesMax) return wrong("attachments", "must be at most 10 MiB together");
  return {};
}

}  // namespace postage::notify
