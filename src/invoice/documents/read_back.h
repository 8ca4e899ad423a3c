#pragma once
// For tests: documents as a stranger's programs read them (unzip, pdftotext), and papers made of plain values.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/money.h"
#include "invoice/documents/paper.h"

namespace postage::invoice::testing {

/// A folder that goes away with the test.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "postage-documents-XXXXXX").string();
    CHECK(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string file(const std::string& name, const std::string& bytes = "") const {
    const std::string path = path_ + "/" + name;
    if (!bytes.empty()) std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

 private:
  std::string path_;
};

/// What a command prints; one that fails ends the test with its words.
inline std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "r");
  CHECK(pipe != nullptr);
  std::array<char, 65536> chunk{};
  while (const std::size_t got = std::fread(chunk.data(), 1, chunk.size(), pipe)) out.append(chunk.data(), got);
  if (const int status = ::pclose(pipe); status != 0) {
    std::fprintf(stderr, "%s\n%s\nended with status %d\n", command.c_str(), out.c_str(), status);
    CHECK(status == 0);
  }
  return out;
}

/// The text of a PDF as it stands on the pages, by poppler.
inline std::string pdf_text(const std::string& bytes, const std::string& form = "layout") {
  const Scratch scratch;
  return output_of("pdftotext -" + form + " " + scratch.file("it.pdf", bytes) + " -");
}

/// One cell of a sheet.
struct Cell {
  std::string text;    ///< of a text cell
  std::string number;  ///< of a number cell, and the stored value of a formula
  std::string formula;
};
/// Cells by "A1", of sheet 1, 2, ...
using Sheet = std::map<std::string, Cell>;

inline std::string unescaped(std::string text) {
  for (const auto& [code, plain] : std::vector<std::pair<std::string, std::string>>{
           {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&amp;", "&"}}) {
    for (std::size_t at = 0; (at = text.find(code, at)) != std::string::npos; ++at)
      text.replace(at, code.size(), plain);
  }
  return text;
}

inline std::vector<Sheet> sheets_of(const std::string& bytes, int count) {
  const Scratch scratch;
  const std::string path = scratch.file("it.xlsx", bytes);
  std::vector<std::string> shared;
  const std::string strings = output_of("unzip -p " + path + " xl/sharedStrings.xml");
  const std::regex item("<si><t[^>]*>([^<]*)</t></si>");
  for (std::sregex_iterator it(strings.begin(), strings.end(), item), end; it != end; ++it) {
    shared.push_back(unescaped((*it)[1]));
  }
  const std::regex cell("<c r=\"([A-Z]+[0-9]+)\"([^>]*)>(?:<f>([^<]*)</f>)?<v>([^<]*)</v></c>");
  std::vector<Sheet> sheets;
  for (int i = 1; i <= count; ++i) {
    const std::string xml = output_of("unzip -p " + path + " xl/worksheets/sheet" + std::to_string(i) + ".xml");
    Sheet& sheet = sheets.emplace_back();
    for (std::sregex_iterator it(xml.begin(), xml.end(), cell), end; it != end; ++it) {
      Cell& made = sheet[(*it)[1]];
      if ((*it)[2].str().find("t=\"s\"") != std::string::npos)
        made.text = shared.at(std::stoul((*it)[4]));
      else
        made.number = (*it)[4];
      made.formula = (*it)[3];
    }
  }
  return sheets;
}

/// A stored number as a spreadsheet takes it: 15 significant digits (files hold the binary number's 16 or 17).
inline Rational sheet_number(const std::string& stored) {
  const Rational value = parse_decimal(stored).value().value;
  const Rational size = value.is_negative() ? -value : value;
  const int whole = size < Rational(1) ? 0 : static_cast<int>(size.floor().str().size());
  return value.rounded(15 - std::min(whole, 15));
}

/// The exact sum that "=SUM(H5:H9)" of a sheet stands for; its cells must be numbers or empty.
inline Rational sum_of(const Sheet& sheet, const std::string& formula) {
  std::smatch part;
  CHECK(std::regex_match(formula, part, std::regex("SUM\\(([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)\\)")));
  Rational sum;
  for (int row = std::stoi(part[2]); row <= std::stoi(part[4]); ++row) {
    const auto found = sheet.find(part[1].str() + std::to_string(row));
    if (found == sheet.end()) continue;
    CHECK(found->second.text.empty());
    sum += sheet_number(found->second.number);
  }
  return sum;
}

/// An issued paper of that currency with one line a kind and amount.
inline Paper paper_in(std::string_view currency, const std::vector<std::pair<std::string, std::string>>& lines,
                      const std::string& tax_percent = "0", bool inclusive = false) {
  Paper paper;
  paper.number = "PO-2026-000001";
  paper.account = "1";
  paper.account_name = "Acme";
  paper.month = "2026-01";
  paper.zone = *Zone::find("Asia/Shanghai");
  paper.period = month_range({2026, 1}, paper.zone);
  paper.at = paper.period.end;
  paper.plan = "flagship";
  paper.plan_title = {"Flagship", "旗舰版"};
  paper.catalogue = "test";
  paper.currency = *find_currency(currency);
  paper.sha256 = std::string(64, 'a');
  paper.catalogue_sha256 = std::string(64, 'b');
  paper.tax_percent = parse_decimal(tax_percent).value().value;
  for (const auto& [kind, amount] : lines) {
    PaperLine line;
    line.kind = kind;
    line.amount = parse_decimal(amount).value().value;
    line.inclusive = kind == "tax" && inclusive;
    if (kind == "pcu") line.meter = PaperMeter{501, 500, 1, line.amount};
    if (!line.inclusive) paper.total += line.amount;
    paper.lines.push_back(std::move(line));
  }
  return paper;
}

}  // namespace postage::invoice::testing
