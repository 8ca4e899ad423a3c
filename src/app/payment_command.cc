#include "app/payment_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "app/command.h"
#include "app/local_door.h"
#include "base/log.h"
#include "invoice/payments/statement_file.h"

namespace postage::app {
namespace {

/// Rows of a statement as a provider of its own name, all of one account when that is known.
class AskedLines final : public invoice::PaymentProvider {
 public:
  AskedLines(std::vector<invoice::IncomingLine> lines, bool manual, std::optional<AccountId> account)
      : lines_(std::move(lines)), manual_(manual) {
    for (invoice::IncomingLine& each : lines_) {
      if (each.payment && account) each.payment->account = account;
    }
  }
  [[nodiscard]] std::string_view name() const override { return manual_ ? "manual" : "file"; }
  [[nodiscard]] std::vector<invoice::IncomingLine> take() override { return std::exchange(lines_, {}); }

 private:
  std::vector<invoice::IncomingLine> lines_;
  bool manual_;
};

std::string csv_cell(const std::string& text) {
  std::string cell = "\"";
  for (const char c : text) cell += c == '"' ? std::string("\"\"") : std::string(1, c);
  return cell + '"';
}

struct PaymentCall {
  std::string folder = "postage-data";
  std::string file, id, date, amount, currency = "CNY", reference, payer;
  std::int64_t account = 0;
  bool json = false;
};

std::string one_row(const PaymentCall& call) {
  std::string text = "id,date,amount,currency,reference,payer\n";
  for (const std::string* each : {&call.id, &call.date, &call.amount, &call.currency, &call.reference, &call.payer}) {
    text += (each == &call.id ? "" : ",") + csv_cell(*each);
  }
  return text + "\n";
}

/// Prints each line's answer; 1 when one was refused.
int show(const std::string& answer, bool json) {
  if (json) fmt::print("{}\n", answer);
  int refused = 0;
  for (const auto& line : nlohmann::json::parse(answer, nullptr, false)) {
    const std::string result = line.value("result", std::string());
    refused += result == "refused" ? 1 : 0;
    if (json) continue;
    fmt::print("line {:>5}  {:<9}", line.value("line", 0), result);
    if (line["account"].is_string()) fmt::print("  account {}", line["account"].get<std::string>());
    if (line["payment"].is_string()) fmt::print("  payment {}", line["payment"].get<std::string>());
    if (line["problem"].is_string()) fmt::print("  {}", line["problem"].get<std::string>());
    fmt::print("\n");
  }
  return refused == 0 ? 0 : 1;
}

}  // namespace

OwnRoute local_payments_route(LocalPaymentParts parts) {
  return [parts = std::move(parts)](const net::Request& request, const net::Responder& responder) {
    if (request.path() != "/local/payments") return false;
    if (request.method != "POST" || !local_secret_fits(request.header("authorization"), parts.secret)) {
      responder(net::Response::problem(401, "this path is for commands on the server's own machine"));
      return true;
    }
    auto kept = std::make_shared<net::Request>(request);
    const bool taken = parts.workers.submit([parts, kept, responder] {
      auto lines = book_asked(parts.payments, kept->body, parts.clock.wall());
      net::Response answer = lines ? net::Response()
                                   : net::Response::problem(error_row(lines.error().code).http, lines.error().to_string());
      if (lines) {
        answer.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
        answer.body = std::move(*lines);
      }
      responder(std::move(answer));
    });
    if (!taken) responder(net::Response::problem(503, "busy"));
    return true;
  };
}

Result<std::string> book_asked(invoice::Payments& payments, const std::string& ask, Instant now) {
  const auto wanted = nlohmann::json::parse(ask, nullptr, false);
  if (!wanted.is_object() || !wanted.contains("csv") || !wanted["csv"].is_string()) {
    return Error(Errc::bad_request, R"(send {"csv": ...})");
  }
  TRY(lines, invoice::read_statement(wanted["csv"].get<std::string>()));
  const bool manual = wanted.value("manual", false);
  const std::int64_t account = wanted.value("account", std::int64_t{0});
  AskedLines provider(std::move(lines), manual, account > 0 ? std::optional(AccountId{account}) : std::nullopt);
  TRY(booked, payments.receive(provider, now, {"command line", manual ? "payment record" : "payment import"}));
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (const invoice::BookedLine& each : booked) {
    nlohmann::ordered_json row = {{"line", each.line}, {"result", invoice::booking_name(each.result)},
                                  {"payment", nullptr}, {"account", nullptr}, {"problem", nullptr}};
    if (each.payment != 0) row["payment"] = std::to_string(each.payment);
    if (each.account) row["account"] = std::to_string(each.account->value);
    if (!each.problem.empty()) row["problem"] = each.problem;
    out.push_back(std::move(row));
  }
  return out.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

int command_payment(const Arguments& arguments) {
  CLI::App app("Payments, booked by the running server (docs/payments.md)", "postage payment");
  PaymentCall call;
  app.require_subcommand(1);
  CLI::App* record = app.add_subcommand("record", "one payment of one account; the same --id again books nothing");
  record->add_option("--account", call.account, "account number")->required();
  record->add_option("--id", call.id, "the bank's own number of the payment")->required();
  record->add_option("--date", call.date, "value date, 2026-02-03")->required();
  record->add_option("--amount", call.amount, "decimal amount")->required();
  record->add_option("--currency", call.currency, "ISO 4217 code")->capture_default_str();
  record->add_option("--reference", call.reference, "what the payer wrote");
  record->add_option("--payer", call.payer, "who paid");
  CLI::App* statement = app.add_subcommand("import", "a bank statement; a line that was booked before books nothing");
  statement->add_option("file", call.file, "CSV file")->required();
  for (CLI::App* each : {record, statement}) {
    each->add_option("--data-dir", call.folder, "the server's data folder; the server must be running")->capture_default_str();
    each->add_flag("--json", call.json, "the answers as a JSON array");
  }
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  std::string csv = one_row(call);
  if (statement->parsed()) {
    std::ifstream file(call.file, std::ios::binary);
    if (!file) {
      fmt::print(stderr, "postage payment: cannot read {}\n", call.file);
      return 2;
    }
    csv.assign(std::istreambuf_iterator<char>(file), {});
  }
  nlohmann::json ask = {{"csv", csv}, {"manual", record->parsed()}};
  if (record->parsed()) ask["account"] = call.account;
  const auto answer = ask_server(call.folder, "/local/payments",
                                 ask.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  if (!answer) {
    fmt::print(stderr, "postage payment: {}\n", answer.error().to_string());
    return error_row(answer.error().code).http == 400 ? 2 : 1;
  }
  return show(*answer, call.json);
}

}  // namespace postage::app
