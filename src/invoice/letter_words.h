#pragma once
// The words of invoices in both languages, and the sentences that explain a line.
#include <string>

#include "invoice/letter.h"

namespace postage::invoice {

/// Fixed words. One row a word: English and Chinese.
struct Words {
  std::string_view invoice, running_bill, number, account, month, period, issued, as_of, plan, catalogue, item, amount,
      total, includes_tax, usage_by_project, project, pcu, messages, storage, peak_note, verify_note;
};
const Words& words(Language language);

/// "Messages above the quota" and so on.
std::string_view line_title(rating::LineKind kind, Language language);
/// How the amount came about: "31,000,000 used, 30,000,000 included, 1,000,000 over at 0.00002"; empty where nothing is
/// to explain.
std::string line_reason(const RatedMonth& rated, const rating::Line& line, Language language);
/// "12,345.678": grouped in threes.
std::string grouped(const std::string& decimal);

}  // namespace postage::invoice
