#pragma once
// A document as a PDF: A4, in Chinese or English, with letterhead, lines that explain themselves, usage and amounts by
// project, the evidence of the peaks, and the proof. Equal papers give equal bytes; nothing asks the clock.
// Takes milliseconds to seconds: worker threads only, never a shard.
#include <string>

#include "base/result.h"
#include "invoice/documents/flow.h"
#include "invoice/documents/letter.h"

namespace postage::invoice {

/// Projects that a PDF shows one by one; the rest stands in one row, so that the sums hold. CSV and XLSX have all.
inline constexpr std::size_t kPdfProjects = 1000;
/// With more projects than this the table has no ids, and the evidence only of the highest peaks.
inline constexpr std::size_t kPdfRoomy = 100;

/// Errors: unavailable when the machine has no font; characters that no font has are logged and print as boxes.
Result<std::string> paper_pdf(const Paper& paper, Language language);

// For the PDFs of this room's other documents (credit notes).

/// Title at the right, logo at the left, the issuer below it, facts at the right.
void pdf_head(Canvas& canvas, Flow& flow, const Issuer& issuer, std::string_view title, std::string_view number,
              const std::vector<Fact>& facts);
/// To whom it goes.
void pdf_recipient(Canvas& canvas, Flow& flow, std::string_view label, std::string_view name);
/// The total's row, large.
void pdf_total(Canvas& canvas, Flow& flow, std::string_view label, std::string_view amount);
/// Payment details and the issuer's note, where there are any.
void pdf_payment(Flow& flow, const Issuer& issuer, Language language);
/// A foot with page numbers on every page, and the bytes; warns in the log when characters were missing.
Result<std::string> pdf_finish(Canvas& canvas, const Issuer& issuer, std::string_view number, Language language);
/// A canvas with the file's facts set.
Result<Canvas> pdf_canvas(std::string title, const Issuer& issuer, Language language, Instant created_at);

}  // namespace postage::invoice
