#include "app/paper_desk.h"

#include "base/log.h"
#include "meter/seal_key.h"

namespace postage::app {
namespace {
constexpr std::string_view kPdf = "application/pdf";
constexpr std::string_view kEnding = ".pdf";
}  // namespace

invoice::Issuer issuer_of(const Settings& settings) {
  invoice::Issuer issuer;
  issuer.name = settings.invoice_issuer_name;
  issuer.lines = invoice::letterhead_lines(settings.invoice_issuer_address);
  issuer.tax_number = settings.invoice_issuer_tax_number;
  issuer.bank = invoice::letterhead_lines(settings.invoice_issuer_bank);
  issuer.logo = settings.invoice_issuer_logo;
  issuer.note = settings.invoice_issuer_note;
  return issuer;
}

std::string key_fingerprint(const std::string& public_pem) {
  const auto key = meter::SealKey::from_public_pem(public_pem);
  return key ? meter::hex(key->id()) : std::string();
}

std::unique_ptr<invoice::Documents> make_documents(const Settings& settings, const invoice::Billing& billing,
                                                   const invoice::AccountBook& accounts, const meter::Meter& meter,
                                                   db::AuditTrail* audit) {
  return std::make_unique<invoice::Documents>(invoice::Documents::Ports{
      billing, accounts, meter.reader(), issuer_of(settings), key_fingerprint(meter.public_key_pem()), audit});
}

invoice::CloseSettings close_settings(const Settings& settings, const meter::Meter& meter) {
  invoice::CloseSettings close;
  close.issuer = issuer_of(settings);
  close.meter_key = key_fingerprint(meter.public_key_pem());
  return close;
}

notify::Attachment pdf_to_come(const std::string& number) {
  return {number + std::string(kEnding), std::string(kPdf), ""};
}

Result<void> AttachingSender::send(const notify::Mail& mail) {
  notify::Mail whole = mail;
  for (auto each = whole.attachments.begin(); each != whole.attachments.end();) {
    if (!each->bytes.empty() || each->media_type != kPdf || !each->name.ends_with(kEnding)) {
      ++each;
      continue;
    }
    const std::string number = each->name.substr(0, each->name.size() - kEnding.size());
    auto file = documents_.pdf_of(number);
    if (file) {
      each->bytes = std::move(file->bytes);
      ++each;
      continue;
    }
    // The store failing is a reason to try again later; a machine without fonts stays so.
    if (file.error().code == Errc::store_failed) return file.error();
    log(Level::error, "a letter goes without its PDF", {{"document", number}, {"error", file.error().to_string()}});
    each = whole.attachments.erase(each);
  }
  return sender_.send(whole);
}

}  // namespace postage::app
