// Publishing, grandfathering, moving everybody, withdrawing, previews: the desk on a real store.
#include "invoice/catalogue_desk.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "invoice/testing.h"
#include "rating/price_lint.h"

namespace postage::invoice {
namespace {

using Json = nlohmann::ordered_json;
using catalog::PublicationState;
using testing::at;
using testing::Room;

const ChangedBy kBy{"op@example.com", "prices of 2026-03", db::ChangerKind::person, 9};
const Instant kNow = at("2026-01-17T00:00:00+08:00");

/// Keeps what the audit log is told.
struct Trail final : db::AuditTrail {
  std::vector<db::ChangeNote> notes;
  Result<void> note_in(db::Connection&, const db::ChangeNote& note, Instant) override {
    notes.push_back(note);
    return {};
  }
};

/// cn26 under another name from March on: basic costs 30.00 more and loses Slack, premium is 100.00 cheaper.
Json cn27() {
  Json document = Json::parse(*catalog::builtin_text("cn26"));
  document["name"] = "cn27";
  document["effective_from"] = "2026-03-01";
  document["plans"][1]["base_fee"] = "429.00";
  document["plans"][1]["features"]["slack_support"] = false;
  document["plans"][2]["base_fee"] = "1399.00";
  return document;
}

struct DeskTest : ::testing::Test {
  DeskTest() {
    CHECK(catalog::migrate(*room.database, kNow).ok());
    open();
    const char* const kPlans[] = {"free", "basic", "basic", "premium"};
    for (int i = 0; i < 4; ++i) room.open(AccountId{i + 1}, kPlans[i], at("2025-12-01T00:00:00+08:00"));
    room.open(AccountId{5}, "starter", at("2025-12-01T00:00:00+08:00"), "us25");
  }
  /// As after a restart.
  void open() {
    store = std::make_unique<catalog::CatalogueStore>(catalog::CatalogueStore::Ports{
        *room.database, &trail, [](std::string_view name) { return catalog::builtin(name).ok(); }, rating::check_publishable});
    desk = std::make_unique<CatalogueDesk>(CatalogueDesk::Ports{*room.billing, room.accounts, *store,
                                                                [this](const catalog::Publication& each) {
                                                                  shelved.push_back(each.name);
                                                                  room.catalogues.add(each.text);
                                                                }});
    CHECK(desk->open().ok());
  }
  void publish(const Json& document, const catalog::Succession& succession) {
    const auto drafted = desk->draft(document.dump(), succession, kNow, kBy);
    ASSERT_TRUE(drafted) << drafted.error().detail;
    const auto published = desk->publish(drafted->name, kNow, kBy);
    ASSERT_TRUE(published) << published.error().detail;
    EXPECT_EQ(published->state, PublicationState::published);
  }
  std::string on(int account, const char* when) {
    const auto terms = *room.billing->terms(AccountId{account}, at(when));
    return terms.catalogue.catalogue->name + " " + terms.subscription.plan()->name;
  }
  static void refused(const Error& error, Errc code, const char* about) {
    EXPECT_EQ(error.code, code) << error.detail;
    EXPECT_NE(error.detail.find(about), std::string::npos) << error.detail;
  }
  Room room;
  Trail trail;
  std::vector<std::string> shelved;
  std::unique_ptr<catalog::CatalogueStore> store;
  std::unique_ptr<CatalogueDesk> desk;
};

TEST_F(DeskTest, GrandfatheredAccountsStayAndNewOnesGetTheNewestInForce) {
  publish(cn27(), {"cn26", true, {}});
  ASSERT_TRUE(desk->tick(kNow));
  EXPECT_EQ(on(2, "2026-04-01T00:00:00+08:00"), "cn26 basic");
  EXPECT_EQ(*desk->for_new_accounts("cn26", at("2026-02-28T23:59:59.999+08:00")), "cn26");
  EXPECT_EQ(*desk->for_new_accounts("cn26", at("2026-03-01T00:00:00+08:00")), "cn27");
  EXPECT_EQ(*desk->for_new_accounts("us26", at("2026-03-01T00:00:00+08:00")), "us26");
  ASSERT_EQ(trail.notes.size(), 2U);
  EXPECT_EQ(trail.notes[1].action + " " + trail.notes[1].subject + " " + trail.notes[1].who, "catalogue.publish cn27 op@example.com");
}

TEST_F(DeskTest, WithoutGrandfatheringAllAccountsOfTheReplacedOneMoveWithTheMonth) {
  // Account 3 has been promised a catalogue of its own.
  Json own = cn27();
  own["name"] = "special";
  publish(own, {});
  ASSERT_TRUE(desk->move_account(AccountId{3}, "special", {2026, 4}, {}, kNow, kBy));
  publish(cn27(), {"cn26", false, {{"premium", "basic"}}});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(desk->tick(kNow, 2));
  EXPECT_EQ(on(2, "2026-02-28T23:59:59.999+08:00"), "cn26 basic");
  EXPECT_EQ(on(1, "2026-03-01T00:00:00+08:00"), "cn27 free");
  EXPECT_EQ(on(2, "2026-03-01T00:00:00+08:00"), "cn27 basic");
  EXPECT_EQ(on(3, "2026-03-01T00:00:00+08:00"), "cn26 basic");
  EXPECT_EQ(on(3, "2026-04-01T00:00:00+08:00"), "special basic");
  EXPECT_EQ(on(4, "2026-03-01T00:00:00+08:00"), "cn27 basic");
  EXPECT_EQ(on(5, "2026-03-01T00:00:00+08:00"), "us25 starter");
  // Looking again, and after a restart, adds nothing.
  const std::size_t events = room.billing->history().events(AccountId{2})->size();
  open();
  ASSERT_TRUE(desk->tick(kNow));
  ASSERT_TRUE(desk->tick(at("2026-01-18T00:00:00+08:00")));
  EXPECT_EQ(room.billing->history().events(AccountId{2})->size(), events);
  // Who comes later is found, too.
  room.open(AccountId{6}, "basic", at("2026-01-20T00:00:00+08:00"));
  ASSERT_TRUE(desk->tick(at("2026-01-20T00:00:00+08:00")));
  EXPECT_EQ(on(6, "2026-03-01T00:00:00+08:00"), "cn27 basic");
}

TEST_F(DeskTest, AWithdrawnCatalogueTakesItsMovesBack) {
  publish(cn27(), {"cn26", false, {}});
  ASSERT_TRUE(desk->tick(kNow));
  EXPECT_EQ(on(2, "2026-03-01T00:00:00+08:00"), "cn27 basic");
  const auto withdrawn = desk->withdraw("cn27", at("2026-02-10T00:00:00+08:00"), kBy);
  ASSERT_TRUE(withdrawn) << withdrawn.error().detail;
  ASSERT_TRUE(desk->tick(at("2026-02-10T00:00:01+08:00")));
  EXPECT_EQ(on(2, "2026-03-01T00:00:00+08:00"), "cn26 basic");
  EXPECT_EQ(*desk->for_new_accounts("cn26", at("2026-03-01T00:00:00+08:00")), "cn26");
  refused(desk->move_account(AccountId{2}, "cn27", {2026, 4}, {}, kNow, kBy).error(), Errc::conflict, "withdrawn");
  refused(desk->publish("cn27", kNow, kBy).error(), Errc::conflict, "withdrawn");
  refused(desk->draft(cn27().dump(), {}, kNow, kBy).error(), Errc::conflict, "never changes");
}

TEST_F(DeskTest, RefusesWhatCannotBePublished) {
  refused(desk->publish("cn99", kNow, kBy).error(), Errc::not_found, "cn99");
  refused(desk->draft("{", {}, kNow, kBy).error(), Errc::invalid_catalogue, "JSON");
  Json document = cn27();
  document["name"] = "cn26";
  refused(desk->draft(document.dump(), {}, kNow, kBy).error(), Errc::conflict, "cn26");
  refused(desk->draft(cn27().dump(), {"cn99", true, {}}, kNow, kBy).error(), Errc::bad_request, "cn99");
  refused(desk->draft(cn27().dump(), {"", false, {}}, kNow, kBy).error(), Errc::bad_request, "replaces");
  refused(desk->draft(cn27().dump(), {"cn26", false, {{"basic", "gold"}}}, kNow, kBy).error(), Errc::bad_request, "gold");
  refused(desk->draft(cn27().dump(), {"us26", false, {}}, kNow, kBy).error(), Errc::bad_request, "follows lite");
  document = cn27();
  document["effective_from"] = "2026-03-02";
  ASSERT_TRUE(desk->draft(document.dump(), {}, kNow, kBy));
  refused(desk->publish("cn27", kNow, kBy).error(), Errc::invalid_catalogue, "/effective_from");
  document = cn27();
  document["rates"]["pcu"] = "0";
  EXPECT_EQ(desk->draft(document.dump(), {}, kNow, kBy)->version, 2);
  refused(desk->publish("cn27", kNow, kBy).error(), Errc::invalid_catalogue, "/plans/1/rates/pcu");
  ASSERT_TRUE(desk->draft(cn27().dump(), {"cn26", false, {}}, kNow, kBy));
  refused(desk->publish("cn27", at("2026-02-28T23:30:00+08:00"), kBy).error(), Errc::conflict, "hour");
  ASSERT_TRUE(desk->publish("cn27", at("2026-02-28T22:00:00+08:00"), kBy));
  refused(desk->withdraw("cn27", at("2026-02-28T23:30:00+08:00"), kBy).error(), Errc::conflict, "hour");
  refused(desk->withdraw("cn27", at("2026-03-05T00:00:00+08:00"), kBy).error(), Errc::conflict, "begins");
}

TEST_F(DeskTest, PublishedTextsAreKeptAndReadAgain) {
  publish(cn27(), {"cn26", true, {}});
  shelved.clear();
  open();
  EXPECT_EQ(shelved, std::vector<std::string>{"cn27"});
  const auto kept = *desk->publication("cn27");
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->text, cn27().dump());
  EXPECT_EQ(kept->by + ": " + kept->why, "op@example.com: prices of 2026-03");
  EXPECT_EQ(instant_text_utc(kept->effective_at()), "2026-02-28T16:00:00.000Z");
  const auto edited = room.database->write([](db::Connection& c) { return c.run("update catalog_publication set text = ''"); });
  EXPECT_FALSE(edited);
  const auto removed = room.database->write([](db::Connection& c) { return c.run("delete from catalog_publication_state"); });
  EXPECT_FALSE(removed);
}

TEST_F(DeskTest, APreviewShowsEveryCustomerWhatChanges) {
  const Instant december = at("2025-12-01T00:00:00+08:00"), january = at("2026-01-01T00:00:00+08:00");
  room.usage.set(ProjectId{20}, december, 600, 31'000'000, 0);
  room.usage.set(ProjectId{20}, january, 100, 1'000, 0);
  ASSERT_TRUE(desk->draft(cn27().dump(), {"cn26", false, {}}, kNow, kBy));
  const auto preview = *desk->begin_preview("cn27", kNow);
  EXPECT_FALSE(*preview->step(3));
  EXPECT_FALSE(preview->page(0, 10));
  EXPECT_TRUE(*preview->step(3));
  const PreviewTotals totals = preview->totals();
  EXPECT_EQ(totals.accounts, 4);
  EXPECT_EQ(totals.read, 4);
  EXPECT_EQ(totals.pay_more, 2);
  EXPECT_EQ(totals.pay_less, 1);
  EXPECT_EQ(totals.pay_the_same, 1);
  EXPECT_EQ(totals.lose_features, 2);
  EXPECT_EQ(totals.cannot_move, 0);
  EXPECT_EQ(totals.closed_before.to_fixed(2) + " " + totals.closed_after.to_fixed(2), "2337.00 2297.00");
  const auto rows = *preview->page(0, 10);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0].facts.id, AccountId{4});  // 100.00 less is the largest change.
  EXPECT_EQ(*rows[0].months[0].difference, Rational(-100));
  EXPECT_EQ(rows[1].facts.id, AccountId{2});
  EXPECT_EQ(rows[1].lost, std::vector<std::string>{"slack_support"});
  ASSERT_EQ(rows[1].months.size(), 2U);
  EXPECT_EQ(rows[1].months[0].month.text() + " " + rows[1].months[0].before.total.to_fixed(2) + " " +
                rows[1].months[0].after.total.to_fixed(2),
            "2025-12 439.00 469.00");
  EXPECT_TRUE(rows[1].months[1].running);
  EXPECT_EQ(rows[1].months[1].after.line(rating::LineKind::messages)->meter->quantity, Rational(1'000));
  EXPECT_EQ(preview->page(3, 10)->size(), 1U);
  EXPECT_EQ(desk->begin_preview("cn99", kNow).error().code, Errc::not_found);
}

TEST_F(DeskTest, APreviewRatesWithTheCustomersContract) {
  const Instant december = at("2025-12-01T00:00:00+08:00");
  rating::Contract contract;
  contract.overrides.plan = "basic";
  contract.overrides.base_fee = Rational(300);
  contract.overrides.features = {{"slack_support", true}};
  contract.bundles = {{"Pack", Rational(50), {200, 2'000'000, Rational(0)}}};
  ASSERT_TRUE(room.billing->set_contract(AccountId{2}, contract, december, {"t", ""}));
  room.usage.set(ProjectId{20}, december, 700, 33'000'000, 0);
  room.usage.set(ProjectId{30}, december, 700, 33'000'000, 0);
  ASSERT_TRUE(desk->draft(cn27().dump(), {"cn26", false, {}}, kNow, kBy));
  const auto preview = *desk->begin_preview("cn27", kNow);
  EXPECT_TRUE(*preview->step(10));
  const auto text = [](const PreviewMonth& month) { return month.before.total.to_fixed(2) + " " + month.after.total.to_fixed(2); };
  const auto rows = *preview->page(0, 10);
  ASSERT_EQ(rows.size(), 4U);
  for (const AccountPreview& row : rows) {
    if (row.facts.id == AccountId{2}) {
      // Its own 300.00 stays, with the pack 700 connections and 32 million messages are included: one million at 20.00.
      EXPECT_EQ(text(row.months[0]), "370.00 370.00");
      EXPECT_TRUE(row.lost.empty()) << "Slack is agreed";
    } else if (row.facts.id == AccountId{3}) {
      EXPECT_EQ(text(row.months[0]), "499.00 529.00");
      EXPECT_EQ(row.lost, std::vector<std::string>{"slack_support"});
    }
  }
  EXPECT_EQ(preview->totals().pay_the_same, 2) << "the free plan, and the agreed one";
}

}  // namespace
}  // namespace postage::invoice
