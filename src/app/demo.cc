// `postage demo`: the real server with an operator, two customers and a trickle of real traffic.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/command.h"
#include "app/server.h"
#include "app/trickle.h"
#include "auth/token.h"
#include "base/log.h"

namespace postage::app {
namespace {

constexpr const char* kPassword = "postage-demo";
const auth::Actor kActor = auth::Actor::system("postage demo");

/// One of the demo's customers with its log-in and project.
struct DemoCustomer {
  std::string name, email, plan, project_name, channel;
  AccountId account;
  auth::ProjectInfo project;
};

/// Makes the operator and the customers, or finds those of an earlier demo in the same folder.
Result<std::vector<DemoCustomer>> furnish(Store& store, Instant now) {
  std::vector<DemoCustomer> customers = {
      {"Little Bird (free)", "bird@example.com", "free", "birdsong", "lobby", {}, {}},
      {"Acme (basic)", "acme@example.com", "basic", "support-chat", "lobby", {}, {}},
  };
  const auth::SnapshotRef before = store.directory->snapshot();
  const auto old = before->accounts();
  if (!old.empty()) {
    for (DemoCustomer& customer : customers) {
      for (const auth::AccountInfo* account : old) {
        if (account->email != customer.email) continue;
        customer.account = account->id;
        const auto projects = before->projects_of(account->id);
        if (!projects.empty()) customer.project = *projects.front();
      }
      if (!customer.account || !customer.project.id) {
        return Error(Errc::conflict, "this data folder is not a demo's; give another one with --data-dir");
      }
    }
    return customers;
  }
  TRY_VOID(store.credentials->create_person({"operator@example.com", "Operator", kPassword, auth::Role::operator_}, kActor, now));
  for (DemoCustomer& customer : customers) {
    TRY(account, store.directory->create_account({customer.name, customer.email, "en", "cn26", customer.plan}, kActor, now));
    customer.account = account.id;
    TRY(person, store.credentials->create_person({customer.email, customer.name, kPassword, std::nullopt}, kActor, now));
    TRY_VOID(store.credentials->set_member(account.id, person.id, auth::Role::owner, kActor, now));
    auth::NewProject fields;
    fields.account = account.id;
    fields.name = customer.project_name;
    TRY(project, store.directory->create_project(fields, kActor, now));
    customer.project = project;
  }
  return customers;
}

Result<std::string> demo_token(const DemoCustomer& customer, Instant now) {
  auth::LoginTokenRequest ask;
  ask.app_id = customer.project.app_id.text;
  ask.user_id = "you";
  ask.issued_at = now;
  ask.expire_seconds = limits::token_seconds_max;
  ask.salt = auth::system_entropy().salt();
  return auth::build_login_token(ask, customer.project.certificate(auth::CertificateSlot::primary).text);
}

void print_json(const Server& server, const std::vector<DemoCustomer>& customers, const std::vector<std::string>& tokens) {
  std::string line = fmt::format(
      R"({{"url":"{}","port":{},"logins":[{{"realm":"operator","email":"operator@example.com","password":"{}"}})", server.url(),
      server.port(), kPassword);
  for (const DemoCustomer& customer : customers) {
    line += fmt::format(R"(,{{"realm":"customer","plan":"{}","account":"{}","email":"{}","password":"{}"}})", customer.plan,
                        customer.account.value, customer.email, kPassword);
  }
  line += "],\"projects\":[";
  for (std::size_t i = 0; i < customers.size(); ++i) {
    const DemoCustomer& customer = customers[i];
    line += fmt::format(R"({}{{"id":"{}","account":"{}","name":"{}","app_id":"{}","certificate":"{}","channel":"{}","token":"{}"}})",
                        i == 0 ? "" : ",", customer.project.id.value, customer.account.value, customer.project.name,
                        customer.project.app_id.text,
                        customer.project.certificate(auth::CertificateSlot::primary).text, customer.channel, tokens[i]);
  }
  fmt::print("{}]}}\n", line);
}

void print_text(const Server& server, const std::vector<DemoCustomer>& customers, const std::vector<std::string>& tokens,
                bool traffic) {
  fmt::print("\nPostage demo is running. Open  {}\n\n", server.url());
  fmt::print("  log in as          e-mail                   password\n");
  fmt::print("  operator           operator@example.com     {}\n", kPassword);
  for (const DemoCustomer& customer : customers) {
    fmt::print("  {:<18} {:<24} {}\n", customer.name, customer.email, kPassword);
  }
  for (std::size_t i = 0; i < customers.size(); ++i) {
    fmt::print("\n  {}: App ID {}, channel {}\n    token of user 'you': {}\n", customers[i].project.name,
               customers[i].project.app_id.text, customers[i].channel, tokens[i]);
  }
  fmt::print("\n{} Stop with Ctrl-C.\n",
             traffic ? "A trickle of real client traffic is running (--no-traffic switches it off)." : "No traffic is made.");
}

struct DemoCall {
  std::string folder = "postage-data";
  int port = 7780;
  bool json = false;
  bool no_traffic = false;
  std::string smtp;
};

Result<int> run_demo(const DemoCall& call) {
  Settings settings;
  settings.server_data_dir = call.folder;
  settings.server_port = call.port;
  settings.smtp_url = call.smtp;
  settings.clock_test = true;
  settings.log_level = "warn";
  TRY_VOID(settings.check());
  block_stop_signals();
  TRY(server, Server::start(settings));
  TRY(customers, furnish(server->store(), server->clock().wall()));
  TRY_VOID(server->adopt_accounts());
  std::vector<std::string> tokens;
  std::vector<TrickleProject> projects;
  for (const DemoCustomer& customer : customers) {
    TRY(token, demo_token(customer, server->clock().wall()));
    tokens.push_back(token);
    projects.push_back({customer.project.app_id.text,
                        customer.project.certificate(auth::CertificateSlot::primary).text, customer.channel, 3});
  }
  call.json ? print_json(*server, customers, tokens) : print_text(*server, customers, tokens, !call.no_traffic);
  std::fflush(stdout);
  {
    std::optional<Trickle> trickle;
    if (!call.no_traffic) trickle.emplace(server->port(), projects, server->clock());
    wait_for_stop_signal();
  }
  server->stop();
  return 0;
}

}  // namespace

int command_demo(const Arguments& arguments) {
  CLI::App app("The real server with an operator, two customers and a trickle of real client traffic", "postage demo");
  DemoCall call;
  app.add_option("--data-dir", call.folder, "data folder; made if missing, kept for the next time")->capture_default_str();
  app.add_option("--port", call.port, "TCP port; 0 takes a free one")->check(CLI::Range(0, 65535))->capture_default_str();
  app.add_option("--smtp", call.smtp, "smtp://host:port for e-mails; without it they stay in the outbox");
  app.add_flag("--json", call.json, "print one JSON line instead of text");
  app.add_flag("--no-traffic", call.no_traffic, "make no traffic");
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const auto code = run_demo(call);
  if (code) return *code;
  fmt::print(stderr, "postage demo: {}\n", code.error().to_string());
  return error_row(code.error().code).http == 400 ? 2 : 1;
}

}  // namespace postage::app
