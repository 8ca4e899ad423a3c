// The operator's catalogues on the shelf of a server, and the forecast that is told.
#include "app/catalogue_room.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/forecast_watch.h"
#include "app/local_asks.h"
#include "app/store.h"
#include "auth/audit.h"
#include "auth/schema.h"
#include "invoice/testing.h"
#include "notify/notices.h"

namespace postage::app {
namespace {

using Json = nlohmann::ordered_json;
using invoice::testing::at;
using invoice::testing::Room;

std::string named(const std::string& name) {
  Json document = Json::parse(*catalog::builtin_text("cn26"));
  document["name"] = name;
  document["effective_from"] = "2026-03-01";
  return document.dump();
}

TEST(Shelf, ReadersSeeEveryPublicationWholeWhileOthersAreAdded) {
  Catalogues shelf = *Catalogues::load("");
  std::atomic<bool> stop{false};
  std::atomic<std::int64_t> reads{0};
  std::thread reader([&] {
    std::size_t most = 0;
    while (!stop) {
      const std::vector<std::string> names = shelf.names();
      EXPECT_GE(names.size(), most);
      most = names.size();
      EXPECT_NE(shelf.find(names.back()), nullptr);
      EXPECT_FALSE(shelf.text(names.back()).empty());
      ++reads;
    }
  });
  for (int i = 0; i < 50; ++i) {
    const std::string text = named("own-" + std::to_string(i));
    ASSERT_TRUE(shelf.put(*catalog::load(text), text, false));
  }
  while (reads == 0) std::this_thread::yield();
  stop = true;
  reader.join();
  EXPECT_EQ(shelf.names().size(), 56U);
  ASSERT_TRUE(shelf.put(*catalog::load(named("own-1")), named("own-1"), true));
  EXPECT_EQ(shelf.names().size(), 55U);
  EXPECT_NE(shelf.find("own-1"), nullptr);
  EXPECT_FALSE(shelf.put(*catalog::load(named("cn26")), named("cn26"), false));
  EXPECT_TRUE(shelf.fixed("cn26") && !shelf.fixed("own-1"));
}

TEST(CatalogueRoom, APublishedCatalogueIsThereAtOnceAndAfterARestart) {
  Room room;
  auth::AuditLog audit(*room.database);
  const Instant now = at("2026-01-17T00:00:00+08:00");
  ASSERT_TRUE(room.database->migrate("auth", auth::migrations(), now));
  {
    Catalogues shelf = *Catalogues::load("");
    const auto own = *CatalogueRoom::open({*room.database, &audit, shelf, *room.billing, room.accounts}, now);
    ASSERT_TRUE(own->desk().draft(named("cn27"), {}, now, {"op", "prices"}));
    EXPECT_EQ(shelf.find("cn27"), nullptr);
    ASSERT_TRUE(own->desk().publish("cn27", now, {"op", "prices"}));
    ASSERT_NE(shelf.find("cn27"), nullptr);
    EXPECT_FALSE(own->desk().draft(named("us26"), {}, now, {"op", "prices"}));
  }
  Catalogues shelf = *Catalogues::load("");
  const auto again = *CatalogueRoom::open({*room.database, &audit, shelf, *room.billing, room.accounts}, now);
  EXPECT_EQ(shelf.text("cn27"), named("cn27"));
  const std::string folder = ::testing::TempDir() + "/clash-of-names";
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/cn27.json") << named("cn27");
  Catalogues taken = *Catalogues::load(folder);
  const auto refused = CatalogueRoom::open({*room.database, &audit, taken, *room.billing, room.accounts}, now);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalid_catalogue);
}

/// A meter with the same number of messages each day.
class DailyUsage final : public meter::UsageReader {
 public:
  std::int64_t used = 0, a_day = 0;
  [[nodiscard]] Result<meter::MonthUsage> month(AccountId, std::span<const meter::NamedProject> projects,
                                                const InstantRange& range) const override {
    meter::MonthUsage usage{range, {}, 0};
    for (const meter::NamedProject& each : projects) usage.projects.push_back({each.project, each.name, 0, 0, {}});
    usage.projects.front().units = used;
    return usage;
  }
  [[nodiscard]] Result<std::vector<meter::UsagePoint>> series(std::span<const ProjectId>,
                                                              std::span<const Instant> bounds) const override {
    std::vector<meter::UsagePoint> points;
    for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
      meter::UsagePoint point;
      point.range = {bounds[i], bounds[i + 1]};
      point.units = a_day;
      point.covered_minutes = 1440;
      point.samples = 24;
      points.push_back(point);
    }
    return points;
  }
  [[nodiscard]] Result<std::vector<InstantRange>> gaps(const InstantRange&) const override { return std::vector<InstantRange>(); }
  [[nodiscard]] Result<meter::PeakEvidence> evidence(ProjectId, Instant) const override { return Errc::not_found; }
  [[nodiscard]] Result<std::int64_t> cap_units(CapId, const InstantRange&) const override { return 0; }
  [[nodiscard]] std::int64_t open_connections(ProjectId) const override { return 0; }
  [[nodiscard]] std::int64_t stored_bytes(ProjectId) const override { return 0; }
};

TEST(OpenFolder, ABillOfAStoppedFolderIsRatedByTheCataloguesOfTheServersSettings) {
  const std::string folder = ::testing::TempDir() + "/stopped-folder", plans = ::testing::TempDir() + "/own-plans";
  const std::string config = ::testing::TempDir() + "/stopped-folder.toml";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(plans);
  Json own = Json::parse(*catalog::builtin_text("cn26"));
  own["name"] = "own26";
  std::ofstream(plans + "/own26.json") << own.dump();
  std::ofstream(config) << "[billing]\ncatalogue_dir = \"" << plans << "\"\n[invoice]\nissuer_name = \"Own Ltd\"\n";
  AccountId account;
  {
    auto store = std::move(*open_store(folder, StoreUse::exclusive, 12, system_clock().wall()));
    const auto made = store->directory->create_account({"Acme", "a@b.c", "en", "own26", "basic"},
                                                       auth::Actor::system("test"), system_clock().wall());
    ASSERT_TRUE(made) << made.error().to_string();
    account = made->id;
  }
  const auto without = running_bill_of(folder, account);
  ASSERT_FALSE(without);
  EXPECT_NE(without.error().to_string().find("own26"), std::string::npos) << without.error().to_string();
  const auto bill = running_bill_of({folder, config}, account);
  ASSERT_TRUE(bill) << bill.error().to_string();
  EXPECT_EQ(Json::parse(*bill)["catalogue"], "own26");
  const auto answer = ask_folder({folder, config}, {{"do", "what_if"}, {"account", account.value}});
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_NE(answer->find("own26"), std::string::npos);
  invoice::DocumentAsk html;
  html.format = invoice::Format::html;
  const auto page = document_of({folder, config}, account, "", html);
  ASSERT_TRUE(page) << page.error().to_string();
  EXPECT_NE(page->find("Own Ltd"), std::string::npos);
}

TEST(ForecastWatch, TellsOnceAMonthAndMeterThatAQuotaWillBeUsedUp) {
  Room room;
  DailyUsage usage;
  invoice::Billing billing({*room.database, room.accounts, room.catalogues, usage});
  const AccountId account{7};
  room.accounts.add(account, "basic", at("2026-01-01T00:00:00+08:00"));
  ASSERT_TRUE(billing.open_account(account, {"t", ""}));
  std::vector<QuotaNotice> told;
  ForecastWatch watch({billing, room.accounts,
                       [&](AccountId after, std::size_t) { return after < account ? std::vector{account} : std::vector<AccountId>{}; },
                       [&](const QuotaNotice& notice) -> Result<void> {
                         told.push_back(notice);
                         return {};
                       }});
  usage.used = 10'000'000;
  usage.a_day = 1'440'000;
  const Instant now = at("2026-01-17T00:00:00+08:00");
  ASSERT_TRUE(watch.tick(now));
  ASSERT_TRUE(watch.tick(now + std::chrono::hours(2)));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].key(), "quota/7/2026-01/forecast/messages");
  EXPECT_EQ(told[0].used, "10000000");
  EXPECT_EQ(told[0].quota, "30000000");
  EXPECT_EQ(told[0].percent, 0);
  EXPECT_EQ(told[0].plan_title.zh, "基础版");
  // 20,000,000 at 1,000 a minute.
  EXPECT_EQ(instant_text_utc(*told[0].crosses_at), "2026-01-30T14:00:00.000Z");
  notify::QuotaFacts facts;
  facts.account = "Acme";
  facts.zone = told[0].zone;
  facts.crosses_at = told[0].crosses_at;
  facts.used = told[0].used;
  facts.quota = told[0].quota;
  facts.expected = told[0].expected;
  for (const char* locale : {"en", "zh"}) {
    facts.locale = locale;
    const auto letter = notify::quota_letter(facts);
    ASSERT_TRUE(letter) << letter.error().detail;
    EXPECT_NE(letter->subject.find("2026-01-30 22:00"), std::string::npos) << letter->subject;
    EXPECT_NE(letter->text.find("30,000,000"), std::string::npos);
    EXPECT_EQ(letter->text.find("{{"), std::string::npos);
  }
  usage.a_day = 100;  // Slower now: nothing new, and next month nothing either.
  ASSERT_TRUE(watch.tick(now + std::chrono::hours(5)));
  EXPECT_EQ(told.size(), 1U);
}

}  // namespace
}  // namespace postage::app
