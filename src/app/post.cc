#include "app/post.h"

#include <fstream>

#include "base/log.h"
#include "notify/notices.h"

namespace postage::app {

Result<std::unique_ptr<PostOffice>> PostOffice::open(const Settings& settings, std::string console_url,
                                                     db::Database& database, const Clock& clock,
                                                     const invoice::Documents& documents) {
  TRY_VOID(database.migrate("notify", notify::migrations(), clock.wall()));
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
      documents_(documents),
      database_(database),
      outbox_(database),
      sender_(std::move(sender)) {
  if (sender_) thread_ = std::thread([this] { work(); });
}

PostOffice::~PostOffice() {
  stopping_ = true;
  {
    const std::lock_guard lock(mutex_);
    due_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void PostOffice::work() {
  AttachingSender sender(*sender_, documents_);
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return due_; });
    due_ = false;
    if (stopping_) return;
    lock.unlock();
    const auto report = outbox_.deliver_due(sender, clock_.wall(), 100, &stopping_);
    if (!report) log(Level::error, "the outbox failed", {{"error", report.error().to_string()}});
    else if (report->failed + report->died > 0) {
      log(Level::warn, "mails were not taken", {{"again", report->failed}, {"given_up", report->died}});
    }
    lock.lock();
  }
}

Result<void> PostOffice::tick(Instant now) {
  {
    const std::lock_guard lock(mutex_);
    due_ = true;
  }
  wake_.notify_all();
  if (now < swept_at_ + std::chrono::hours(1)) return {};
  swept_at_ = now;
  TRY(swept, outbox_.sweep(now));
  (void)swept;
  return {};
}

Result<void> PostOffice::keep(std::string key, std::string kind, const invoice::AccountFacts& account,
                              Result<notify::Letter> letter, std::vector<notify::Attachment> attachments) {
  if (!letter) return letter.error();
  notify::MailDraft draft;
  draft.key = std::move(key);
  draft.account = account.id;
  draft.kind = std::move(kind);
  draft.to = account.email;
  draft.letter = *std::move(letter);
  draft.attachments = std::move(attachments);
  TRY(added, outbox_.add(draft, clock_.wall()));
  (void)added;
  return {};
}

Result<void> PostOffice::tell(const QuotaNotice& notice) {
  notify::QuotaFacts facts;
  facts.locale = notice.account.locale;
  facts.account = notice.account.name;
  facts.plan = notice.plan;
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
  facts.overage_rate = notice.overage_rate;
  facts.console_url = console_url_;
  return keep(notice.key(), "quota", notice.account, notify::quota_letter(facts));
}

Result<void> PostOffice::tell(const CapNotice& notice) {
  notify::GenericFacts facts = notice.letter;
  facts.console_url = console_url_;
  return keep(notice.key, "cap", notice.account, notify::generic_letter(facts));
}

Result<notify::MailDraft> PostOffice::invoice_mail(const invoice::IssuedNotice& notice) const {
  notify::InvoiceFacts facts;
  facts.locale = notice.account.locale;
  facts.account = notice.account.name;
  facts.number = notice.number;
  facts.month = notice.month;
  facts.total = notice.total;
  facts.currency = notice.currency;
  facts.console_url = console_url_;
  TRY(letter, notify::invoice_letter(facts));
  notify::MailDraft draft;
  draft.key = "invoice/" + notice.number;
  draft.account = notice.account.id;
  draft.kind = "invoice";
  draft.to = notice.account.email;
  draft.letter = std::move(letter);
  draft.attachments = {pdf_to_come(notice.number)};
  return draft;
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
  notify::CreditFacts facts;
  facts.locale = notice.account.locale;
  facts.account = notice.account.name;
  facts.number = notice.number;
  facts.invoice = notice.invoice;
  facts.month = notice.month;
  facts.total = notice.total;
  facts.currency = notice.currency;
  facts.console_url = console_url_;
  return keep("credit_note/" + notice.number, "credit_note", notice.account, notify::credit_letter(facts),
              {pdf_to_come(notice.number)});
}

Result<void> PostOffice::keep_money(db::Connection& connection, const std::string& key,
                                    const invoice::AccountFacts& account, notify::MoneyFacts facts, Instant now) {
  facts.console_url = console_url_;
  TRY(letter, notify::money_letter(facts));
  notify::MailDraft draft;
  draft.key = key;
  draft.account = account.id;
  draft.kind = "payment";
  draft.to = account.email;
  draft.letter = std::move(letter);
  TRY(added, outbox_.add_in(connection, draft, now));
  (void)added;
  return {};
}

}  // namespace postage::app
