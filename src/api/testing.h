#pragma once
// What the tests of this room share: the real directory, credentials, history and ledger on a store in memory, with a
// meter and a channel made of plain values, behind a real Router.
#include <deque>
#include <memory>

#include "api/route.h"
#include "api/router.h"
#include "api/services.h"
#include "auth/audit.h"
#include "auth/credentials.h"
#include "auth/test_store.h"
#include "invoice/catalogue_desk.h"
#include "invoice/documents/documents.h"
#include "invoice/payments/payments.h"
#include "rating/price_lint.h"
#include "invoice/testing.h"
#include "notify/hook.h"
#include "notify/outbox.h"
#include "observe/uptime_log.h"
#include "support/desk.h"

namespace postage::api::testing {

/// The directory as the invoice room sees it.
class DirectoryAccounts final : public invoice::AccountBook {
 public:
  explicit DirectoryAccounts(auth::Directory& directory) : directory_(directory) {}
  [[nodiscard]] std::optional<invoice::AccountFacts> account(AccountId id) const override {
    const auto snapshot = directory_.snapshot();
    const auth::AccountInfo* found = snapshot->account(id);
    if (!found) return std::nullopt;
    return facts(*found);
  }
  [[nodiscard]] std::vector<invoice::AccountFacts> accounts() const override {
    std::vector<invoice::AccountFacts> all;
    const auto snapshot = directory_.snapshot();
    for (const auth::AccountInfo* each : snapshot->accounts()) all.push_back(facts(*each));
    return all;
  }
  [[nodiscard]] std::vector<meter::NamedProject> projects(AccountId id) const override {
    std::vector<meter::NamedProject> all;
    const auto snapshot = directory_.snapshot();
    for (const auth::ProjectInfo* each : snapshot->all_projects_of(id)) all.push_back({each->id, each->name});
    return all;
  }
  Result<void> terms_changed(AccountId id, const std::string& catalogue, const std::string& plan) override {
    auth::AccountChange change;
    change.catalogue = catalogue;
    change.plan = plan;
    auto done = directory_.change_account(id, change, auth::Actor::system("billing"), Instant{});
    if (!done) return done.error();
    return {};
  }

 private:
  static invoice::AccountFacts facts(const auth::AccountInfo& from) {
    return {from.id, from.name, from.email, from.locale, from.catalogue, from.plan, from.created_at};
  }
  auth::Directory& directory_;
};

/// A channel that answers at once, or keeps what it is asked until release().
class FakePublisher final : public Publisher {
 public:
  using Done = std::function<void(std::variant<Published, Problem>)>;
  std::vector<PublishAsk> asked;
  std::optional<Problem> refusal;
  bool hold = false;

  void publish(PublishAsk ask, Done done) override {
    asked.push_back(std::move(ask));
    if (hold)
      held_.push_back(std::move(done));
    else
      answer(done);
  }
  void release() {
    for (const Done& each : held_) answer(each);
    held_.clear();
  }

 private:
  void answer(const Done& done) {
    if (refusal) return done(*refusal);
    done(Published{9'007'199'254'740'993ULL, asked.size(), Instant(seconds(1'800'000'001)), 22, 10});
  }
  std::vector<Done> held_;
};

/// Uptime as the log has it.
class LoggedUptime final : public invoice::UptimeSource {
 public:
  explicit LoggedUptime(const observe::UptimeLog& log) : log_(log) {}
  [[nodiscard]] Result<std::optional<invoice::Uptime>> uptime(const InstantRange& range, bool skip) const override {
    TRY(measured, log_.uptime(range, skip));
    if (!measured) return std::optional<invoice::Uptime>();
    invoice::Uptime out{measured->minutes, measured->down, {}};
    for (const observe::DownRange& each : measured->ranges) {
      out.ranges.push_back({each.start, each.end, std::string(observe::cause_name(each.cause))});
    }
    return std::optional<invoice::Uptime>(std::move(out));
  }

 private:
  const observe::UptimeLog& log_;
};

/// An answer as a test reads it.
struct Seen {
  int status = 0;
  Json json;
  std::string body;
  std::vector<Header> headers;
  [[nodiscard]] std::string header(std::string_view name) const {
    for (const Header& each : headers) {
      if (each.name == name) return each.value;
    }
    return {};
  }
  [[nodiscard]] std::string text(const std::string& member) const { return json.value(member, std::string()); }
};

/// One server's worth of rooms. Two accounts: `acme` with a person of each role and two projects, `rival` with an
/// owner.
class World {
 public:
  World();
  /// Sends a request and returns its answer; an answer that has not come yet has status 0.
  Seen send(const std::string& method, const std::string& target, const std::string& bearer = "",
            const std::string& body = "", std::vector<Header> headers = {});
  Seen get(const std::string& target, const std::string& bearer) { return send("GET", target, bearer); }
  /// A session's token of a new person with that role in `account`, or of an operator.
  std::string person(const std::string& email, AccountId account, auth::Role role);
  std::string operator_of(const std::string& email, auth::Role role);
  [[nodiscard]] std::string account_path() const { return "/v1/accounts/" + std::to_string(acme.value); }
  [[nodiscard]] std::string project_path() const { return "/v1/projects/" + std::to_string(chat.value); }

  ManualClock clock{invoice::testing::at("2026-01-17T00:00:00+08:00")};
  auth::CountingEntropy entropy;
  auth::Seal seal = auth::test_seal();
  std::unique_ptr<db::Database> database = auth::test_database();
  std::unique_ptr<auth::Directory> directory;
  std::unique_ptr<auth::Credentials> credentials;
  std::unique_ptr<auth::AuditLog> audit;
  std::unique_ptr<DirectoryAccounts> accounts;
  invoice::testing::FakeCatalogues catalogues;
  invoice::testing::FakeUsage usage;
  invoice::testing::FakeOutbox outbox;
  std::unique_ptr<observe::UptimeLog> uptime_log;
  std::unique_ptr<LoggedUptime> uptime;
  std::unique_ptr<support::Desk> desk;
  std::unique_ptr<invoice::Billing> billing;
  std::unique_ptr<catalog::CatalogueStore> catalogue_store;
  std::unique_ptr<invoice::CatalogueDesk> catalogue_desk;
  std::unique_ptr<invoice::Documents> documents;
  std::unique_ptr<invoice::Payments> payments;
  FakePublisher publisher;
  std::unique_ptr<Router> router;
  AccountId acme, rival;
  ProjectId chat, game, foreign;
  std::string owner, stranger, operator_token;
  std::deque<Seen> late;  ///< answers that came after send() had returned
};

inline World::World() {
  const Instant start = invoice::testing::at("2026-01-01T00:00:00+08:00");
  const auth::Actor actor = auth::Actor::system("test");
  CHECK(invoice::migrate(*database, start).ok());
  directory = std::move(*auth::Directory::open(*database, seal, entropy));
  credentials =
      std::make_unique<auth::Credentials>(*database, entropy, auth::Credentials::Settings{.password_cost = {1, 8}});
  audit = std::make_unique<auth::AuditLog>(*database);
  accounts = std::make_unique<DirectoryAccounts>(*directory);
  CHECK(observe::migrate(*database, start).ok() && support::migrate(*database, start).ok());
  CHECK(notify::migrate(*database, start).ok());
  uptime_log = std::make_unique<observe::UptimeLog>(*database, "node-1");
  uptime = std::make_unique<LoggedUptime>(*uptime_log);
  desk = std::make_unique<support::Desk>(support::Desk::Ports{*database, {.email = "ops@postage.example"}, {}, audit.get()});
  billing = std::make_unique<invoice::Billing>(invoice::Billing::Ports{*database, *accounts, catalogues, usage, audit.get(), uptime.get()});
  CHECK(catalog::migrate(*database, start).ok());
  catalogue_store = std::make_unique<catalog::CatalogueStore>(catalog::CatalogueStore::Ports{
      *database, audit.get(), [](std::string_view name) { return catalog::builtin(name).ok(); }, rating::check_publishable});
  catalogue_desk = std::make_unique<invoice::CatalogueDesk>(invoice::CatalogueDesk::Ports{
      *billing, *accounts, *catalogue_store, [this](const catalog::Publication& each) { catalogues.add(each.text); }});
  documents = std::make_unique<invoice::Documents>(
      invoice::Documents::Ports{*billing, *accounts, usage, invoice::Issuer{.name = "Example Ltd"}, "", audit.get()});
  payments = std::make_unique<invoice::Payments>(
      invoice::Payments::Ports{*database, *billing, *accounts, nullptr, nullptr, nullptr, audit.get()},
      invoice::CollectionTerms{});
  router = std::make_unique<Router>(Services{clock, *directory, *credentials, *audit, entropy, *billing, publisher, usage,
                                             *documents, catalogue_desk.get(), "cn26", nullptr, uptime_log.get(), desk.get(),
                                             nullptr, {}, payments.get()});
  acme = directory->create_account({.name = "Acme", .email = "a@acme.example", .plan = "basic"}, actor, start)->id;
  rival = directory->create_account({.name = "Rival", .email = "r@rival.example"}, actor, start)->id;
  CHECK(billing->adopt_accounts().ok());
  const auto project = [&](AccountId account, const std::string& name) {
    auth::NewProject fields;
    fields.account = account;
    fields.name = name;
    return directory->create_project(fields, actor, start)->id;
  };
  chat = project(acme, "chat");
  game = project(acme, "game");
  foreign = project(rival, "foreign");
  owner = person("owner@acme.example", acme, auth::Role::owner);
  stranger = person("owner@rival.example", rival, auth::Role::owner);
  operator_token = operator_of("op@postage.example", auth::Role::operator_);
}

inline std::string World::person(const std::string& email, AccountId account, auth::Role role) {
  const auth::Actor actor = auth::Actor::system("test");
  const auto made =
      credentials->create_person({email, email, "correct horse battery", std::nullopt}, actor, clock.wall());
  CHECK(made.ok());
  CHECK(credentials->set_member(account, made->id, role, actor, clock.wall()).ok());
  return credentials->log_in(email, "correct horse battery", "192.0.2.1", clock.wall())->token;
}

inline std::string World::operator_of(const std::string& email, auth::Role role) {
  const auth::Actor actor = auth::Actor::system("test");
  CHECK(credentials->create_person({email, email, "correct horse battery", role}, actor, clock.wall()).ok());
  return credentials->log_in(email, "correct horse battery", "192.0.2.1", clock.wall())->token;
}

inline Seen World::send(const std::string& method, const std::string& target, const std::string& bearer,
                        const std::string& body, std::vector<Header> headers) {
  if (!bearer.empty()) headers.push_back({"Authorization", "Bearer " + bearer});
  if (!body.empty()) headers.push_back({"Content-Type", "application/json"});
  Seen seen;
  auto open = std::make_shared<bool>(true);
  router->handle(
      {method, target, std::move(headers), body, "192.0.2.1"}, Answer([this, &seen, open](Response response) {
        Seen came{response.status, Json::parse(response.body, nullptr, false), response.body, response.headers};
        if (*open)
          seen = std::move(came);
        else
          late.push_back(std::move(came));
      }));
  *open = false;
  return seen;
}

}  // namespace postage::api::testing
