#pragma once
// Documents for people to read on a screen: plain text (e-mails, terminals) and HTML (print, console), in Chinese and
// English, made from a paper like every other form. Pure; thread: any.
#include <string>

#include "invoice/documents/tables.h"

namespace postage::invoice {

/// Lines that explain themselves: quantity, what is included, what is over, at which price; usage by project below.
std::string paper_text(const Paper& paper, Language language);
/// One self-contained page without scripts; every text is escaped.
std::string paper_html(const Paper& paper, Language language);

/// A name and its value, as they stand above the lines.
struct Fact {
  std::string_view name;
  std::string value;
};
std::vector<Fact> paper_facts(const Paper& paper, Language language);
/// "Invoice", "Running bill".
std::string_view paper_title(const Paper& paper, Language language);
/// What must be said at once: that it is a draft, void, or credited in part; empty: nothing.
std::string paper_warning(const Paper& paper, Language language);
/// Which rule of peaks billed this paper.
std::string_view paper_peak_note(const Paper& paper, Language language);
/// The sentences that say how to check: of an issued invoice with the path of its bytes.
std::string paper_verify_note(const Paper& paper, Language language);

/// For HTML and XML.
std::string markup_escaped(std::string_view text);
/// The page around a body: head, style, escaped title.
std::string html_page(std::string_view title, Language language, const std::string& body);
std::string html_letterhead(const Issuer& issuer);

}  // namespace postage::invoice
