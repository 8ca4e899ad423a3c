#pragma once
// Invoices for people: plain text (e-mails, terminals) and HTML (print, console), in Chinese and English. Made from a
// rated month, so that a running bill prints the same way as the invoice it becomes.
#include <string>

#include "invoice/rated_month.h"

namespace postage::invoice {

enum class Language : std::uint8_t { en, zh };
/// "zh" and everything that begins with it is Chinese, the rest English.
Language language_of(std::string_view locale);

/// Who sends the invoice: the operator's name and address lines, printed at the top.
struct Letterhead {
  std::string name = "Postage";
  std::vector<std::string> lines;
};

/// Lines that explain themselves: quantity, what is included, what is over, at which price; usage by project below.
std::string invoice_text(const RatedMonth& rated, const Issue& issue, Language language, const Letterhead& head = {});
/// One self-contained page without scripts; every text is escaped.
std::string invoice_html(const RatedMonth& rated, const Issue& issue, Language language, const Letterhead& head = {});

}  // namespace postage::invoice
