#pragma once
// A document as an XLSX workbook (Office Open XML, by libxlsxwriter): one sheet a table. Amounts are numbers in the
// currency's format whose SUM formula is the total; a number with more than 15 digits, which spreadsheets cannot hold,
// stands there as text instead, so that no digit is lost. Texts are stored as texts and never run as formulas.
// Equal input gives equal bytes. Thread: any worker.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "invoice/documents/tables.h"

namespace postage::invoice {

struct Workbook {
  std::string title;
  std::string author;
  Instant created_at;
  int minor_digits = 2;                                    ///< of the money columns
  std::vector<std::pair<std::string, std::string>> facts;  ///< name and value, above the first table
  std::vector<Table> tables;
};

/// The file's bytes. Errors: internal with the library's reason.
Result<std::string> workbook_bytes(const Workbook& workbook);

}  // namespace postage::invoice
