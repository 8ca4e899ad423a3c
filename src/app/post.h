#pragma once
// E-mails of the server: what quota notices and issued invoices say goes to the outbox; a thread of its own sends what is
// due, because a slow mail server must not hold up the meter. Thread: tell() and invoice_issued() any; tick() control's.
#include <optional>
#include <span>
#include <string>

#include "app/cap_watch.h"
#include "app/delivery_thread.h"
#include "app/paper_desk.h"
#include "app/quota_watch.h"
#include "app/settings.h"
#include "invoice/batch.h"
#include "invoice/ports.h"
#include "notify/notices.h"
#include "notify/outbox.h"
#include "notify/smtp.h"

namespace postage::app {

class PostOffice final : public invoice::InvoiceOutbox, public invoice::OutboxBatch {
 public:
  /// Without settings smtp.url mails stay in the outbox, to be sent once there is one. All outlive this.
  /// Errors: invalid_config (smtp.*).
  static Result<std::unique_ptr<PostOffice>> open(const Settings& settings, std::string console_url,
                                                  db::Database& database, const Clock& clock,
                                                  const invoice::Documents& documents);

  /// Stores the letter of a threshold; a second call with the same key stores nothing.
  Result<void> tell(const QuotaNotice& notice);
  Result<void> tell(const CapNotice& notice);
  /// Both letters carry their document as a PDF.
  /// Stores a letter about money in the caller's transaction; a second one with the same key stores nothing.
  Result<void> keep_money(db::Connection& connection, const std::string& key, const invoice::AccountFacts& account,
                          notify::MoneyFacts facts, Instant now);
  Result<void> invoice_issued(const invoice::IssuedNotice& notice) override;
  /// In one transaction: all or none are kept.
  Result<void> invoices_issued(std::span<const invoice::IssuedNotice> notices) override;
  Result<void> credit_note_issued(const invoice::CreditNotice& notice) override;
  /// Wakes the sender, now and then sweeps. Thread: the control thread.
  Result<void> tick(Instant now);
  [[nodiscard]] notify::Outbox& outbox() { return outbox_; }

 private:
  PostOffice(std::string console_url, db::Database& database, const Clock& clock, const invoice::Documents& documents,
             std::optional<notify::SmtpSender> sender);
  Result<void> keep(std::string key, std::string kind, const invoice::AccountFacts& account,
                    Result<notify::Letter> letter, std::vector<notify::Attachment> attachments = {});
  [[nodiscard]] Result<notify::MailDraft> invoice_mail(const invoice::IssuedNotice& notice) const;

  const std::string console_url_;
  const Clock& clock_;
  db::Database& database_;
  notify::Outbox outbox_;
  std::optional<notify::SmtpSender> sender_;
  Instant swept_at_{};
  std::optional<AttachingSender> attaching_;
  std::optional<DeliveryThread> thread_;  ///< last: it uses the others
};

}  // namespace postage::app
