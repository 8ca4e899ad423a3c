#include "invoice/bundle/bundle_credits.h"

#include "invoice/credit/credit_notes.h"
#include "invoice/store.h"

namespace postage::invoice {

NoteSource credit_notes_of(db::Database& database) {
  return [&database](AccountId account, MonthKey month) {
    return database.read([&](db::Connection& connection) -> Result<std::vector<BundleNote>> {
      std::vector<BundleNote> notes;
      TRY(invoice, find_month(connection, account, month.text()));
      if (!invoice) return notes;
      TRY(credits, credits_of(connection, invoice->id));
      for (StoredCredit& each : credits) {
        notes.push_back({"credit_note", std::move(each.number), std::move(each.sha256), std::move(each.document)});
      }
      return notes;
    });
  };
}

}  // namespace postage::invoice
