#pragma once
// Sends mails over SMTP with libcurl: smtp:// (STARTTLS when offered) or smtps://, with or without authentication.
#include <cstdint>
#include <memory>
#include <string>

#include "notify/mail.h"

namespace postage::notify {

struct SmtpSettings {
  std::string url{};                  ///< smtp://host:port or smtps://host:port
  std::string from{};                 ///< sender address
  std::string from_name = "Postage";  ///< shown beside it
  std::string user{};                 ///< empty: no authentication
  std::string password{};
  bool starttls = true;               ///< smtp:// only: use STARTTLS when offered
  std::string ca_file{};              ///< PEM file of authorities; empty: the system's
  milliseconds connect_timeout{10'000};
  milliseconds timeout{60'000};       ///< for a whole mail
};

/// Mails go over one connection until rest(). When a server ends one that carried others, the mail is tried once more
/// over a new one. Thread: any, one mail at a time per object; blocks up to twice `timeout`.
class SmtpSender final : public MailSender {
 public:
  /// Errors: invalid_config (URL or sender address not usable).
  static Result<SmtpSender> create(SmtpSettings settings);
  /// With a user, the password goes over TLS only; without TLS that is refused unless the server is on this machine.
  Result<void> send(const Mail& mail) override;
  /// Says goodbye to the server.
  void rest() override { connection_.reset(); }

 private:
  struct Close {
    void operator()(void* connection) const;
  };
  explicit SmtpSender(SmtpSettings settings) : settings_(std::move(settings)) {}
  SmtpSettings settings_;
  std::unique_ptr<void, Close> connection_;  ///< libcurl's handle, which keeps the connection; none while nothing is sent
};

}  // namespace postage::notify
