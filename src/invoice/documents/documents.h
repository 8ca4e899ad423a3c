#pragma once
// The desk for documents: a running bill, an issued invoice or a credit note, in the form that is asked for. API,
// commands and e-mails ask here, so that they never differ. Thread: any worker (SQL, and a PDF takes milliseconds to
// seconds); never a shard.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "invoice/billing.h"
#include "invoice/credit/credit_notes.h"
#include "invoice/documents/tables.h"

namespace postage::invoice {

enum class Format : std::uint8_t { json, csv, xlsx, pdf, html, text };
/// By name: "json", "csv", "xlsx", "pdf", "html", "text".
std::optional<Format> format_of(std::string_view name);
/// All names, in the order of Format.
const std::vector<std::string>& format_names();

/// Which form of a document.
struct DocumentAsk {
  Format format = Format::pdf;
  std::optional<Language> language;  ///< none: the account's
  std::string table = "lines";       ///< of CSV: "lines", "projects" or "days"
};

/// A finished file.
struct DocumentFile {
  std::string name;  ///< "PO-2026-000001.pdf"; letters, digits, '.', '-'
  std::string media_type;
  std::string bytes;
};

class Documents {
 public:
  /// All outlive this. `issuer` and `meter_key` stand on running bills, and on invoices that were stored without.
  struct Ports {
    const Billing& billing;
    const AccountBook& accounts;
    const meter::UsageReader& usage;
    std::optional<Issuer> issuer;
    std::string meter_key;  ///< fingerprint, lower-case hex
    db::AuditTrail* audit = nullptr;
  };
  explicit Documents(Ports ports) : ports_(std::move(ports)) {}

  /// The running bill with its evidence. Errors: as Billing::running.
  [[nodiscard]] Result<DocumentFile> running(AccountId account, Instant as_of, const DocumentAsk& ask) const;
  /// An issued invoice. Errors: not_found, corrupt_record, unavailable (no font).
  [[nodiscard]] Result<DocumentFile> invoice(AccountId account, std::string_view number, const DocumentAsk& ask) const;
  /// By month, "2026-01".
  [[nodiscard]] Result<DocumentFile> month(AccountId account, std::string_view month, const DocumentAsk& ask) const;
  [[nodiscard]] Result<DocumentFile> credit_note(AccountId account, std::string_view number,
                                                 const DocumentAsk& ask) const;
  /// The PDF that an e-mail about `number` (an invoice or a credit note, of any account) carries, in the account's
  /// language.
  [[nodiscard]] Result<DocumentFile> pdf_of(std::string_view number) const;

  /// An issued invoice as a paper: with its hash, plan titles and credit notes.
  [[nodiscard]] Result<Paper> paper_of(const StoredInvoice& invoice) const;
  /// Credit notes of each of `invoices`, in their order.
  [[nodiscard]] Result<std::vector<std::vector<StoredCredit>>> credits_of(
      const std::vector<StoredInvoice>& invoices) const;

  /// Issues a credit note in one transaction (credit_notes.h).
  Result<StoredCredit> credit(AccountId account, std::string_view invoice, const CreditAsk& ask, Instant now,
                              const ChangedBy& by) const;
  [[nodiscard]] Result<CreditPaper> preview(AccountId account, std::string_view invoice, const CreditAsk& ask,
                                            Instant now) const;
  [[nodiscard]] Result<std::vector<StoredCredit>> credits(AccountId account, std::int64_t before,
                                                          std::int64_t limit) const;
  [[nodiscard]] Result<std::optional<StoredCredit>> find_credit(AccountId account, std::string_view number) const;
  /// Tells the outbox of credit notes that were issued, at least once each; one that fails is told again a minute
  /// later.
  Result<void> tell_credits(InvoiceOutbox& outbox, Instant now) const;

 private:
  [[nodiscard]] Language language_for(AccountId account, const DocumentAsk& ask) const;
  [[nodiscard]] Result<DocumentFile> file_of(const Paper& paper, std::string document, const DocumentAsk& ask,
                                             Language language) const;
  [[nodiscard]] Result<DocumentFile> stored_file(const StoredInvoice& invoice, const DocumentAsk& ask) const;
  [[nodiscard]] Result<std::vector<DayUsage>> days_of(const Paper& paper) const;
  Ports ports_;
};

}  // namespace postage::invoice
