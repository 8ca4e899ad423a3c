// simulate, quote, bill: thin over the rooms that decide.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/command.h"
#include "app/local_door.h"
#include "app/quote.h"
#include "app/simulate.h"

namespace postage::app {
namespace {

/// An invoice object as a table for people. Numbers are printed as they stand: nothing is computed here.
void print_bill(const nlohmann::json& bill) {
  const auto text = [](const nlohmann::json& object, const char* key) { return object.value(key, std::string()); };
  fmt::print("{}, plan {} of {}, {}\n\n", text(bill, "month"), text(bill, "plan"), text(bill, "catalogue"), text(bill, "currency"));
  fmt::print("  {:<10} {:>22} {:>16} {:>22} {:>12} {:>18}\n", "line", "quantity", "included", "overage", "unit price", "amount");
  for (const auto& line : bill.value("lines", nlohmann::json::array())) {
    fmt::print("  {:<10} {:>22} {:>16} {:>22} {:>12} {:>18}\n", text(line, "kind"), text(line, "quantity"), text(line, "included"),
               text(line, "overage"), text(line, "unit_price"), text(line, "amount"));
  }
  fmt::print("  {:<10} {:>94}\n", "total", text(bill, "total"));
}

/// Writes a document to `out`, or to standard output when it is "-".
int write_document(const std::string& bytes, const std::string& out) {
  if (out == "-") return std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() ? 0 : 1;
  std::ofstream file(out, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (file) return 0;
  fmt::print(stderr, "postage bill: cannot write {}\n", out);
  return 1;
}

}  // namespace

int command_simulate(const Arguments& arguments) { return run_simulate(arguments, std::cin, std::cout, std::cerr); }
int command_quote(const Arguments& arguments) { return run_quote(arguments, std::cin, std::cout, std::cerr); }

int command_bill(const Arguments& arguments) {
  CLI::App app("The running bill of an account, or a past month's invoice, from a data folder", "postage bill");
  DataFolder folder{"postage-data"};
  std::string month;
  std::int64_t account = 0;
  bool json = false;
  std::string format, out = "-", language;
  invoice::DocumentAsk ask;
  app.add_option("--data-dir", folder.path, "the server's data folder; the server may be running")->capture_default_str();
  app.add_option("--config", folder.config, "the server's settings file, for a folder that no server holds");
  app.add_option("--account", account, "account number")->required();
  app.add_option("--month", month, "a closed month, 2026-01");
  app.add_flag("--json", json, "the invoice object as JSON");
  app.add_option("--format", format, "a document: json, csv, xlsx, pdf, html or text")
      ->check(CLI::IsMember(invoice::format_names()));
  app.add_option("--out", out, "file for the document; - is standard output")->capture_default_str();
  app.add_option("--language", language, "of the document: en or zh; else the account's")
      ->check(CLI::IsMember({"en", "zh"}));
  app.add_option("--table", ask.table, "of CSV: lines, projects or days")
      ->check(CLI::IsMember({"lines", "projects", "days"}))
      ->capture_default_str();
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (!month.empty() && !parse_month(month)) {
    fmt::print(stderr, "postage bill: --month must be as in 2026-01\n");
    return 2;
  }
  if (!format.empty()) {
    ask.format = *invoice::format_of(format);
    if (!language.empty()) ask.language = invoice::language_of(language);
    const auto bytes = document_of(folder, AccountId{account}, month, ask);
    if (bytes) return write_document(*bytes, out);
    fmt::print(stderr, "postage bill: {}\n", bytes.error().to_string());
    return error_row(bytes.error().code).http == 400 ? 2 : 1;
  }
  const auto text = month.empty() ? running_bill_of(folder, AccountId{account}) : invoice_of(folder.path, AccountId{account}, month);
  if (!text) {
    fmt::print(stderr, "postage bill: {}\n", text.error().to_string());
    return error_row(text.error().code).http == 400 ? 2 : 1;
  }
  if (json) fmt::print("{}\n", *text);
  else print_bill(nlohmann::json::parse(*text, nullptr, false));
  return 0;
}

}  // namespace postage::app
