#pragma once
// Payments, statements, prepayment and arrears in JSON. Thread: any; pure.
#include "api/services.h"
#include "api/views.h"
#include "invoice/payments/payments.h"

namespace postage::api {

/// The room of payments. A server has it always; where it is missing, routes answer `unavailable`.
Result<invoice::Payments*> payments_of(const Call& call);

Json payment_json(const invoice::StoredPayment& payment);
Json booked_json(const invoice::BookedLine& line);
Json adjustment_json(const invoice::Adjustment& adjustment);
Json statement_json(const invoice::AccountStatement& statement);
Json prepaid_json(const invoice::PrepaidView& view, Instant now);
Json arrears_json(const invoice::ArrearsView& view, Instant now);
Json open_invoices_json(const invoice::OpenInvoices& shown, Instant now);
Json invoice_payments_json(const invoice::InvoicePayments& shown);

/// Minor units of a currency by its code, as decimal text.
std::string minor_amount(const BigInt& minor, std::string_view currency);
/// A required decimal member above 0; a mistake goes into `body`.
Rational amount_member(Body& body, const std::string& name);

}  // namespace postage::api
