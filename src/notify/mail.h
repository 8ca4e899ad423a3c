#pragma once
// An e-mail as a value, and the port that sends one.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace postage::notify {

/// A file that goes along.
struct Attachment {
  std::string name{};        ///< 1 to 100 of letters, digits, '.', '_' and '-'
  std::string media_type{};  ///< "application/pdf"
  std::string bytes{};
};

/// Subject and both forms of one text.
struct Letter {
  std::string subject{};  ///< 1 to 500 bytes of UTF-8 on one line
  std::string text{};     ///< UTF-8, lines end in \n
  std::string html{};     ///< one self-contained page
};

/// What a sender gets. `to` and every header value were checked: no control characters, no way into the headers.
struct Mail {
  std::string to{};
  Letter letter{};
  std::vector<Attachment> attachments{};
  std::string message_id{};  ///< without angle brackets; the same at each try, so that a receiver can tell repeats
  Instant at{};              ///< for the Date header
};

/// Bounds of one mail. Errors: bad_request naming the field ("to", "subject", "text", "html", "attachments").
Result<void> check_mail(const Mail& mail);

/// Port. `send` blocks until the mail is accepted by the next server or refused; it may be called again for the same mail.
/// Errors: unavailable with the reason, for the delivery log.
class MailSender {
 public:
  virtual ~MailSender() = default;
  virtual Result<void> send(const Mail& mail) = 0;
  /// Nothing more is due for now: connections that were kept for the next mail may go.
  virtual void rest() {}
};

}  // namespace postage::notify
