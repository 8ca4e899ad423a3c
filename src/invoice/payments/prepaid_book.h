#pragma once
// Grants as they are stored, and how the months' bills draw them. Functions of the caller's write transaction.
// Errors: store_failed, unavailable, corrupt_record besides those named.
#include <optional>
#include <string>
#include <vector>

#include "invoice/payments/collection.h"
#include "invoice/payments/prepaid.h"

namespace postage::invoice {

/// A grant before it is stored.
struct NewGrant {
  GrantKind kind = GrantKind::granted;
  std::string reference;  ///< 1 to 100 bytes, unique in the account: the same again does nothing
  Rational amount;        ///< above 0, at most the currency's minor digits
  std::optional<Instant> expires_at{};
};

/// A grant with its story, for people.
struct StoredGrant {
  Grant grant;
  std::string reference, by, why, currency;
  BigInt consumed;  ///< drawn by bills
  BigInt expired;
};

/// True when the account is prepaid: its gate admits no more than the grants pay.
Result<bool> is_prepaid(db::Connection& connection, AccountId account);
/// Grants with something left.
Result<std::vector<Grant>> open_grants(db::Connection& connection, AccountId account);
/// All, oldest first.
Result<std::vector<StoredGrant>> all_grants(db::Connection& connection, AccountId account);

/// Stores a grant and posts it: against cash (paid), goodwill (granted) or, when `from_credit`, the account's credit.
/// Returns its id and whether it is new. Errors: conflict (the reference stands for another grant).
struct AddedGrant {
  std::int64_t id = 0;
  bool is_new = true;
};
Result<AddedGrant> add_grant(db::Connection& connection, const MoneySite& site, const NewGrant& grant, Instant now,
                             const ChangedBy& by, bool from_credit);

/// What grants that ended gave to the bill of `month` while it was running.
Result<BigInt> drawn_in(db::Connection& connection, AccountId account, MonthKey month);

/// The end of grants inside the open month: what of them the running bill `bill` used is set aside for that month's
/// invoice, the rest is breakage. Grants that end at or before `ended`.
Result<void> expire_grants(db::Connection& connection, const MoneySite& site, MonthKey month, const BigInt& bill,
                           Instant ended, Instant now);

/// The month's invoice of `total` draws the grants, earliest end first; grants that end with the month or before lose
/// what is left. What is drawn becomes credit, which settles the invoice.
Result<void> draw_for_invoice(db::Connection& connection, const MoneySite& site, MonthKey month, const BigInt& total,
                              Instant month_end, Instant posted_at);

}  // namespace postage::invoice
