// simulate, quote, bill: thin over the rooms that decide.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
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

}  // namespace

int command_simulate(const Arguments& arguments) { return run_simulate(arguments, std::cin, std::cout, std::cerr); }
int command_quote(const Arguments& arguments) { return run_quote(arguments, std::cin, std::cout, std::cerr); }

int command_bill(const Arguments& arguments) {
  CLI::App app("The running bill of an account, or a past month's invoice, from a data folder", "postage bill");
  std::string folder = "postage-data";
  std::string month;
  std::int64_t account = 0;
  bool json = false;
  app.add_option("--data-dir", folder, "the server's data folder; the server may be running")->capture_default_str();
  app.add_option("--account", account, "account number")->required();
  app.add_option("--month", month, "a closed month, 2026-01");
  app.add_flag("--json", json, "the invoice object as JSON");
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const auto text = month.empty() ? running_bill_of(folder, AccountId{account}) : invoice_of(folder, AccountId{account}, month);
  if (!text) {
    fmt::print(stderr, "postage bill: {}\n", text.error().to_string());
    return error_row(text.error().code).http == 400 ? 2 : 1;
  }
  if (json) fmt::print("{}\n", *text);
  else print_bill(nlohmann::json::parse(*text, nullptr, false));
  return 0;
}

}  // namespace postage::app
