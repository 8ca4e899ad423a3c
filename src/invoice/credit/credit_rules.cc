#include "invoice/credit/credit_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "rating/split.h"

namespace postage::invoice {
namespace {

Error refused(Errc code, std::string why) { return Error(code, "credit note: " + std::move(why)); }

/// What of an invoice can still be taken back.
struct Left {
  std::vector<Rational> lines;  ///< by place; tax lines 0
  Rational net, tax, total;
  Rational rate;  ///< percent
  bool inclusive = false;
};

Left left_of(const Paper& invoice, const Credited& before) {
  Left left;
  left.rate = invoice.tax_percent;
  left.tax = -before.tax;
  for (std::size_t i = 0; i < invoice.lines.size(); ++i) {
    const PaperLine& line = invoice.lines[i];
    left.lines.emplace_back();
    if (line.kind == "tax") {
      left.tax += line.amount;
      left.inclusive = line.inclusive;
    } else if (!line.inclusive) {
      left.lines[i] = line.amount - (i < before.lines.size() ? before.lines[i] : Rational());
      left.net += left.lines[i];
    }
  }
  left.total = left.inclusive ? left.net : left.net + left.tax;
  return left;
}

/// Tax of a part of the lines; the part that takes the last of them takes the last of the tax.
Rational tax_of(const Left& left, const Rational& net, const Currency& currency) {
  if (net == left.net) return left.tax;
  const Rational base = left.inclusive ? Rational(100) + left.rate : Rational(100);
  return std::min(round_money(net * left.rate / base, currency), left.tax);
}

CreditDraft everything(const Left& left) {
  CreditDraft draft;
  for (std::size_t i = 0; i < left.lines.size(); ++i) {
    if (!left.lines[i].is_zero()) draft.lines.push_back({i, left.lines[i]});
  }
  draft.net = left.net;
  draft.tax = left.tax;
  draft.total = left.total;
  draft.voids = true;
  return draft;
}

Result<void> check_amount(const Rational& amount, const Currency& currency) {
  if (!(amount > Rational(0))) return refused(Errc::bad_request, "an amount must be above zero");
  if (round_money(amount, currency) != amount) {
    return refused(Errc::bad_request, fmt::format("{} has {} decimals", currency.code, currency.minor_digits));
  }
  return {};
}

Result<CreditDraft> by_lines(const Paper& invoice, const Left& left, const std::vector<CreditLine>& asked) {
  CreditDraft draft;
  std::set<std::size_t> seen;
  for (const CreditLine& each : asked) {
    const bool there = each.line < invoice.lines.size() && invoice.lines[each.line].kind != "tax" &&
                       !invoice.lines[each.line].inclusive;
    if (!there) return refused(Errc::bad_request, fmt::format("the invoice has no line {} to credit", each.line));
    if (!seen.insert(each.line).second)
      return refused(Errc::bad_request, fmt::format("line {} is named twice", each.line));
    TRY_VOID(check_amount(each.amount, invoice.currency));
    if (each.amount > left.lines[each.line]) {
      return refused(Errc::conflict, fmt::format("of line {} {} is left", each.line,
                                                 price_text(left.lines[each.line], invoice.currency)));
    }
    draft.net += each.amount;
  }
  if (draft.net > left.net) {
    return refused(Errc::conflict,
                   fmt::format("of the invoice {} is left before tax", price_text(left.net, invoice.currency)));
  }
  if (draft.net == left.net) return everything(left);
  draft.lines = asked;
  std::ranges::sort(draft.lines, {}, &CreditLine::line);
  draft.tax = tax_of(left, draft.net, invoice.currency);
  draft.total = left.inclusive ? draft.net : draft.net + draft.tax;
  return draft;
}

Result<CreditDraft> by_amount(const Paper& invoice, const Left& left, const Rational& amount) {
  TRY_VOID(check_amount(amount, invoice.currency));
  if (amount > left.total) {
    return refused(Errc::conflict, fmt::format("of the invoice {} is left", price_text(left.total, invoice.currency)));
  }
  if (amount == left.total) return everything(left);
  CreditDraft draft;
  draft.net = left.inclusive ? amount : round_money(amount * left.net / left.total, invoice.currency);
  draft.tax = left.inclusive ? tax_of(left, amount, invoice.currency) : amount - draft.net;
  draft.total = amount;
  std::vector<Rational> weights;
  for (const Rational& line : left.lines) weights.push_back(line.is_negative() ? Rational() : line);
  const std::vector<Rational> parts = rating::split(draft.net, weights, invoice.currency);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!parts[i].is_zero()) draft.lines.push_back({i, parts[i]});
  }
  return draft;
}

}  // namespace

Result<CreditDraft> draft_credit(const Paper& invoice, const Credited& before, const CreditAsk& ask) {
  if (invoice.running()) return refused(Errc::bad_request, "a running bill is no invoice");
  if (ask.reason.empty() || ask.reason.size() > 500) return refused(Errc::bad_request, "a reason of 1 to 500 bytes");
  if ((ask.everything ? 1 : 0) + (ask.lines.empty() ? 0 : 1) + (ask.amount ? 1 : 0) != 1) {
    return refused(Errc::bad_request, "either lines or an amount");
  }
  if (before.voided) return refused(Errc::conflict, invoice.number + " is void already");
  const Left left = left_of(invoice, before);
  Result<CreditDraft> draft = everything(left);
  if (!ask.lines.empty()) draft = by_lines(invoice, left, ask.lines);
  if (ask.amount) draft = by_amount(invoice, left, *ask.amount);
  if (!draft) return draft;
  draft->left = left.total - draft->total;
  if (draft->left.is_negative() || draft->total.is_negative() || draft->voids != draft->left.is_zero()) {
    return refused(Errc::corrupt_record, invoice.number + " and its notes do not fit each other");
  }
  return draft;
}

}  // namespace postage::invoice
