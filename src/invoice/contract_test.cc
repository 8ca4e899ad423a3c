// Contracts as data with validity and history, and a customer's caps: what is in force when, and that a replay knows it.
#include "invoice/contract_json.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "invoice/replay.h"
#include "invoice/testing.h"

namespace postage::invoice {
namespace {

using testing::at;
using testing::Room;

const Instant kJanuary = at("2026-01-01T00:00:00+08:00"), kFebruary = at("2026-02-01T00:00:00+08:00");
constexpr AccountId kOne{1};

rating::Contract contract(const std::string& json) {
  auto read = read_contract(json, *find_currency("CNY"));
  EXPECT_TRUE(read.ok()) << read.error().detail;
  return read ? *read : rating::Contract{};
}

std::string why_not(const std::string& json) {
  const auto read = read_contract(json, *find_currency("CNY"));
  return read ? "taken" : read.error().detail;
}

constexpr const char* kRich = R"({
  "discount_percent": "12.5", "minimum_spend": "900.00",
  "volume_discount": {"applies": "graduated", "tiers": [{"from": "0", "percent": "1"}, {"from": "1000.00", "percent": "2.5"}]},
  "bundles": [{"name": "Spring pack", "fee": "88.00", "messages": 5000000, "storage_gb": "0.5"}],
  "overrides": {"plan": "basic", "base_fee": "350.00", "quota": {"pcu": "600"},
                "rates": {"messages_per_million": "17.123456789"}, "features": {"slack_support": false},
                "limits": {"message_bytes_max": 65536, "flush_gap_ms": 0}}})";

TEST(ContractJson, SaysTheSameAgain) {
  const Currency& currency = *find_currency("CNY");
  const std::string written = contract_value(contract(kRich), currency);
  EXPECT_EQ(contract_value(contract(written), currency), written);
  EXPECT_NE(written.find(R"("messages_per_million":"17.123456789")"), std::string::npos) << written;
  EXPECT_EQ(contract_value(contract(R"({"discount_percent":"15","minimum_spend":null})"), currency),
            R"({"discount_percent":"15"})");
}

TEST(ContractJson, EveryMistakeHasItsPointer) {
  const struct { const char* json; std::string_view begin; } cases[] = {  // up to a ": ", or all of it
      {R"([])", "the contract"},
      {R"({"discount":"1"})", "/discount"},
      {R"({"discount_percent":"101"})", "/discount_percent"},
      {R"({"overrides":{"limits":{"message_bytes_max":0}}})", "/overrides/limits/message_bytes_max: must be 1 to 1048576"},
      {R"({"overrides":{"limits":{"message_bytes_max":1048577}}})", "/overrides/limits/message_bytes_max: must be 1 to 1048576"},
      {R"({"overrides":{"limits":{"message_bytes_max":-1}}})", "/overrides/limits/message_bytes_max: must be 1 to 1048576"},
      {R"({"overrides":{"limits":{"message_bytes_max":true}}})", "/overrides/limits/message_bytes_max: must be 1 to 1048576"},
      {R"({"overrides":{"limits":{"token_bytes_max":5}}})", "/overrides/limits/token_bytes_max: there is no such limit"},
      {R"({"overrides":{"limits":[1]}})", "/overrides/limits: must be an object"},
      {R"({"discount_percent":1.5})", "/discount_percent"},
      {R"({"minimum_spend":"-1"})", "/minimum_spend"},
      {R"({"minimum_spend":"1.001"})", "/minimum_spend"},
      {R"({"from":"2026-01-01"})", "/from"},
      {R"({"from":"2026-02-01T00:00:00Z","until":"2026-02-01T00:00:00Z"})", "/until"},
      {R"({"volume_discount":{"applies":"some","tiers":[]}})", "/volume_discount/applies"},
      {R"({"volume_discount":{"applies":"graduated","tiers":[]}})", "/volume_discount/tiers"},
      {R"({"volume_discount":{"applies":"graduated","tiers":[{"from":"5","percent":"1"},{"from":"5","percent":"2"}]}})",
       "/volume_discount/tiers/1/from"},
      {R"({"volume_discount":{"applies":"whole","tiers":[{"from":"5","percent":"1"}]}})", "/volume_discount/applies"},
      {R"({"bundles":[{"name":"a","fee":"1"},{"name":"a","fee":"1"}]})", "/bundles/1/name"},
      {R"({"bundles":[{"name":"a","fee":"1","pcu":"-1"}]})", "/bundles/0/pcu"},
      {R"({"overrides":{"kind":"free"}})", "/overrides/kind"},
      {R"({"overrides":{"quota":{"pcu":"1.5"}}})", "/overrides/quota/pcu"},
      {R"({"overrides":{"features":{"teleport":true}}})", "/overrides/features/teleport"},
      {R"({"overrides":{"features":{"lock":"yes"}}})", "/overrides/features/lock"},
      {R"({"overrides":{"rates":{"gb":"1"}}})", "/overrides/rates/gb"}};
  for (const auto& each : cases) {
    const std::string why = why_not(each.json);
    ASSERT_EQ(why.substr(0, each.begin.size()), each.begin) << each.json;
    EXPECT_TRUE(why.size() == each.begin.size() || why.substr(each.begin.size()).starts_with(": ")) << why;
  }
  EXPECT_EQ(why_not(R"({"volume_discount":{"applies":"whole","tiers":[{"from":"0","percent":"5"},{"from":"9","percent":"1"}]}})"),
            "taken");
  EXPECT_EQ(why_not(R"({"volume_discount":{"applies":"whole","acknowledge_falling_bill":true,
                       "tiers":[{"from":"5","percent":"1"}]}})"), "taken");
}

TEST(Contracts, AreReplayedFromTheDocumentAlone) {
  Room room;
  room.open(kOne, "basic", kJanuary);
  room.usage.set({10}, kJanuary, 700, 41'000'001, std::int64_t{3} << 30);
  ASSERT_TRUE(room.billing->set_contract(kOne, contract(kRich), kJanuary, {"ops", "deal"}).ok());
  ASSERT_EQ(room.close().tick(kFebruary + seconds(10))->closed, 1);
  const auto found = room.billing->invoices(kOne, INT64_MAX, 10).value();
  const std::string text(*catalog::builtin_text("cn26"));
  const auto bill = replay(found[0].document, text);
  ASSERT_TRUE(bill.ok()) << bill.error().detail;
  EXPECT_EQ(money_text(bill->total, bill->currency), found[0].total);
  // 350 base, 88 bundle, 100 x 0.2 PCU, 6,000,001 messages at 17.123456789 a million, 0.5 GB at 100.
  EXPECT_NE(found[0].document.find(R"({"kind":"bundle","name":"Spring pack","amount":"88.00"})"), std::string::npos);
  EXPECT_NE(found[0].document.find(R"("included":"35000000","overage":"6000001","unit_price":"0.0000171235","amount":"102.74")"),
            std::string::npos) << found[0].document;
  std::string changed = found[0].document;
  const std::size_t fee = changed.find(R"("fee":"88.00")");
  ASSERT_NE(fee, std::string::npos);
  changed[fee + 7] = '9';
  EXPECT_EQ(replay(changed, text).error().code, Errc::corrupt_record);
}

TEST(ContractJson, LimitsAloneAreAContractAndLeaveThePlansAlone) {
  const rating::Contract limits = contract(R"({"overrides":{"plan":"basic","limits":{"calls_per_second_max":"40"}}})");
  EXPECT_TRUE(says_more(limits));
  EXPECT_FALSE(limits.overrides.changes_plans());
  EXPECT_EQ(limits.overrides.limits_on("basic"), (LimitValues{{"calls_per_second_max", 40}}));
  EXPECT_TRUE(limits.overrides.limits_on("premium").empty());
  EXPECT_EQ(contract_value(limits, *find_currency("CNY")),
            R"({"discount_percent":"0","overrides":{"plan":"basic","limits":{"calls_per_second_max":40}}})");
  Room room;
  room.open(kOne, "basic", kJanuary);
  EXPECT_TRUE(room.billing->history().contracted()->empty());
  ASSERT_TRUE(room.billing->set_contract(kOne, limits, kJanuary, {"t", ""}));
  EXPECT_EQ(room.billing->history().contracted().value(), std::vector{kOne});
  const Terms terms = *room.billing->terms(kOne, kJanuary);
  EXPECT_EQ(terms.catalogue.catalogue, terms.listed);
  EXPECT_EQ(terms.contract.overrides.limits, limits.overrides.limits);
}

TEST(Contracts, OneAtATimeEachWithItsValidity) {
  Room room;
  room.open(kOne, "basic", kJanuary);
  const auto set = [&](const std::string& json, Instant now) {
    return room.billing->set_contract(kOne, contract(json), now, {"ops", "deal"});
  };
  const auto percent = [&](Instant when) { return room.billing->terms(kOne, when)->contract.discount_percent.to_plain(); };
  ASSERT_TRUE(set(R"({"discount_percent":"10"})", kJanuary).ok());
  ASSERT_TRUE(set(R"({"discount_percent":"20","from":"2026-01-15T00:00:00+08:00","until":"2026-02-01T00:00:00+08:00"})",
                  kJanuary + seconds(1)).ok());
  EXPECT_EQ(percent(at("2026-01-14T23:59:59.999+08:00")), "10");
  EXPECT_EQ(percent(at("2026-01-15T00:00:00+08:00")), "20");
  EXPECT_EQ(percent(at("2026-01-31T23:59:59.999+08:00")), "20");  // Its month's last instant: it rates January.
  EXPECT_EQ(percent(kFebruary), "0");                              // The older one ended where the newer began.
  const auto terms = room.billing->terms(kOne, kJanuary + seconds(2));
  EXPECT_EQ(terms->contracts.size(), 2U);
  EXPECT_EQ(terms->contract_changes_after(kJanuary + seconds(2)), at("2026-01-15T00:00:00+08:00"));
  EXPECT_EQ(terms->contract_changes_after(kFebruary), std::nullopt);
  ASSERT_TRUE(room.billing->set_contract(kOne, std::nullopt, kJanuary + seconds(3), {"ops", "off"}).ok());
  EXPECT_EQ(percent(at("2026-01-20T00:00:00+08:00")), "0");
  EXPECT_EQ(room.billing->history().events(kOne)->size(), 4U);

  const auto pointer = [&](const std::string& json) {
    const auto done = set(json, kJanuary + seconds(4));
    return done ? std::string("taken") : done.error().detail.substr(0, done.error().detail.find(": "));
  };
  EXPECT_EQ(pointer(R"({"from":"2025-12-31T23:59:59+08:00"})"), "/from");
  EXPECT_EQ(pointer(R"({"until":"2026-01-01T00:00:00+08:00"})"), "/until");
  EXPECT_EQ(pointer(R"({"overrides":{"plan":"gold"}})"), "/overrides/plan");
  EXPECT_EQ(pointer(R"({"overrides":{"quota":{"pcu":"1"}}})"), "/overrides/quota");  // Flagship has none to change.
}

TEST(Contracts, TheLastInstantOfAMonthRatesAllOfIt) {
  const struct { const char *until, *total; } cases[] = {
      {"2026-02-01T00:00:00.001+08:00", "199.50"}, {"2026-02-01T00:00:00+08:00", "199.50"},
      {"2026-01-31T23:59:59.999+08:00", "399.00"}, {"2026-01-31T16:00:00Z", "199.50"}};
  for (const auto& each : cases) {
    Room room;
    room.open(kOne, "basic", kJanuary);
    ASSERT_TRUE(room.billing->set_contract(
        kOne, contract(std::string(R"({"discount_percent":"50","until":")") + each.until + "\"}"), kJanuary, {}).ok());
    const auto last = room.billing->running(kOne, kFebruary - milliseconds(1));
    ASSERT_EQ(room.close().tick(kFebruary + seconds(10))->closed, 1);
    const auto invoice = room.billing->invoices(kOne, INT64_MAX, 1)->front();
    EXPECT_EQ(invoice.total, each.total) << each.until;
    EXPECT_EQ(money_text(last->bill.total, last->bill.currency), invoice.total);
  }
}

TEST(Contracts, MakeThePlanThatEverybodySees) {
  Room room;
  room.open(kOne, "basic", kJanuary);
  ASSERT_TRUE(room.billing->set_contract(
      kOne, contract(R"({"overrides":{"plan":"basic","kind":"hard","quota":{"messages":"5"},"features":{"console":false}}})"),
      kJanuary, {}).ok());
  const auto terms = room.billing->terms(kOne, kJanuary);
  EXPECT_TRUE(terms->subscription.plan()->hard());
  EXPECT_EQ(terms->subscription.plan()->quotas.messages, 5);
  EXPECT_FALSE(terms->subscription.plan()->has("console"));
  EXPECT_EQ(terms->subscription.rated_by(), terms->catalogue.catalogue->find("basic"));
  EXPECT_FALSE(terms->listed->find("basic")->hard());
  const auto offer = room.billing->offer(kOne, "premium", kJanuary + seconds(1));
  EXPECT_EQ(money_text(offer->after.bill.total, offer->after.bill.currency), "1499.00");
}

/// Whatever is agreed and whenever: the running bill of the last instant is the invoice, and the invoice replays.
RC_GTEST_PROP(Contracts, TheInvoiceIsTheRunningBillOfTheLastInstant, ()) {
  Room room;
  room.open(kOne, *rc::gen::element<std::string>("free", "basic", "premium", "flagship", "enterprise"), kJanuary);
  room.usage.set({10}, kJanuary, *rc::gen::inRange(0, 4000), *rc::gen::inRange(0, 200'000'000),
                 static_cast<std::int64_t>(*rc::gen::inRange(0, 20)) << 30);
  Instant now = kJanuary;
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
    now += std::chrono::hours(*rc::gen::inRange(1, 200));
    rating::Contract agreed;
    agreed.discount_percent = *rc::gen::inRange(0, 101);
    if (*rc::gen::arbitrary<bool>()) agreed.valid_from = now + std::chrono::hours(*rc::gen::inRange(0, 400));
    if (*rc::gen::arbitrary<bool>())
      agreed.valid_until = agreed.valid_from.value_or(now) + std::chrono::hours(*rc::gen::inRange(1, 600));
    if (*rc::gen::arbitrary<bool>()) agreed.bundles = {{"b", 7, {*rc::gen::inRange(0, 99), 1'000'000, 1}}};
    if (*rc::gen::arbitrary<bool>()) agreed.overrides.message_rate = Rational(BigInt(*rc::gen::inRange(0, 99)), BigInt(1'000'000));
    agreed.volume = {{{0, 1}, {500, *rc::gen::inRange(0, 101)}}, *rc::gen::arbitrary<bool>()};
    RC_ASSERT(room.billing->set_contract(kOne, agreed, now, {"ops", ""}).ok());
  }
  const auto last = room.billing->running(kOne, kFebruary - milliseconds(1));
  RC_ASSERT(room.close().tick(kFebruary + seconds(10))->closed == 1);
  const auto invoice = room.billing->invoices(kOne, INT64_MAX, 1)->front();
  RC_ASSERT(invoice.total == money_text(last->bill.total, last->bill.currency));
  const auto bill = replay(invoice.document, *catalog::builtin_text("cn26"));
  RC_ASSERT(bill.ok());
}

Cap cap(CapScope scope, std::string prefix, std::optional<std::int64_t> units) {
  Cap cap;
  cap.scope = scope;
  if (scope != CapScope::account) cap.project = ProjectId{10};
  cap.prefix = std::move(prefix);
  cap.units = units;
  return cap;
}

TEST(Caps, KeepTheirIdAndTheirCountWhenTheyChange) {
  Room room;
  room.open(kOne, "basic", kJanuary);
  room.usage.set({10}, kJanuary, 3, 1234, 0);
  const auto made = room.billing->set_cap(kOne, cap(CapScope::project, "", 5000), kJanuary + seconds(1), {"anna", "careful"});
  ASSERT_TRUE(made.ok()) << made.error().detail;
  EXPECT_EQ(made->before, 1234);  // A cap on a project counts the month from its start.
  EXPECT_EQ(cap_used(*made, {kJanuary, kFebruary}, 6), 1240);
  EXPECT_EQ(cap_used(*made, {kFebruary, kFebruary + std::chrono::hours(1)}, 6), 6);
  const auto changed = room.billing->set_cap(kOne, cap(CapScope::project, "", 9), kJanuary + seconds(2), {});
  EXPECT_EQ(changed->id, made->id);
  EXPECT_EQ(changed->before, 1234);
  EXPECT_EQ(changed->units, 9);
  Cap gone = *changed;
  gone.removed = true;
  ASSERT_TRUE(room.billing->set_cap(kOne, gone, kJanuary + seconds(3), {}).ok());
  EXPECT_EQ(room.billing->set_cap(kOne, gone, kJanuary + seconds(4), {}).error().code, Errc::not_found);
  EXPECT_EQ(room.billing->set_cap(kOne, cap(CapScope::project, "", 7), kJanuary + seconds(5), {})->id, made->id);
  EXPECT_NE(room.billing->set_cap(kOne, cap(CapScope::channels, "a", 7), kJanuary + seconds(5), {})->id, made->id);
  EXPECT_EQ(room.billing->history().events(kOne)->size(), 6U);
  EXPECT_EQ(room.billing->terms(kOne, kJanuary)->caps.size(), 0U);
}

TEST(Caps, RefuseWhatMakesNoSense) {
  Room room;
  room.open(kOne, "basic", kJanuary);
  const auto pointer = [&](const Cap& cap) {
    const auto done = room.billing->set_cap(kOne, cap, kJanuary, {});
    return done ? std::string("taken") : done.error().detail.substr(0, done.error().detail.find(": "));
  };
  EXPECT_EQ(pointer(cap(CapScope::project, "x", 1)), "/prefix");
  EXPECT_EQ(pointer(cap(CapScope::channels, "", 1)), "/prefix");
  EXPECT_EQ(pointer(cap(CapScope::channels, std::string(65, 'x'), 1)), "/prefix");
  EXPECT_EQ(pointer(cap(CapScope::project, "", std::nullopt)), "/units");
  EXPECT_EQ(pointer(cap(CapScope::project, "", -1)), "/units");
  Cap account = cap(CapScope::account, "", 1);
  account.amount = Rational(1);
  EXPECT_EQ(pointer(account), "/amount");
  account.amount.reset();
  EXPECT_EQ(pointer(account), "taken");
  for (int i = 1; i < 100; ++i) EXPECT_EQ(pointer(cap(CapScope::channels, std::to_string(i), 1)), "taken");
  EXPECT_EQ(room.billing->set_cap(kOne, cap(CapScope::channels, "more", 1), kJanuary, {}).error().code, Errc::conflict);
}

}  // namespace
}  // namespace postage::invoice
