#pragma once
// Issued invoices as they were stored: never changed, never removed, found by number or month.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "db/database.h"
#include "invoice/rated_month.h"

namespace postage::invoice {

struct StoredLine {
  std::string kind;
  std::optional<std::string> quantity, included, overage, unit_price;
  std::string amount;
  bool inclusive = false;
};

struct StoredInvoice {
  std::int64_t id = 0;
  std::string number;  ///< "PO-2026-000001": gapless in each year of the month's end
  AccountId account;
  std::string month;  ///< "2026-01"
  std::string plan;
  std::string catalogue;
  std::string catalogue_hash;
  std::string currency;
  std::string total;  ///< decimal text with the currency's minor digits
  Instant issued_at;
  std::string document;  ///< invoice_json
  std::string sha256;    ///< of `document`
};

/// The account's invoices with ids below `before`, newest first; `limit` 1 to 201.
Result<std::vector<StoredInvoice>> list_invoices(db::Connection& connection, AccountId account, std::int64_t before,
                                                 std::int64_t limit);
/// None when that account has no invoice of that number.
Result<std::optional<StoredInvoice>> find_invoice(db::Connection& connection, AccountId account,
                                                  std::string_view number);
/// By month ("2026-01").
Result<std::optional<StoredInvoice>> find_month(db::Connection& connection, AccountId account, std::string_view month);
Result<std::vector<StoredLine>> lines_of(db::Connection& connection, std::int64_t invoice);
/// The text of a catalogue that rated an invoice.
Result<std::optional<std::string>> stored_catalogue(db::Connection& connection, std::string_view hash);

/// Adds an invoice under the next number of its year, its lines and its catalogue, inside the caller's write
/// transaction; `issue` comes without a number. Errors: conflict when the account has an invoice for that month.
Result<StoredInvoice> add_invoice(db::Connection& connection, const RatedMonth& rated, Issue issue);

/// Proves all stored invoices: hashes fit documents, numbers have no gap, lines and totals equal the documents', and
/// rating the document's own inputs again gives the same bill. Returns how many; corrupt_record names the first that
/// fails.
Result<std::int64_t> verify_invoices(db::Connection& connection);

}  // namespace postage::invoice
