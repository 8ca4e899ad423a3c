#include "app/post.h"

#include <fstream>

#include "base/log.h"
#include "notify/notices.h"

namespace postage::app {
namespace {

Result<notify::MailDraft> draft_of(std::string key, std::string kind, const invoice::AccountFacts& account,
                                   Result<notify::Letter> letter, std::vector<notify::Attachment> attachments = {}) {
  if (!letter) return letter.error();
  return notify::MailDraft{std::move(key), account.id, std::move(kind), account.email, *std::move(letter),
                           std::move(attachments)};
}

/// What letters about an invoice and about a credit note have in common.
template <class Facts, class Notice>
Facts document_facts(const Notice& notice, const std::string& console_url) {
  Facts facts;
  facts.locale = notice.account.locale;
  facts.account = notice.account.name;
  facts.number = notice.number;
  facts.month = notice.month;
  facts.total = notice.total;
  facts.currency = notice.currency;
  facts.console_url = console_url;
  return facts;
}

}  // namespace

Result<std::unique_ptr<PostOffice>> PostOffice::open(const Settings& settings, std::string console_url,
                                                     db::Database& database, const Clock& clock,
                                                     const invoice::Documents& documents) {
  TRY_VOID(notify::migrate(database, clock.wall()));
  std::optional<notify::SmtpSender> sender;
  if (!settings.smtp_url.empty()) {
    notify::SmtpSettings smtp;
    smtp.url = settings.smtp_url;
    smtp.from = settings.smtp_from;
    smtp.user = settings.smtp_user;
    smtp.starttls = settings.smtp_starttls;
    if (!settings.smtp_password_file.empty()) {
      std::ifstream file(settings.smtp_password_file);
      if (!std::getline(file, smtp.password)) {
        return Error(Errc::invalid_config, "smtp.password_file: cannot read " + settings.smtp_password_file);
      }
    }
    TRY(made, notify::SmtpSender::create(std::move(smtp)));
    sender.emplace(std::move(made));
  }
  return std::unique_ptr<PostOffice>(
      new PostOffice(std::move(console_url), database, clock, documents, std::move(sender)));
}

PostOffice::PostOffice(std::string console_url, db::Database& database, const Clock& clock,
                       const invoice::Documents& documents, std::optional<notify::SmtpSender> sender)
    : console_url_(std::move(console_url)),
      clock_(clock),
      database_(database),
      outbox_(database),
      sender_(std::move(sender)) {
  if (!sender_) return;
  attaching_.emplace(*sender_, documents);
  thread_.emplace("e-mails", [this](const std::atomic<bool>& stop) {
    return outbox_.deliver_due(*attaching_, clock_.wall(), DeliveryThread::kRound, &stop);
  });
}

Result<void> PostOffice::tick(Instant now) {
  if (thread_) thread_->wake();
  if (now < swept_at_ + std::chrono::hours(1)) return {};
  swept_at_ = now;
  TRY(swept, outbox_.sweep(now));
  (void)swept;
  return {};
}

Result<void> PostOffice::keep(std::string key, std::string kind, const invoice::AccountFacts& account,
                              Result<notify::Letter> letter, std::vector<notify::Attachment> attachments) {
  TRY(draft, draft_of(std::move(key), std::move(kind), account, std::move(letter), std::move(attachments)));
  TRY_VOID(outbox_.add(draft, clock_.wall()));
  return {};
}

Result<void> PostOffice::tell(const QuotaNotice& notice) {
  notify::QuotaFacts facts;
  facts.locale = notice.account.locale;
  facts.account = notice.account.name;
  facts.plan = facts.locale.starts_with("zh") ? notice.plan_title.zh : notice.plan_title.en;
  facts.month = notice.month;
  constexpr notify::QuotaMeter kMeters[] = {notify::QuotaMeter::pcu, notify::QuotaMeter::messages, notify::QuotaMeter::storage};
  facts.meter = kMeters[static_cast<int>(notice.meter)];
  facts.percent = notice.percent;
  facts.crosses_at = notice.crosses_at;
  facts.expected = notice.expected;
  facts.used = notice.used;
  facts.quota = notice.quota;
  facts.hard = notice.hard;
  facts.resets_at = notice.resets_at;
  facts.zone = notice.zone;
  facts.overage_price = notice.overage_price;
  facts.console_url = console_url_;
  return keep(notice.key(), "quota", notice.account, notify::quota_letter(facts));
}

Result<void> PostOffice::tell(const CapNotice& notice) {
  notify::GenericFacts facts = notice.letter;
  facts.console_url = console_url_;
  return keep(notice.key, "cap", notice.account, notify::generic_letter(facts));
}

Result<notify::MailDraft> PostOffice::invoice_mail(const invoice::IssuedNotice& notice) const {
  return draft_of("invoice/" + notice.number, "invoice", notice.account,
                  notify::invoice_letter(document_facts<notify::InvoiceFacts>(notice, console_url_)),
                  {pdf_to_come(notice.number)});
}

Result<void> PostOffice::invoice_issued(const invoice::IssuedNotice& notice) { return invoices_issued({&notice, 1}); }

Result<void> PostOffice::invoices_issued(std::span<const invoice::IssuedNotice> notices) {
  std::vector<notify::MailDraft> drafts;
  drafts.reserve(notices.size());
  for (const invoice::IssuedNotice& notice : notices) {
    TRY(draft, invoice_mail(notice));
    drafts.push_back(std::move(draft));
  }
  return database_.write([&](db::Connection& connection) -> Result<void> {
    for (const notify::MailDraft& draft : drafts) TRY_VOID(outbox_.add_in(connection, draft, clock_.wall()));
    return {};
  });
}

Result<void> PostOffice::credit_note_issued(const invoice::CreditNotice& notice) {
  auto facts = document_facts<notify::CreditFacts>(notice, console_url_);
  facts.invoice = notice.invoice;
  return keep("credit_note/" + notice.number, "credit_note", notice.account, notify::credit_letter(facts),
              {pdf_to_come(notice.number)});
}

Result<void> PostOffice::keep_money(db::Connection& connection, const std::string& key,
                                    const invoice::AccountFacts& account, notify::MoneyFacts facts, Instant now) {
  facts.console_url = console_url_;
  TRY(draft, draft_of(key, "payment", account, notify::money_letter(facts)));
  TRY_VOID(outbox_.add_in(connection, draft, now));
  return {};
}

}  // namespace postage::app
