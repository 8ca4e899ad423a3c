// Commands that work on a data folder without a server: account, project, token.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>

#include "app/books.h"
#include "app/command.h"
#include "app/store.h"
#include "auth/audit.h"
#include "auth/token.h"
#include "base/log.h"
#include "invoice/account_history.h"
#include "invoice/schema.h"

namespace postage::app {
namespace {

/// What the subcommands of one command have in common.
struct FolderCall {
  std::string folder = "postage-data";
  bool json = false;
};

int failed(std::string_view command, const Error& error) {
  fmt::print(stderr, "postage {}: {}\n", command, error.to_string());
  return error_row(error.code).http == 400 ? 2 : 1;
}

/// Parses with CLI11 (whose exceptions stay here). The exit code when the call ends with that, else none.
std::optional<int> parse(CLI::App& app, const Arguments& arguments) {
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    app.parse(std::move(reversed));
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  }
}

void print_account(const auth::AccountInfo& account, bool json) {
  if (!json) {
    fmt::print("{:>6}  {:<24} {:<28} {:<12} {}{}\n", account.id.value, account.name, account.email, account.catalogue,
               account.plan, account.in_arrears ? "  suspended, unpaid" : account.suspended ? "  suspended" : "");
    return;
  }
  std::string line = fmt::format(R"({{"id":"{}","name":)", account.id.value);
  append_json_string(line, account.name);
  line += R"(,"email":)";
  append_json_string(line, account.email);
  line += fmt::format(R"(,"catalogue":"{}","plan":"{}","suspended":{}}})", account.catalogue, account.plan, account.closed());
  fmt::print("{}\n", line);
}

void print_project(const auth::ProjectInfo& project, bool json) {
  const auth::Certificate& certificate = project.certificate(auth::CertificateSlot::primary);
  if (!json) {
    fmt::print("{:>6}  {:<24} app_id {}  certificate {}\n", project.id.value, project.name, project.app_id.text,
               certificate.exists() ? certificate.text : "none");
    return;
  }
  std::string line = fmt::format(R"({{"id":"{}","account":"{}","name":)", project.id.value, project.account.value);
  append_json_string(line, project.name);
  line += fmt::format(R"(,"app_id":"{}","certificate":"{}","app_id_only":{}}})", project.app_id.text, certificate.text,
                      project.app_id_only);
  fmt::print("{}\n", line);
}

const auth::Actor kActor = auth::Actor::system("command line");

/// First line of a file, or 20 random characters when no file is named.
Result<std::string> password_from(const std::string& path) {
  if (path.empty()) return auth::system_entropy().hex(20);
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return Error(Errc::bad_request, fmt::format("--password-file: cannot read {}", path));
  return line;
}

struct PersonCall {
  std::string email, name, password_file, role = "owner";
  std::int64_t account = 0;
};

/// Makes a person who logs in: an operator (account 0) or a member of an account.
Result<void> create_person(Store& store, const PersonCall& call, Instant now) {
  TRY(password, password_from(call.password_file));
  const bool is_operator = call.account == 0;
  const auto role = auth::role_of(is_operator ? auth::Realm::operators : auth::Realm::customer,
                                  is_operator && call.role == "owner" ? "operator" : call.role);
  if (!role) return Error(Errc::bad_request, fmt::format("--role: there is no role '{}' here", call.role));
  TRY(person, store.credentials->create_person(
                  {call.email, call.name.empty() ? call.email : call.name, password,
                   is_operator ? std::optional(*role) : std::nullopt},
                  kActor, now));
  if (!is_operator) TRY_VOID(store.credentials->set_member(AccountId{call.account}, person.id, *role, kActor, now));
  fmt::print("{} may log in as {}", person.email, auth::role_name(*role));
  if (call.password_file.empty()) fmt::print(" with the password {}", password);
  fmt::print("\n");
  return {};
}

Result<std::unique_ptr<Store>> open(const FolderCall& call, StoreUse use) {
  return open_store(call.folder, use, 12, system_clock().wall());
}

Result<void> list_accounts(const FolderCall& call) {
  TRY(store, open(call, StoreUse::shared));
  const auth::SnapshotRef snapshot = store->directory->snapshot();
  for (const auth::AccountInfo* account : snapshot->accounts()) print_account(*account, call.json);
  return {};
}

/// The account's first month, so that it has a bill at once. One of a catalogue that this command does not know (the
/// operator's own) begins when the server sees it.
Result<void> begin_history(Store& store, const auth::AccountInfo& account) {
  TRY_VOID(invoice::migrate(*store.database, account.created_at));
  TRY(catalogues, Catalogues::load(""));
  const CatalogueTexts texts(catalogues);
  if (!texts.find(account.catalogue)) return {};
  auth::AuditLog audit(*store.database);
  return invoice::AccountHistory(*store.database, texts, &audit)
      .open(account.id, account.catalogue, account.plan, account.created_at, {kActor.name, "account opened"});
}

Result<void> create_account(const FolderCall& call, const auth::NewAccount& fields) {
  TRY(store, open(call, StoreUse::exclusive));
  TRY(account, store->directory->create_account(fields, kActor, system_clock().wall()));
  TRY_VOID(begin_history(*store, account));
  print_account(account, call.json);
  return {};
}

Result<void> list_projects(const FolderCall& call, std::int64_t account) {
  TRY(store, open(call, StoreUse::shared));
  const auth::SnapshotRef snapshot = store->directory->snapshot();
  for (const auth::ProjectInfo* project : snapshot->projects_of(AccountId{account})) print_project(*project, call.json);
  return {};
}

Result<void> create_project(const FolderCall& call, const auth::NewProject& fields) {
  TRY(store, open(call, StoreUse::exclusive));
  TRY(project, store->directory->create_project(fields, kActor, system_clock().wall()));
  print_project(project, call.json);
  return {};
}

void add_folder(CLI::App& app, FolderCall& call) {
  app.add_option("--data-dir", call.folder, "the server's data folder")->capture_default_str();
  app.add_flag("--json", call.json, "one JSON object a line");
}

}  // namespace

int command_account(const Arguments& arguments) {
  CLI::App app("Accounts and the people who log in, in a data folder", "postage account");
  FolderCall call;
  auth::NewAccount fields;
  PersonCall person;
  app.require_subcommand(1);
  CLI::App* list = app.add_subcommand("list", "all accounts");
  CLI::App* create = app.add_subcommand("create", "a new account");
  create->add_option("--name", fields.name, "name of the customer")->required();
  create->add_option("--email", fields.email, "where notices and invoices go")->required();
  create->add_option("--catalogue", fields.catalogue, "price catalogue")->capture_default_str();
  create->add_option("--plan", fields.plan, "plan to begin with")->capture_default_str();
  create->add_option("--locale", fields.locale, "zh or en")->capture_default_str();
  CLI::App* add = app.add_subcommand("person", "someone who logs in; without --account an operator");
  add->add_option("--email", person.email, "log-in name")->required();
  add->add_option("--name", person.name, "name shown; default the e-mail");
  add->add_option("--account", person.account, "account number; 0 makes an operator")->capture_default_str();
  add->add_option("--role", person.role, "owner, admin, billing, developer, viewer; operator, finance, support, read_only")
      ->capture_default_str();
  add->add_option("--password-file", person.password_file, "first line is the password; else one is made and printed");
  for (CLI::App* sub : {list, create, add}) add_folder(*sub, call);
  if (const auto code = parse(app, arguments)) return *code;

  Result<void> done;
  if (list->parsed()) done = list_accounts(call);
  if (create->parsed()) done = create_account(call, fields);
  if (add->parsed()) {
    auto store = open(call, StoreUse::exclusive);
    done = store ? create_person(**store, person, system_clock().wall()) : Result<void>(store.error());
  }
  return done ? 0 : failed("account", done.error());
}

int command_project(const Arguments& arguments) {
  CLI::App app("Projects of an account, in a data folder", "postage project");
  FolderCall call;
  auth::NewProject fields;
  std::int64_t account = 0;
  app.require_subcommand(1);
  CLI::App* list = app.add_subcommand("list", "projects of an account");
  CLI::App* create = app.add_subcommand("create", "a new project with an App ID and a certificate");
  for (CLI::App* sub : {list, create}) {
    add_folder(*sub, call);
    sub->add_option("--account", account, "account number")->required();
  }
  create->add_option("--name", fields.name, "name, unique in the account")->required();
  create->add_option("--app-id", fields.app_id, "bring an App ID along (32 hex digits)");
  create->add_option("--certificate", fields.certificate, "bring a certificate along (32 hex digits)");
  create->add_flag("--app-id-only", fields.app_id_only, "let the App ID alone log in, where the server allows that");
  std::map<std::string, std::int64_t> limits;
  create->add_option("--limit", limits, "a limit of this project, NAME VALUE (docs/limits.md)");
  if (const auto code = parse(app, arguments)) return *code;

  fields.account = AccountId{account};
  for (const auto& [name, value] : limits) fields.limits[name] = value;
  const Result<void> done = list->parsed() ? list_projects(call, account) : create_project(call, fields);
  return done ? 0 : failed("project", done.error());
}

int command_token(const Arguments& arguments) {
  CLI::App app("Makes a 007 token that logs a user in", "postage token");
  auth::LoginTokenRequest ask;
  std::string certificate;
  app.add_option("--app-id", ask.app_id, "App ID of the project")->required();
  app.add_option("--certificate", certificate, "certificate of the project")->required();
  app.add_option("--user", ask.user_id, "user ID the token is for")->required();
  app.add_option("--expire", ask.expire_seconds, "seconds until it ends")->capture_default_str();
  if (const auto code = parse(app, arguments)) return *code;

  ask.issued_at = system_clock().wall();
  ask.salt = auth::system_entropy().salt();
  const auto token = auth::build_login_token(ask, certificate);
  if (!token) return failed("token", token.error());
  fmt::print("{}\n", *token);
  return 0;
}

}  // namespace postage::app
