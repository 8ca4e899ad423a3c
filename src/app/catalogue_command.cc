// postage catalogue and postage what-if: thin over the desk and the what-if of the invoice room.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

#include "app/command.h"
#include "app/local_asks.h"
#include "rating/price_lint.h"

namespace postage::app {
namespace {

using Json = nlohmann::json;

struct CatalogueCall {
  DataFolder folder{"postage-data"};
  std::string what;  ///< a file, or the name of a draft
  std::string replaces, reason;
  std::map<std::string, std::string> plans;
  bool move_accounts = false;
  bool json = false;
};

int failed(std::string_view command, const Error& error) {
  fmt::print(stderr, "postage {}: {}\n", command, error.to_string());
  return error_row(error.code).http == 400 ? 2 : 1;
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Result<std::string> file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error(Errc::bad_request, fmt::format("cannot read {}", path));
  return std::string((std::istreambuf_iterator<char>(file)), {});
}

int lint(const CatalogueCall& call) {
  const auto text = file_text(call.what);
  if (!text) return failed("catalogue", text.error());
  const auto findings = rating::lint(*text);
  for (const catalog::Finding& each : findings) {
    fmt::print("{}: {} {}: {}\n", catalog::severity_name(each.severity), each.code, each.pointer.empty() ? "/" : each.pointer,
               each.text);
  }
  if (findings.empty()) fmt::print("{}: nothing to complain about\n", call.what);
  return rating::may_publish(findings) ? 0 : 1;
}

/// Where `what` is a file it is drafted first. The name of the draft.
Result<std::string> drafted(const CatalogueCall& call) {
  if (!std::ifstream(call.what)) return call.what;
  TRY(text, file_text(call.what));
  const Json ask = {{"do", "draft"},           {"text", text},
                    {"replaces", call.replaces}, {"grandfather", !call.move_accounts},
                    {"plans", call.plans},       {"reason", call.reason}};
  TRY(answer, ask_folder(call.folder, ask));
  return text_of(Json::parse(answer, nullptr, false), "name");
}

void print_publication(const Json& each) {
  const Json& replaces = each["replaces"];
  fmt::print("{:<20} {:<10} in force from {}  {} {}{}\n", text_of(each, "name"), text_of(each, "state"),
             text_of(each, "effective_from"), text_of(each, "currency"), text_of(each, "zone"),
             replaces.is_string() ? fmt::format("  replaces {}{}", replaces.get<std::string>(),
                                                each.value("grandfather", true) ? "" : ", accounts are moved")
                                  : "");
}

void print_list(const Json& all) {
  for (const Json& each : all["catalogues"]) {
    fmt::print("{:<20} {:<10} in force from {}  {} {}\n", text_of(each, "name"), "usable", text_of(each, "effective_from"),
               text_of(each, "currency"), text_of(each, "zone"));
  }
  for (const Json& each : all["publications"]) print_publication(each);
}

std::string joined(const Json& words) {
  std::string all;
  for (const Json& word : words) all += (all.empty() ? "" : ", ") + word.get<std::string>();
  return all;
}

void print_preview(const Json& report) {
  const std::string currency = text_of(report, "currency");
  fmt::print("{}: {} accounts; {} pay more, {} less, {} the same; {} lose a feature; {} cannot be moved\n",
             text_of(report, "catalogue"), text_of(report, "accounts"), text_of(report, "pay_more"), text_of(report, "pay_less"),
             text_of(report, "pay_the_same"), text_of(report, "lose_features"), text_of(report, "cannot_move"));
  for (const char* month : {"closed_month", "running_month"}) {
    fmt::print("  {:<14} {} -> {} {} ({})\n", month, text_of(report[month], "before"), text_of(report[month], "after"), currency,
               text_of(report[month], "difference"));
  }
  for (const Json& row : report["items"]) {
    fmt::print("{:>6} {} ({} -> {})\n", text_of(row, "account"), text_of(row, "name"), text_of(row, "plan_before"),
               text_of(row, "plan_after"));
    for (const Json& month : row["months"]) {
      fmt::print("       {}{}: {} -> {} ({})\n", text_of(month, "month"), month.value("running", false) ? " so far" : "",
                 text_of(month["before"], "total"), text_of(month["after"], "total"), text_of(month, "difference"));
    }
    if (!row["gained"].empty()) fmt::print("       gains {}\n", joined(row["gained"]));
    if (!row["lost"].empty()) fmt::print("       loses {}\n", joined(row["lost"]));
  }
}

int answer_with(std::string_view command, const CatalogueCall& call, const Result<std::string>& answer, void (*print)(const Json&)) {
  if (!answer) return failed(command, answer.error());
  if (call.json) fmt::print("{}\n", *answer);
  else print(Json::parse(*answer, nullptr, false));
  return 0;
}

Result<std::string> ask_about(const CatalogueCall& call, const char* what) {
  TRY(name, drafted(call));
  return ask_folder(call.folder, {{"do", what}, {"name", name}, {"reason", call.reason}});
}

void print_what_if(const Json& answer) {
  fmt::print("{}, account {}: {} {} on {} of {}\n", text_of(answer, "month"), text_of(answer, "account"), text_of(answer, "total"),
             text_of(answer, "currency"), text_of(answer, "plan"), text_of(answer, "catalogue"));
  for (const Json& row : answer["invoices"]) {
    std::string note = row.value("current", false) ? "  <- the plan now" : "";
    for (const Json& passed : row.value("passed", Json::array())) {
      note += fmt::format("  not possible: {} {} of {}", text_of(passed, "meter"), text_of(passed, "used"), text_of(passed, "quota"));
    }
    fmt::print("  {:<12} {:<14} {:>20} {} {:>20}{}\n", text_of(row, "plan"), text_of(row, "catalogue"), text_of(row, "total"),
               text_of(row, "currency"), text_of(row, "difference"), note);
  }
}

/// Parses with CLI11, whose exceptions stay here.
std::optional<int> parse(CLI::App& app, const Arguments& arguments) {
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
}

}  // namespace

int command_catalogue(const Arguments& arguments) {
  CLI::App app("The operator's own catalogues: check, preview, publish", "postage catalogue");
  CatalogueCall call;
  app.require_subcommand(1);
  CLI::App* check = app.add_subcommand("lint", "what is wrong with a file, or looks so; exit 1 when it may not be published");
  CLI::App* list = app.add_subcommand("list", "catalogues in use, and the operator's own with their state");
  CLI::App* show = app.add_subcommand("preview", "what a file (kept as a draft) or a draft changes for each account");
  CLI::App* publish = app.add_subcommand("publish", "publishes a file or a draft for good");
  CLI::App* withdraw = app.add_subcommand("withdraw", "takes a published one back before its month begins");
  check->add_option("file", call.what, "catalogue file")->required();
  for (CLI::App* sub : {show, publish, withdraw}) sub->add_option("what", call.what, "file, or name of a draft")->required();
  for (CLI::App* sub : {list, show, publish, withdraw}) {
    sub->add_option("--data-dir", call.folder.path, "the server's data folder; the server may be running")->capture_default_str();
    sub->add_option("--config", call.folder.config, "the server's settings file, for a folder that no server holds");
    sub->add_flag("--json", call.json, "the answer as JSON");
  }
  for (CLI::App* sub : {show, publish}) {
    sub->add_option("--replaces", call.replaces, "catalogue that it follows for new accounts");
    sub->add_flag("--move-accounts", call.move_accounts, "move that one's accounts with the effective month");
    sub->add_option("--plan", call.plans, "OLD NEW: the plan that follows; others keep their name");
    sub->add_option("--reason", call.reason, "why, for the audit log");
  }
  withdraw->add_option("--reason", call.reason, "why, for the audit log");
  if (const auto code = parse(app, arguments)) return *code;

  if (check->parsed()) return lint(call);
  if (list->parsed()) return answer_with("catalogue", call, ask_folder(call.folder, {{"do", "list"}}), print_list);
  if (show->parsed()) return answer_with("catalogue", call, ask_about(call, "preview"), print_preview);
  return answer_with("catalogue", call, ask_about(call, publish->parsed() ? "publish" : "withdraw"), print_publication);
}

int command_what_if(const Arguments& arguments) {
  CLI::App app("A month of an account, its own usage, rated on every plan: cheapest first", "postage what-if");
  CatalogueCall call;
  std::int64_t account = 0;
  std::string month, catalogue;
  app.add_option("--data-dir", call.folder.path, "the server's data folder; the server may be running")->capture_default_str();
  app.add_option("--config", call.folder.config, "the server's settings file, for a folder that no server holds");
  app.add_option("--account", account, "account number")->required();
  app.add_option("--month", month, "2026-01; default: the running one");
  app.add_option("--catalogue", catalogue, "only this one; default: all in the account's currency");
  app.add_flag("--json", call.json, "full invoices as JSON");
  if (const auto code = parse(app, arguments)) return *code;
  const Json ask = {{"do", "what_if"}, {"account", account}, {"month", month}, {"catalogue", catalogue}};
  return answer_with("what-if", call, ask_folder(call.folder, ask), print_what_if);
}

}  // namespace postage::app
