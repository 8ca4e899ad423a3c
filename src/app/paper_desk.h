#pragma once
// Documents in the server: who issues them, and their way into e-mails.
#include <memory>
#include <string>

#include "app/settings.h"
#include "auth/audit.h"
#include "invoice/close.h"
#include "invoice/documents/documents.h"
#include "meter/meter.h"
#include "notify/mail.h"

namespace postage::app {

/// The letterhead of the settings' section `invoice`.
invoice::Issuer issuer_of(const Settings& settings);
/// Fingerprint of a meter's public key: SHA-256 of its 32 bytes, in hex; empty when the text is none.
std::string key_fingerprint(const std::string& public_pem);
/// The desk for documents; everything outlives it.
std::unique_ptr<invoice::Documents> make_documents(const Settings& settings, const invoice::Billing& billing,
                                                   const invoice::AccountBook& accounts, const meter::Meter& meter,
                                                   db::AuditTrail* audit);
/// How months are closed under these settings.
invoice::CloseSettings close_settings(const Settings& settings, const meter::Meter& meter);

/// What a letter about invoice or credit note `number` carries: a PDF that is made when the letter is sent, from the
/// stored document, so that neither the month close nor the store waits for it or keeps it.
notify::Attachment pdf_to_come(const std::string& number);

/// Fills in PDFs that are to come, then sends. A document that has no PDF (no font on this machine) is logged and the
/// letter goes without it. Thread: the sender's.
class AttachingSender final : public notify::MailSender {
 public:
  /// Both outlive this.
  AttachingSender(notify::MailSender& sender, const invoice::Documents& documents)
      : sender_(sender), documents_(documents) {}
  Result<void> send(const notify::Mail& mail) override;
  void rest() override { sender_.rest(); }

 private:
  notify::MailSender& sender_;
  const invoice::Documents& documents_;
};

}  // namespace postage::app
