#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "invoice/replay.h"
#include "invoice/testing.h"

namespace postage::invoice {
namespace {

using testing::at;
using testing::Room;

const Instant kJanuary = at("2026-01-01T00:00:00+08:00");
const Instant kFebruary = at("2026-02-01T00:00:00+08:00");

Result<std::int64_t> execute(Room& room, std::string_view sql) {
  return room.database->write([&](db::Connection& connection) { return connection.run(sql); });
}

TEST(Invoices, AreNeverChangedOrRemoved) {
  Room room;
  room.open({1}, "basic", kJanuary);
  ASSERT_EQ(room.close().tick(kFebruary + seconds(10))->closed, 1);
  const auto before = room.billing->invoices({1}, INT64_MAX, 10).value();
  for (const char* sql : {"update invoice set total = '0.00'", "update invoice set document = '{}'",
                          "delete from invoice_line", "update invoice_line set amount = '0.00'", "delete from invoice",
                          "delete from invoice_account_event", "update invoice_account_event set at = 0",
                          "update invoice_catalogue set text = ''", "delete from invoice_catalogue"}) {
    EXPECT_FALSE(execute(room, sql).ok()) << sql;
  }
  const auto after = room.billing->invoices({1}, INT64_MAX, 10).value();
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(after[0].document, before[0].document);
}

TEST(Invoices, ReplayWantsEqualBytes) {
  Room room;
  room.open({1}, "basic", kJanuary);
  room.usage.set({10}, kJanuary, 700, 31'000'001, std::int64_t{3} << 30);
  room.usage.set({11}, kJanuary, 3, 17, 12345);
  ASSERT_TRUE(room.billing->set_contract({1}, rating::Contract{15, Rational(900)}, kJanuary, {"ops", "deal"}).ok());
  ASSERT_TRUE(room.billing->set_tax({1}, rating::Tax{6, false}, kJanuary, {"ops", ""}).ok());
  ASSERT_EQ(room.close().tick(kFebruary + seconds(10))->closed, 1);
  const auto found = room.billing->invoices({1}, INT64_MAX, 10).value();
  const std::string text(*catalog::builtin_text("cn26"));
  const auto bill = replay(found[0].document, text);
  ASSERT_TRUE(bill.ok()) << bill.error().to_string();
  EXPECT_EQ(money_text(bill->total, bill->currency), found[0].total);

  std::string changed = found[0].document;
  const std::size_t digit = changed.find("\"messages\":\"31000018\"");
  ASSERT_NE(digit, std::string::npos);
  changed[digit + 13] = '9';
  EXPECT_EQ(replay(changed, text).error().code, Errc::corrupt_record);
  EXPECT_EQ(replay(found[0].document, text + " ").error().code, Errc::corrupt_record);
  EXPECT_EQ(replay("[]", text).error().code, Errc::corrupt_record);
}

TEST(Invoices, LinesAreThoseOfTheDocument) {
  Room room;
  room.open({1}, "basic", kJanuary);
  room.usage.set({10}, kJanuary, 700, 31'000'000, 0);
  ASSERT_EQ(room.close().tick(kFebruary + seconds(10))->closed, 1);
  const auto invoice = room.billing->invoice({1}, "PO-2026-000001").value();
  ASSERT_TRUE(invoice.has_value());
  const auto lines = room.billing->lines(invoice->id).value();
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[1].kind, "pcu");
  EXPECT_EQ(*lines[1].quantity, "700");
  EXPECT_EQ(*lines[1].overage, "200");
  EXPECT_EQ(lines[1].amount, "40.00");
  EXPECT_EQ(lines[2].amount, "20.00");
  EXPECT_FALSE(room.billing->invoice({2}, "PO-2026-000001").value().has_value());
}

TEST(History, KeepsWhoWhenAndWhy) {
  Room room;
  room.open({1}, "free", kJanuary);
  const Instant later = kJanuary + std::chrono::hours(30);
  ASSERT_TRUE(room.billing->set_budget({1}, Rational(500), later, {"anna@example.com", "careful"}).ok());
  const auto events = room.billing->history().events({1}).value();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].value, R"({"catalogue":"cn26","plan":"free"})");
  EXPECT_EQ(events[1].value, R"({"amount":"500.00"})");
  EXPECT_EQ(events[1].by, "anna@example.com");
  EXPECT_EQ(events[1].why, "careful");
  EXPECT_EQ(events[1].at, later);
  EXPECT_FALSE(room.billing->terms({1}, later - milliseconds(1))->budget.has_value());
  EXPECT_EQ(room.billing->terms({1}, later)->budget, Rational(500));
  ASSERT_TRUE(room.billing->set_budget({1}, std::nullopt, later + seconds(1), {"anna", ""}).ok());
  EXPECT_FALSE(room.billing->terms({1}, later + seconds(1))->budget.has_value());
}

TEST(History, RefusesWhatMakesNoSense) {
  Room room;
  room.open({1}, "free", kJanuary);
  AccountHistory& history = room.billing->history();
  EXPECT_EQ(history.change_plan({1}, "gold", kJanuary, {}).error().code, Errc::bad_request);
  EXPECT_EQ(history.change_plan({2}, "basic", kJanuary, {}).error().code, Errc::no_account);
  EXPECT_EQ(history.set_contract({1}, rating::Contract{101, {}}, kJanuary, {}).error().code, Errc::bad_request);
  EXPECT_EQ(history.set_contract({1}, rating::Contract{-1, {}}, kJanuary, {}).error().code, Errc::bad_request);
  EXPECT_EQ(history.set_budget({1}, Rational(-1), kJanuary, {}).error().code, Errc::bad_request);
  EXPECT_EQ(history.set_tax({1}, rating::Tax{101, false}, kJanuary, {}).error().code, Errc::bad_request);
  EXPECT_EQ(history.open({1}, "cn26", "free", kJanuary, {}).error().code, Errc::conflict);
  EXPECT_EQ(history.open({3}, "cn99", "free", kJanuary, {}).error().code, Errc::invalid_catalogue);
  EXPECT_EQ(room.billing->terms({1}, kJanuary - milliseconds(1)).error().code, Errc::no_account);
  EXPECT_EQ(history.events({1})->size(), 1U);
}

TEST(Offers, AnUpgradeCostsTheDifferenceAndADryRunChangesNothing) {
  Room room;
  room.open({1}, "basic", kJanuary);
  room.usage.set({10}, kJanuary, 700, 0, 0);
  const Instant now = at("2026-01-17T00:00:00+08:00");
  const auto offer = room.billing->offer({1}, "premium", now);
  ASSERT_TRUE(offer.ok());
  EXPECT_EQ(money_text(offer->price_now, offer->before.bill.currency), "1100.00");
  EXPECT_EQ(money_text(offer->before.bill.total, offer->before.bill.currency), "439.00");
  EXPECT_EQ(money_text(offer->after.bill.total, offer->after.bill.currency), "1499.00");
  EXPECT_EQ(room.billing->terms({1}, now)->subscription.plan()->name, "basic");
  EXPECT_TRUE(room.accounts.told.empty());
}

TEST(Offers, ADowngradeShowsTheMonthOnThatPlan) {
  Room room;
  room.open({1}, "premium", kJanuary);
  room.usage.set({10}, kJanuary, 700, 0, 0);
  const auto offer = room.billing->offer({1}, "basic", kJanuary + seconds(5));
  ASSERT_TRUE(offer.ok());
  EXPECT_EQ(offer->effective_at, kFebruary);
  EXPECT_TRUE(offer->price_now.is_zero());
  EXPECT_EQ(money_text(offer->after.bill.total, offer->after.bill.currency), "439.00");
}

TEST(Billing, AdoptsAccountsThatHaveNoHistory) {
  Room room;
  room.open({1}, "basic", kJanuary);
  room.accounts.add({2}, "free", kJanuary);
  room.accounts.add({3}, "premium", kFebruary);
  EXPECT_EQ(room.billing->adopt_accounts().value(), 2);
  EXPECT_EQ(room.billing->adopt_accounts().value(), 0);
  EXPECT_EQ(room.billing->running({3}, kFebruary)->bill.plan, "premium");
}

RC_GTEST_PROP(InvoiceProperty, EveryUsageReplaysBitForBit,
              (std::uint32_t peak, std::int64_t units, std::uint32_t bytes)) {
  Room room;
  room.open({1}, peak % 2 == 0 ? "basic" : "flagship", kJanuary);
  room.usage.set({10}, kJanuary, peak, units & INT64_MAX, bytes);
  const rating::Contract contract{Rational(static_cast<std::int64_t>(peak % 101)),
                                  Rational(static_cast<std::int64_t>(bytes % 5000))};
  RC_ASSERT(room.billing->set_contract({1}, contract, kJanuary, {}).ok());
  RC_ASSERT(
      room.billing->set_tax({1}, rating::Tax{static_cast<std::int64_t>(bytes % 20), peak % 3 == 0}, kJanuary, {}).ok());
  RC_ASSERT(room.close().tick(kFebruary + seconds(10))->closed == 1);
  RC_ASSERT(room.database->read([](db::Connection& c) { return verify_invoices(c); }).ok());
}

}  // namespace
}  // namespace postage::invoice
