// What people see of a month, everywhere, in a thousand random months: the data of the console's pages, the API, the CSV,
// `postage bill` and the invoice never differ in one quantity or amount, and the running bill of the month's last instant is
// the invoice. Everything is real but the meter, whose months are random.
#include <gtest/gtest.h>

#include <random>
#include <sstream>

#include "api/testing.h"
#include "invoice/batch.h"

namespace postage {
namespace {

using api::Json;
using api::testing::Seen;
using invoice::testing::at;

constexpr int kAccounts = 40;
constexpr int kMonths = 25;

/// A server's rooms with forty accounts on random plans, contracts and taxes.
struct Server {
  Server() {
    const auth::Actor actor = auth::Actor::system("test");
    const Instant start = at("2026-01-01T00:00:00+08:00");
    for (int i = 0; i < kAccounts; ++i) {
      const auto names = catalog::builtin_names();
      const std::string catalogue = names[random() % names.size()];
      const catalog::CataloguePtr prices = *catalog::builtin(catalogue);
      const auto& plans = prices->plans;
      const std::string plan = plans[random() % plans.size()]->name;
      const AccountId id = world.directory
                               ->create_account({.name = "Account " + std::to_string(i), .email = "a@example.com",
                                                 .catalogue = catalogue, .plan = plan}, actor, start)
                               ->id;
      for (int k = static_cast<int>(random() % 3); k >= 0; --k) {
        auth::NewProject fields;
        fields.account = id;
        fields.name = "project " + std::to_string(k);
        projects[id].push_back(world.directory->create_project(fields, actor, start)->id);
      }
      accounts.push_back(id);
    }
    CHECK(world.billing->adopt_accounts().ok());
    for (const AccountId id : accounts) change_terms(id, start);
  }

  void change_terms(AccountId id, Instant now) {
    const invoice::ChangedBy by{"test", "random"};
    const auto cents = [&](unsigned most) { return Rational(BigInt(random() % most), BigInt(100)); };
    if (random() % 2 == 0) {
      rating::Contract contract;
      contract.discount_percent = cents(10'001);
      if (random() % 2 == 0) contract.minimum_spend = cents(300'000);
      CHECK(world.billing->set_contract(id, contract, now, by).ok());
    }
    if (random() % 2 == 0) CHECK(world.billing->set_tax(id, rating::Tax{cents(2'500), random() % 2 == 0}, now, by).ok());
  }

  /// A random month of usage, and now and then another plan in the middle of it.
  void use(AccountId id, const InstantRange& month) {
    for (const ProjectId project : projects[id]) {
      const auto number = [&](std::int64_t most) {
        if (random() % 5 == 0) return std::int64_t{0};
        if (random() % 9 == 0) return INT64_MAX / 4;
        return static_cast<std::int64_t>(static_cast<unsigned __int128>(random()) * static_cast<std::uint64_t>(most) / 4'000'000'000);
      };
      world.usage.set(project, month.start, number(4'000), number(300'000'000), number(std::int64_t{20} << 30));
    }
    if (random() % 6 != 0) return;
    const auto terms = world.billing->terms(id, month.start + std::chrono::hours(100));
    const auto& plans = terms->catalogue.catalogue->plans;
    const std::string plan = plans[random() % plans.size()]->name;
    CHECK(world.billing->change_plan(id, plan, month.start + std::chrono::hours(100 + random() % 500), {"test", ""}).ok());
  }

  std::mt19937 random{20260101};
  api::testing::World world;
  std::vector<AccountId> accounts;
  std::map<AccountId, std::vector<ProjectId>> projects;
};

std::string path(AccountId id) { return "/v1/accounts/" + std::to_string(id.value); }

/// The CSV's rows as the lines of a bill object.
std::vector<std::vector<std::string>> csv_rows(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    std::vector<std::string> cells(1);
    bool quoted = false;
    for (const char c : line) {
      if (c == '"') quoted = !quoted;
      else if (c == ',' && !quoted) cells.emplace_back();
      else cells.back() += c;
    }
    rows.push_back(std::move(cells));
  }
  return rows;
}

void expect_csv_is(const std::string& csv, const Json& bill) {
  const auto rows = csv_rows(csv);
  ASSERT_GE(rows.size(), 2U);
  const std::vector<std::string>& names = rows.front();
  const auto cell = [&](std::size_t row, const std::string& name) {
    const auto found = std::ranges::find(names, name);
    return found == names.end() ? std::string("?") : rows[row][static_cast<std::size_t>(found - names.begin())];
  };
  const Json& lines = bill.at("lines");
  ASSERT_EQ(rows.size(), lines.size() + 2);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (const char* member : {"kind", "quantity", "included", "overage", "unit_price"}) {
      ASSERT_EQ(cell(i + 1, member), lines[i].value(member, std::string())) << member;
    }
    // A tax that the total contains stands in a column of its own, so that the other adds up.
    ASSERT_EQ(cell(i + 1, lines[i].value("inclusive", false) ? "included_tax" : "amount"), lines[i].at("amount"));
  }
  ASSERT_EQ(cell(rows.size() - 1, "amount"), bill.at("total"));
}

/// The page of usage says the quantities of the bill.
void expect_page_is(const Json& page, const Json& bill) {
  for (const Json& line : bill.at("lines")) {
    const std::string kind = line.at("kind");
    if (!line.contains("quantity")) continue;
    ASSERT_EQ(page.at("meters").at(kind == "storage" ? "storage_gb" : kind).at("used"), line.at("quantity")) << kind;
  }
  const Json& projects = bill.at("usage").at("projects");
  ASSERT_EQ(page.at("projects").size(), projects.size());
  for (const Json& project : projects) {
    const Json& shown = page.at("projects").at(project.at("name").get<std::string>());
    for (const char* member : {"pcu", "messages", "storage_gb"}) ASSERT_EQ(shown.at(member), project.at(member)) << member;
  }
  ASSERT_EQ(page.at("month"), bill.at("month"));
  ASSERT_EQ(page.at("currency"), bill.at("currency"));
}

/// Members of a bill object that a running one and the issued one share.
Json common(Json bill) {
  for (const char* member : {"state", "number", "as_of", "issued_at", "sha256"}) bill.erase(member);
  return bill;
}

TEST(ZeroDifference, PageApiExportCommandAndInvoiceOverAThousandMonths) {
  Server server;
  api::testing::World& world = server.world;
  invoice::MonthClose close({*world.database, world.billing->history(), *world.accounts, world.usage, &world.outbox, nullptr, nullptr},
                            {});
  int months = 0;
  std::map<AccountId, InstantRange> month;
  for (const AccountId id : server.accounts) month[id] = world.billing->terms(id, world.clock.wall())->subscription.period();
  for (int round = 0; round < kMonths; ++round) {
    for (const AccountId id : server.accounts) server.use(id, month[id]);
    std::map<AccountId, Json> running;
    std::map<AccountId, std::string> command;
    std::vector<AccountId> order = server.accounts;
    // Clocks move forward only: accounts whose month ends first go first.
    std::ranges::stable_sort(order, {}, [&](AccountId id) { return month[id].end; });
    for (const AccountId id : order) {
      world.clock.set(std::max(world.clock.wall(), month[id].end - milliseconds(1)));
      const std::string token = world.operator_of("op" + std::to_string(round) + "-" + std::to_string(id.value) + "@x.example",
                                                  auth::Role::finance);
      const Seen bill = world.get(path(id) + "/bill", token);
      ASSERT_EQ(bill.status, 200) << bill.body;
      running[id] = bill.json;
      command[id] = invoice::invoice_json(world.billing->running(id, world.clock.wall()).value());
      ASSERT_EQ(Json::parse(command[id]).at("lines"), bill.json.at("lines"));
      ASSERT_NO_FATAL_FAILURE(expect_csv_is(world.get(path(id) + "/bill?format=csv", token).body, bill.json));
      const Seen page = world.get(path(id) + "/usage/current", token);
      ASSERT_EQ(page.status, 200) << page.body;
      ASSERT_NO_FATAL_FAILURE(expect_page_is(page.json, bill.json));
      const bool last = std::ranges::none_of(order, [&](AccountId other) {
        return !running.contains(other) && month[other].end == month[id].end;
      });
      if (last) {
        ASSERT_TRUE(close.tick(month[id].end + seconds(10)).ok());
      }
    }
    for (const AccountId id : order) {
      const std::string token = world.operator_of("after" + std::to_string(round) + "-" + std::to_string(id.value) + "@x.example",
                                                  auth::Role::finance);
      const Seen list = world.get(path(id) + "/invoices?limit=1", token);
      ASSERT_EQ(list.json.at("items").size(), 1U);
      const Json& issued = list.json.at("items")[0];
      const Json& before = running[id];
      ASSERT_EQ(common(issued), common(before)) << issued.dump(1) << before.dump(1);
      const std::string number = issued.at("number");
      ASSERT_NO_FATAL_FAILURE(expect_csv_is(world.get(path(id) + "/invoices/" + number + "?format=csv", token).body, before));
      const Seen document = world.get(path(id) + "/invoices/" + number + "/document", token);
      ASSERT_EQ(common(Json::parse(document.body)), common(Json::parse(command[id])));
      ASSERT_EQ(invoice::sha256_hex(document.body), issued.at("sha256"));
      month[id] = world.billing->terms(id, month[id].end)->subscription.period();
      ++months;
    }
  }
  EXPECT_EQ(months, kAccounts * kMonths);
  RecordProperty("months", months);
}

}  // namespace
}  // namespace postage
